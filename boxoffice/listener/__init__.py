"""The listener takes letters in over HTTP: it checks, keeps, answers, and thinks no further."""

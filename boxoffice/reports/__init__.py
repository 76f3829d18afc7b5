"""A report is what happened, added up across nouns; it reads and writes nothing."""

"""Servers of the office size: PostgreSQL and Redis from their wheels, in one box office's home."""

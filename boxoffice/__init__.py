"""A box office for people who live in the terminal."""

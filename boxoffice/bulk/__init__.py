"""A bulk act is planned into a file, looked at, and then applied row by row, once."""

"""A measurement is a ratio: our path and its floor, taken in turns in the same run."""

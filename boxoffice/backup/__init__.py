"""A backup is the whole database at one moment, in one file that proves itself."""

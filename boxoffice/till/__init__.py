"""The till is a clerk's drawer for the length of a shift: what was put in, and what was counted."""

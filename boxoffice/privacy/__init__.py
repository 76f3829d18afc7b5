"""Privacy is what we know of one person: where it is, handed out when asked for, and erased."""

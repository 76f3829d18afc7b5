"""The garbage collector: it stops the keys for as long as it looks through everything."""

import gc


def pass_over_what_stands() -> None:
    """Look through everything now, and never again through what is left.

    Libraries, screens and compiled statements stay as long as the program does. To look through
    them takes a tenth of a second, and comes at a bad moment: while somebody types. What is made
    later is collected as ever. It is for a program of ours, not for a library or a test: a ring
    that stands now and is let go later is never freed.
    """
    gc.collect()
    gc.freeze()

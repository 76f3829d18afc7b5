"""How a version comes to AWS: `python -m deploy`. No part of the program, and not in its wheel."""

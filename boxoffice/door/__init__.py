"""The door decides who comes in, once, and remembers every code it was shown."""

"""The screens: a desk at the door, and what stands behind it."""

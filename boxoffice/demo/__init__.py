"""The demo: a small, believable event that anyone can play with and throw away."""

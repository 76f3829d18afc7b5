"""Parts of screens: each shows one value and knows no table."""

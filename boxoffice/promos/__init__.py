"""A promo is a code that changes a price; a courtesy is one that makes it nothing."""

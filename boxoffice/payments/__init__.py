"""A payment is money for an order, in or back; a letter is news of it from outside."""

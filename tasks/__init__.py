"""What happens afterwards: jobs promised by the nouns below, run by whoever has the hands free."""

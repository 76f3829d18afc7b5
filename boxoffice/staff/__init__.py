"""Staff are the people, and the programs, that may change something here."""

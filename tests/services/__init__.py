"""Real servers for the tests, started by the first test that asks and gone when the run ends."""

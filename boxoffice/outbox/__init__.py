"""The outbox holds work promised inside a transaction, to be done after it is kept."""

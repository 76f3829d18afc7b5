"""The audit says who did what and when; entries are added, never changed."""

"""Everything that can be done from the dashboard, as the command that does it."""

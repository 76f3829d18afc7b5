"""A sandbox is a stand-in for an outside service: its wire protocol, and misbehaviour to order."""

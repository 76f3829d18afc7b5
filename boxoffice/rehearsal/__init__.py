"""A rehearsal: a made-up crowd buys and enters an organizer's own event, in a scratch database."""

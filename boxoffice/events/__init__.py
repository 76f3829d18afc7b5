"""An event is a night out, with a place, a time, a capacity and the tiers it sells."""

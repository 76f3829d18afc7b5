"""The box office as a full screen: the desk at the door, and the dashboard of the night."""

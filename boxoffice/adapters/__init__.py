"""An adapter speaks to one part of the outside world, behind a port of ours."""

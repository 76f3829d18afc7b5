"""An order is somebody's request for places, priced once, with a clock until it is paid."""

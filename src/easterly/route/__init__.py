"""Room `route`."""

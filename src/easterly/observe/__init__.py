"""Room `observe`."""

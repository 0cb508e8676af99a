"""Room `address`."""

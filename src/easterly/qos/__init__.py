"""Room `qos`."""

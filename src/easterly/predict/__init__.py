"""Room `predict`."""

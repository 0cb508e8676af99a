"""Room `operate`."""

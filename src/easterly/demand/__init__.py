"""Room `demand`."""

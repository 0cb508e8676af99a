"""A slow job, diagnosed on the command line."""

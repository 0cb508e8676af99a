"""Thresholds tried, on the command line."""

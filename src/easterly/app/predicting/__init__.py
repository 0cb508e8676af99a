"""Predictions on the command line."""

"""Placements, on the command line."""

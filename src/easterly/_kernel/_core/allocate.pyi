"""Rates of demands over many paths, with bounds."""

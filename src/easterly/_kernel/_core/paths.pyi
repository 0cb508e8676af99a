"""Searches for single paths: shortest, k shortest, disjoint, trees."""

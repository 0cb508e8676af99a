"""Searches for single paths: shortest, k shortest, disjoint, trees."""

__all__: list[str] = []

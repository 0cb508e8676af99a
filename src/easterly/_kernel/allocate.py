"""Rates of demands over many paths, with bounds."""

__all__: list[str] = []

"""The compiled core: array-in, array-out algorithms."""

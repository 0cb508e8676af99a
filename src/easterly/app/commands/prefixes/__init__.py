"""Calculators of ``easterly calc prefix``."""

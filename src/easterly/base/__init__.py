"""Quantities, findings, columns, registries: what every room stands on."""

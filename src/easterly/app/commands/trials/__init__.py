"""Trials on this machine, one module each."""

"""Sweeps on the command line: what is asked for, the answer as JSON and text."""

"""Easterly plans, proves and runs the network of an AI cluster."""

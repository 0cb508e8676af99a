"""The address plan of a site, on the command line."""

"""Changes of a site, on the command line."""

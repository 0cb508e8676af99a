"""A switch in Arista's data model (Arista Validated Designs), and its text held against Arista's own renderer."""

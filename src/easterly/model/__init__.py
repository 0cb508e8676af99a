"""The nouns: immutable, columnar, every attribute declared once with its unit."""

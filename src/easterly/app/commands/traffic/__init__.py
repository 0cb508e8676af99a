"""The questions of ``easterly calc traffic``: a module for each kind."""

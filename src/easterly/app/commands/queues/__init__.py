"""The stations of ``easterly calc queue``: a module for each kind."""

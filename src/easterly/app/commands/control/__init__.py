"""Commands of ``easterly calc control``, several to a module."""

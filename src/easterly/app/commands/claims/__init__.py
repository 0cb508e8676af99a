"""The claims of ``easterly calc claim``."""

"""The questions of ``easterly calc bound``, one module each."""

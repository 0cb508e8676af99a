"""The calculators of ``easterly calc robustness``: a module for each."""

"""The calculators of ``easterly calc``, one module each."""

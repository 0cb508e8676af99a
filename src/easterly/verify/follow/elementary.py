"""Logarithm and exponential of single numbers, with the same bits on every machine."""

from __future__ import annotations

import numpy as np

from easterly._kernel import maths


def ln(x: float) -> float:
    """Natural logarithm.

    >>> ln(1.0)
    0.0
    """
    return float(maths.log(np.array([x], dtype=np.float64))[0])


def exp(x: float) -> float:
    """Exponential.

    >>> exp(0.0)
    1.0
    """
    return float(maths.exp(np.array([x], dtype=np.float64))[0])

"""How long prompts are: a distribution of given mean and variation, as points with weights."""

from __future__ import annotations

import math

import numpy as np

from easterly._kernel import maths
from easterly.base.columns import FloatColumn, floats

POINTS = 1024
REACH = 12.0


def lengths(mean: float, variation: float) -> tuple[FloatColumn, FloatColumn]:
    """Points and weights of a gamma distribution; of variation 1 it is the exponential one, of 0 a single point.

    The density is taken at points that are even in the logarithm of the length, which is where it is smooth, and is
    scaled to have the mean exactly.

    Parameters
    ----------
    mean : float
    variation : float
        Standard deviation over mean.

    Returns
    -------
    length, weight : (N,) float
        Weights add up to 1.

    Examples
    --------
    >>> lengths(100.0, 0.0)
    (array([100.]), array([1.]))
    """
    if variation < 1e-3:
        return floats([mean]), floats([1.0])
    shape = 1 / (variation * variation)
    # With u the logarithm of length over scale, the density of u is exp(shape * u - exp(u)), of one peak at log(shape).
    peak = float(maths.log(floats([shape]))[0])
    spread = 2 * math.sqrt(2 * REACH / shape)
    u = floats(np.linspace(peak - spread - REACH / shape, peak + min(spread, 4.0) + REACH / (1 + shape), POINTS))
    grown = maths.exp(u)
    weight = maths.exp(floats(shape * (u - peak) - grown + shape))
    weight = weight / math.fsum(weight)
    length = grown / math.fsum(weight * grown)
    return floats(length * mean), floats(weight)

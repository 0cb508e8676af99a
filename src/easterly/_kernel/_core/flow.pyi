"""Rates of flows that share links."""

import numpy as np
from numpy.typing import NDArray

def max_min_rates(
    ptr: NDArray[np.int64],
    link: NDArray[np.int32],
    share: NDArray[np.float64],
    capacity: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int32]]: ...

"""Graphs of events: their order, and when each can start."""

import numpy as np
from numpy.typing import NDArray

def order(ptr: NDArray[np.int64], idx: NDArray[np.int32]) -> NDArray[np.int32]: ...
def earliest(
    ptr: NDArray[np.int64],
    idx: NDArray[np.int32],
    at: NDArray[np.float64],
    delay: NDArray[np.float64],
    duration: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...

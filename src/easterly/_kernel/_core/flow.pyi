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
def max_min_paths(
    n: int,
    src: NDArray[np.int32],
    dst: NDArray[np.int32],
    capacity: NDArray[np.float64],
    transit: NDArray[np.bool_],
    row_src: NDArray[np.int32],
    row_dst: NDArray[np.int32],
    ptr: NDArray[np.int64],
    share: NDArray[np.float64],
    rate: NDArray[np.float64],
    stage: NDArray[np.int32],
) -> tuple[
    NDArray[np.int32],
    NDArray[np.int64],
    NDArray[np.int32],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.int32],
    NDArray[np.float64],
    NDArray[np.int32],
    NDArray[np.float64],
    int,
]: ...

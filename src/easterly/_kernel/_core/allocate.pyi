"""Rates of demands over many paths, with bounds."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

def solve(
    n: int,
    src: NDArray[np.int32],
    dst: NDArray[np.int32],
    capacity: NDArray[np.float64],
    cost: NDArray[np.float64],
    transit: NDArray[np.bool_],
    pair_src: NDArray[np.int32],
    pair_dst: NDArray[np.int32],
    amount: NDArray[np.float64],
    weight: NDArray[np.float64],
    kind: int,
    alpha: float,
    base: NDArray[np.float64],
    growth: NDArray[np.float64],
    gap: float,
    iterations: int,
    target: float,
    warm_pair: NDArray[np.int32],
    warm_ptr: NDArray[np.int64],
    warm_link: NDArray[np.int32],
    warm_price: NDArray[np.float64],
    warm_temperature: float,
    progress: Callable[[int, float, float], object] | None,
) -> tuple[
    NDArray[np.int32],
    NDArray[np.int64],
    NDArray[np.int32],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    float,
    float,
    float,
    float,
    bool,
    int,
    int,
    NDArray[np.int32],
    NDArray[np.int64],
    NDArray[np.int32],
    NDArray[np.float64],
]: ...

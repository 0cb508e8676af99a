"""Fluids of congestion control with delays, their roots and their responses."""

import numpy as np
from numpy.typing import NDArray

def turn(
    x: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def angle(
    y: NDArray[np.float64],
    x: NDArray[np.float64],
) -> NDArray[np.float64]: ...
def lambert(
    re: NDArray[np.float64],
    im: NDArray[np.float64],
    branch: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def response(
    now: NDArray[np.float64],
    past: NDArray[np.float64],
    into: NDArray[np.float64],
    out: NDArray[np.float64],
    delay: float,
    re: NDArray[np.float64],
    im: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def determinant(
    now: NDArray[np.float64],
    past: NDArray[np.float64],
    delay: float,
    re: NDArray[np.float64],
    im: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def reno(
    flows: float,
    rate: float,
    path: float,
    gain: float,
    start: float,
    smooth: float,
    integral: float,
    target: float,
    first: NDArray[np.float64],
    step: float,
    steps: int,
    every: int,
) -> NDArray[np.float64]: ...
def dctcp(
    flows: float,
    rate: float,
    path: float,
    gain: float,
    threshold: float,
    first: NDArray[np.float64],
    step: float,
    steps: int,
    every: int,
) -> NDArray[np.float64]: ...
def dcqcn(
    numbers: NDArray[np.float64],
    flows: NDArray[np.float64],
    first: NDArray[np.float64],
    step: float,
    steps: int,
    every: int,
) -> NDArray[np.float64]: ...
def primal(
    routes: NDArray[np.float64],
    capacity: NDArray[np.float64],
    weight: NDArray[np.float64],
    delay: NDArray[np.float64],
    gain: NDArray[np.float64],
    alpha: float,
    steep: float,
    first: NDArray[np.float64],
    step: float,
    steps: int,
    every: int,
) -> NDArray[np.float64]: ...
def dual(
    routes: NDArray[np.float64],
    capacity: NDArray[np.float64],
    weight: NDArray[np.float64],
    delay: NDArray[np.float64],
    alpha: float,
    gain: float,
    most: float,
    first: NDArray[np.float64],
    step: float,
    steps: int,
    every: int,
) -> NDArray[np.float64]: ...

"""Random graphs, what is left of them under removals, and what spreads along them."""

import numpy as np
from numpy.typing import NDArray

def gnp(n: int, p: float, stream: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]: ...
def gnm(n: int, count: int, stream: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]: ...
def preferential(n: int, m: int, stream: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]: ...
def configuration(degree: NDArray[np.int32], stream: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]: ...
def regular(n: int, d: int, stream: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]: ...
def geometric(
    n: int, radius: float, torus: bool, stream: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]: ...
def percolate(
    n: int,
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    weight: NDArray[np.int32],
    of_nodes: bool,
    order: NDArray[np.int32],
    at: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]: ...
def by_degree(n: int, a: NDArray[np.int32], b: NDArray[np.int32], stream: int) -> NDArray[np.int32]: ...
def components(n: int, a: NDArray[np.int32], b: NDArray[np.int32], alive: NDArray[np.bool_]) -> NDArray[np.int32]: ...
def betweenness(
    n: int, a: NDArray[np.int32], b: NDArray[np.int32], alive: NDArray[np.bool_], sources: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def spread(
    n: int,
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    infect: float,
    recover: float,
    again: bool,
    start: NDArray[np.int32],
    stream: NDArray[np.uint64],
    until: float,
    at: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]: ...
def spread_groups(
    size: NDArray[np.int64],
    reach: NDArray[np.bool_],
    infect: float,
    recover: float,
    again: bool,
    start: NDArray[np.int64],
    stream: NDArray[np.uint64],
    until: float,
    at: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]: ...

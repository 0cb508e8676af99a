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
    warm_share: NDArray[np.float64],
    warm_early: NDArray[np.float64],
    warm_heat: float,
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
    NDArray[np.float64],
    float,
]: ...
def split_throughput(
    n: int,
    src: NDArray[np.int32],
    dst: NDArray[np.int32],
    cost: NDArray[np.float64],
    transit: NDArray[np.bool_],
    alive: NDArray[np.bool_],
    capacity: NDArray[np.float64],
    demand_src: NDArray[np.int32],
    demand_dst: NDArray[np.int32],
    amount: NDArray[np.float64],
    weight: NDArray[np.float64],
    path_demand: NDArray[np.int32],
    path_ptr: NDArray[np.int64],
    path_link: NDArray[np.int32],
    path_rate: NDArray[np.float64],
    most: int,
    whole: bool,
    seed: int,
    round: int,
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]: ...
def split_utilisation(
    n: int,
    src: NDArray[np.int32],
    dst: NDArray[np.int32],
    cost: NDArray[np.float64],
    transit: NDArray[np.bool_],
    alive: NDArray[np.bool_],
    capacity: NDArray[np.float64],
    demand_src: NDArray[np.int32],
    demand_dst: NDArray[np.int32],
    amount: NDArray[np.float64],
    weight: NDArray[np.float64],
    path_demand: NDArray[np.int32],
    path_ptr: NDArray[np.int64],
    path_link: NDArray[np.int32],
    path_rate: NDArray[np.float64],
    most: int,
    whole: bool,
    seed: int,
    round: int,
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]: ...
def tree_sweep(
    src: NDArray[np.int32],
    dst: NDArray[np.int32],
    transit: NDArray[np.bool_],
    root: NDArray[np.int32],
    ptr: NDArray[np.int64],
    pair_src: NDArray[np.int32],
    capacity: NDArray[np.float64],
    cost: NDArray[np.float64],
    barrier: NDArray[np.float64],
    most: NDArray[np.float64],
    gain: NDArray[np.float64],
    flow: NDArray[np.float64],
    rate: NDArray[np.float64],
    load: NDArray[np.float64],
    round: int,
    threads: int,
) -> float: ...
def tree_worth(
    src: NDArray[np.int32],
    dst: NDArray[np.int32],
    transit: NDArray[np.bool_],
    root: NDArray[np.int32],
    ptr: NDArray[np.int64],
    pair_src: NDArray[np.int32],
    amount: NDArray[np.float64],
    gain: NDArray[np.float64],
    price: NDArray[np.float64],
    threads: int,
) -> float: ...
def tree_cost(
    src: NDArray[np.int32],
    dst: NDArray[np.int32],
    transit: NDArray[np.bool_],
    root: NDArray[np.int32],
    ptr: NDArray[np.int64],
    pair_src: NDArray[np.int32],
    amount: NDArray[np.float64],
    price: NDArray[np.float64],
    threads: int,
) -> float: ...
def tree_shortest(
    src: NDArray[np.int32],
    dst: NDArray[np.int32],
    transit: NDArray[np.bool_],
    root: NDArray[np.int32],
    ptr: NDArray[np.int64],
    pair_src: NDArray[np.int32],
    amount: NDArray[np.float64],
    price: NDArray[np.float64],
    threads: int,
) -> NDArray[np.float64]: ...
def tree_tidy(
    src: NDArray[np.int32],
    dst: NDArray[np.int32],
    transit: NDArray[np.bool_],
    root: NDArray[np.int32],
    ptr: NDArray[np.int64],
    pair_src: NDArray[np.int32],
    rate: NDArray[np.float64],
    flow: NDArray[np.float64],
) -> NDArray[np.float64]: ...
def tree_paths(
    src: NDArray[np.int32],
    dst: NDArray[np.int32],
    transit: NDArray[np.bool_],
    root: NDArray[np.int32],
    ptr: NDArray[np.int64],
    pair_src: NDArray[np.int32],
    rate: NDArray[np.float64],
    row: NDArray[np.int64],
    link: NDArray[np.int32],
    link_flow: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]: ...
def path_loads(
    n_links: int, ptr: NDArray[np.int64], link: NDArray[np.int32], rate: NDArray[np.float64]
) -> NDArray[np.float64]: ...
def path_least(ptr: NDArray[np.int64], link: NDArray[np.int32], value: NDArray[np.float64]) -> NDArray[np.float64]: ...
def path_pick(
    path: NDArray[np.int64], ptr: NDArray[np.int64], link: NDArray[np.int32], name: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]: ...
def path_sweep(n_rows: int, row: NDArray[np.int32], rate: NDArray[np.float64], dust: float) -> NDArray[np.float64]: ...
def path_shares(
    n_links: int,
    flow: NDArray[np.int32],
    ptr: NDArray[np.int64],
    link: NDArray[np.int32],
    rate: NDArray[np.float64],
    total: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]: ...

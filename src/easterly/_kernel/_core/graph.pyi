"""Paths, equal-cost shares and the spread of hashing."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

_Ints: TypeAlias = NDArray[np.int32]
_Floats: TypeAlias = NDArray[np.float64]
_Bools: TypeAlias = NDArray[np.bool_]

def distances(
    n: int, src: _Ints, dst: _Ints, cost: _Floats, transit: _Bools, alive: _Bools, sources: _Ints
) -> _Floats: ...
def ecmp_shares(
    n: int,
    src: _Ints,
    dst: _Ints,
    cost: _Floats,
    transit: _Bools,
    alive: _Bools,
    weight: _Floats,
    flow_src: _Ints,
    flow_dst: _Ints,
) -> tuple[NDArray[np.int64], _Ints, _Floats]: ...
def ecmp_loads(
    n: int,
    src: _Ints,
    dst: _Ints,
    cost: _Floats,
    transit: _Bools,
    alive: _Bools,
    weight: _Floats,
    flow_src: _Ints,
    flow_dst: _Ints,
    amount: _Floats,
    group: _Ints,
    n_groups: int,
) -> _Floats: ...
def ecmp_failures(
    n: int,
    src: _Ints,
    dst: _Ints,
    cost: _Floats,
    transit: _Bools,
    alive: _Bools,
    weight: _Floats,
    flow_src: _Ints,
    flow_dst: _Ints,
    amount: _Floats,
    capacity: _Floats,
    case_ptr: NDArray[np.int64],
    case_link: _Ints,
) -> tuple[_Floats, _Floats, _Floats, NDArray[np.int64], _Ints, _Ints]: ...
def hashed_spread(
    n: int,
    src: _Ints,
    dst: _Ints,
    cost: _Floats,
    transit: _Bools,
    alive: _Bools,
    weight: _Floats,
    node_seed: _Ints,
    flow_src: _Ints,
    flow_dst: _Ints,
    flow_amount: _Floats,
    connections: _Ints,
    told: _Ints,
    flow_phase: _Ints,
    n_phases: int,
    capacity: _Floats,
    seed: int,
    draws: int,
) -> tuple[_Floats, _Floats, _Floats, _Ints, _Ints]: ...
def weighted_failures(
    n: int,
    src: _Ints,
    dst: _Ints,
    cost: _Floats,
    transit: _Bools,
    alive: _Bools,
    table_dst: _Ints,
    table_ptr: NDArray[np.int64],
    table_link: _Ints,
    table_weight: _Floats,
    flow_src: _Ints,
    flow_dst: _Ints,
    amount: _Floats,
    capacity: _Floats,
    case_ptr: NDArray[np.int64],
    case_link: _Ints,
) -> tuple[_Floats, _Floats, _Floats, NDArray[np.int64], _Ints, _Ints]: ...
def acyclic_rates(n: int, src: _Ints, dst: _Ints, ptr: NDArray[np.int64], link: _Ints, rate: _Floats) -> _Floats: ...

"""Searches for single paths: shortest, k shortest, disjoint, trees."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

_Ints: TypeAlias = NDArray[np.int32]
_Index: TypeAlias = NDArray[np.int64]
_Floats: TypeAlias = NDArray[np.float64]
_Bools: TypeAlias = NDArray[np.bool_]
_Masks: TypeAlias = NDArray[np.uint32]

def k_shortest(
    n: int,
    src: _Ints,
    dst: _Ints,
    cost: _Floats,
    transit: _Bools,
    alive: _Bools,
    pair_src: _Ints,
    pair_dst: _Ints,
    k: int,
) -> tuple[_Index, _Index, _Ints, _Floats]: ...
def trees(
    n: int,
    src: _Ints,
    dst: _Ints,
    cost: _Floats,
    transit: _Bools,
    alive: _Bools,
    roots: _Ints,
    towards: bool,
    limit: float,
) -> tuple[_Floats, _Index, _Ints]: ...
def summary(
    n: int, src: _Ints, dst: _Ints, cost: _Floats, transit: _Bools, alive: _Bools, ends: _Bools
) -> tuple[_Floats, _Floats, _Index, _Index, _Index, float, _Floats]: ...
def constrained(
    n: int,
    src: _Ints,
    dst: _Ints,
    cost: _Floats,
    transit: _Bools,
    alive: _Bools,
    group: _Masks,
    room: _Floats,
    pair_src: _Ints,
    pair_dst: _Ints,
    rate: _Floats,
    exclude: _Masks,
    any: _Masks,
    all: _Masks,
    reserve: bool,
) -> tuple[_Index, _Index, _Ints, _Floats, _Floats]: ...
def delay_bounded(
    n: int,
    src: _Ints,
    dst: _Ints,
    cost: _Floats,
    transit: _Bools,
    alive: _Bools,
    delay: _Floats,
    pair_src: _Ints,
    pair_dst: _Ints,
    limit: _Floats,
    labels: int,
) -> tuple[_Index, _Index, _Ints, _Floats, _Floats, _Floats, _Ints]: ...
def disjoint_pairs(
    n: int,
    src: _Ints,
    dst: _Ints,
    cost: _Floats,
    transit: _Bools,
    alive: _Bools,
    pair_src: _Ints,
    pair_dst: _Ints,
    nodes: bool,
) -> tuple[_Index, _Index, _Ints, _Floats, _Ints, _Ints]: ...
def risk_disjoint_pairs(
    n: int,
    src: _Ints,
    dst: _Ints,
    cost: _Floats,
    transit: _Bools,
    alive: _Bools,
    risk_ptr: _Index,
    risk_idx: _Ints,
    risks: int,
    pair_src: _Ints,
    pair_dst: _Ints,
    budget: int,
) -> tuple[_Index, _Index, _Ints, _Floats, _Floats, _Ints]: ...

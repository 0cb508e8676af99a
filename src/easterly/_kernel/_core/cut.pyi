"""Maximum flows, minimum cuts, flows of least cost, reliability."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

_Ints: TypeAlias = NDArray[np.int32]
_Index: TypeAlias = NDArray[np.int64]
_Floats: TypeAlias = NDArray[np.float64]
_Bools: TypeAlias = NDArray[np.bool_]

def max_flows(
    n: int,
    src: _Ints,
    dst: _Ints,
    cost: _Floats,
    transit: _Bools,
    alive: _Bools,
    capacity: _Floats,
    pair_src: _Ints,
    pair_dst: _Ints,
    cuts: bool,
    flows: bool,
) -> tuple[_Floats, _Index, _Ints, _Index, _Ints, _Index, _Ints, _Index, _Ints, _Index, _Ints, _Floats]: ...
def min_cost_flow(
    n: int, src: _Ints, dst: _Ints, cost: _Floats, transit: _Bools, alive: _Bools, capacity: _Floats, supply: _Floats
) -> tuple[float, float, _Floats, _Floats]: ...
def weak_points(n: int, a: _Ints, b: _Ints, transit: _Bools) -> tuple[_Ints, _Ints, _Ints]: ...
def reliability(
    n: int,
    tail: _Ints,
    head: _Ints,
    ptr: _Index,
    part: _Ints,
    up: _Floats,
    transit: _Bools,
    terminals: _Ints,
    states: int,
    samples: int,
    seed: int,
) -> tuple[float, float, int, int]: ...
def reduce(
    n: int, a: _Ints, b: _Ints, up: _Floats, fixed: _Bools, node_up: _Floats, transit: _Bools, kept: _Bools
) -> tuple[_Ints, _Ints, _Ints, _Floats]: ...

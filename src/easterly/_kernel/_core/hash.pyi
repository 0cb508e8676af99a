"""Hash functions of switches and hosts, and how they split traffic."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

_Bytes: TypeAlias = Sequence[NDArray[np.uint8]]
_Ints: TypeAlias = NDArray[np.int32]
_Floats: TypeAlias = NDArray[np.float64]

def affine(fields: _Bytes, table: NDArray[np.uint32], constant: int) -> NDArray[np.uint32]: ...
def siphash(fields: _Bytes, key0: int, key1: int) -> NDArray[np.uint64]: ...
def jhash(fields: _Bytes, initial: int) -> NDArray[np.uint32]: ...
def rendezvous(hash: NDArray[np.uint64], name: NDArray[np.uint64], weight: _Floats) -> _Ints: ...
def spray(
    flow: _Ints,
    time: _Floats,
    size: _Floats,
    rate: _Floats,
    delay: _Floats,
    choice: int,
    gap: float,
    slots: int,
    seed: int,
) -> tuple[_Ints, _Floats]: ...
def overtaken(flow: _Ints, arrival: _Floats, n_flows: int) -> _Floats: ...
def reduction_curve(weight: _Floats, most: int, least: int) -> tuple[NDArray[np.int64], _Floats]: ...
def apportion(weight: _Floats, total: int, least: int) -> NDArray[np.int64]: ...

"""Prefixes of addresses: sets, nesting, longest matches, text."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

_Words: TypeAlias = NDArray[np.uint64]
_Lengths: TypeAlias = NDArray[np.uint8]
_Indices: TypeAlias = NDArray[np.int64]

class Lookup:
    def __init__(self, bits: int, hi: _Words, lo: _Words, length: _Lengths) -> None: ...
    def longest(self, hi: _Words, lo: _Words) -> NDArray[np.int32]: ...
    @property
    def state(self) -> dict[str, int]: ...

def combine(
    bits: int,
    hi: _Words,
    lo: _Words,
    length: _Lengths,
    other_hi: _Words,
    other_lo: _Words,
    other_length: _Lengths,
    keep: int,
) -> tuple[_Words, _Words, _Lengths]: ...
def ranges(
    bits: int, low_hi: _Words, low_lo: _Words, high_hi: _Words, high_lo: _Words
) -> tuple[_Indices, _Words, _Words, _Lengths]: ...
def covering(
    bits: int,
    hi: _Words,
    lo: _Words,
    length: _Lengths,
    asked_hi: _Words,
    asked_lo: _Words,
    asked_length: _Lengths,
) -> _Indices: ...
def parents(bits: int, hi: _Words, lo: _Words, length: _Lengths) -> _Indices: ...
def parse(
    text: bytes, bare: bool
) -> tuple[_Lengths, _Words, _Words, _Lengths, _Indices, _Indices, NDArray[np.int32]]: ...
def format(family: _Lengths, hi: _Words, lo: _Words, length: _Lengths, bare: bool) -> bytes: ...
def objects(rows: bytes, places: bytes, names: bytes, keep: int, before: bytes, head: bytes, tail: bytes) -> bytes: ...

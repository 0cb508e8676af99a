"""Hash seeds of nodes: one per name, so that a new node changes no other's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import random
from easterly.base.columns import IntColumn, TextColumn, ints

_MASK = (1 << 64) - 1


def node_seeds(names: TextColumn, seed: int) -> IntColumn:
    """Seed of each node: the upper 31 bits of `easterly.base.seeds.stream` of its name.

    Parameters
    ----------
    names : (N,) text
    seed : int
        Seed of the site.

    Returns
    -------
    (N,) int32, from 0 on

    Examples
    --------
    >>> from easterly.base.seeds import stream
    >>> node_seeds(np.array(["leaf-1"]), 7)[0] == stream(7, "leaf-1") >> 33
    np.True_
    """
    lengths, words = _words(names)
    seeds = np.zeros(len(names), dtype=np.uint64)
    for length in np.unique(lengths):
        rows = lengths == length
        count = -(-int(length) // 8)
        entity = np.empty((int(rows.sum()), 2 + count), dtype=np.uint64)
        entity[:, 0] = seed & _MASK
        entity[:, 1] = length
        entity[:, 2:] = words[rows, :count]
        seeds[rows] = random.mix64(entity)
    return ints((seeds >> np.uint64(33)).astype(np.int32))


def _words(names: TextColumn) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Length in bytes of each name in UTF-8, and the bytes as little-endian words, padded with zeros."""
    encoded = np.char.encode(names, "utf-8")
    width = max(-(-encoded.dtype.itemsize // 8) * 8, 8)
    padded = np.ascontiguousarray(encoded.astype(f"S{width}"))
    words = padded.view("<u8").reshape(len(names), width // 8).astype(np.uint64)
    return np.char.str_len(encoded).astype(np.int64), words

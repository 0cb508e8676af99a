"""How Open vSwitch hashes flows for ``select`` groups with ``selection_method=hash``, and how it finds the bucket.

Every stated field that a packet has is hashed on top of the hash of those before it, in the order of their numbers
(`pick_hash_fields_select_group` of ofproto-dpif-xlate.c); the first one begins with the hash of the group's
``selection_method_param``. Each bucket then hashes that with its own number, and the largest product of 16 bits of it
and the weight wins (`group_best_live_bucket`). The hash is MurmurHash3 (lib/hash.h) where Open vSwitch was built for
processors of any kind, as distributions build it; builds for SSE 4.2 or ARM's CRC extension take a CRC instead, and are
not computed here. The words of a hash are those of a little-endian machine. A test asks a running switch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import IntColumn, ints
from easterly.route.hashing.tuples import ByteRows, Tuples

Words = NDArray[np.uint32]

WIDTH_B = 4
"""Of a word."""


def select_hash(tuples: Tuples, *, seed: int = 0) -> Words:
    """Hash of addresses, protocol and ports of every connection of TCP or UDP: the fields of rendered groups.

    Parameters
    ----------
    tuples : Tuples
    seed : int
        The group's ``selection_method_param``: 64 bits.

    Returns
    -------
    (N,) uint32

    Examples
    --------
    >>> from easterly.route.hashing import tuples_of
    >>> flow = tuples_of(["10.64.0.2"], ["10.64.0.6"], 20029, 4791, 6)
    >>> scores(select_hash(flow), [1, 1]).tolist()  # as ofproto/trace of Open vSwitch 3.1 tells them
    [[30260, 35034]]
    """
    basis = np.full(len(tuples), seed & 0xFFFFFFFF, dtype=np.uint32)
    found = _finished(_added(_added(np.zeros_like(basis), basis), np.full_like(basis, seed >> 32)), 8)
    for field in (
        tuples.src, tuples.dst, tuples.protocol.astype(np.uint8)[:, None], _port(tuples.src_port),
        _port(tuples.dst_port),
    ):  # fmt: skip
        found = _hashed(field, found)
    return found


def scores(hashes: Words, weights: Sequence[int]) -> NDArray[np.int64]:
    """Products that the buckets of a group compete by.

    Parameters
    ----------
    hashes : (N,) uint32
        From `select_hash`.
    weights : sequence of int
        By bucket, whose numbers count from 1; 0 if it is dead.

    Returns
    -------
    (N, M) int64
    """
    made = [
        (_finished(_added(_added(np.full_like(hashes, number), np.zeros_like(hashes)), hashes), 8) & 0xFFFF).astype(
            np.int64
        ) * weight
        for number, weight in enumerate(weights, 1)
    ]  # fmt: skip
    return np.stack(made, axis=1)


def by_score(hashes: Words, weights: Sequence[int]) -> IntColumn:
    """Bucket that each hash takes: the one with the largest score, of several the last.

    Parameters
    ----------
    hashes : (N,) uint32
    weights : sequence of int
        By bucket; 0 if it is dead.

    Returns
    -------
    (N,) int32

    Raises
    ------
    ValueError
        No bucket is alive.

    Examples
    --------
    >>> by_score(np.array([7, 8, 9], dtype=np.uint32), [1, 0]).tolist()
    [0, 0, 0]
    """
    alive = np.flatnonzero(np.asarray(weights) > 0)
    if not alive.size:
        raise ValueError(f"no bucket is alive of a group with weights {list(weights)}: give one a weight above 0")
    made = scores(hashes, weights)[:, alive]
    return ints(alive[made.shape[1] - 1 - np.argmax(made[:, ::-1], axis=1)])


def _port(ports: IntColumn) -> ByteRows:
    return ports.astype(">u2").view(np.uint8).reshape(-1, 2)


def _hashed(field: ByteRows, basis: Words) -> Words:
    """`hash_bytes`: whole words first, then the rest of one."""
    size_B = field.shape[1]
    whole = np.zeros((len(field), -(-size_B // WIDTH_B) * WIDTH_B), dtype=np.uint8)
    whole[:, :size_B] = field
    for word in whole.view("<u4").T:
        basis = _added(basis, word.astype(np.uint32))
    return _finished(basis, size_B)


def _added(hashes: Words, words: Words) -> Words:
    mixed = hashes ^ (_turned(words * np.uint32(0xCC9E2D51), 15) * np.uint32(0x1B873593))
    return _turned(mixed, 13) * np.uint32(5) + np.uint32(0xE6546B64)


def _finished(hashes: Words, size_B: int) -> Words:
    mixed = hashes ^ np.uint32(size_B)
    mixed = (mixed ^ (mixed >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    mixed = (mixed ^ (mixed >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return mixed ^ (mixed >> np.uint32(16))


def _turned(words: Words, bits: int) -> Words:
    return (words << np.uint32(bits)) | (words >> np.uint32(32 - bits))

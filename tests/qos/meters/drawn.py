"""Packets and parameters that are drawn: bursts, pauses, empty and giant packets, everything near its limits."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.qos.meters.oracle import Packet

LIMIT = 2**63 - 1
RATES = st.one_of(
    st.sampled_from([0, 1, 7, 1_000_000, 3_333_333_333, 800 * 10**9, LIMIT]),
    st.integers(0, 10**10),
    st.integers(0, LIMIT),
)
BURSTS = st.one_of(st.sampled_from([0, 1, 1500, 9216, 10_000, LIMIT]), st.integers(0, 20_000))
SIZES = st.one_of(st.sampled_from([0, 1, 64, 1500, 9216, LIMIT]), st.integers(0, 4000))
GAPS = st.one_of(st.sampled_from([0, 1, 12_000, 10**7, 10**9, 2**55]), st.integers(0, 10**6))


def packets(extra: int = 1, most: int = 24, gaps: st.SearchStrategy[int] = GAPS) -> st.SearchStrategy[list[Packet]]:
    """At least one packet, in the order of time; each with a number below `extra`."""
    rows = st.lists(st.tuples(gaps, SIZES, st.integers(0, extra - 1)), min_size=1, max_size=most)
    return rows.map(_timed)


def _timed(rows: Sequence[tuple[int, int, int]]) -> list[Packet]:
    times = accumulate(gap for gap, *_ in rows)
    return [Packet(time, size, extra) for time, (_, size, extra) in zip(times, rows, strict=True)]


def columns(given: Sequence[Packet]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Times and sizes."""
    return np.array([p.time_ns for p in given], dtype=np.int64), np.array([p.size_B for p in given], dtype=np.int64)


def extras(given: Sequence[Packet]) -> list[int]:
    """Colours, buckets or points."""
    return [p.extra for p in given]

"""How much of each connection can be on its way at once, by what its messages wait for."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, floats
from easterly.model.packets import PacketMessages

MOST = 100_000_000
"""Messages times connections that are looked at: a tenth of a second for each ten million."""
BITS = 64
"""Messages of a connection that others can be known to wait for."""


def in_flight_B(messages: PacketMessages, wire_B: NDArray[np.float64], connections: int) -> FloatColumn:
    """Most bytes of each connection that are on their way at any time, whatever the timing.

    A message begins when all that it waits for has arrived. So of the messages on one connection that are on their way
    at once, none is waited for by another, not even by way of others: an antichain. They are covered by chains, each of
    which has one of them on its way at most (Dilworth 1950): the largest of each chain, all together, is a bound. It is
    the least where all that does not wait for each other is of one size, and the chains are as few as can be.

    Parameters
    ----------
    messages : PacketMessages
        Of a whole conversation.
    wire_B : (M,) float [B]
        Of each message, with headers; not read of work.
    connections : int

    Returns
    -------
    (F,) float [B]
        All bytes of a connection where there are too many messages to look at, or one waits for a later row.

    Examples
    --------
    Of three messages the third waits for the first.

    >>> from easterly.base.columns import indices, ints
    >>> zero = floats([0, 0, 0])
    >>> three = PacketMessages(ints([0, 0, 0]), indices([1, 2, 4]), zero, zero, zero, indices([0, 0, 0, 1]), ints([0]))
    >>> in_flight_B(three, np.array([1.0, 2.0, 4.0]), 1)
    array([6.])
    """
    own, count = messages.connection, len(messages)
    sends = np.flatnonzero(own >= 0)
    waits = np.repeat(np.arange(count), np.diff(messages.ptr))
    if count * connections > MOST or (messages.idx >= waits).any():
        return floats(np.bincount(own[sends], wire_B[sends], connections))
    order = sends[np.argsort(own[sends], kind="stable")]
    first = np.searchsorted(own[order], np.arange(connections + 1))
    rank = np.full(count, BITS)
    rank[order] = np.arange(len(order)) - first[own[order]]
    ahead = _ahead(messages, np.minimum(rank, BITS))
    return floats([
        _of_chains(ahead[order[a:b]].tolist(), wire_B[order[a:b]].tolist()) for a, b in pairwise(first.tolist())
    ])  # fmt: skip


def _ahead(messages: PacketMessages, rank: NDArray[np.int64]) -> NDArray[np.uint64]:
    """(M,) which of the first messages of its own connection each waits for, a bit for each by its rank."""
    own, ptr, idx = messages.connection, messages.ptr.tolist(), messages.idx
    bit = np.where(rank < BITS, np.uint64(1) << np.minimum(rank, BITS - 1).astype(np.uint64), np.uint64(0))
    known = np.zeros((len(own), int(own.max(initial=0)) + 1), dtype=np.uint64)
    for m in range(len(own)):
        before = idx[ptr[m] : ptr[m + 1]]
        if len(before):
            np.bitwise_or.reduce(known[before], axis=0, out=known[m])
            carried = before[own[before] >= 0]
            np.bitwise_or.at(known[m], own[carried], bit[carried])
    made: NDArray[np.uint64] = known[np.arange(len(own)), np.maximum(own, 0)]
    return made


def _of_chains(ahead: list[int], size_B: list[float]) -> float:
    """The largest of each chain, together: every message goes behind the first chain whose last it waits for."""
    last, most_B = list[int](), list[float]()
    for at, (bits, size) in enumerate(zip(ahead, size_B, strict=True)):
        chain = next((c for c, end in enumerate(last) if end < BITS and bits >> end & 1), None)
        if chain is None:
            last.append(at)
            most_B.append(size)
        else:
            last[chain], most_B[chain] = at, max(most_B[chain], size)
    return sum(most_B)

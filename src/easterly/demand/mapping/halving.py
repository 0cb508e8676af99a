"""Recursive halving and doubling."""

from __future__ import annotations

import numpy as np

from easterly.demand.layout import Ranks
from easterly.demand.mapping.group import Group
from easterly.demand.mapping.latency import latency_s, ring_hops
from easterly.demand.mapping.wire import phase
from easterly.demand.phases import Phase

Edges = tuple[Ranks, Ranks, float]


def halving_doubling(group: Group, collective: str, size_B: float) -> Phase:
    """Pairs at distance 1, 2, 4, ... exchange S/2, S/4, S/8, ...; an all-gather goes the other way round.

    Near ranks, of the same host as a rule, exchange most (Rabenseifner 2004, ICCS; Thakur et al. 2005, IJHPCA 19:1,
    section 4.5). In an all-reduce of a number of ranks that is no power of two, the first ranks fold in pairs: one
    hands its array to the other before, and gets the sum after.

    Parameters
    ----------
    group : Group
    collective : str
        ``all-reduce``; for a power of two also ``reduce-scatter`` and ``all-gather``.
    size_B : float [B]
    """
    members, passes = group.members, 2 if collective == "all-reduce" else 1
    rounds = group.ranks.bit_length() - 1
    inner, folds = _folded(members, (1 << rounds), size_B)
    exchanges = [
        (inner, inner[:, np.arange(1 << rounds) ^ (1 << i)], passes * size_B / (2 << i)) for i in range(rounds)
    ]
    edges = [(inner[:, :0], inner[:, :0], 0.0), *folds, *exchanges]
    src, dst, amount = (np.concatenate(column) for column in zip(*map(_flat, edges), strict=True))
    traffic = group.layout.traffic(src, dst, amount)
    return phase(
        group, collective, "halving-doubling", traffic, inside_B=0.0, message_B=size_B / 2 / group.per_host,
        latency_s=_latency_s(group, inner, passes, 2 * bool(folds)), serial_B=traffic.scaleup_B,
    )  # fmt: skip


def _folded(members: Ranks, inner: int, size_B: float) -> tuple[Ranks, list[Edges]]:
    """Ranks that go on, a power of two of them, and what the others hand to them and get back."""
    extra = members.shape[1] - inner
    if not extra:
        return members, []
    out, stay = members[:, 0 : 2 * extra : 2], members[:, 1 : 2 * extra : 2]
    return np.concatenate([stay, members[:, 2 * extra :]], axis=1), [(out, stay, size_B), (stay, out, size_B)]


def _flat(edges: Edges) -> tuple[Ranks, Ranks, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    src, dst, each = edges
    return src.ravel(), dst.ravel(), np.full(src.size, each)


def _latency_s(group: Group, inner: Ranks, passes: int, folds: int) -> float:
    """One message per round; those between hosts cost more. Folding is counted as within a host if hosts hold pairs."""
    rounds = inner.shape[1].bit_length() - 1
    host = group.layout.host(inner)
    across = sum(bool((host != host[:, np.arange(inner.shape[1]) ^ (1 << i)]).any()) for i in range(rounds))
    apart = folds if group.per_host == 1 else 0
    return latency_s(ring_hops(group.library), passes * (rounds - across) + folds - apart, passes * across + apart)

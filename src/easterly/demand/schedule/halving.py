"""Recursive halving and doubling, message by message."""

from __future__ import annotations

import numpy as np

from easterly.demand.layout import Ranks
from easterly.demand.mapping import Group
from easterly.demand.schedule.messages import Hop, Latency, in_rounds, woven
from easterly.demand.schedule.pattern import Pattern


def halving_doubling(group: Group, collective: str, size_B: float, latency: Latency) -> Pattern:
    """Pairs at distance 1, 2, 4, ... exchange S/2, S/4, S/8, ...; then the other way round.

    ``2 lg n alpha + 2 (n-1)/n S/B`` for an all-reduce of a power of two (Thakur et al. 2005, IJHPCA 19:1, section 4.5);
    of other numbers, one rank of each of the first pairs hands its array to the other before, and gets the sum after.

    Parameters
    ----------
    group : Group
    collective : str
        ``all-reduce``; for a power of two also ``reduce-scatter`` and ``all-gather``.
    size_B : float [B]
    latency : Latency
    """
    members, distance = group.members, [1 << i for i in range(group.ranks.bit_length() - 1)]
    extra = group.ranks - (1 << len(distance))
    out, stay = members[:, 0 : 2 * extra : 2], members[:, 1 : 2 * extra : 2]
    inner = np.concatenate([stay, members[:, 2 * extra :]], axis=1)
    halving = [_exchange(group, inner, far, size_B / (2 * far)) for far in distance]
    doubling = halving[::-1]
    rounds = {"all-reduce": halving + doubling, "reduce-scatter": halving, "all-gather": doubling}[collective]
    if extra:
        rounds = [_hop(group, out, stay, size_B), *rounds, _hop(group, stay, out, size_B)]
    return woven(group.layout, in_rounds(rounds), latency)


def _exchange(group: Group, ranks: Ranks, distance: int, size_B: float) -> Hop:
    return _hop(group, ranks, ranks[:, np.arange(ranks.shape[1]) ^ distance], size_B)


def _hop(group: Group, src: Ranks, dst: Ranks, size_B: float) -> Hop:
    owner = np.repeat(np.arange(len(src)), src.shape[1])
    return Hop.between(group.layout, src.ravel(), dst.ravel(), owner, size_B)

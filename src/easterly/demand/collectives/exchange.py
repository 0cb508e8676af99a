"""Algorithms in which every rank has blocks for every other: pairwise exchange, and Bruck's."""

from __future__ import annotations

import numpy as np

from easterly.demand.collectives.cluster import Shape
from easterly.demand.collectives.cost import Cost, Stage, rounds
from easterly.demand.collectives.metrics import Array


def pairwise(collective: str, shape: Shape) -> Cost:
    """Each rank exchanges a block with every other: ``(n-1) alpha + (n-1)/n S beta`` (Thakur et al. 2005).

    Of the n - 1 blocks of a rank g - 1 stay in its host. The rest is what no algorithm saves: nothing is reduced, so
    that g (K-1)/K S leaves every host.
    """
    block_B = shape.size_B / shape.ranks
    stay, go = shape.per_host - 1, shape.ranks - shape.per_host
    inside = Stage(inside_B=stay * block_B, inside_hops=stay)
    outside = Stage(outside_B=go * block_B * shape.per_host, outside_hops=go)
    return Cost((inside, outside), pipelined=True)


def bruck(collective: str, shape: Shape) -> Cost:
    """Distances double every round: ``ceil(lg n)`` messages (Bruck et al. 1997, IEEE TPDS 8:11).

    All-to-all: round k carries the blocks whose distance has bit k, ``S/2`` each for a power of two. All-gather: all
    that is known so far, (n-1)/n S in sum. Blocks are put into their places in memory at the end, and for all-to-all
    also at the start and packed every round.
    """
    count = int(np.max(rounds(shape.ranks), initial=0.0))
    stages = [_round(collective, shape, 2.0**k) for k in range(count)]
    copies = 2.0 if collective == "all-to-all" else 1.0
    return Cost((*stages, Stage(copied_B=copies * shape.size_B * (shape.ranks > 1))))


def _round(collective: str, shape: Shape, distance: float) -> Stage:
    """Every rank sends to the one that is `distance` further on; those at the end of a host send out of it."""
    ranks, per_host = shape.ranks, shape.per_host
    runs = distance < ranks
    blocks = _blocks_with_bit(ranks, distance) if collective == "all-to-all" else np.minimum(distance, ranks - distance)
    sent_B = np.where(runs, blocks, 0.0) * shape.size_B / ranks
    leaving = np.minimum(np.minimum(distance, ranks - distance), per_host) * (shape.hosts > 1)
    packed_B = 2 * sent_B if collective == "all-to-all" else 0.0
    return Stage(
        inside_B=sent_B * (leaving < per_host),
        outside_B=sent_B * np.maximum(leaving, 0.0),
        inside_hops=1.0 * (runs & (shape.hosts == 1)),
        outside_hops=1.0 * (runs & (shape.hosts > 1)),
        copied_B=packed_B,
    )


def _blocks_with_bit(ranks: Array, distance: float) -> Array:
    """How many of the distances 0..n-1 have the bit of `distance` set.

    >>> _blocks_with_bit(np.array([6.0, 8.0]), 2.0).tolist()
    [2.0, 4.0]
    """
    whole, rest = np.divmod(ranks, 2 * distance)
    return np.asarray(whole * distance + np.maximum(0.0, rest - distance))

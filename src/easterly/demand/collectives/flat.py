"""Algorithms that see one row of ranks: ring, double binary tree, binomial tree, direct.

Ranks of a host are neighbours in the row, so that the fewest messages leave it; every interface carries a ring or a
tree of its own, so that no part of the array queues behind one of them.
"""

from __future__ import annotations

import numpy as np

from easterly.demand.collectives.cluster import Shape
from easterly.demand.collectives.cost import Cost, Stage, once, rounds
from easterly.demand.collectives.metrics import Array, wire_factor

REDUCED = {"all-reduce", "reduce-scatter"}


def ring(collective: str, shape: Shape) -> Cost:
    """Rings through all ranks, one per interface (Patarasuk & Yuan 2009, J. Parallel Distrib. Comput. 69:2).

    ``factor(n) S`` over every link; ``2(n-1)`` messages for all-reduce, of which ``2(K-1)`` leave a host, half of
    that for the others. Broadcast and reduce are chains that carry the array in pieces.
    """
    hosts, ranks = shape.hosts, shape.ranks
    ways = 2.0 if collective == "all-reduce" else 1.0
    sent_B = np.asarray(wire_factor(collective, ranks)) * shape.size_B * (ranks > 1)
    return Cost(
        (
            Stage(
                inside_B=sent_B * (shape.per_host > 1),
                outside_B=sent_B * (hosts > 1),
                inside_hops=ways * (ranks - hosts),
                outside_hops=ways * (hosts - 1),
                reduced_B=_reduced(collective, shape),
            ),
        ),
        pipelined=True,
    )


def _reduced(collective: str, shape: Shape) -> Array:
    """Bytes that one rank adds up: all parts but its own, or the whole array on the way to a root."""
    if collective in REDUCED:
        return np.asarray(once(shape.ranks) * shape.size_B)
    return np.asarray(shape.size_B * (collective == "reduce") * (shape.ranks > 1))


def tree(collective: str, shape: Shape) -> Cost:
    """Two binary trees, each with half of the array, in which a rank is inner node once (Sanders et al. 2009).

    Inside a host a chain, between hosts the trees, as in NCCL; trees alone where there is one host. All-reduce goes
    up and down: ``2 S`` through a link, and ``2 (g - 1 + ceil(lg K))`` messages; broadcast and reduce half of both.
    """
    ways = 2.0 if collective == "all-reduce" else 1.0
    one_host = shape.hosts == 1
    crowd = np.where(one_host, shape.per_host, shape.hosts)
    across = busiest_of_trees(crowd) if collective == "all-reduce" else (crowd > 1) * 1.0
    along = np.minimum(ways, shape.per_host - 1)
    return Cost(
        (
            Stage(
                inside_B=np.where(one_host, across, along) * shape.size_B,
                outside_B=np.where(one_host, 0.0, across) * shape.size_B,
                inside_hops=ways * np.where(one_host, rounds(crowd), shape.per_host - 1),
                outside_hops=ways * np.where(one_host, 0.0, rounds(crowd)),
                reduced_B=_reduced(collective, shape),
            ),
        ),
        pipelined=True,
        family="tree",
    )


def busiest_of_trees(count: Array) -> Array:
    """Arrays that the busiest of n nodes sends, up and down both trees: inner in one and leaf in the other.

    Two nodes: half up in one tree, half down in the other. From four nodes on one that has a parent and two
    children sends half up and two halves down, and half up as a leaf: twice the array.
    """
    return np.asarray(np.where(count > 1, np.minimum(2.0, count / 2), 0.0))


def binomial(collective: str, shape: Shape) -> Cost:
    """Binomial tree: those who have the array pass it on whole, ``ceil(lg n) (alpha + S beta)`` (Thakur et al. 2005).

    Between hosts first, striped over the interfaces with the help of the scale-up links, then inside.
    """
    between, within = rounds(shape.hosts), rounds(shape.per_host)
    reduces = float(collective == "reduce")
    outside_B = between * shape.size_B
    first = Stage(
        inside_B=outside_B * (shape.per_host > 1),
        outside_B=outside_B,
        outside_hops=between,
        reduced_B=reduces * outside_B,
    )
    second = Stage(inside_B=within * shape.size_B, inside_hops=within, reduced_B=reduces * within * shape.size_B)
    return Cost((first, second))


def direct(collective: str, shape: Shape) -> Cost:
    """Every rank sends the array to one other: of the next host where there is one, else of its own."""
    several, alone = shape.hosts > 1, (shape.hosts == 1) & (shape.per_host > 1)
    return Cost(
        (
            Stage(
                inside_B=shape.size_B * alone,
                outside_B=shape.size_B * shape.per_host * several,
                inside_hops=alone * 1.0,
                outside_hops=several * 1.0,
            ),
        ),
        pipelined=True,
    )

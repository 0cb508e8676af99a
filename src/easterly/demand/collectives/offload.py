"""Algorithms in which others than the ranks reduce: switches, or servers."""

from __future__ import annotations

import numpy as np

from easterly.demand.collectives.cluster import Shape
from easterly.demand.collectives.cost import Cost, Stage, once, rounds
from easterly.demand.collectives.flat import busiest_of_trees
from easterly.demand.collectives.metrics import Array

NVLS_SHARE = 0.74
"""Share of the rate that reductions in the scale-up switches reach: 0.85 on Hopper, 0.74 on Blackwell (NCCL,
src/graph/tuning.cc)."""


def in_network(collective: str, shape: Shape) -> Cost:
    """Switches inside the hosts (NVLS) and of the fabric (SHARP) reduce and multicast.

    All-reduce: a rank sends its array once to be reduced and its part of the result once, ``(g+1)/g S`` instead of
    ``2 (g-1)/g S``; a host sends S (Graham et al. 2016, SHArP; NCCL, NVLS).
    """
    several, shared = shape.hosts > 1, shape.per_host > 1
    inside_B = _multicast(shape) if collective == "all-reduce" else shape.size_B * shared
    arrays = once(shape.hosts) if collective == "all-gather" else 1.0
    outside = Stage(outside_B=arrays * shape.size_B * several, outside_hops=several * 1.0)
    return Cost(
        (Stage(inside_B=inside_B, inside_hops=shared * 1.0), outside),
        pipelined=True, family="nvls", inside_share=NVLS_SHARE,
    )  # fmt: skip


def _multicast(shape: Shape) -> Array:
    return np.asarray((shape.per_host + 1) / shape.per_host * shape.size_B * (shape.per_host > 1))


def nvls(collective: str, shape: Shape) -> Cost:
    """Switches inside the hosts reduce; two binary trees of hosts, as NCCL's NVLSTree."""
    inside = Stage(inside_B=_multicast(shape), inside_hops=(shape.per_host > 1) * 1.0)
    outside = Stage(outside_B=busiest_of_trees(shape.hosts) * shape.size_B, outside_hops=2 * rounds(shape.hosts))
    return Cost((inside, outside), pipelined=True, family="nvls", inside_share=NVLS_SHARE)


def sharp(collective: str, shape: Shape) -> Cost:
    """Switches of the fabric reduce; rings inside the hosts."""
    part_B = once(shape.per_host) * shape.size_B
    scatter = Stage(inside_B=part_B, inside_hops=shape.per_host - 1, reduced_B=part_B)
    gather = Stage(inside_B=part_B, inside_hops=shape.per_host - 1)
    several = shape.hosts > 1
    return Cost(
        (scatter, Stage(outside_B=shape.size_B * several, outside_hops=several * 1.0), gather),
        pipelined=True, family="sharp",
    )  # fmt: skip


def central(collective: str, shape: Shape) -> Cost:
    """Every rank pushes its array to one server, which has as many interfaces as a host, and pulls the sum.

    ``n S`` into the server and ``n S`` out of it (Li et al. 2014, parameter server, OSDI).
    """
    return _push_pull(shape, arrays=shape.ranks, servers=1.0)


def sharded(collective: str, shape: Shape) -> Cost:
    """The array is cut over several servers; a host pushes g arrays (Jiang et al. 2020, BytePS, OSDI)."""
    servers = np.where(shape.servers > 0, shape.servers, shape.hosts)
    return _push_pull(shape, arrays=shape.ranks, servers=servers)


def aggregated(collective: str, shape: Shape) -> Cost:
    """Ranks of a host reduce first, so that a host pushes one array to the servers."""
    servers = np.where(shape.servers > 0, shape.servers, shape.hosts)
    return _push_pull(shape, arrays=shape.hosts, servers=servers, inside=True)


def _push_pull(shape: Shape, *, arrays: Array, servers: Array | float, inside: bool = False) -> Cost:
    """The server or the host of workers binds, whichever has more to carry; pushes and pulls use both directions."""
    outside_B = np.maximum(arrays / servers, arrays / shape.hosts) * shape.size_B
    part_B = once(shape.per_host) * shape.size_B * inside
    hops = (shape.per_host - 1) * inside
    push = Stage(part_B, outside_B, hops, 1.0, reduced_B=arrays / servers * shape.size_B + part_B)
    return Cost((push, Stage(part_B, outside_B, hops, 1.0)), pipelined=True, duplex=True, possible=shape.hosts > 1)

"""Which links are alike: colours that no exchange of parts with the same role changes.

Colour refinement (Weisfeiler & Leman 1968): nodes, hosts and phases begin with what they are, and take up, round by
round, the colours of what they are joined to, of the flows that begin and end there with their bytes, until no colour
falls apart any more. Links that some automorphism of network and demand exchanges have one colour. The converse holds
for most networks and not for all, so that who relies on it tries two of each class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import IntColumn
from easterly.model.demand import DemandSet
from easterly.model.network import Network

Words = NDArray[np.uint64]
ROUNDS = 64
_ODD = np.array([0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB], dtype=np.uint64)


def link_colours(
    network: Network, demands: DemandSet, hosts: Mapping[str, IntColumn], marked: IntColumn | None = None
) -> Words:
    """(L,) a colour for every link; equal ones where an exchange of parts makes one of the other.

    Parameters
    ----------
    network : Network
    demands : DemandSet
        What is sent, and by which phase.
    hosts : mapping of str to (H,) int
        Hosts of every work. A host that nobody has is like no other, as spares are taken in their order.
    marked : (K,) int, optional
        Links that are told apart from all others, such as those that are down already.
    """
    links, flows = network.links, demands.flows
    own = np.zeros(len(links), dtype=np.int64)
    own[[] if marked is None else marked] = 1
    link = _codes([links.kind, links.capacity_bps, links.cost, links.delay_s, own])
    sent = _codes([flows.size_B, flows.rate_bps, flows.connections])
    node, host, phase = _nodes(network), _hosts(network, hosts), _phases(demands)
    nics = np.flatnonzero(network.node_host >= 0)
    of = network.node_host[nics]
    for _ in range(ROUNDS):
        before = _distinct(node, host, phase)
        ends = _mixed(link, node[links.src], node[links.dst])
        flow = _mixed(sent, node[flows.src], node[flows.dst], phase[flows.phase])
        near = _sums(len(node), (links.src, ends), (links.dst, ~ends), (flows.src, _mixed(flow)), (flows.dst, ~flow))
        beside = np.zeros(len(node), dtype=np.uint64)
        beside[nics] = host[of]
        held = _sums(len(host), (of, _mixed(node[nics])))
        node, phase = _mixed(node, near, beside), _mixed(phase, _sums(len(phase), (flows.phase, flow)))
        host = _mixed(host, held)
        if _distinct(node, host, phase) == before:
            break
    return _mixed(link, node[links.src], node[links.dst])


def set_colours(colours: Words, sets: Sequence[IntColumn]) -> list[tuple[int, int]]:
    """What sets of links are alike by: the colours that they hold, and how many.

    Parameters
    ----------
    colours : (L,) uint64
    sets : sequence of (K,) int
    """
    mixed = _mixed(colours)
    return [(int(np.add.reduce(mixed[rows])), len(rows)) for rows in sets]


def _nodes(network: Network) -> Words:
    nodes = network.nodes
    return _codes([nodes.kind, nodes.role, nodes.tier, nodes.fabric, nodes.switch_type, nodes.delay_s])


def _hosts(network: Network, hosts: Mapping[str, IntColumn]) -> Words:
    table = network.hosts
    held = np.zeros((len(table), len(hosts)), dtype=np.int64)
    for column, name in enumerate(sorted(hosts)):
        held[hosts[name], column] = 1
    free = np.where(held.any(axis=1), -1, np.arange(len(table)))
    return _codes([table.fabric, table.host_type, table.gpus, free, *held.T])


def _phases(demands: DemandSet) -> Words:
    p = demands.phases
    return _codes([
        p.owner, p.axis, p.collective, p.algorithm, p.times, p.stage, p.every_s, p.message_B, p.hidden, p.window_s,
        p.latency_s, p.scaleup_s, p.scaleup_B, p.scaleup_reach, p.network_reach, p.traffic_class,
    ])  # fmt: skip


def _codes(columns: Sequence[NDArray[Any]]) -> Words:
    """A word for each row, equal where all columns are."""
    count = len(columns[0])
    code = np.zeros(count, dtype=np.int64)
    for column in columns:
        values, rows = np.unique(column, return_inverse=True)
        _, code = np.unique(code * max(len(values), 1) + rows.reshape(-1), return_inverse=True)
        code = code.reshape(-1)
    return _mixed(code.astype(np.uint64))


def _mixed(*words: Words) -> Words:
    """One word of several, in their order (SplitMix64 finaliser, Steele et al. 2014)."""
    state = np.zeros(len(words[0]), dtype=np.uint64)
    for i, word in enumerate(words):
        state = (state ^ word) + _ODD[i]
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state ^= state >> np.uint64(31)
    return state


def _sums(count: int, *parts: tuple[IntColumn, Words]) -> Words:
    """What each row is given, in any order."""
    total = np.zeros(count, dtype=np.uint64)
    for rows, words in parts:
        np.add.at(total, rows, words)
    return total


def _distinct(*colours: Words) -> tuple[int, ...]:
    return tuple(len(np.unique(words)) for words in colours)

"""Paths of connections: one of the shortest, chosen by the name of each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from easterly.base import seeds
from easterly.base.columns import IndexColumn, IntColumn, floats, indices, ints
from easterly.model.network import Network
from easterly.model.packets import PacketFlows
from easterly.model.port_queues import PacketQueues
from easterly.model.routing import Policy
from easterly.predict.packet import Conversation


@dataclass(frozen=True, slots=True)
class Posed:
    """A conversation on its paths; `links` is how many both of each connection have together."""

    talk: Conversation
    flows: PacketFlows
    links: IndexColumn


def posed(talk: Conversation, network: Network, policy: Policy, queues: PacketQueues) -> Posed:
    """A conversation on its paths."""
    there_ptr, there = walk(network, policy, talk.src, talk.dst)
    back_ptr, back = walk(network, policy, talk.dst, talk.src)
    count = len(talk.src)
    flows = PacketFlows(
        indices(np.zeros(count)), floats(np.zeros(count)), there_ptr, there, back_ptr, back,
        transport=talk.traffic_class, traffic_class=ints(queues.of_class[talk.traffic_class]),
    )  # fmt: skip
    return Posed(talk, flows, indices(np.diff(there_ptr) + np.diff(back_ptr)))


def walk(network: Network, policy: Policy, src: IntColumn, dst: IntColumn) -> tuple[IndexColumn, IntColumn]:
    """CSR of the links of a shortest path of each pair."""
    links, found = network.links, [list[int]() for _ in src]
    leaving, arriving = _by(links.src, len(network.nodes)), _by(links.dst, len(network.nodes))
    for target in np.unique(dst).tolist():
        far = _distances(network, policy, target, arriving)
        for f in np.flatnonzero(dst == target).tolist():
            at = int(src[f])
            while at != target:
                out = [link for link in leaving[at] if far[links.dst[link]] == far[at] - 1]
                found[f].append(out[seeds.mix(f, at) % len(out)])
                at = int(links.dst[found[f][-1]])
    return indices(np.cumsum([0, *map(len, found)])), ints([link for path in found for link in path])


def _by(node: IntColumn, nodes: int) -> list[list[int]]:
    order = np.argsort(node, kind="stable")
    ptr = np.searchsorted(node[order], np.arange(nodes + 1)).tolist()
    return [order[a:b].tolist() for a, b in pairwise(ptr)]


def _distances(network: Network, policy: Policy, target: int, arriving: list[list[int]]) -> NDArray[np.int64]:
    far = np.full(len(network.nodes), np.iinfo(np.int64).max // 2)
    far[target], front = 0, [target]
    while front:
        here, front = front, []
        for node in here:
            for link in arriving[node] if node == target or policy.transit[node] else ():
                before = int(network.links.src[link])
                if far[before] > far[node] + 1:
                    far[before] = far[node] + 1
                    front.append(before)
    return far

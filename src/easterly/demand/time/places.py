"""Who sends to whom: interfaces, hosts, leaves or fabrics, by class."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import FloatColumn, TextColumn, floats, ints, texts
from easterly.model.demand import DemandSet
from easterly.model.matrix import TrafficMatrices
from easterly.model.network import LinkKind, Network, NodeKind

LEVELS = ("nic", "host", "leaf", "fabric")


def place_of(network: Network, level: str) -> TextColumn:
    """Name of the place that each node belongs to.

    Parameters
    ----------
    network : Network
    level : {"nic", "host", "leaf", "fabric"}
        An interface that is cabled to several leaves counts to the first of them.

    Returns
    -------
    (N,) str
        WAN sites, and switches where places are smaller than they are, stand for themselves.
    """
    nodes, links = network.nodes, network.links
    if level == "nic":
        return nodes.name
    if level == "fabric":
        return texts(np.where((nodes.kind == NodeKind.WAN) | (nodes.fabric == ""), nodes.name, nodes.fabric))
    if level == "host":
        return texts(np.where(nodes.kind == NodeKind.NIC, nodes.device, nodes.name))
    up = np.flatnonzero((links.kind == LinkKind.HOST) & (nodes.kind[links.src] == NodeKind.NIC))[::-1]
    leaf = np.arange(len(nodes))
    leaf[links.src[up]] = links.dst[up]
    return texts(nodes.name[leaf])


def matrices(network: Network, demands: DemandSet, rate_bps: FloatColumn, level: str) -> TrafficMatrices:
    """Traffic between places, one matrix for each class.

    Parameters
    ----------
    network : Network
    demands : DemandSet
    rate_bps : (F,) float [bit/s]
        Mean rate of each flow.
    level : {"nic", "host", "leaf", "fabric"}

    Returns
    -------
    TrafficMatrices
        Matrix c is that of ``demands.classes[c]``; rows in the order of class, sender and receiver. What stays in one
        place is on the diagonal.
    """
    place = place_of(network, level)
    used = np.unique(np.concatenate([demands.flows.src, demands.flows.dst]))
    names = np.unique(place[used])
    src, dst = (np.searchsorted(names, place[end]) for end in (demands.flows.src, demands.flows.dst))
    traffic_class = demands.phases.traffic_class[demands.flows.phase].astype(np.int64)
    count = max(1, len(names))
    key, inverse = np.unique((traffic_class * count + src) * count + dst, return_inverse=True)
    return TrafficMatrices(
        places=tuple(names.tolist()),
        tm=ints(key // count**2),
        src=ints(key // count % count),
        dst=ints(key % count),
        demand=floats(np.bincount(inverse, rate_bps, len(key))),
    )

"""Where flows start and end: what a name of the site file stands for, as nodes of the network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from easterly.base.columns import IntColumn, ints
from easterly.model.network import Network, NodeKind
from easterly.model.spec.site import Site


def known(site: Site) -> set[str]:
    """Names that can be an end: jobs, services, traffic, fabrics, WAN sites."""
    return {*site.jobs, *site.services, *site.traffic, *site.fabrics, *site.wan.sites}


def nodes_of(network: Network, hosts: Mapping[str, IntColumn], name: str) -> IntColumn:
    """Nodes that a name stands for, ascending by host and interface.

    Parameters
    ----------
    network : Network
    hosts : mapping of str to (H,) int
        Hosts of every work that has some.
    name : str
        A work: the interfaces of its hosts. A fabric: those of all its hosts. A WAN site: its router.

    Returns
    -------
    (N,) int
        Node indices; empty where the name stands for nothing.
    """
    if name in hosts:
        rows = np.asarray(hosts[name], dtype=np.int64)
    elif (network.hosts.fabric == name).any():
        rows = np.flatnonzero(network.hosts.fabric == name)
    else:
        return ints(np.flatnonzero((network.nodes.kind == NodeKind.WAN) & (network.nodes.name == name)))
    ptr = network.hosts.nic_ptr
    return ints(np.concatenate([network.hosts.nic_node[ptr[row] : ptr[row + 1]] for row in rows]))

"""In which order a ring visits hosts, so that neighbours are near each other in the network."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import IndexColumn, IntColumn, indices
from easterly.demand.layout.uplinks import switches
from easterly.model.network import Network


def order(network: Network, hosts: IntColumn) -> IndexColumn:
    """Order in which rings visit hosts: fabric by fabric, pod by pod, leaf by leaf.

    A ring that visits all hosts of a leaf, of a pod, of a fabric one after the other leaves each of them once, which is
    the least. Hosts on the same leaves stay in the order given. NCCL gets there by the ranks: it chains hosts in the
    order of their first ranks, and schedulers that know the network hand out ranks leaf by leaf (the topology plugins
    of Slurm, the topology-aware scheduling of Kueue). Which rank runs where is not touched.

    Parameters
    ----------
    network : Network
    hosts : (H,) int
        Host rows, in rank order.

    Returns
    -------
    (H,) int64
        Positions in `hosts`. Where the interfaces of two hosts share some leaves and not others, as only an explicit
        graph can have it, the lowest-numbered interfaces decide.
    """
    rows = np.asarray(hosts, dtype=np.int64)
    if len(rows) == 0:
        return indices(rows)
    table, nodes = network.hosts, network.nodes
    nics = int(np.diff(table.nic_ptr)[rows].min())
    nic = table.nic_node[table.nic_ptr[rows][:, None] + np.arange(nics)]
    first = nic[:, 0]
    fabric = np.unique(table.fabric[rows], return_inverse=True)[1]
    leaves = switches(network)[nic, 0]
    return indices(np.lexsort((*leaves.T[::-1], nodes.su[first], nodes.pod[first], fabric)))

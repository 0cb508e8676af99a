"""Parameter servers among the hosts of a group."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import IndexColumn
from easterly.demand import collectives
from easterly.demand.mapping.exits import Exits
from easterly.demand.mapping.group import Group
from easterly.demand.mapping.latency import latency_s, ring_hops
from easterly.demand.mapping.wire import phase
from easterly.demand.phases import Phase


def parameter_server(group: Group, collective: str, size_B: float) -> Phase:
    """Every host pushes its sum to the servers of the parameters, and pulls the new ones.

    The array is cut into as many shards as there are servers (``library.servers``; one is the central server, one per
    host the default), spread evenly over the hosts of the group (Li et al. 2014, OSDI). GPUs of a host sum first, so
    that one aggregator per host speaks for all. Push and pull of different pieces overlap (Jiang et al. 2020, OSDI:
    BytePS), so that both directions of an interface are busy at once; a server receives ``(K-1) S / servers``.

    Parameters
    ----------
    group : Group
    collective : str
        ``all-reduce`` pushes and pulls, ``reduce-scatter`` pushes, ``all-gather`` pulls.
    size_B : float [B]
    """
    exits, servers = Exits.of(group), group.library.servers or group.hosts
    worker, server, shards = workers_and_servers(group, servers)
    ends = {"reduce-scatter": [(worker, server)], "all-gather": [(server, worker)]}
    both = ends.get(collective, [(worker, server), (server, worker)])
    src, dst = (np.concatenate([pair[end] for pair in both]) for end in (0, 1))
    traffic = exits.connect(group, src, dst, np.tile(shards * (size_B / servers), len(both)))
    inside_B = float(collectives.wire_factor(collective, group.per_host)) * size_B
    steps = len(both) * (group.per_host - 1)
    return phase(
        group, collective, "parameter-server", traffic, inside_B=inside_B,
        latency_s=latency_s(ring_hops(group.library), steps, len(both)),
        message_B=size_B / servers / int(exits.channels.max()),
    )  # fmt: skip


def workers_and_servers(
    group: Group, servers: int
) -> tuple[IndexColumn, IndexColumn, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Runs of workers and of servers on other hosts, and how many shards the latter hold."""
    runs = group.runs
    place = np.arange(servers)[None, :] * runs.hosts[:, None] // servers
    at, shards = np.unique(runs.first[:, None] + place, return_counts=True)
    hosts = runs.hosts[runs.group[at]]
    server = np.repeat(np.arange(len(at)), hosts)
    worker = runs.first[runs.group[at[server]]] + np.arange(len(server)) - np.repeat(np.cumsum(hosts) - hosts, hosts)
    other = worker != at[server]
    return worker[other], at[server][other], shards[server][other].astype(np.float64)

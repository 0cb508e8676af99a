"""Parts of a network between which no cable leads: two fabrics without a WAN, rails without spines."""

from __future__ import annotations

from collections import defaultdict

from easterly.model.network import Network


def islands(network: Network) -> dict[tuple[str, int], frozenset[int]]:
    """Islands that each interface of a host is on; two of them can reach each other where they share one.

    Parameters
    ----------
    network : Network

    Returns
    -------
    dict of (host, interface) to frozenset of int
        An interface with cables to two islands joins them no more than a host does: nothing passes through it.
    """
    home: dict[int, int] = {}
    through, links = network.transit.tolist(), network.links
    near: dict[int, list[int]] = defaultdict(list)
    for a, b in zip(links.src.tolist(), links.dst.tolist(), strict=True):
        near[a].append(b)
    for start in (node for node, open_ in enumerate(through) if open_):
        waiting = [start] if start not in home else []
        while waiting:
            node = waiting.pop()
            if node not in home:
                home[node] = start
                waiting += [other for other in near[node] if through[other]]
    hosts, made = network.hosts, {}
    for row, name in enumerate(hosts.name.tolist()):
        for number, node in enumerate(hosts.nics(row).tolist()):
            made[name, number] = frozenset(home[other] for other in near[node])
    return made

"""Parts of a network between which no cable leads: two fabrics without a WAN, rails without spines."""

from __future__ import annotations

from collections import defaultdict

from easterly.model.network import Network, NodeKind


def islands(network: Network) -> dict[tuple[str, int], frozenset[int]]:
    """Islands that each port of a host is on; two of them can reach each other where they share one.

    Parameters
    ----------
    network : Network

    Returns
    -------
    dict of (host, port) to frozenset of int
        An interface whose two ports lead to two islands joins them no more than a host does: nothing passes through it.
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
    made: dict[tuple[str, int], frozenset[int]] = defaultdict(frozenset)
    ends = zip(links.src.tolist(), links.src_port.tolist(), links.dst.tolist(), strict=True)
    for node, number, other in ends:
        if network.nodes.kind[node] == NodeKind.NIC:
            made[str(network.nodes.device[node]), number] |= {home[other]}
    return made

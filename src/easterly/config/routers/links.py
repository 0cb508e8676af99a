"""Links of a router, by the protocol that the site wants on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from easterly.model.as_hops import AsHops
from easterly.model.network import LinkKind, Network
from easterly.model.router import Bfd, End
from easterly.model.spec.site import Site
from easterly.model.spec.underlay import Detection, Underlay
from easterly.model.underlays import metric, of_link

PROFILE = "FABRIC"


@dataclass(frozen=True, slots=True)
class Line:
    """One link between routers, seen from one of them.

    Attributes
    ----------
    row, back : int
        Row of the directed link that leaves, and of the one that comes back.
    name : str
        Its interface, ``swp7``.
    underlay : Underlay
    hops : int
        AS hops that it counts for where BGP runs.
    """

    row: int
    back: int
    name: str
    peer: End
    port: int
    rate_bps: float
    cost: int
    underlay: Underlay
    hops: int = 1


def lines(site: Site, network: Network, hops: AsHops | None = None) -> dict[int, list[Line]]:
    """Links between routers by the node that they leave, in the order of its ports."""
    links, names = network.links, network.nodes.name.tolist()
    found: dict[int, list[Line]] = defaultdict(list)
    for row in np.flatnonzero(links.kind != LinkKind.HOST).tolist():
        port = int(links.src_port[row])
        end = End(names[links.dst[row]], f"swp{links.dst_port[row]}")
        found[int(links.src[row])].append(
            Line(
                row,
                int(links.reverse[row]),
                f"swp{port}",
                end,
                port,
                float(links.capacity_bps[row]),
                metric(float(links.cost[row])),
                of_link(site, network, row),
                1 if hops is None else int(hops.count[row]),
            )
        )
    return {node: sorted(rows, key=lambda line: line.port) for node, rows in found.items()}


def profile(underlay: Underlay) -> str:
    """Name of the timers of detection; empty where the router's own do, or where there is no detection.

    >>> profile(Underlay.model_validate({"bfd": {"interval": "50ms", "multiplier": 3}}))
    'FABRIC-50MS-X3'
    """
    if not isinstance(underlay.bfd, Detection):
        return ""
    return f"{PROFILE}-{round(underlay.bfd.interval * 1e3)}MS-X{underlay.bfd.multiplier}"


def profiles(underlays: Iterable[Underlay]) -> tuple[Bfd, ...]:
    """Timers of detection that any of some underlays names."""
    found = {
        profile(each): Bfd(profile(each), each.bfd.interval, each.bfd.multiplier)
        for each in underlays if isinstance(each.bfd, Detection)
    }  # fmt: skip
    return tuple(found[name] for name in sorted(found))

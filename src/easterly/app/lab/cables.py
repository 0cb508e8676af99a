"""Cables of a plan as pairs of virtual interfaces, named as the plan names ports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from easterly.app.lab.spaces import LabError
from easterly.base.counts import counted
from easterly.base.schema import Doc, Unit
from easterly.model.network import Network, NodeKind
from easterly.model.shaping import ShapedClass, Shaper

End = tuple[str, str]
TICK_S = 0.003
"""What buckets last for."""
QUEUE_S = 0.05
"""What waits in front of a link at most, at its rate."""
CONTROL, CONTROL_SHARE, CONTROL_POINT = "control", 0.05, 48
"""Routing protocols send with CS6 (RFC 4594 section 3.1), and FRR does; a loaded link must not look like a dead one."""
FRAME_B = 9014
"""Largest frame: the largest packet of a host, and its header."""
MOST_ROUTERS, MOST_HOSTS = 40, 128
"""A router takes about 30 MB and two or three processes."""
SLOWEST_BPS, FASTEST_BPS, USUAL_BPS = 1_000_000, 200_000_000, 100_000_000


@dataclass(frozen=True, slots=True)
class Cable:
    """A cable of the plan: both ends, and what the lab makes of its rate."""

    name: Annotated[str, Doc("``<device>:<port>><device>:<port>``, as the plan calls it.")]
    row: Annotated[int, Doc("Row of the link that leaves its first end.")]
    ends: Annotated[tuple[End, End], Doc("Namespace, mostly that of the node, and port of either end.")]
    rate_bps: Annotated[int, Unit("bit/s"), Doc("Rate in the lab.")]

    @property
    def at_once_B(self) -> int:
        """What an end lets through ahead of its rate at most: its bucket, and the frame that overdraws it [B]."""
        return _bucket_B(self.rate_bps) + FRAME_B

    def shapers(self) -> tuple[Shaper, Shaper]:
        """What limits each end: one class for all, one that keeps routing protocols alive beside it."""
        return _limit(self.ends[0][1], self.rate_bps), _limit(self.ends[1][1], self.rate_bps)


def _bucket_B(rate_bps: int) -> int:
    return max(2 * FRAME_B, int(rate_bps / 8 * TICK_S))


def _limit(device: str, rate_bps: int) -> Shaper:
    burst_B = _bucket_B(rate_bps)
    control_bps = int(rate_bps * CONTROL_SHARE)
    queue = max(16, int(rate_bps / 8 * QUEUE_S / 1500))
    return Shaper(device, (
        ShapedClass("link", 1, None, rate_bps, rate_bps, FRAME_B, burst_B, burst_B),
        ShapedClass(CONTROL, 2, "link", control_bps, rate_bps, FRAME_B, burst_B, burst_B, 0, (CONTROL_POINT,),
                    limit=queue),
        ShapedClass("all", 3, "link", rate_bps - control_bps, rate_bps, FRAME_B, burst_B, burst_B, 1, limit=queue),
    ), "all")  # fmt: skip


def port(network: Network, link: int) -> End:
    """Node and interface that a link leaves.

    Parameters
    ----------
    network : Network
    link : int
        Row of `Network.links`.

    Returns
    -------
    node, interface : str
        A host's interfaces belong to the host.
    """
    node, number = int(network.links.src[link]), int(network.links.src_port[link])
    kind = "nic" if network.nodes.kind[node] == NodeKind.NIC else "swp"
    return str(network.nodes.device[node]), f"{kind}{number}"


def cables(network: Network, scale: float, homes: Mapping[End, str] = {}) -> tuple[Cable, ...]:
    """All cables of a network, at its rates divided by a factor.

    Parameters
    ----------
    network : Network
    scale : float
    homes : mapping of (str, str) to str, optional
        Namespace of those ports that are not in their node's own.

    Raises
    ------
    LabError
        Two cables in one port.
    """
    links, ids = network.links, network.link_ids
    made = []
    for row in network.cables.tolist():
        back = int(links.reverse[row])
        if back < 0:
            raise LabError(f"{ids[row]} leads in one direction only, and there is no such cable")
        rate_bps = round(float(links.capacity_bps[row]) / scale)
        a, b = ((homes.get(end, end[0]), end[1]) for end in (port(network, row), port(network, back)))
        made.append(Cable(str(ids[row]), row, (a, b), rate_bps))
    uses = Counter(end for each in made for end in each.ends)
    twice = [f"{name} of {node}" for (node, name), count in sorted(uses.items()) if count > 1]
    if twice:
        raise LabError(f"two cables in {twice[0]}: the lab has no bonded interfaces")
    return tuple(made)


def usual_scale(network: Network) -> float:
    """What rates are divided by so that the fastest link has 100 Mb/s; 1 where it is no faster anyway.

    Less where the slowest would be too slow for a lab, so that it is just fast enough, if the fastest then is not too
    fast.
    """
    rates = network.links.capacity_bps
    fastest, slowest = float(rates.max(initial=0.0)), float(rates.min(initial=float("inf")))
    usual, least = max(1.0, fastest / USUAL_BPS), slowest / SLOWEST_BPS
    return least if max(1.0, fastest / FASTEST_BPS) <= least < usual else usual


def crowded(network: Network) -> str:
    """Why a network is too large for a lab; empty if it is not."""
    routers, hosts = int(network.transit.sum()), len(network.hosts)
    if routers > MOST_ROUTERS or hosts > MOST_HOSTS:
        return (
            f"{counted(routers, 'router')} and {counted(hosts, 'host')} are more than the "
            f"{MOST_ROUTERS} and {MOST_HOSTS} that run on one machine; make the "
            "site smaller with --shrink, such as --shrink nodes=24"
        )
    return ""


def misfits(made: Sequence[Cable]) -> str:
    """Why rates are not for this lab; empty if they are."""
    rates = sorted({each.rate_bps for each in made})
    if not rates or (rates[0] >= SLOWEST_BPS and rates[-1] <= FASTEST_BPS):
        return ""
    told = f"links of the lab would have {rates[0]:,} to {rates[-1]:,} bit/s"
    most = FASTEST_BPS // SLOWEST_BPS
    if rates[-1] > most * max(1, rates[0]):
        return f"{told}, and no factor helps: here the fastest can be {most} times as fast as the slowest at most"
    return f"{told}, and only {SLOWEST_BPS:,} to {FASTEST_BPS:,} can be measured here; give another factor with --scale"

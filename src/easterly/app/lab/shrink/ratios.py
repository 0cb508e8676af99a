"""What a fabric's tiers carry down over what they carry up, and rates that keep it with fewer ports."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from easterly.model.network import LinkKind, Network, NodeKind

BORDER = "border"


def by_tier(network: Network, fabric: str) -> dict[int, float]:
    """Worst oversubscription of each tier of a fabric that has something below and above it.

    Parameters
    ----------
    network : Network
    fabric : str

    Returns
    -------
    dict of int to float
        Capacity down over capacity up of the fullest switch, by tier; border routers do not count.
    """
    nodes, links = network.nodes, network.links
    counts = (nodes.fabric == fabric) & (nodes.role != BORDER)
    rows = counts[links.src] & counts[links.dst] & (links.kind != LinkKind.WAN)
    tier = np.where(nodes.kind == NodeKind.NIC, 0, nodes.tier)
    rise = tier[links.dst] - tier[links.src]
    down, up = (
        np.bincount(links.src[keep], links.capacity_bps[keep], len(nodes))
        for keep in (rows & (rise < 0), rows & (rise > 0))
    )
    inner = np.flatnonzero((down > 0) & (up > 0))
    return {
        int(level): float((down[inner] / up[inner])[tier[inner] == level].max()) for level in np.unique(tier[inner])
    }


def kept(was_bps: Sequence[float], ratios: Sequence[float], ports: Sequence[tuple[int, int]]) -> list[float]:
    """Rates of every tier's links, from the hosts' up, with which few ports have the ratios of many.

    Parameters
    ----------
    was_bps : sequence of float [bit/s]
        Rates in the site, none of which is exceeded.
    ratios : sequence of float [1]
        Capacity down over capacity up, tier by tier.
    ports : sequence of (int, int)
        Ports down and up of a full switch, tier by tier.

    Returns
    -------
    list of float [bit/s]
        To the bit per second, so that ratios hold to about 1e-9.

    Examples
    --------
    Two interfaces over one uplink are 3:1 if they have one and a half times its rate.

    >>> kept([400e9, 400e9], [3.0], [(2, 1)])
    [400000000000.0, 266666666667.0]
    """
    relative = [1.0]
    for ratio, (down, up) in zip(ratios, ports, strict=True):
        relative.append(relative[-1] * down / (up * ratio))
    factor = min(rate / part for rate, part in zip(was_bps, relative, strict=True))
    return [float(round(part * factor)) for part in relative]


def port_rates(links_bps: Sequence[float]) -> list[float]:
    """Port rates of switches, tier by tier, that give links the rates wanted: a link has the lower one of its ends'.

    Parameters
    ----------
    links_bps : sequence of float [bit/s]
        Below each tier, from tier 2 on; those below tier 2 are set at the leaves and need only fit.

    Raises
    ------
    ValueError
        Links between slower ones both below and above.

    Examples
    --------
    >>> port_rates([4e11, 2e11])
    [400000000000.0, 200000000000.0]
    """
    ports = [max(pair) for pair in zip(links_bps, [*links_bps[1:], 0.0], strict=True)]
    for wanted, pair in zip(links_bps[1:], pairwise(ports), strict=True):
        if min(pair) != wanted:
            raise ValueError(
                f"links of {wanted:.0f} bit/s between switches with ports of {min(pair):.0f} bit/s or more"
            )
    return ports

"""The bill: what has to be bought for a network, and the oversubscription that it gives."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, texts
from easterly.base.counts import counted
from easterly.base.units import LENGTH, RATE, format_exact
from easterly.model.catalog.cables import Medium, medium
from easterly.model.network import LinkKind, Network, NodeKind
from easterly.model.outcome import Bill, BillLine
from easterly.model.spec.site import Site

WAN = "WAN"
"""Medium of a link that is bought as a service."""

Media = list[Medium | None]


def tally(site: Site, network: Network) -> Bill:
    """Bill of materials of a network, and the oversubscription of its fabrics.

    Cables are priced by medium and length: a fibre has two transceivers, copper has none, and a WAN link
    is a service that brings its own ends. The oversubscription of a switch is what its cables carry
    downwards over what they carry upwards, and that of a fabric the worst of all its switches; a fabric of
    one tier has none and counts as 1. Border routers and the WAN do not count.

    Parameters
    ----------
    site : Site
    network : Network
        As built from `site`.

    Returns
    -------
    Bill
    """
    cables, media = network.cables, _media(network)
    kinds = network.links.kind[cables]
    ratios = {name: _worst(network, name) for name in sorted(site.fabrics)}
    return Bill(
        lines=(
            *_switches(network),
            *_ports(network),
            *_hosts(site, network),
            *_cables(network, media),
            *_optics(network, media),
        ),
        switches_by_role=_by_role(network),
        fabric_links=int((kinds == LinkKind.FABRIC).sum()),
        host_links=int((kinds == LinkKind.HOST).sum()),
        wan_links=int((kinds == LinkKind.WAN).sum()),
        optics=sum(m.optics for m in media if m is not None),
        oversubscription={name: worst[0] for name, worst in ratios.items()},
        oversubscription_failed={name: worst[1] for name, worst in ratios.items()},
        binding_tier={name: worst[2] for name, worst in ratios.items()},
        cable_medium=texts([WAN if m is None else m.name for m in media]),
    )


def _media(network: Network) -> Media:
    """Medium of each cable, None for a WAN link; each pair of rate and length is looked up once."""
    cables = network.cables
    pairs = np.stack([network.links.capacity_bps[cables], network.links.length_m[cables]], axis=1)
    kinds, place = np.unique(pairs, axis=0, return_inverse=True)
    found = [medium(rate, length) for rate, length in kinds.tolist()]
    wan = (network.links.kind[cables] == LinkKind.WAN).tolist()
    return [None if is_wan else found[i] for is_wan, i in zip(wan, place.ravel().tolist(), strict=True)]


def _by_role(network: Network) -> dict[str, int]:
    roles = network.nodes.role[network.nodes.kind == NodeKind.SWITCH]
    return dict(sorted(Counter(roles.tolist()).items()))


def _switches(network: Network) -> list[BillLine]:
    keep = network.nodes.kind == NodeKind.SWITCH
    kinds = Counter(zip(network.nodes.switch_type[keep].tolist(), network.nodes.role[keep].tolist(), strict=True))
    return [BillLine("switch", model, role, count) for (model, role), count in sorted(kinds.items())]


def _ports(network: Network) -> list[BillLine]:
    """Ports of the switches in use and free, by model and role."""
    nodes = network.nodes
    used = np.bincount(network.links.src, minlength=len(nodes))
    counts: Counter[tuple[str, str]] = Counter()
    keep = np.flatnonzero(nodes.kind == NodeKind.SWITCH)
    columns = (nodes.switch_type, nodes.role, nodes.ports, used)
    for model, role, ports, taken in zip(*(column[keep].tolist() for column in columns), strict=True):
        counts[model, f"{role}, in use"] += taken
        counts[model, f"{role}, free"] += ports - taken
    return [BillLine("port", model, state, count) for (model, state), count in sorted(counts.items())]


def _hosts(site: Site, network: Network) -> list[BillLine]:
    kinds = Counter(network.hosts.host_type.tolist())
    made = []
    for model, count in sorted(kinds.items()):
        host = site.hardware.hosts[model]
        made.append(BillLine("host", model, f"{counted(host.gpus, 'GPU')}, {counted(host.nics, 'interface')}", count))
    return made


def _cables(network: Network, media: Media) -> list[BillLine]:
    """Rows by medium, rate and length; WAN links by rate alone."""
    rates = network.links.capacity_bps[network.cables].tolist()
    lengths = network.links.length_m[network.cables].tolist()
    kinds: Counter[tuple[str, str, float, float]] = Counter()
    for m, rate, length in zip(media, rates, lengths, strict=True):
        kinds[("WAN link", WAN, rate, 0.0) if m is None else ("cable", m.name, rate, length)] += 1
    return [
        BillLine(item, name, _detail(item, rate, length), count)
        for (item, name, rate, length), count in sorted(kinds.items())
    ]


def _detail(item: str, rate_bps: float, length_m: float) -> str:
    rate = format_exact(rate_bps, RATE)
    return rate if item == "WAN link" else f"{rate}, {format_exact(length_m, LENGTH)}"


def _optics(network: Network, media: Media) -> list[BillLine]:
    counts = Counter({m.name: 0 for m in media if m is not None and m.optics})
    for m in media:
        if m is not None and m.optics:
            counts[m.name] += m.optics
    return [BillLine("optic", name, "transceiver", count) for name, count in sorted(counts.items())]


def _worst(network: Network, fabric: str) -> tuple[float, float, str]:
    """Worst oversubscription of a fabric, the same with one upper switch failed, and the role where it stands."""
    lower, upper, capacity = _ascending(network, fabric)
    count = len(network.nodes)
    down = np.bincount(upper, weights=capacity, minlength=count)
    up = np.bincount(lower, weights=capacity, minlength=count)
    inner = (up > 0) & (down > 0)
    if not inner.any():
        return 1.0, 1.0, ""
    over = np.where(inner, down / np.where(inner, up, 1.0), -1.0)
    worst = _lowest(network, np.flatnonzero(over == over.max()))
    tier = inner & (network.nodes.role == network.nodes.role[worst])
    left = up - _largest_share(lower, upper, capacity, count)
    failed = np.where(left > 0, down / np.where(left > 0, left, 1.0), math.inf)
    return float(over[worst]), float(failed[tier].max()), str(network.nodes.role[worst])


def _lowest(network: Network, nodes: NDArray[np.intp]) -> int:
    """The node of the lowest tier, the first of them."""
    return int(nodes[np.argmin(network.nodes.tier[nodes])])


def _ascending(network: Network, fabric: str) -> tuple[IntColumn, IntColumn, FloatColumn]:
    """Lower end, upper end and capacity of the cables of a fabric that join two tiers, borders left out."""
    links, nodes, rows = network.links, network.nodes, network.cables
    keep: BoolColumn = (links.kind[rows] != LinkKind.WAN) & (nodes.fabric[links.src[rows]] == fabric)
    keep &= (nodes.role[links.src[rows]] != "border") & (nodes.role[links.dst[rows]] != "border")
    keep &= nodes.tier[links.src[rows]] != nodes.tier[links.dst[rows]]
    a, b = links.src[rows[keep]], links.dst[rows[keep]]
    rises = nodes.tier[a] < nodes.tier[b]
    return np.where(rises, a, b), np.where(rises, b, a), links.capacity_bps[rows[keep]]


def _largest_share(lower: IntColumn, upper: IntColumn, capacity_bps: FloatColumn, count: int) -> FloatColumn:
    """(N,) capacity to the one upper switch whose failure takes most from each node [bit/s]."""
    pairs, place = np.unique(lower.astype(np.int64) * count + upper, return_inverse=True)
    shares = np.bincount(place, weights=capacity_bps)
    largest = np.zeros(count)
    np.maximum.at(largest, pairs // count, shares)
    return largest

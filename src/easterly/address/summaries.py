"""What is said of addresses from outside: exact summaries at every border, and the routes that each tier holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from easterly.address.place import BORDER, CORE, LEAF, SPINE, SUPER, WAN_GROUP, Devices, devices
from easterly.address.prefixes import Prefixes
from easterly.address.sets import summarise
from easterly.address.text import BITS, Prefix, read
from easterly.model.address import AddressPlan
from easterly.model.network import Network
from easterly.model.spec.site import Site

Table = tuple[str, int]
"""Routing table and family."""
Routes = dict[Table, list[Prefix]]
TIERS = {LEAF: "leaf", SPINE: "spine", SUPER: "super-spine", CORE: "core", BORDER: "border"}
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a border has to say so that everything behind it is reached, and nothing else.

    Attributes
    ----------
    point : str
        ``leaf``, ``pod``, ``fabric``, ``site``, ``zone`` or ``block``, and its name.
    vrf : str
    family : int
    behind : tuple of Prefix
        What is behind it.
    prefixes : tuple of Prefix
        The fewest that cover just those.
    single : Prefix
        The longest that covers all of them.
    beyond : float [1]
        Share of the addresses of `single` that are not behind the border: what it would attract in vain.
    """

    point: str
    vrf: str
    family: int
    behind: tuple[Prefix, ...]
    prefixes: tuple[Prefix, ...]
    single: Prefix
    beyond: float


@dataclass(frozen=True, slots=True)
class Entries:
    """Routes that a device of a tier holds at most.

    Attributes
    ----------
    tier : str
    family : int
    devices : int
    plain : int
        Where nothing is summarised.
    summarised : int
        Where every pod, or fabric without pods, says its exact summary to the others.
    """

    tier: str
    family: int
    devices: int
    plain: int
    summarised: int


def cover(prefixes: Iterable[Prefix]) -> tuple[Prefix, ...]:
    """The fewest prefixes that hold exactly the addresses of some."""
    return tuple(summarise(Prefixes.of(prefixes)))


def summaries(site: Site, network: Network, plan: AddressPlan) -> tuple[Summary, ...]:
    """Exact summaries of every leaf, pod, fabric, zone and block, and of the whole site.

    Parameters
    ----------
    site : Site
    network : Network
    plan : AddressPlan

    Returns
    -------
    tuple of Summary
        Those of which nothing is behind are left out.
    """
    points: dict[str, Routes] = defaultdict(lambda: defaultdict(list))
    where = _where(network)
    for device, table, prefix in announced(plan):
        fabric, pod = where.get(device, ("", ""))
        for point in dict.fromkeys((f"leaf {device}", f"pod {pod}", f"fabric {fabric}", "site")):
            if not point.endswith(" "):
                points[point][table].append(prefix)
    for point, table, prefix in _stated(plan):
        points[point][table].append(prefix)
    return tuple(
        _summary(point, table, prefixes)
        for point, routes in sorted(points.items())
        for table, prefixes in sorted(routes.items())
    )


def _summary(point: str, table: Table, prefixes: list[Prefix]) -> Summary:
    least = cover(prefixes)
    single = _single(least)
    beyond = 1.0 - sum(prefix.size for prefix in least) / single.size
    return Summary(point, *table, tuple(sorted(set(prefixes))), least, single, beyond)


def _single(least: tuple[Prefix, ...]) -> Prefix:
    """The longest prefix around the first and the last address."""
    family, first, last = least[0].family, least[0].first, least[-1].last
    bits = (first ^ last).bit_length()
    return Prefix(family, first >> bits << bits, BITS[family] - bits)


def announced(plan: AddressPlan) -> Iterator[tuple[str, Table, Prefix]]:
    """What devices announce: loopbacks, prefixes of hosts, and the prefixes of blocks that are cut for a device."""
    rows = plan.prefixes
    for text, vrf, device in zip(rows.prefix.tolist(), rows.vrf.tolist(), rows.device.tolist(), strict=True):
        if device:
            prefix = read(text)
            yield device, (vrf, prefix.family), prefix
    ports = plan.interfaces
    single = np.flatnonzero(ports.role == "loopback")
    for device, text in zip(ports.device[single].tolist(), ports.address[single].tolist(), strict=True):
        prefix = read(text)
        yield device, (DEFAULT, prefix.family), prefix
    blocks, known = plan.blocks, set(plan.asn_device.tolist())
    for text, vrf, place in zip(blocks.prefix.tolist(), blocks.vrf.tolist(), blocks.place.tolist(), strict=True):
        if place in known:
            prefix = read(text)
            yield place, (vrf, prefix.family), prefix


def _stated(plan: AddressPlan) -> Iterator[tuple[str, Table, Prefix]]:
    """What is behind zones, and behind blocks that hold others: the innermost prefixes."""
    rows = plan.blocks
    names, around = rows.block.tolist(), dict(zip(rows.block.tolist(), rows.inside.tolist(), strict=True))
    cut = {name for name, place in zip(names, rows.place.tolist(), strict=True) if place}
    outer = set(rows.inside.tolist())
    columns = (rows.prefix.tolist(), names, rows.place.tolist(), rows.vrf.tolist(), rows.zone.tolist())
    for text, name, place, vrf, zone in zip(*columns, strict=True):
        if name in outer or (name in cut and not place):
            continue
        prefix = read(text)
        table = (vrf, prefix.family)
        if zone:
            yield f"zone {zone}", table, prefix
        at = name if place else around[name]
        while at in around:
            yield f"block {at}", table, prefix
            at = around[at]


def _where(network: Network) -> dict[str, tuple[str, str]]:
    """Fabric and pod of each switch; the pod is empty where there is none."""
    nodes = network.nodes
    columns = (nodes.name.tolist(), nodes.fabric.tolist(), nodes.pod.tolist())
    return {
        name: (fabric, f"{fabric}.pod{pod}" if pod >= 0 and fabric else "")
        for name, fabric, pod in zip(*columns, strict=True)
    }


def entries(site: Site, network: Network, plan: AddressPlan) -> tuple[Entries, ...]:
    """Routes that devices of each tier hold, with and without summaries between pods.

    A leaf holds the tables of the tenants that it serves, a border and a router of the WAN all of them, and switches
    between them the underlay alone, since tenants cross it encapsulated (RFC 7348).

    Parameters
    ----------
    site : Site
    network : Network
    plan : AddressPlan
    """
    found, where = devices(site, network), _where(network)
    units: dict[str, Routes] = defaultdict(lambda: defaultdict(list))
    serves: dict[str, set[str]] = defaultdict(lambda: {DEFAULT})
    for device, table, prefix in announced(plan):
        units[_unit(where, device)][table].append(prefix)
        serves[device].add(table[0])
    counts = {
        unit: {t: (len(set(rows)), len(cover(rows))) for t, rows in routes.items()} for unit, routes in units.items()
    }
    total: dict[Table, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for routes_of in counts.values():
        for table, (whole, less) in routes_of.items():
            total[table] = (total[table][0] + whole, total[table][1] + less)
    most: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for name, tier in _tiers(network, found):
        own = counts.get(_unit(where, name), {}) if tier in ("leaf", "spine") else {}
        everything = tier in ("border", "router")
        for family in sorted({family for _, family in total}):
            held = [t for t in total if t[1] == family and (everything or t[0] in _holds(tier, serves[name]))]
            rows = [(*total[t], own.get(t, (0, 0))) for t in held]
            most[tier, family].append((sum(a for a, _, _ in rows), sum(b + c[0] - c[1] for _, b, c in rows)))
    return tuple(
        Entries(tier, family, len(each), max(a for a, _ in each), max(b for _, b in each))
        for (tier, family), each in sorted(most.items())
    )


def _lengths(prefixes: list[Prefix]) -> tuple[int, int]:
    """How many there are, and in how few they can be said."""
    return len(set(prefixes)), len(cover(prefixes))


def _holds(tier: str, serves: set[str]) -> set[str]:
    return serves if tier == "leaf" else {DEFAULT}


def _unit(where: Mapping[str, tuple[str, str]], device: str) -> str:
    """What says one summary to the others: a pod, or a fabric without pods."""
    fabric, pod = where.get(device, ("", ""))
    return pod or fabric


def _tiers(network: Network, found: Devices) -> Iterator[tuple[str, str]]:
    wan = found.group == WAN_GROUP
    names = network.nodes.name[found.node].tolist()
    for name, kind, router in zip(names, found.kind.tolist(), wan.tolist(), strict=True):
        yield name, "router" if router else TIERS[kind]

"""Sessions of BGP, what they let through, and what protocols hand to each other on borders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from easterly.config.routers.links import Line, profile
from easterly.config.sheet import Port, Sheet
from easterly.model.network import Network
from easterly.model.router import DEFAULT, Exchange, Family, Filter, Group, Handover, Peer, Permit, Source
from easterly.model.spec.site import Site
from easterly.model.spec.underlay import Underlay
from easterly.model.underlays import of_fabric, timers

WORD: dict[int, Family] = {4: "ipv4", 6: "ipv6"}
# A neighbour's loopback is one hop away, and three by way of others when the link to it is down.
HOPS = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a router before its protocols are drafted.

    Attributes
    ----------
    ports : list of Port
        Its rows of the address plan.
    own : Underlay
        Of its fabric, or of the WAN.
    networks : dict of int to tuple of str
        Its loopback and its hosts' prefixes, by family.
    served : tuple of str
        Service addresses that it announces.
    inside : dict of int to tuple of str
        All prefixes of its fabric, where that hands its routes to the WAN.
    """

    sheet: Sheet
    ports: list[Port]
    own: Underlay
    edge: bool
    lines: tuple[Line, ...]
    networks: dict[int, tuple[str, ...]]
    served: tuple[str, ...]
    inside: dict[int, tuple[str, ...]]

    @property
    def border(self) -> bool:
        """Whether an interior protocol meets BGP here."""
        return self.own.protocol != "bgp" and any(line.underlay.protocol == "bgp" for line in self.lines)

    def service(self, family: int) -> tuple[str, ...]:
        """Prefixes of the services that it announces."""
        return tuple(dict.fromkeys(text for text in self.served if (":" in text) == (family == 6)))


def groups(seen: Seen) -> tuple[Group, ...]:
    """Sessions: on links, and between loopbacks where tenants' tables ride over another protocol."""
    alike: dict[tuple[Underlay, int], list[Line]] = defaultdict(list)
    if seen.own.protocol == "bgp":
        alike[seen.own, 1] = []
    for line in seen.lines:
        if line.underlay.protocol == "bgp":
            alike[line.underlay, line.hops].append(line)
    found = [group for (underlay, hops), lines in alike.items() for group in _on_links(seen, underlay, lines, hops)]
    return (*found, *_between_loopbacks(seen))


def _on_links(seen: Seen, underlay: Underlay, lines: list[Line], hops: int) -> Iterator[Group]:
    """Sessions on links of one underlay that count for as many AS hops."""
    word, longer = "FABRIC" if underlay == seen.own else "WAN", hops - 1
    end = f"_X{hops}" if longer else ""
    families, tenants = seen.sheet.families, bool(seen.sheet.vrfs)
    more = (underlay.bfd is not False, profile(underlay), timers(underlay))
    if underlay.unnumbered:
        exchanges = [_exchange(seen, family, longer) for family in families]
        peers = tuple(Peer(line.peer, seen.sheet.asn[line.peer.device], interface=line.name) for line in lines)
        yield Group(word + end, peers, (*exchanges, *([Exchange("evpn")] if tenants else [])), *more)
        return
    for family in families:
        exchanges = [_exchange(seen, family, longer)]
        if tenants and family == families[0]:
            exchanges.append(Exchange("evpn"))
        yield Group(f"{word}{family}{end}", _numbered(seen, lines, family), tuple(exchanges), *more)


def _exchange(seen: Seen, family: int, longer: int) -> Exchange:
    if seen.border:
        return Exchange(WORD[family], f"OUTSIDE{family}", f"SITE{family}", longer)
    return Exchange(WORD[family], f"SITE{family}", f"OWN{family}" if seen.edge else f"SITE{family}", longer)


def _numbered(seen: Seen, lines: list[Line], family: int) -> tuple[Peer, ...]:
    sheet, by_row = seen.sheet, {line.row: line for line in lines}
    return tuple(
        Peer(line.peer, sheet.asn[line.peer.device], sheet.by_link[line.back, family])
        for port in seen.ports
        if port.role == "link" and port.family == family and (line := by_row.get(port.link)) is not None
    )


def _between_loopbacks(seen: Seen) -> Iterator[Group]:
    """Sessions that carry tenants' tables only, to every neighbour, over whatever way there is."""
    sheet = seen.sheet
    ends = {line.peer.device: line.peer for line in seen.lines if line.underlay.protocol != "bgp"}
    if sheet.vrfs and seen.own.protocol != "bgp":
        peers = tuple(Peer(end, sheet.asn[device], sheet.loopback(device)) for device, end in ends.items())
        yield Group("OVERLAY", peers, (Exchange("evpn"),), bfd=False, source="lo", hops=HOPS)


def networks(seen: Seen) -> dict[int, tuple[str, ...]]:
    """What it announces itself by BGP; nothing where an interior protocol tells it."""
    if seen.own.protocol != "bgp":
        return {}
    return {family: (*found, *seen.service(family)) for family, found in seen.networks.items()}


def filters(seen: Seen) -> tuple[Filter, ...]:
    """What the site may hold, on leaves what is their own, and on borders what is inside and what is outside."""
    found = []
    for family in seen.sheet.families:
        if seen.own.protocol == "bgp" or seen.border:
            found.append(Filter(f"SITE{family}", family, _site(seen, family)))
        if seen.own.protocol == "bgp" and seen.edge:
            own = (*seen.networks[family], *seen.service(family))
            found.append(Filter(f"OWN{family}", family, tuple(map(Permit, own))))
        if seen.border:
            inside = tuple(map(Permit, seen.inside.get(family, ())))
            found.append(Filter(f"INSIDE{family}", family, inside))
            found.append(Filter(f"OUTSIDE{family}", family, _site(seen, family), inside))
        if seen.own.protocol != "bgp" and seen.service(family):
            found.append(Filter(f"CHECKS{family}", family, tuple(map(Permit, seen.service(family)))))
    return tuple(found)


def _site(seen: Seen, family: int) -> tuple[Permit, ...]:
    sheet = seen.sheet
    return (*sheet.ranges(family), *(Permit(text) for text in sheet.services(family)))


def handovers(seen: Seen) -> tuple[Handover, ...]:
    """On a border both ways between its protocols; elsewhere what health checks put into the table."""
    if seen.own.protocol == "bgp":
        return ()
    found = []
    for family in seen.sheet.families:
        if seen.border:
            own: Source = seen.own.protocol
            found.append(Handover(own, "bgp", family, f"INSIDE{family}"))
            found.append(Handover("bgp", seen.own.protocol, family, f"OUTSIDE{family}"))
        if seen.service(family):
            found.append(Handover("checks", seen.own.protocol, family, f"CHECKS{family}"))
    return tuple(found)


def inside(site: Site, network: Network, sheet: Sheet) -> dict[str, dict[int, tuple[str, ...]]]:
    """Prefixes of the default table by fabric and family, of fabrics in which an interior protocol runs."""
    wanted = {name for name in site.fabrics if of_fabric(site, name).protocol != "bgp"}
    rows = np.flatnonzero(network.transit)
    home = dict(zip(network.nodes.name[rows].tolist(), network.nodes.fabric[rows].tolist(), strict=True))
    found: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for device, fabric in home.items():
        if fabric in wanted:
            for port in sheet.ports.get(device, []):
                if port.role == "loopback":
                    found[fabric][port.family].append(port.address)
            for prefix, vrf, family in sheet.announced.get(device, []):
                if vrf == DEFAULT:
                    found[fabric][family].append(prefix)
    for name, service in sorted(site.anycast.items()):
        for fabric in {_fabric_of(network, home, place) for place in service.at} & wanted:
            for text in sheet.anycast.get(name, ()):
                found[fabric][6 if ":" in text else 4].append(text)
    return {fabric: {family: tuple(texts) for family, texts in by.items()} for fabric, by in found.items()}


def _fabric_of(network: Network, home: dict[str, str], place: str) -> str:
    rows = np.flatnonzero(network.hosts.name == place)
    return str(network.hosts.fabric[rows[0]]) if len(rows) else home.get(place, "")

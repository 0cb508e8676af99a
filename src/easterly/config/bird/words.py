"""A router in the words of BIRD: prefixes, filters, sessions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from easterly.model.router import End, Exchange, Group, IgpLink, Interface, Peer, Permit, Router

BITS = {4: 32, 6: 128}
OSPF = "source ~ [RTS_DEVICE, RTS_OSPF, RTS_OSPF_IA, RTS_OSPF_EXT1, RTS_OSPF_EXT2]"
SOURCES = {"bgp": "source = RTS_BGP", "ospf": OSPF, "checks": "source = RTS_STATIC"}
"""Whose a route is, by protocol. OSPF's are those of interfaces too; what health checks decide elsewhere is static."""
FURTHER = "bgp_path.prepend(bgp_path.first);"
"""Puts the neighbour's AS number before a path once more."""


def span(permit: Permit) -> str:
    """A prefix with its lengths, as sets of prefixes have it.

    >>> span(Permit("10.0.0.0/8", high=24)), span(Permit("10.0.0.0/8", low=32)), span(Permit("fd00::/8"))
    ('10.0.0.0/8{8,24}', '10.0.0.0/8{32,32}', 'fd00::/8')
    """
    if permit.low is None and permit.high is None:
        return permit.prefix
    length = int(permit.prefix.rpartition("/")[2])
    most = BITS[6 if ":" in permit.prefix else 4]
    low, high = (given if given is not None else usual for given, usual in ((permit.low, length), (permit.high, most)))
    return f"{permit.prefix}{{{low},{high}}}"


def session(group: Group, peer: Peer) -> str:
    """Name of a session, of letters, digits and ``_`` alone; ports make it unique."""
    family = next((e.family for e in group.exchanges if e.family != "evpn"), "bgp")
    return re.sub(r"\W", "_", f"{family}_{peer.end.device}_{peer.end.port}")


@dataclass(frozen=True, slots=True)
class Words:
    """What the template of one router asks for."""

    router: Router

    def within(self, name: str) -> str:
        """Condition that a filter is passed; a list that permits nothing is not defined: BIRD has no empty sets."""
        found = next((f for f in self.router.filters if f.name == name), None)
        if found is None or not found.permits:
            return "false"
        return f"net ~ {name}" + (f" && !(net ~ {name}_not)" if found.refuses else "")

    def passing(self, name: str) -> str:
        """What goes through a filter, ``all`` without one."""
        return self._clause(self.within(name)) if name else "all"

    def heard(self, exchange: Exchange) -> str:
        """What comes in: through a filter, and with longer paths where the link counts for more AS hops than one."""
        if not exchange.longer:
            return self.passing(exchange.accept)
        longer = f"{FURTHER} " * exchange.longer
        return f"filter {{ if {self.within(exchange.accept)} then {{ {longer}accept; }} reject; }}"

    def given(self, family: int) -> str:
        """What other protocols hand to the interior one, ``none`` where nothing is."""
        either = self._handed(family)
        return self._clause(" || ".join(either) if either else "false")

    def told(self, exchange: Exchange) -> str:
        """What goes out of a session: BGP's own, what is handed to it, through its filter."""
        allowed = self.within(exchange.announce) if exchange.announce else "true"
        if self.router.igp is None:  # nothing in the table is anybody else's
            return self.passing(exchange.announce)
        own = ["source = RTS_BGP", "source = RTS_STATIC", *self._handed(exchange.version, to_bgp=True)]
        return self._clause("false" if allowed == "false" else f"({' || '.join(own)}) && {allowed}")

    def families(self) -> list[int]:
        """Families whose routes it has, its own or others'."""
        router = self.router
        heard = {exchange.version for _, exchange in router.exchanges if exchange.version}
        return sorted({*router.networks, *heard, *(router.igp.families if router.igp else ())})

    def groups(self) -> list[Group]:
        """Sessions that have something to say: not those of EVPN alone."""
        return [group for group in self.router.groups if any(exchange.version for exchange in group.exchanges)]

    def own(self, family: int) -> list[str]:
        """What the router tells of itself: prefixes that its interfaces have, and ways to services of its hosts."""
        rows = [each for each in self.router.anycast if (":" in each.prefix) == (family == 6)]
        served: dict[str, list[str]] = {}
        for each in rows:
            if not each.drained:
                served.setdefault(each.prefix, []).extend([f"via {each.next_hop}"] if each.next_hop else [])
        kept = {each.prefix for each in rows}
        made = [f"{prefix} blackhole" for prefix in self.router.networks.get(family, ()) if prefix not in kept]
        return [*made, *(f"{prefix} {' '.join(ways) or 'blackhole'}" for prefix, ways in served.items())]

    def link_locals(self, port: str, end: End) -> tuple[str, str]:
        """Addresses of both ends of a link that the plan gives none: BIRD only waits for a neighbour it cannot name.

        They are this router's and the other's, and hold on their link alone (RFC 4291 section 2.5.6).
        """
        first = (self.router.name, port) < (end.device, end.port)
        return ("fe80::1", "fe80::2") if first else ("fe80::2", "fe80::1")

    def addresses(self, interface: Interface) -> tuple[str, ...]:
        """Addresses that the machine has to have on a link."""
        if interface.addresses or interface.peer is None:
            return interface.addresses
        return (f"{self.link_locals(interface.name, interface.peer)[0]}/64",)

    def detection(self, profile: str) -> str:
        """BFD of a session, with the timers of its profile if it has one."""
        timers = self.router.profile(profile)
        return "on" if timers is None else f"{{ interval {timers.interval_ms} ms; multiplier {timers.multiplier}; }}"

    def areas(self) -> list[tuple[str, list[IgpLink], tuple[str, ...]]]:
        """Areas of OSPF with their links; what is passive is in the router's own."""
        igp = self.router.igp
        if igp is None or igp.protocol != "ospf":
            return []
        names = dict.fromkeys([igp.area, *(link.area for link in igp.links)])
        return [
            (name, [link for link in igp.links if link.area == name], igp.passive if name == igp.area else ())
            for name in names
        ]

    def _handed(self, family: int, *, to_bgp: bool = False) -> list[str]:
        return [
            f"({SOURCES[give.source]} && {self.within(give.accept)})"
            for give in self.router.handed(family, to_bgp=to_bgp)
            if give.source in SOURCES
        ]

    @staticmethod
    def _clause(condition: str) -> str:
        return "none" if condition == "false" else f"where {condition}"

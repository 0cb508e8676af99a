"""Access lists that a plan asks for, by device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_interface, ip_network

import numpy as np

from easterly.config.linux.switch import host_ports, used_ports
from easterly.config.sheet import Sheet
from easterly.config.switches.machine import gateway_vlans, tenant_vlans
from easterly.model.access import ANY, REST, AccessList, AccessRule, DeviceAccess
from easterly.model.isolation import Isolation
from easterly.model.network import Network
from easterly.model.router import DEFAULT

OTHERS = "others"
"""The list for what comes in where no hosts of the plan are: only addresses tell whose it is."""
UNOWNED = "hosts"
"""The list for nobody's hosts behind a bridge whose addresses are a tenant's in another table."""
ASIDE = {
    4: (AccessRule("0.0.0.0/32", "255.255.255.255/32", permit=True, name="DHCP"),),
    6: (AccessRule("::/0", "fe80::/10", permit=True, name="link-local"),
        AccessRule("::/0", "ff02::/16", permit=True, name="link-local")),
}  # fmt: skip
"""What never leaves the link: a host that asks for an address (RFC 2131), neighbours of IPv6 (RFC 4861, RFC 4291)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A bridge where packets of hosts come in.

    Attributes
    ----------
    party : str
        Tenant that its addresses are held by; empty where they are nobody's.
    """

    device: str
    bridge: str
    vrf: str
    party: str
    ports: tuple[int, ...]


@dataclass(frozen=True)
class Access:
    """The filters of an isolation as lists, and where each of them belongs."""

    network: Network
    sheet: Sheet
    made: Isolation

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Bridges of hosts, by device and name."""
        holder = dict(zip(
            zip(self.made.holdings.vrf.tolist(), self.made.holdings.prefix.tolist(), strict=True),
            self.made.holdings.party.tolist(), strict=True,
        ))  # fmt: skip
        found = []
        plugged = host_ports(self.network, self.sheet)
        for node in np.flatnonzero(self.network.transit).tolist():
            name = str(self.network.nodes.name[node])
            bridges: dict[str, tuple[str, str]] = {}
            for row in self.sheet.ports.get(name, []):
                if row.role == "gateway":
                    party = holder.get((row.vrf, str(ip_interface(row.address).network)), "")
                    bridges[row.port] = (row.vrf, bridges.get(row.port, ("", ""))[1] or party)
            found += [
                Entry(name, bridge, vrf, party, tuple(sorted(plugged[node].get(bridge, ()))))
                for bridge, (vrf, party) in sorted(bridges.items())
            ]
        return tuple(found)

    @cached_property
    def nets(self) -> dict[tuple[str, str], frozenset[str]]:
        """Prefixes of gateways by device and bridge."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for device, rows in self.sheet.ports.items():
            for row in rows:
                if row.role == "gateway":
                    found[device, row.port].add(str(ip_interface(row.address).network))
        return {key: frozenset(nets) for key, nets in found.items()}

    @cached_property
    def vlans(self) -> dict[tuple[str, str], int]:
        """VLANs of switches that have some, by device and bridge."""
        own = tenant_vlans(self.sheet)
        return {
            (device, bridge): vlan for device, rows in self.sheet.ports.items()
            for bridge, vlan in gateway_vlans({(r.vrf, r.port) for r in rows if r.role == "gateway"}, own).items()
        }  # fmt: skip

    def list_of(self, entry: Entry) -> str:
        """Name of the list that judges what comes in.

        Nobody's hosts may share their leaf's prefix with hosts that have a table of their own. The same address is
        another host's there, so that no rule of that table is theirs.
        """
        if entry.party:
            return f"t-{entry.party}"
        here = [ip_network(net) for net in self.nets[entry.device, entry.bridge]]
        elsewhere = (ip_network(rule.src) for vrf, _, _, rule in self._rows if vrf != entry.vrf)
        return UNOWNED if any(_meet(a, b) for b in elsewhere for a in here) else OTHERS

    @cached_property
    def rules(self) -> dict[str, tuple[AccessRule, ...]]:
        """Rules by list: ``t-acme`` for the hosts of tenant acme, and ``others`` for everything else.

        The hosts of a tenant send from its addresses alone. Among the others nobody sends from what is behind a
        tenant's bridges in the table that all share; zones, which have no bridges, are known by their addresses.
        ``hosts`` is the part of ``others`` that is about that table.
        """
        own = {f"t-{party}": self._own(party) for party in sorted({e.party for e in self.entries if e.party})}
        behind = [AccessRule(str(net), ANY[net.version], permit=False, name=name) for name, net in self._behind()]
        every = [rule for _, _, _, rule in self._rows]
        shared = [rule for vrf, _, _, rule in self._rows if vrf == DEFAULT]
        return own | {
            name: _ended([*behind, *dict.fromkeys(rules)], permit=True, name="nobody's address")
            for name, rules in ((OTHERS, every), (UNOWNED, shared))
        }

    def _behind(self) -> Iterator[tuple[str, IPv4Network | IPv6Network]]:
        """What is behind the bridges of tenants without a table, in the fewest prefixes."""
        nets: dict[str, list[IPv4Network | IPv6Network]] = defaultdict(list)
        for entry in self.entries:
            if entry.vrf == DEFAULT and entry.party:
                nets[entry.party] += map(ip_network, self.nets[entry.device, entry.bridge])
        for party, found in sorted(nets.items()):
            for net in collapse_addresses(net for net in found if isinstance(net, IPv4Network)):
                yield f"behind bridges of {party}", net
            for wide in collapse_addresses(net for net in found if isinstance(net, IPv6Network)):
                yield f"behind bridges of {party}", wide

    def _own(self, party: str) -> tuple[AccessRule, ...]:
        passed = [rule for _, whose, _, rule in self._rows if whose == party and rule.permit]
        return _ended(passed, permit=False, name=f"fence of {party}")

    def hosts(self) -> Iterator[DeviceAccess]:
        """What the hosts of each tenant take in, whoever sent it: a file for all of them."""
        nics = sorted({row.port for rows in self.sheet.ports.values() for row in rows if row.role == "host"},
                      key=lambda nic: (len(nic), nic))  # fmt: skip
        for party in sorted({entry.party for entry in self.entries if entry.party}):
            passed = [rule for _, _, to, rule in self._rows if to == party and rule.permit]
            rules = _ended(passed, permit=False, name=f"fence of {party}")
            yield DeviceAccess(f"hosts-of-{party}", (AccessList(f"t-{party}", rules, tuple(nics)),))

    def linux(self, device: str, entries: Sequence[Entry]) -> DeviceAccess:
        """Lists of a Linux switch: at its bridges, and at whatever else is no cable to another switch."""
        hosted = {port for entry in entries for port in entry.ports}
        cables = [f"swp{port}" for port in sorted(set(self._used.get(device, ())) - hosted)]
        tables = [entry.vrf for entry in entries if entry.vrf != DEFAULT]
        tunnels = [f"l3{self.sheet.vrfs[vrf][0]}" for vrf in tables]
        ports: dict[str, list[str]] = defaultdict(list)
        for entry in entries:
            ports[self.list_of(entry)].append(entry.bridge)
        ports[OTHERS].append(REST)
        return DeviceAccess(device, self._lists(ports), ("lo", *cables, *dict.fromkeys((*tables, *tunnels))))

    def _lists(self, ports: dict[str, list[str]]) -> tuple[AccessList, ...]:
        return tuple(AccessList(name, self.rules[name], tuple(found)) for name, found in sorted(ports.items()))

    @cached_property
    def _used(self) -> dict[str, list[int]]:
        """Ports in use by device."""
        return {str(self.network.nodes.name[node]): ports for node, ports in used_ports(self.network).items()}

    @cached_property
    def models(self) -> dict[str, str]:
        """Model of each switch."""
        return dict(zip(self.network.nodes.name.tolist(), self.network.nodes.switch_type.tolist(), strict=True))

    @cached_property
    def _rows(self) -> tuple[tuple[str, str, str, AccessRule], ...]:
        """In which table, whose, for whom, and the rule."""
        rows = self.made.filters
        columns = (rows.src.tolist(), rows.dst.tolist(), rows.permit.tolist(), rows.reply.tolist(), rows.rule.tolist())
        found = []
        for vrf, party, to, src, dst, permit, reply, name in zip(
            rows.vrf.tolist(), rows.party.tolist(), rows.to.tolist(), *columns, strict=True
        ):
            found.append((vrf, party, to, AccessRule(src, dst or ANY[6 if ":" in src else 4], permit, reply, name)))
        return tuple(dict.fromkeys(found))


def _meet(a: IPv4Network | IPv6Network, b: IPv4Network | IPv6Network) -> bool:
    return a.version == b.version and a.overlaps(b)


def _ended(rules: list[AccessRule], permit: bool, name: str) -> tuple[AccessRule, ...]:
    """IPv4 first, then IPv6: what never leaves the link, the rules, and a last one that every packet fits."""
    return tuple(
        rule for family in (4, 6) for rule in (
            *ASIDE[family], *(each for each in rules if each.family == family),
            AccessRule(ANY[family], ANY[family], permit, name=name),
        )
    )  # fmt: skip

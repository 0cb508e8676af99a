"""What files say of tenants: ports in bridges, bridges in tables, targets of tables, lists where packets come in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from easterly.config.access.assembled import Rules, Way, assembled, judged, unjudged
from easterly.config.access.files import dialect_of
from easterly.config.access.places import Places, places
from easterly.config.access.wanted import OTHERS, Access, Entry
from easterly.config.kubernetes.parse import grants
from easterly.config.sheet import Sheet
from easterly.model.access import REST, AccessList
from easterly.model.address import AddressPlan
from easterly.model.isolation import Isolation
from easterly.model.network import Network
from easterly.model.outcome import DeviceConfigs
from easterly.model.router import DEFAULT
from easterly.model.spec.site import Site

UNDERLAY = ("underlay", "the table of all devices")
"""Stands for a target that every default table exports and imports."""
POLICIES = "kubernetes/isolation.yaml"


def found(site: Site, network: Network, address: AddressPlan, made: Isolation, configs: DeviceConfigs) -> Isolation:
    """The isolation that files have, whatever was planned.

    Who owns an address, and where hosts are plugged in, is taken from the plan; everything else from the text: which
    bridge a port is in and which table a bridge (netplan and FRR, and both count where they differ), what a table
    imports and exports (FRR), which list judges what comes in there, and the rules of that list. Security zones, and
    blocks of tenants, have no interface in any file: they may come in at any device with hosts, through its list for
    everything else. Files of hosts are left out: what they drop has come too far already.

    Parameters
    ----------
    site : Site
    network : Network
    address : AddressPlan
    made : Isolation
        The plan: parties, prefixes, what is allowed, shared hosts.
    configs : DeviceConfigs
        Rendered files, or files found under the same paths.

    Returns
    -------
    Isolation
        Names of rules end in file and line. Tables that several devices have alike are one.

    Raises
    ------
    ValueError
        A file is missing, or not understood.
    """
    text = {file.path: file.text for file in configs.artifacts}
    return _Reading(site, Access(network, Sheet(address, made), made), text).isolation()


@dataclass(frozen=True)
class _Reading:
    site: Site
    access: Access
    text: Mapping[str, str]

    def isolation(self) -> Isolation:
        """Ways in of all devices, put together."""
        ways = [way for device, entries in self._devices.items() for way in self._ways(device, entries)]
        rows = self.access.made.parties
        tenants = rows.name[rows.fenced & np.asarray(rows.kind == "tenant")].tolist()
        granted = list(grants(self.text[POLICIES], tenants, POLICIES)) if POLICIES in self.text else []
        return assembled(self.access.made, [*_apart(ways), *self._loose()], granted)

    @cached_property
    def _devices(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.access.entries:
            found[entry.device].append(entry)
        return dict(sorted(found.items()))

    @cached_property
    def _owner(self) -> dict[str, str]:
        """Party by prefix, of those behind bridges."""
        rows = self.access.made.holdings
        return dict(zip(rows.prefix.tolist(), rows.party.tolist(), strict=True))

    def _ways(self, device: str, entries: list[Entry]) -> Iterator[Way]:
        """Every bridge of hosts of a device, in every table that a file puts it into."""
        here, lists = places(device, self.text), self._lists[device]
        planned = {entry.bridge: entry for entry in entries}
        party_of = {f"swp{port}": entry.party for entry in entries for port in entry.ports}
        for bridge, tables in sorted(here.tables.items()):
            held = self._holders(here, bridge, planned.get(bridge), party_of)
            for vrf, at in tables.items():
                moved = bridge in planned and planned[bridge].vrf != vrf
                rows = tuple(
                    (party, net, where or (f"{bridge} is in table {vrf} ({at})" if moved else ""))
                    for party, net, where in held
                )
                yield Way(device, vrf, *_targets(here, vrf), lists(bridge), rows)

    def _holders(
        self, here: Places, bridge: str, entry: Entry | None, party_of: Mapping[str, str]
    ) -> list[tuple[str, str, str]]:
        """Parties behind a bridge: whose prefix it has, and who is plugged in."""
        held: dict[tuple[str, str], str] = {}
        ports, at = here.bridges[bridge]
        for net in here.nets[bridge]:
            owner = entry.party if entry is not None and net in self._planned(entry) else self._owner.get(net, "")
            if owner:
                held[owner, net] = ""
            for port in ports:
                party = party_of.get(port, "")
                if party and party != owner:
                    held.setdefault((party, net), f"{port} of {party} is in {bridge} ({at})")
        return [(party, net, where) for (party, net), where in sorted(held.items())]

    def _planned(self, entry: Entry) -> frozenset[str]:
        return self.access.nets[entry.device, entry.bridge]

    @cached_property
    def _lists(self) -> dict[str, _Lists]:
        return {device: self._read(device) for device in self._devices}

    def _read(self, device: str) -> _Lists:
        dialect, where = dialect_of(self.site, self.access, device)
        path = dialect.path.format(device)
        ports = {e.bridge: [e.bridge] if where is None else where(e) for e in self._devices[device]}
        return _Lists.of(path, dialect.parse(self.text[path]).lists if path in self.text else (), ports, where is None)

    def _loose(self) -> Iterator[Way]:
        """Prefixes that no bridge has: they come in through what a device has for everything else."""
        behind = {(entry.vrf, net) for entry in self.access.entries for net in self._planned(entry)}
        rows = self.access.made.holdings
        held: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for party, vrf, net in zip(rows.party.tolist(), rows.vrf.tolist(), rows.prefix.tolist(), strict=True):
            if (vrf, net) not in behind:
                held[vrf].append((party, net, ""))
        targets = self.access.made.targets
        columns = (targets.vrf.tolist(), targets.imported.tolist(), targets.target.tolist(), targets.rule.tolist())
        for vrf, holders in sorted(held.items()):
            own = [(imported, (target, rule)) for name, imported, target, rule in zip(*columns, strict=True)
                   if name == vrf]  # fmt: skip
            imports, exports = (tuple(t for side, t in own if side is wanted) for wanted in (True, False))
            if vrf == DEFAULT:
                imports = exports = (UNDERLAY,)
            for device in self._devices:
                yield Way(device, vrf, imports, exports, self._lists[device](REST), tuple(holders))


@dataclass(frozen=True, slots=True)
class _Lists:
    """Which rules judge what comes in through a bridge of a device."""

    path: str
    ports: Mapping[str, list[str]]
    bound: Mapping[str, AccessList]
    rest: AccessList | None
    everywhere: bool

    @classmethod
    def of(cls, path: str, lists: tuple[AccessList, ...], ports: Mapping[str, list[str]], everywhere: bool) -> _Lists:
        """`everywhere` where the rest has a word; else the list of nobody's hosts is taken for it."""
        bound = {port: each for each in lists for port in each.ports}
        rest = bound.get(REST) if everywhere else next((each for each in lists if each.name == OTHERS), None)
        return cls(path, ports, bound, rest, everywhere)

    def __call__(self, bridge: str) -> Rules:
        """Rules of a bridge, or of everything else."""
        rest = None if self.rest is None else judged(self.rest, self.path)
        if bridge == REST:
            return rest or unjudged(f"no list for everything else ({self.path})")
        default = self.rest if self.everywhere else None
        lists = [self.bound.get(port, default) for port in self.ports.get(bridge, [bridge])]
        if lists and all(each is not None for each in lists) and len({each.rules for each in lists if each}) == 1:
            return judged(next(each for each in lists if each is not None), self.path)
        return unjudged(f"no list at {bridge} ({self.path})")


def _targets(here: Places, vrf: str) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    if vrf == DEFAULT:
        return (UNDERLAY,), (UNDERLAY,)
    return tuple(here.imports.get(vrf, ())), tuple(here.exports.get(vrf, ()))


def _apart(ways: list[Way]) -> Iterator[Way]:
    """Ways of one table of one device see each other without any target, whatever their lists."""
    several = Counter((way.device, way.vrf) for way in ways)
    keys = {(way.device, way.vrf, way.key) for way in ways}
    kinds = Counter((device, vrf) for device, vrf, _ in keys)
    for way in ways:
        here = (way.device, way.vrf)
        if several[here] > 1 and kinds[here] > 1 and way.vrf != DEFAULT:
            local = (f"{way.vrf} on {way.device}", "one table")
            yield replace(way, imports=(*way.imports, local), exports=(*way.exports, local))
        else:
            yield way

"""Rules of services that are announced from several places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from easterly.address.anycast import ROLE, sourceless
from easterly.address.text import AddressError, Prefix, read, read_address
from easterly.base.findings import Finding, Severity, did_you_mean, rule
from easterly.model.address import AddressPlan
from easterly.model.network import Network
from easterly.model.spec.anycast import Anycast
from easterly.model.spec.site import Site


@rule("E525", "a service has no address of its own")
def services_have_addresses(site: Site) -> Iterator[Finding]:
    """Addresses are readable and stated once, and blocks to take them from are there."""
    holders: dict[tuple[int, int], str] = {}
    for name, spec in sorted(site.anycast.items()):
        for row, text in enumerate(spec.address):
            at = f"{spec.origin}/address/{row}"
            try:
                number = read_address(text, text)
            except AddressError as error:
                yield Finding("E525", at, str(error), error.hint)
                continue
            if number in holders:
                yield Finding("E525", at, f"{text} is that of service {holders[number]} too", "give each its own")
            elif any(holder == name and family == number[0] for (family, _), holder in holders.items()):
                text = f"service {name} has two addresses of IPv{number[0]}"
                yield Finding("E525", at, text, "state one of each family; a second one is a service of its own")
            holders[number] = name
        yield from sourceless(site, spec)


@rule("E526", "a service is at a place that cannot announce it")
def services_have_places(site: Site, network: Network) -> Iterator[Finding]:
    """Places are hosts or switches, once each; what is drained is one of them."""
    known = {*network.hosts.name.tolist(), *network.nodes.name[np.asarray(network.transit)].tolist()}
    for name, spec in sorted(site.anycast.items()):
        for row, place in enumerate(spec.at):
            at = f"{spec.origin}/at/{row}"
            if place not in known:
                yield Finding("E526", at, f"there is no host or switch {place}", did_you_mean(place, known))
            elif place in spec.at[:row]:
                yield Finding("E526", at, f"service {name} is at {place} twice", "name it once")
        for row, place in enumerate(spec.drain):
            if place not in spec.at:
                text = f"service {name} is not at {place}, which is to be drained"
                yield Finding("E526", f"{spec.origin}/drain/{row}", text, did_you_mean(place, spec.at))
        if set(spec.at) <= set(spec.drain):
            text = f"service {name} is drained everywhere: nobody announces it"
            yield Finding("E526", f"{spec.origin}/drain", text, "leave one place in", Severity.WARNING)


@rule("E527", "a service's address is somebody else's, or nobody hears of it")
def services_are_heard(site: Site, address: AddressPlan) -> Iterator[Finding]:
    """Addresses of services are outside of hosts' subnets, and their hosts have an interface in the default table."""
    rows, ports = address.prefixes, address.interfaces
    taken = [(read(p), owner) for p, owner, role, vrf in zip(
        rows.prefix.tolist(), rows.owner.tolist(), rows.role.tolist(), rows.vrf.tolist(), strict=True,
    ) if role in ("hosts", "tenant") and vrf == "default"]  # fmt: skip
    homes = defaultdict(set)
    for device, vrf in zip(ports.device.tolist(), ports.vrf.tolist(), strict=True):
        homes[device].add(vrf)
    for row in np.flatnonzero(rows.role == ROLE).tolist():
        spec = site.anycast.get(str(rows.owner[row]))
        if spec is not None:
            yield from _heard(spec, read(str(rows.prefix[row])), taken, homes)


def _heard(
    spec: Anycast, own: Prefix, taken: list[tuple[Prefix, str]], homes: dict[str, set[str]]
) -> Iterator[Finding]:  # fmt: skip
    for prefix, owner in taken:
        if prefix.family == own.family and prefix.first <= own.first <= prefix.last:
            text = f"{own} of service {spec.name} is inside {prefix} of the hosts of {owner}"
            yield Finding("E527", spec.origin, text, "take one outside of the hosts' pools", on_key=True)
            return
    for row, place in enumerate(spec.at):
        if homes.get(place) and "default" not in homes[place]:
            tables = ", ".join(sorted(homes[place]))
            text = f"{place} is in the tables of {tables} only, and {spec.name} in the default one"
            yield Finding(
                "E527", f"{spec.origin}/at/{row}", text, "serve it from a host that no tenant with a table has"
            )

"""How full address pools are."""

from __future__ import annotations

from ipaddress import ip_interface, ip_network

from easterly.address.pools import Source, families
from easterly.model.address import AddressPlan
from easterly.model.spec.site import Site


def taken(site: Site, plan: AddressPlan) -> list[tuple[str, int, int]]:
    """Name, addresses taken and addresses there are, of each IPv4 pool and each purpose of a shared one.

    A prefix of hosts takes all of its addresses, a link two, a device one. Pools of IPv6 are left out: a cluster does
    not fill them.
    """
    found = []
    for family in families(site):
        if family.family == 4:
            sources = {"hosts": family.hosts, "links": family.links, "loopback": family.loopback, **family.tenants}
            found += [_of(purpose, source, plan) for purpose, source in sources.items()]
    return found


def _of(purpose: str, source: Source, plan: AddressPlan) -> tuple[str, int, int]:
    first, room = source.prefix.first, 2 ** (32 - source.prefix.length)
    blocks = [ip_network(text) for text in _v4(plan.prefixes.prefix[plan.prefixes.role != "pool"].tolist())]
    used = sum(block.num_addresses for block in blocks if first <= int(block.network_address) < first + room)
    single = plan.interfaces.address[(plan.interfaces.role == "link") | (plan.interfaces.role == "loopback")]
    used += sum(first <= int(ip_interface(text)) < first + room for text in _v4(single.tolist()))
    name = source.pool or "default"
    return (name if name == purpose else f"{name} ({purpose})"), used, room


def _v4(texts: list[str]) -> list[str]:
    return [text for text in texts if ":" not in text]

"""How full address pools and blocks are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from easterly.address.blocks.tree import OVERHEAD, SINGLE
from easterly.address.headroom import headroom
from easterly.address.pools import Source, families
from easterly.address.text import Prefix, read
from easterly.model.address import AddressPlan
from easterly.model.spec.site import Site


@dataclass(frozen=True, slots=True)
class Stock:
    """Addresses that grow into a room.

    Attributes
    ----------
    kind : str
        ``pool`` or ``block``.
    name : str
    such : str
        The prefix of a block; the name of a pool.
    count : int
        Prefixes that are alike.
    used, room : int
        Addresses that are taken, and that there are, in each of them.
    """

    kind: str
    name: str
    such: str
    count: int
    used: int
    room: int


def stocks(site: Site, plan: AddressPlan) -> Iterator[Stock]:
    """Every pool, each purpose of a shared one apart; every block; and the subnets of blocks that say their hosts.

    A prefix takes all of its addresses, a link of IPv4 or IPv6 two, a device one. Of a subnet, the addresses of the
    network, of its broadcast and of its gateway are no room.
    """
    numbered, pools = list(_numbered(plan)), set()
    for family in families(site):
        sources = {"hosts": family.hosts, "links": family.links, "loopback": family.loopback, **family.tenants}
        for purpose, source in sources.items():
            pools.add(source.pool)
            yield _of(purpose, source, [own for own in numbered if own.family == family.family])
    for room in headroom(site, plan):
        block = room.name in site.addressing.blocks
        if block or room.name not in pools:
            yield Stock("block" if block else "pool", room.name, str(room.prefix), 1, room.given, room.prefix.size)
    yield from _subnets(site, plan)


def _numbered(plan: AddressPlan) -> Iterator[Prefix]:
    """Prefixes of hosts and of tenants; addresses of links and of loopbacks."""
    yield from map(read, plan.prefixes.prefix[plan.prefixes.role != "pool"].tolist())
    single = (plan.interfaces.role == "link") | (plan.interfaces.role == "loopback")
    for text in plan.interfaces.address[single].tolist():
        address, _, _ = text.partition("/")
        yield read(f"{address}/{128 if ':' in address else 32}")


def _of(purpose: str, source: Source, numbered: list[Prefix]) -> Stock:
    used = sum(own.size for own in numbered if source.prefix.first <= own.first <= source.prefix.last)
    pool = source.pool or "default"
    name = pool if pool == purpose else f"{pool} ({purpose})"
    return Stock("pool", name, name, 1, used, source.prefix.size)


def _subnets(site: Site, plan: AddressPlan) -> Iterator[Stock]:
    """Hosts that are wanted in each prefix of a block; its prefixes are of one length in each family."""
    rows, around = plan.blocks, set(plan.blocks.inside.tolist())
    parts = set(rows.block[rows.place != ""].tolist())
    alike: dict[tuple[str, int, int], list[str]] = {}
    columns = (rows.prefix.tolist(), rows.block.tolist(), rows.place.tolist(), rows.hosts.tolist())
    for text, name, place, hosts in zip(*columns, strict=True):
        if hosts > 0 and name not in around and (place or name not in parts):
            own = read(text)
            alike.setdefault((name, own.family, own.length), []).append(text)
    for (name, _, _), texts in alike.items():
        block = site.addressing.blocks[name]
        room = read(texts[0]).size - (0 if block.role in SINGLE else OVERHEAD)
        yield Stock("block", f"{name} (hosts)", texts[0], len(texts), block.hosts or 0, room)

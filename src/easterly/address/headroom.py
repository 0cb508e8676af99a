"""How full pools and blocks are: what is given, what is free, and the largest prefix that still fits."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from easterly.address.listed import read_list
from easterly.address.pools import readable
from easterly.address.prefixes import Prefixes, joined
from easterly.address.sets import intersect, summarise
from easterly.address.text import BITS, Prefix, read
from easterly.model.address import AddressPlan
from easterly.model.spec.site import Site


@dataclass(frozen=True, slots=True)
class Headroom:
    """Room in a pool or a block, in one family.

    Attributes
    ----------
    name : str
    prefix : Prefix
    given : int
        Addresses of prefixes and of interfaces inside.
    free : int
    largest : Prefix or None
        The lowest of the largest prefixes of which nothing is given.
    """

    name: str
    prefix: Prefix
    given: int
    free: int
    largest: Prefix | None


def headroom(site: Site, plan: AddressPlan) -> tuple[Headroom, ...]:
    """Room in every pool, and in every block that holds something.

    Parameters
    ----------
    site : Site
    plan : AddressPlan

    Returns
    -------
    tuple of Headroom
        Pools first, then blocks, by name.
    """
    inside: dict[str, list[Prefix]] = defaultdict(list)
    around: dict[str, list[Prefix]] = defaultdict(list)
    rows = plan.blocks
    columns = (rows.prefix.tolist(), rows.block.tolist(), rows.place.tolist(), rows.inside.tolist())
    for text, name, place, outer in zip(*columns, strict=True):
        prefix = read(text)
        inside[name if place else outer].append(prefix)
        if not place:
            around[name].append(prefix)
    numbered = _numbered(plan)
    pools = sorted(readable(site).items())
    made = [_room(name, pool, joined(Prefixes.of(inside[name]), numbered)) for name, pool in pools]
    held = [(name, own) for name in sorted(around) if inside[name] for own in around[name]]
    made += [_room(name, own, Prefixes.of(inside[name])) for name, own in held]
    return tuple(made)


def _numbered(plan: AddressPlan) -> Prefixes:
    """Prefixes of hosts, and addresses of loopbacks and links, as the plan gave them."""
    rows, ports = plan.prefixes, plan.interfaces
    single = ports.address[(ports.role == "loopback") | (ports.role == "link")].tolist()
    texts = [*rows.prefix[rows.role != "pool"].tolist(), *(text.partition("/")[0] for text in single)]
    return summarise(read_list("\n".join(texts), bare=True).prefixes)


def _room(name: str, outer: Prefix, inner: Prefixes) -> Headroom:
    taken = tuple(intersect(Prefixes.of([outer]), inner))
    given = sum(prefix.size for prefix in taken)
    return Headroom(name, outer, given, outer.size - given, _largest(outer, taken))


def _largest(outer: Prefix, taken: tuple[Prefix, ...]) -> Prefix | None:
    """The lowest of the largest aligned blocks between what is taken."""
    best: Prefix | None = None
    low = outer.first
    for first, last in [*((p.first, p.last) for p in taken), (outer.last + 1, outer.last)]:
        block = _largest_in(outer.family, low, first - 1)
        if block is not None and (best is None or block.length < best.length):
            best = block
        low = last + 1
    return best


def _largest_in(family: int, low: int, high: int) -> Prefix | None:
    """The lowest of the largest aligned blocks from `low` to `high`."""
    for bits in range((high - low + 1).bit_length() - 1, -1, -1) if high >= low else ():
        first = -(-low >> bits) << bits
        if first + (1 << bits) - 1 <= high:
            return Prefix(family, first, BITS[family] - bits)
    return None

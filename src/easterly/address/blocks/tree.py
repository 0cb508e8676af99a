"""The hierarchy of blocks, and how large each has to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from easterly.address.blocks.places import Place, index_of, places
from easterly.address.facts import usable
from easterly.address.needs import grown
from easterly.address.place import Devices
from easterly.address.pools import ROLES, readable
from easterly.address.text import BITS
from easterly.base.findings import Finding, did_you_mean
from easterly.model.network import Network
from easterly.model.spec.addressing import Block
from easterly.model.spec.site import Site

SINGLE = frozenset({"links", "loopback", "vtep", "anycast", "services"})
"""Purposes whose addresses stand alone: no subnet, hence no address of a network, a broadcast or a gateway."""
OVERHEAD = 3
HOSTS6, SERVICES6 = 64, 112


@dataclass(frozen=True, slots=True)
class Need:
    """What a block takes in one family.

    Attributes
    ----------
    each : int
        Addresses of one of its prefixes, as a power of two.
    whole : int
        Addresses of all of it, room to grow included, as a power of two.
    places : list of Place
    index : list of int
        Number of each place among those that there is room for.
    """

    each: int
    whole: int
    places: list[Place]
    index: list[int]


@dataclass(frozen=True, slots=True)
class Tree:
    """Blocks by what they are inside of.

    Attributes
    ----------
    blocks : mapping of str to Block
    children : mapping of str to tuple of str
        Names of blocks by the name of the block or pool around them.
    families : mapping of str to tuple of int
        Address families of each block and pool.
    """

    blocks: Mapping[str, Block]
    children: Mapping[str, tuple[str, ...]]
    families: Mapping[str, tuple[int, ...]]

    def zone(self, name: str) -> str:
        """Security zone of a block: its own, or that around it."""
        block = self.blocks.get(name)
        return "" if block is None else block.zone or self.zone(block.inside[0])

    def tenant(self, name: str) -> str:
        """Tenant of a block: its own, or that around it."""
        block = self.blocks.get(name)
        return "" if block is None else block.tenant or self.tenant(block.inside[0])

    def level(self, name: str) -> int:
        """How many blocks are around it."""
        block = self.blocks.get(name)
        return -1 if block is None else 1 + self.level(block.inside[0])

    def growing(self, name: str, family: int) -> bool:
        """Whether what is inside stands far apart."""
        block = self.blocks.get(name)
        return family == 6 if block is None or block.sparse is None else block.sparse


def faults(site: Site) -> Iterator[Finding]:
    """Blocks that cannot be cut: inside nothing or themselves, of no size, or with two kinds of content (E520)."""
    blocks = site.addressing.blocks
    known = [*site.addressing.pools, *blocks]
    for name, block in sorted(blocks.items()):
        at = f"addressing/blocks/{name}"
        for i, around in enumerate(block.inside):
            if around not in known:
                path = f"{at}/inside/{i}" if len(block.inside) > 1 else f"{at}/inside"
                text = f"block {name} is inside {around}, which is neither a pool nor a block"
                yield Finding("E520", path, text, did_you_mean(around, known))
            elif around in ROLES:
                hint = "add a pool for blocks, and name that"
                text = f"block {name} is inside pool {around}, which numbers the fabric itself"
                yield Finding("E520", f"{at}/inside", text, hint)
        if _circular(blocks, name):
            hint = "put the outermost block inside a pool"
            yield Finding("E520", f"{at}/inside", f"block {name} is inside itself", hint)
            continue
        yield from _shape_faults(blocks, name, at)
        yield from _family_faults(site, name, at)
        yield from _size_faults(block, at)


def _family_faults(site: Site, name: str, at: str) -> Iterator[Finding]:
    """Pools of one family, of which a block can only be in one."""
    pools, seen = readable(site), dict[int, str]()
    for around in site.addressing.blocks[name].inside:
        family = pools[around].family if around in pools else 0
        if family and family in seen:
            text = f"block {name} is inside {seen[family]} and {around}, both of IPv{family}"
            yield Finding("E520", f"{at}/inside", text, "name one pool of each address family, and a block for each")
        seen.setdefault(family, around)


def _size_faults(block: Block, at: str) -> Iterator[Finding]:
    """Lengths that are stated beside hosts who have no room in them."""
    for family, key in ((4, "length"), (6, "length6")):
        bits = _fixed(block, family)
        if block.hosts is None or bits is None:
            continue
        room = 1 << bits if block.role in SINGLE else usable(family, BITS[family] - bits)
        if room < block.hosts:
            text = f"{block.hosts:,} hosts are wanted, and a /{BITS[family] - bits} has {room:,} addresses for them"
            yield Finding("E520", f"{at}/{key}", text, f"leave `{key}` out: it follows from `hosts`")


def _shape_faults(blocks: Mapping[str, Block], name: str, at: str) -> Iterator[Finding]:
    block = blocks[name]
    inner = sorted(other for other, b in blocks.items() if name in b.inside)
    if len(block.inside) > 1 and any(around in blocks for around in block.inside):
        yield Finding("E520", f"{at}/inside", f"block {name} is inside several, and not all of them are pools",
                      "name one block, or one pool of each address family")  # fmt: skip
    if inner and block.per is not None:
        text = f"block {name} holds a prefix for each {block.per}, and block {inner[0]} as well"
        yield Finding("E520", f"{at}/per", text, f"put {inner[0]} beside it, inside {block.inside[0]}")
    stated = block.hosts is not None or block.length is not None or block.length6 is not None
    if not inner and not stated and block.role not in SINGLE:
        hint = "write `hosts`, `length` or blocks inside it"
        yield Finding("E520", at, f"nothing says how large block {name} is", hint)


def _circular(blocks: Mapping[str, Block], name: str) -> bool:
    seen, at = {name}, blocks[name].inside[0]
    while at in blocks:
        if at in seen:
            return True
        seen.add(at)
        at = blocks[at].inside[0]
    return False


def tree(site: Site) -> Tree:
    """The hierarchy of a site whose blocks have no faults."""
    blocks, pools = site.addressing.blocks, readable(site)
    inner: dict[str, list[str]] = {}
    for name, block in sorted(blocks.items()):
        for around in block.inside:
            inner.setdefault(around, []).append(name)
    families: dict[str, tuple[int, ...]] = {name: (pool.family,) for name, pool in pools.items()}

    def family_of(name: str) -> tuple[int, ...]:
        if name not in families:
            families[name] = tuple(sorted({f for around in blocks[name].inside for f in family_of(around)}))
        return families[name]

    for name in blocks:
        family_of(name)
    return Tree(blocks, {key: tuple(names) for key, names in inner.items()}, families)


def needs(site: Site, network: Network, found: Devices, made: Tree, family: int) -> dict[str, Need]:
    """What every block takes in one family: what is wanted from below, up to powers of two (VLSM)."""
    known: dict[str, Need] = {}

    def need(name: str) -> Need:
        if name not in known:
            block = made.blocks[name]
            inner = [need(child).whole for child in made.children.get(name, ()) if family in made.families[child]]
            whole = partial(_of_places, block, site, network, found, family)
            known[name] = _of_children(block, inner, family) if inner else whole()
        return known[name]

    for name in made.blocks:
        if family in made.families[name]:
            need(name)
    return known


def _of_children(block: Block, inner: list[int], family: int) -> Need:
    """Powers of two, the largest first, leave no gaps: their sum, up to a power of two, holds them."""
    total = grown(sum(1 << bits for bits in inner), 100 * block.growth)
    fixed = _fixed(block, family)
    bits = (total - 1).bit_length() if fixed is None else fixed
    return Need(bits, bits, [Place("", (0, 0, 0))], [0])


def _of_places(block: Block, site: Site, network: Network, found: Devices, family: int) -> Need:
    wanted = places(block.per, site, network, found) or [Place("", (0, 0, 0))]
    each = _each(block, family)
    index, count = index_of(wanted, block.growth if block.per else 0.0)
    return Need(each, each + (count - 1).bit_length(), wanted, index)


def _each(block: Block, family: int) -> int:
    """Bits of one prefix."""
    fixed = _fixed(block, family)
    if fixed is not None:
        return fixed
    alone = block.role in SINGLE
    if family == 6 and not alone:
        return BITS[6] - HOSTS6
    if family == 6 and block.role == "services":
        return BITS[6] - SERVICES6
    wanted = grown(block.hosts or 1, 100 * block.growth) + (0 if alone else OVERHEAD)
    return max((wanted - 1).bit_length(), 1 if block.role == "links" else 0)


def _fixed(block: Block, family: int) -> int | None:
    length = block.length if family == 4 else block.length6
    return None if length is None else BITS[family] - length

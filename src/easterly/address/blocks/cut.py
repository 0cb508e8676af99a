"""Cutting blocks out of pools: what an earlier plan gave stays, the rest goes largest first where it wastes least."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from easterly.address.blocks.places import power
from easterly.address.blocks.tree import Need, Tree, needs, tree
from easterly.address.free import Full, Space
from easterly.address.place import Devices
from easterly.address.pools import readable
from easterly.address.text import BITS, Prefix, read
from easterly.base.columns import ints, texts
from easterly.base.findings import Finding, FindingsError
from easterly.model.address import AddressPlan, Blocks
from easterly.model.network import Network
from easterly.model.spec.site import Site

Earlier = Mapping[tuple[int, str, str], list[Prefix]]
"""Prefixes by family, block and place; the place is empty for the block itself."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of `Blocks`: its columns of text, and those of numbers."""

    words: tuple[str, ...]
    numbers: tuple[int, int, int]


@dataclass(slots=True)
class Cutting:
    """Prefixes of blocks while they are cut, in one family."""

    made: Tree
    need: Mapping[str, Need]
    earlier: Earlier
    family: int
    given: dict[str, list[Prefix]] = field(default_factory=dict)
    parts: dict[str, list[tuple[str, Prefix]]] = field(default_factory=dict)

    def inside(self, name: str, around: list[Prefix]) -> None:
        """Cut everything that is inside a pool or a block."""
        inner = [child for child in self.made.children.get(name, ()) if child in self.need]
        if not inner:
            return
        space = Space.of(around)
        for child in inner:
            self.given[child] = [prefix for prefix in self._had(child) if space.hold(prefix)]
        sparse = self.made.growing(name, self.family)
        for child in sorted(inner, key=lambda child: (-self.need[child].whole, child)):
            self._complete(child, name, space, sparse)
        for child in inner:
            self.inside(child, self.given[child])
            if child not in self.made.children:
                self.parts[child] = list(self._parts(child))

    def _complete(self, child: str, name: str, space: Space, sparse: bool) -> None:
        """What a block lacks beside what it had."""
        short = self._short(child)
        if not short:
            return
        bits = max(power(short).bit_length() - 1, self.need[child].each if child not in self.made.children else 0)
        try:
            self.given[child].append(space.take(bits, sparse=sparse))
        except Full as full:
            raise FindingsError([self._full(child, name, bits, full.largest)]) from None

    def _had(self, name: str) -> list[Prefix]:
        """What a block had, as far as it is of use: not what is smaller than one of its prefixes is now."""
        least = 1 << self.need[name].each if name not in self.made.children else 0
        return [prefix for prefix in self.earlier.get((self.family, name, ""), []) if prefix.size >= least]

    def _short(self, name: str) -> int:
        """Addresses that a block lacks: all of them where it had none, what is wanted now where it had some."""
        need, held = self.need[name], self.given.get(name, self._had(name))
        if not held:
            return 1 << need.whole
        inner = [child for child in self.made.children.get(name, ()) if child in self.need]
        if inner:
            return (
                0 if self._holds(name, held) else sum(power(lacks) for child in inner if (lacks := self._short(child)))
            )
        return max((len(need.places) << need.each) - sum(prefix.size for prefix in held), 0)

    def _holds(self, name: str, around: list[Prefix]) -> bool:
        """Whether everything inside a block has room where the block is."""
        try:
            Cutting(self.made, self.need, self.earlier, self.family).inside(name, around)
        except FindingsError:
            return False
        return True

    def _full(self, child: str, name: str, bits: int, largest: int | None) -> Finding:
        width = BITS[self.family]
        kind, less = "block" if name in self.made.blocks else "pool", f"{self._most(child)} less"
        if bits > width:
            text = f"block {child} needs 2^{bits} addresses of IPv{self.family}, more than there are"
            return Finding("E521", f"addressing/blocks/{child}", text, f"give {less}")
        left = "nothing is free" if largest is None else f"the largest that is free is a /{width - largest}"
        text = f"block {child} needs a /{width - bits} of IPv{self.family} in {kind} {name}, where {left}"
        inner = [1 << self.need[other].whole for other in self.made.children[name] if other in self.need]
        enough = width - (sum(inner) - 1).bit_length()
        hint = f"give {kind} {name} a /{enough} at least, or {less}" if enough >= 0 else f"give {less}"
        return Finding("E521", f"addressing/blocks/{child}", text, hint)

    def _most(self, name: str) -> str:
        """The block that a block owes its size to: the largest inside, as far in as there are any."""
        inner = [child for child in self.made.children.get(name, ()) if child in self.need]
        return self._most(max(inner, key=lambda child: self.need[child].whole)) if inner else name

    def _parts(self, name: str) -> Iterator[tuple[str, Prefix]]:
        """A prefix for each place: the one that it had, its own by its number, or the next that is free."""
        need, around = self.need[name], self.given[name]
        if [place.name for place in need.places] == [""]:
            return
        space = Space.of(around)
        length = BITS[self.family] - need.each
        left = []
        for place, number in zip(need.places, need.index, strict=True):
            had = [p for p in self.earlier.get((self.family, name, place.name), []) if p.length == length]
            if had and space.hold(had[0]):
                yield place.name, had[0]
            else:
                left.append((place.name, Prefix(self.family, around[0].first + (number << need.each), length)))
        sparse = self.made.blocks[name].sparse or False
        for place_name, own in left:
            yield place_name, own if not sparse and space.hold(own) else space.take(need.each, sparse=sparse)


def cut(
    site: Site, network: Network, found: Devices, tables: Mapping[str, str], previous: AddressPlan | None = None
) -> Blocks:
    """Prefixes of all blocks of a site.

    Sizes come from below: what hosts need, up to a power of two, and the sum of what is inside (VLSM). Blocks are
    placed from above, the largest first, each into the smallest free place that holds it, or as far from the others
    as it goes (RFC 3531 section 3) where its surroundings are sparse. What an earlier plan gave stays; a block that
    outgrew its prefix gets a second one beside it.

    Parameters
    ----------
    site : Site
    network : Network
    found : Devices
    tables : mapping of str to str
        Routing table of each tenant that has one.
    previous : AddressPlan, optional

    Returns
    -------
    Blocks

    Raises
    ------
    FindingsError
        E521: a block does not fit.
    """
    made, pools, before = tree(site), readable(site), earlier(previous)
    rows: list[Row] = []
    for family in (4, 6):
        cutting = Cutting(made, needs(site, network, found, made, family), before, family)
        for name, pool in sorted(pools.items()):
            if pool.family == family:
                cutting.inside(name, [pool])
        rows += [row for name in made.blocks if name in cutting.need for row in _rows(cutting, name, tables)]
    prefix, block, place, inside, role, vrf, tenant, zone = (texts([row.words[i] for row in rows]) for i in range(8))
    level, hosts, vlan = (ints([row.numbers[i] for row in rows]) for i in range(3))
    return Blocks(prefix, block, place, inside, role, vrf, tenant, zone, level, hosts, vlan)


def _rows(cutting: Cutting, name: str, tables: Mapping[str, str]) -> Iterator[Row]:
    made, block = cutting.made, cutting.made.blocks[name]
    tenant = made.tenant(name)
    around = next(other for other in block.inside if cutting.family in made.families[other])
    shared = (block.role or "", tables.get(tenant, "default"), tenant, made.zone(name))
    each = [("", prefix) for prefix in cutting.given[name]] + cutting.parts.get(name, [])
    numbers = (made.level(name), block.hosts or -1, block.vlan or -1)
    for place, prefix in each:
        yield Row((str(prefix), name, place, around, *shared), numbers)


def earlier(plan: AddressPlan | None) -> Earlier:
    """What a plan gave to blocks."""
    found: dict[tuple[int, str, str], list[Prefix]] = {}
    if plan is None:
        return found
    rows = plan.blocks
    for text, name, place in zip(rows.prefix.tolist(), rows.block.tolist(), rows.place.tolist(), strict=True):
        prefix = read(text)
        found.setdefault((prefix.family, name, place), []).append(prefix)
    return found

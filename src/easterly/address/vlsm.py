"""Subnets of unequal size: requirements into pools, with no more waste than powers of two ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from easterly.address.facts import usable
from easterly.address.free import Full, Space
from easterly.address.needs import Group, Need
from easterly.address.prefixes import Prefixes
from easterly.address.sets import parents, summarise
from easterly.address.text import BITS, Prefix

DEEPEST = 64
"""Groups inside each other."""


class Waste(NamedTuple):
    """Addresses that nobody asked for.

    Attributes
    ----------
    subnets : int
        Of subnets, beyond their hosts with their growth.
    groups : int
        Of groups, that no subnet has; what was set aside for the growth of a group is in it.
    """

    subnets: int
    groups: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Subnets for all needs.

    Attributes
    ----------
    needs : tuple of Need
    given : Prefixes
        (N,) one for each need, in the order of the needs.
    left : Prefixes
        The fewest prefixes that hold what is left of the pools, in order.
    groups : tuple of Group
        In the order in which needs name them, each behind the one around it.
    routes : Prefixes
        (G,) one for each group: it holds what was given inside, and nobody else's.
    idle : tuple of Prefixes
        For each group, the fewest prefixes in it that neither a need nor a group inside has: room for later.
    """

    needs: tuple[Need, ...]
    given: Prefixes
    left: Prefixes
    groups: tuple[Group, ...]
    routes: Prefixes
    idle: tuple[Prefixes, ...]

    @property
    def spare(self) -> tuple[int | None, ...]:
        """Usable addresses beyond the hosts of today, for each need; None where a length was asked for."""
        return tuple(
            None if need.hosts is None else usable(prefix.family, prefix.length) - need.hosts
            for need, prefix in zip(self.needs, self.given, strict=True)
        )

    @property
    def waste(self) -> Waste:
        """What powers of two cost."""
        pairs = zip(self.needs, self.given, strict=True)
        beyond = sum(prefix.size - need.grown for need, prefix in pairs if need.grown is not None)
        return Waste(beyond, sum(prefix.size for rows in self.idle for prefix in rows))


def vlsm(pools: Prefixes, needs: Sequence[Need], groups: Sequence[Group] = ()) -> Plan:
    """Give each need a subnet out of pools of one family, and each group of needs one prefix around them.

    The largest come first, each into the smallest free block that holds it, the lowest of equals. Sizes are powers of
    two, each a multiple of the next, so this finds room whenever there is any way to: a block is split only where no
    free one fits exactly, and what is left stays in the fewest and largest blocks (first-fit decreasing is exact for
    divisible sizes: Coffman, Garey & Johnson 1987, J. Complexity 3). A group is such a block too, as large as the sum
    of what is inside, rounded up: no smaller prefix holds its members, and the members always fit.

    Parameters
    ----------
    pools : Prefixes
        (P,) of one family; pools that touch serve as one.
    needs : sequence of Need
        (N,) at most 100,000; their names tell the groups.
    groups : sequence of Group
        Lengths and growth of groups; any other is as small as can be.

    Returns
    -------
    Plan

    Raises
    ------
    ValueError
        No pool, pools of both families or that overlap, a need that is too large, a group that is too small or empty;
        the message says how much is missing.

    Examples
    --------
    >>> needs = [Need("lan", hosts=100), Need("wlan", hosts=50), Need("link", length=31)]
    >>> made = vlsm(Prefixes.of(["192.168.1.0/24"]), needs)
    >>> made.given.text(), made.left.text()
    (['192.168.1.0/25', '192.168.1.128/26', '192.168.1.192/31'],
     ['192.168.1.194/31', '192.168.1.196/30', '192.168.1.200/29', '192.168.1.208/28', '192.168.1.224/27'])
    >>> needs = [Need("pod/a", length=26), Need("b", length=25), Need("pod/c", length=27)]
    >>> made = vlsm(Prefixes.of(["10.0.0.0/16"]), needs)
    >>> made.routes.text(), made.given.text(), made.waste
    (['10.0.0.0/25'], ['10.0.0.0/26', '10.0.0.128/25', '10.0.0.64/27'], Waste(subnets=0, groups=32))
    """
    family = _family(pools)
    top = _tree(needs, groups)
    top.measure(needs, family)
    cut, space = _Cut([None] * len(needs)), Space.of(summarise(pools))
    for bits, row, inner in top.parts:
        try:
            cut.put(space.take(bits), row, inner)
        except Full:
            name = needs[row].name if inner is None else inner.group.name
            raise ValueError(_missing(pools, top.size, name, BITS[family] - bits)) from None
    found = [node.group for node in top.nodes()]
    return Plan(
        tuple(needs), Prefixes.of(prefix for prefix in cut.given if prefix is not None), _summary(space),
        tuple(found), Prefixes.of(cut.routes[group.name] for group in found),
        tuple(cut.idle[group.name] for group in found),
    )  # fmt: skip


def _summary(space: Space) -> Prefixes:
    return summarise(Prefixes.of(space.prefixes()))


Part = tuple[int, int, "_Node | None"]
"""Bits of a block, and the row of its need, or the group with the row of the first need inside."""


@dataclass(slots=True)
class _Node:
    """A group with what is directly inside; its size is the addresses of that."""

    group: Group
    first: int  # row of the first need inside
    rows: list[int] = field(default_factory=list)
    inner: dict[str, _Node] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)  # the largest first
    size: int = 0

    def measure(self, needs: Sequence[Need], family: int) -> int:
        """Sizes from below: addresses of everything inside."""
        parts: list[Part] = [(BITS[family] - needs[row].length_in(family), row, None) for row in self.rows]
        for node in self.inner.values():
            length = node.group.length_in(family, node.measure(needs, family))
            parts.append((BITS[family] - length, node.first, node))
        self.parts = sorted(parts, key=lambda part: (-part[0], part[1]))
        self.size = sum(1 << bits for bits, _, _ in parts)
        return self.size

    def nodes(self) -> Iterator[_Node]:
        """Groups inside, each before those in it."""
        for node in self.inner.values():
            yield node
            yield from node.nodes()


def _tree(needs: Sequence[Need], groups: Sequence[Group]) -> _Node:
    """The groups that names of needs tell."""
    said = {group.name: group for group in groups}
    top, names = _Node(Group(""), 0), set[str]()
    for row, need in enumerate(needs):
        at, words = top, need.name.split("/")
        if "" in words or len(words) > DEEPEST:
            raise ValueError(f"{need.name}: write up to {DEEPEST - 1} groups and a name, such as site/pod/lan")
        for depth, word in enumerate(words[:-1], 1):
            name = "/".join(words[:depth])
            names.add(name)
            at = at.inner.setdefault(word, _Node(said.get(name) or Group(name), row))
        at.rows.append(row)
    for group in groups:
        if group.name not in names or said[group.name] is not group:
            why = "it is named twice" if group.name in names else f"nothing is in it: write {group.name}/lan=100"
            raise ValueError(f"group {group.name}: {why}")
    for need in needs:
        if need.name in names:
            raise ValueError(f"{need.name} is a need, and a group of others: name one of them anew")
    return top


@dataclass(slots=True)
class _Cut:
    """Prefixes while they are cut."""

    given: list[Prefix | None]
    routes: dict[str, Prefix] = field(default_factory=dict)
    idle: dict[str, Prefixes] = field(default_factory=dict)

    def put(self, prefix: Prefix, row: int, inner: _Node | None) -> None:
        """Give a prefix to a need, or to a group and everything inside of it."""
        if inner is None:
            self.given[row] = prefix
            return
        space = Space.of([prefix])
        for bits, at, node in inner.parts:
            self.put(space.take(bits), at, node)
        self.routes[inner.group.name], self.idle[inner.group.name] = prefix, _summary(space)


def _family(pools: Prefixes) -> int:
    if len(pools) == 0:
        raise ValueError("there is no pool: write one, such as 10.20.0.0/20")
    families = {int(family) for family in pools.family}
    if len(families) > 1:
        raise ValueError("the pools are of IPv4 and of IPv6: plan each family by itself")
    up = parents(pools)
    for row in (up >= 0).nonzero()[0][:1].tolist():
        raise ValueError(f"pool {pools[row]} overlaps pool {pools[int(up[row])]}: name each address once")
    return families.pop()


def _missing(pools: Prefixes, wanted: int, name: str, length: int) -> str:
    """What the pools lack for one thing; `wanted` are the addresses of everything."""
    there = sum(pool.size for pool in pools)
    text = f"no room for {name} (/{length}): "
    if wanted > there:
        return text + f"all needs take {wanted:,} addresses, and the pools have {there:,}"
    return text + f"the needs take {wanted:,} of {there:,} addresses, and no free block is as large: add a shorter pool"

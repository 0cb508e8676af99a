"""Subnets of unequal size: requirements into pools, with no more waste than powers of two ask for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from easterly.address.facts import usable
from easterly.address.prefixes import Prefixes
from easterly.address.sets import parents, summarise
from easterly.address.text import BITS, Prefix

LAN = 64
"""IPv6 subnets of hosts have 64 bits for the interface (RFC 4291 section 2.5.4), however few the hosts."""


@dataclass(frozen=True, slots=True)
class Need:
    """A subnet that is wanted.

    Attributes
    ----------
    name : str
    hosts : int or None
        Usable addresses; None where the length is given.
    length : int or None
    growth_pct : float
        What the hosts grow by, in per cent of them.
    """

    name: str
    hosts: int | None = None
    length: int | None = None
    growth_pct: float = 0.0

    def __post_init__(self) -> None:
        if (self.hosts is None) == (self.length is None):
            raise ValueError(f"{self.name}: write either hosts or a length")
        if self.hosts is not None and self.hosts < 1:
            raise ValueError(f"{self.name}: hosts is {self.hosts}, not at least 1")
        if not 0 <= self.growth_pct <= 10_000:
            raise ValueError(f"{self.name}: growth is {self.growth_pct:g} %, not within 0 to 10,000 %")

    @property
    def grown(self) -> int | None:
        """Hosts with their growth, rounded up."""
        return None if self.hosts is None else -(-self.hosts * (10_000 + round(self.growth_pct * 100)) // 10_000)

    def length_in(self, family: int) -> int:
        """Length of the smallest subnet that is enough; /64 for hosts in IPv6.

        Raises
        ------
        ValueError
            More hosts than the family has addresses, a length beyond the family.
        """
        if self.length is not None:
            if not 0 <= self.length <= BITS[family]:
                raise ValueError(f"{self.name}: /{self.length} is not within /0 to /{BITS[family]} of IPv{family}")
            return self.length
        longest = LAN if family == 6 else BITS[family]
        wanted = self.grown or 1
        found = next((n for n in range(longest, -1, -1) if usable(family, n) >= wanted), None)
        if found is None:
            raise ValueError(f"{self.name}: IPv{family} has no subnet for {wanted:,} hosts")
        return found


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
    """

    needs: tuple[Need, ...]
    given: Prefixes
    left: Prefixes

    @property
    def spare(self) -> tuple[int | None, ...]:
        """Usable addresses beyond the hosts of today, for each need; None where a length was asked for."""
        return tuple(
            None if need.hosts is None else usable(prefix.family, prefix.length) - need.hosts
            for need, prefix in zip(self.needs, self.given, strict=True)
        )


def vlsm(pools: Prefixes, needs: Sequence[Need]) -> Plan:
    """Give each need a subnet out of pools of one family.

    The largest come first, each into the smallest free block that holds it, the lowest of equals. Sizes are powers of
    two, each a multiple of the next, so this finds room whenever there is any way to: a block is split only where no
    free one fits exactly, and what is left stays in the fewest and largest blocks (first-fit decreasing is exact for
    divisible sizes: Coffman, Garey & Johnson 1987, J. Complexity 3).

    Parameters
    ----------
    pools : Prefixes
        (P,) of one family; pools that touch serve as one.
    needs : sequence of Need
        (N,) at most 100,000.

    Returns
    -------
    Plan

    Raises
    ------
    ValueError
        No pool, pools of both families or that overlap, a need that is too large; the message says how much is missing.

    Examples
    --------
    >>> needs = [Need("lan", hosts=100), Need("wlan", hosts=50), Need("link", length=31)]
    >>> made = vlsm(Prefixes.of(["192.168.1.0/24"]), needs)
    >>> made.given.text(), made.left.text()
    (['192.168.1.0/25', '192.168.1.128/26', '192.168.1.192/31'],
     ['192.168.1.194/31', '192.168.1.196/30', '192.168.1.200/29', '192.168.1.208/28', '192.168.1.224/27'])
    """
    family = _family(pools)
    lengths = [need.length_in(family) for need in needs]
    free: dict[int, list[int]] = {}  # heaps: what comes in order is one
    for block in summarise(pools):
        free.setdefault(block.length, []).append(block.first)
    given: list[Prefix | None] = [None] * len(needs)
    for row in sorted(range(len(needs)), key=lambda row: lengths[row]):
        first = _take(free, family, lengths[row])
        if first is None:
            raise ValueError(_missing(pools, family, needs, lengths, row))
        given[row] = Prefix(family, first, lengths[row])
    left = summarise(Prefixes.of(Prefix(family, first, length) for length, firsts in free.items() for first in firsts))
    return Plan(tuple(needs), Prefixes.of(prefix for prefix in given if prefix is not None), left)


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


def _take(free: dict[int, list[int]], family: int, length: int) -> int | None:
    """First address of a block out of the smallest free one that holds it; its other parts stay free."""
    source = max((n for n, firsts in free.items() if firsts and n <= length), default=None)
    if source is None:
        return None
    first = heappop(free[source])
    for n in range(source + 1, length + 1):
        heappush(free.setdefault(n, []), first + (1 << (BITS[family] - n)))
    return first


def _missing(pools: Prefixes, family: int, needs: Sequence[Need], lengths: list[int], row: int) -> str:
    wanted = sum(1 << (BITS[family] - n) for n in lengths)
    there = sum(pool.size for pool in pools)
    text = f"no room for {needs[row].name} (/{lengths[row]}): "
    if wanted > there:
        return text + f"all needs take {wanted:,} addresses, and the pools have {there:,}"
    return text + f"the needs take {wanted:,} of {there:,} addresses, and no free block is as large: add a shorter pool"


_LINE = re.compile(
    r"(?P<name>[^\s=,]+)\s*[=,\s]\s*(?P<size>/?[0-9]{1,30})"
    r"(?:\s*[,+\s]\s*\+?(?P<growth>[0-9.]{1,8})\s*%?)?"
)
_HEAD = re.compile(r"name\s*[,\s]\s*(hosts|size|length)\b.*", re.IGNORECASE)


def read_need(text: str) -> Need:
    """Read one need: ``lan=100``, ``lan,100,20%``, ``lan 100 +20%`` or ``link=/31``.

    Raises
    ------
    ValueError
        For any other text.

    Examples
    --------
    >>> read_need("lan=100+20%").grown, read_need("link,/31").length
    (120, 31)
    """
    found = _LINE.fullmatch(text.strip())
    growth = found["growth"] if found else None
    if found is None or (growth is not None and not re.fullmatch(r"[0-9]+(\.[0-9]+)?", growth)):
        how = "write lan=100 for hosts, link=/31 for a length, lan=100+20% to grow"
        raise ValueError(f"{text.strip()!r} is not a need: {how}")
    size = found["size"]
    hosts, length = (None, int(size[1:])) if size[0] == "/" else (int(size), None)
    return Need(found["name"], hosts, length, float(growth or 0))


def read_needs(text: str) -> tuple[Need, ...]:
    r"""Read needs, one a line, as text or CSV with or without a head; a ``#`` begins a remark.

    Raises
    ------
    ValueError
        With the line that is no need.

    Examples
    --------
    >>> [need.name for need in read_needs("name,hosts,growth\nlan,100,20\nlink,/31  # to the edge\n")]
    ['lan', 'link']
    """
    found: list[Need] = []
    for line, row in enumerate(text.splitlines(), 1):
        said = row.partition("#")[0].strip().rstrip(",")
        if not said or (not found and _HEAD.fullmatch(said)):
            continue
        try:
            found.append(read_need(said))
        except ValueError as error:
            raise ValueError(f"line {line}: {error}") from None
    return tuple(found)

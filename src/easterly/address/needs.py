"""What is wanted of subnets: needs, groups of needs that one route stands for, and both as text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from easterly.address.facts import usable
from easterly.address.text import BITS

LAN = 64
"""IPv6 subnets of hosts have 64 bits for the interface (RFC 4291 section 2.5.4), however few the hosts."""


@dataclass(frozen=True, slots=True)
class Need:
    """A subnet that is wanted.

    Attributes
    ----------
    name : str
        What stands before the last ``/`` names the groups that it is in: ``site/pod/lan``.
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
        _check_growth(self.name, self.growth_pct)

    @property
    def grown(self) -> int | None:
        """Hosts with their growth, rounded up."""
        return None if self.hosts is None else grown(self.hosts, self.growth_pct)

    def length_in(self, family: int) -> int:
        """Length of the smallest subnet that is enough; /64 for hosts in IPv6.

        Raises
        ------
        ValueError
            More hosts than the family has addresses, a length beyond the family.
        """
        if self.length is not None:
            _check_length(self.name, self.length, family)
            return self.length
        longest = LAN if family == 6 else BITS[family]
        wanted = self.grown or 1
        found = next((n for n in range(longest, -1, -1) if usable(family, n) >= wanted), None)
        if found is None:
            raise ValueError(f"{self.name}: IPv{family} has no subnet for {wanted:,} hosts")
        return found


@dataclass(frozen=True, slots=True)
class Group:
    """Needs that one route is to stand for: one aligned prefix that holds them and nobody else.

    Attributes
    ----------
    name : str
        With the groups around it: ``site/pod``.
    length : int or None
        Of its prefix; None for the smallest that is enough.
    growth_pct : float
        What the blocks inside grow by, in per cent of their addresses.
    """

    name: str
    length: int | None = None
    growth_pct: float = 0.0

    def __post_init__(self) -> None:
        _check_growth(self.name, self.growth_pct)

    def length_in(self, family: int, inner: int) -> int:
        """Length of its prefix, for blocks of so many addresses inside.

        Raises
        ------
        ValueError
            Where what is inside does not fit.
        """
        longest = BITS[family] - (grown(inner, self.growth_pct) - 1).bit_length()
        if self.length is not None:
            _check_length(self.name, self.length, family)
        if longest < 0 or (self.length is not None and self.length > longest):
            enough = f"that is a /{longest}" if longest >= 0 else f"more than IPv{family} has"
            more = f" and {self.growth_pct:g} % more" if self.growth_pct else ""
            raise ValueError(f"{self.name}: what is inside takes {inner:,} addresses{more}: {enough}")
        return longest if self.length is None else self.length


def grown(count: int, growth_pct: float) -> int:
    """A number with its growth, rounded up.

    >>> grown(100, 27.0), grown(3, 50.0)
    (127, 5)
    """
    return -(-count * (10_000 + round(growth_pct * 100)) // 10_000)


def _check_growth(name: str, growth_pct: float) -> None:
    if not 0 <= growth_pct <= 10_000:
        raise ValueError(f"{name}: growth is {growth_pct:g} %, not within 0 to 10,000 %")


def _check_length(name: str, length: int, family: int) -> None:
    if not 0 <= length <= BITS[family]:
        raise ValueError(f"{name}: /{length} is not within /0 to /{BITS[family]} of IPv{family}")


_GROWTH = r"\+?(?P<growth>[0-9.]{1,8})\s*%?"
_LINE = re.compile(rf"(?P<name>[^\s=,]+)\s*[=,\s]\s*(?P<size>/?[0-9]{{1,30}})(?:\s*[,+\s]\s*{_GROWTH})?")
_GROUP = re.compile(
    rf"(?P<name>[^\s=,]+)/\s*[=,\s]\s*(?:/(?P<length>[0-9]{{1,3}})|,?\s*(?:\+|(?=[0-9.]+\s*%)){_GROWTH})"
)
_HEAD = re.compile(r"name\s*[,\s]\s*(hosts|size|length)\b.*", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")


def read_need(text: str) -> Need | Group:
    """Read a need: ``lan=100``, ``lan,100,20%``, ``lan 100 +20%``, ``link=/31``; a group: ``pod/=+50%``, ``pod/=/22``.

    Raises
    ------
    ValueError
        For any other text.

    Examples
    --------
    >>> read_need("pod/lan=100+20%").grown, read_need("link,/31").length
    (120, 31)
    >>> read_need("pod/ +50%")
    Group(name='pod', length=None, growth_pct=50.0)
    """
    said = text.strip()
    group, found = _GROUP.fullmatch(said), _LINE.fullmatch(said)
    growth = (group or found or {"growth": "x"})["growth"]
    if growth is not None and not _NUMBER.fullmatch(growth):
        how = "write lan=100 for hosts, link=/31 for a length, lan=100+20% to grow, pod/=+50% for a group"
        raise ValueError(f"{said!r} is not a need: {how}")
    if group is not None:
        length = None if group["length"] is None else int(group["length"])
        return Group(group["name"], length, float(growth or 0))
    assert found is not None
    size = found["size"]
    hosts, length = (None, int(size[1:])) if size[0] == "/" else (int(size), None)
    return Need(found["name"], hosts, length, float(growth or 0))


def read_needs(text: str) -> tuple[Need | Group, ...]:
    r"""Read needs and groups, one a line, as text or CSV with or without a head; a ``#`` begins a remark.

    Raises
    ------
    ValueError
        With the line that is no need.

    Examples
    --------
    >>> [need.name for need in read_needs("name,hosts,growth\nlan,100,20\nlink,/31  # to the edge\n")]
    ['lan', 'link']
    """
    found: list[Need | Group] = []
    for line, row in enumerate(text.splitlines(), 1):
        said = row.partition("#")[0].strip().rstrip(",")
        if not said or (not found and _HEAD.fullmatch(said)):
            continue
        try:
            found.append(read_need(said))
        except ValueError as error:
            raise ValueError(f"line {line}: {error}") from None
    return tuple(found)

"""What an address is for: the special-purpose registries of IANA, and the scopes of multicast."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from easterly.address.prefixes import Prefixes
from easterly.address.sets import Table, covering
from easterly.address.text import BITS, Prefix, read
from easterly.base.columns import BoolColumn, IndexColumn, bools


@dataclass(frozen=True, slots=True)
class Purpose:
    """A row of the registry.

    Attributes
    ----------
    prefix : Prefix
    kind : str
        private, shared, loopback, link-local, documentation, multicast, global, ...
    name : str
        As the registry has it.
    source : str
        RFC that defines it.
    registry : str
        Of IANA, by its title.
    as_source, as_destination, forwardable, globally_reachable, reserved_by_protocol : bool or None
        As in RFC 6890 section 2.2.1 and RFC 8190; None where the registry says neither.
    note : str
        What people get wrong about it; often empty.
    """

    prefix: Prefix
    kind: str
    name: str
    source: str
    registry: str
    as_source: bool | None
    as_destination: bool | None
    forwardable: bool | None
    globally_reachable: bool | None
    reserved_by_protocol: bool | None
    note: str


_TITLES = {
    ("special", 4): "IANA IPv4 Special-Purpose Address Registry",
    ("special", 6): "IANA IPv6 Special-Purpose Address Registry",
    ("multicast", 4): "IPv4 Multicast Address Space Registry",
    ("multicast", 6): "IPv6 Multicast Address Space Registry",
    ("space", 4): "IANA IPv4 Address Space Registry",
    ("space", 6): "Internet Protocol Version 6 Address Space",
}
_FLAGS = {"T": True, "F": False, "-": None}


@cache
def registry() -> tuple[Purpose, ...]:
    """All rows, the shorter prefix before those inside it."""
    text = files("easterly.address").joinpath("registry.txt").read_text(encoding="ascii")
    rows = [line.split("|") for line in text.splitlines() if line and not line.startswith("#")]
    found = [_purpose([cell.strip() for cell in row]) for row in rows]
    return tuple(sorted(found, key=lambda row: (row.prefix.family, row.prefix.first, row.prefix.length)))


def _purpose(cells: list[str]) -> Purpose:
    prefix, kind, name, source, place, flags, note = cells
    block = read(prefix)
    title = _TITLES[place, block.family]
    source_ok, destination_ok, forwarded, reached, reserved = (_FLAGS[flag] for flag in flags)
    return Purpose(block, kind, name, source, title, source_ok, destination_ok, forwarded, reached, reserved, note)


@cache
def _table() -> tuple[Prefixes, Table]:
    rows = Prefixes.of(purpose.prefix for purpose in registry())
    return rows, Table(rows)


@dataclass(frozen=True, slots=True)
class Classified:
    """What a prefix or an address is for.

    Attributes
    ----------
    prefix : Prefix
    purpose : Purpose
        The most specific row that holds all of it.
    within : tuple of Purpose
        All rows that hold it, from the whole family down to `purpose`.
    holds : tuple of Purpose
        Rows that lie inside it, so that not all of it is for one purpose.
    """

    prefix: Prefix
    purpose: Purpose
    within: tuple[Purpose, ...]
    holds: tuple[Purpose, ...]


def classify(prefix: Prefix) -> Classified:
    """Tell what a prefix or an address (a prefix of full length) is for.

    Parameters
    ----------
    prefix : Prefix

    Returns
    -------
    Classified

    Examples
    --------
    >>> classify(read("172.31.255.255/32")).purpose.kind, classify(read("172.32.0.0/32")).purpose.kind
    ('private', 'global')
    >>> found = classify(read("3fff::1/128")).purpose
    >>> found.kind, found.source, found.globally_reachable
    ('documentation', 'RFC 9637', False)
    """
    rows = registry()
    within = tuple(row for row in rows if _inside(prefix, row.prefix))
    holds = tuple(row for row in rows if row.prefix != prefix and _inside(row.prefix, prefix))
    return Classified(prefix, within[-1], within, holds)


def _inside(inner: Prefix, outer: Prefix) -> bool:
    return inner.overlaps(outer) and inner.length >= outer.length


def classify_many(prefixes: Prefixes) -> IndexColumn:
    """Row of `registry` that is the most specific to hold all of each prefix.

    Parameters
    ----------
    prefixes : Prefixes
        (N,)

    Returns
    -------
    (N,) int

    Examples
    --------
    >>> rows = classify_many(Prefixes.of(["100.64.0.0/10", "fd00::/8"])).tolist()
    >>> [registry()[row].kind for row in rows]
    ['shared', 'unique-local']
    """
    rows, table = _table()
    if (prefixes.length == 32 + 96 * (prefixes.family == 6)).all():
        return table.longest(prefixes)
    return covering(rows, prefixes)


def mixed(prefixes: Prefixes) -> BoolColumn:
    """Whether rows of the registry lie inside each prefix, so that not all of it is for one purpose.

    Examples
    --------
    >>> mixed(Prefixes.of(["10.0.0.0/7", "10.0.0.0/8", "11.0.0.0/8"])).tolist()
    [True, False, False]
    """
    above = _above()
    row = covering(above, prefixes)
    return bools((row >= 0) & (above.length[row] == prefixes.length))


@cache
def _above() -> Prefixes:
    """All prefixes that hold a row of the registry and are shorter."""
    rows = [(row.prefix, length) for row in registry() for length in range(row.prefix.length)]
    return Prefixes.of(sorted({_cut(prefix, length) for prefix, length in rows}))


def _cut(prefix: Prefix, length: int) -> Prefix:
    free = BITS[prefix.family] - length
    return Prefix(prefix.family, prefix.first >> free << free, length)

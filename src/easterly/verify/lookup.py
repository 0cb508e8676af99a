"""Routing tables as segments of addresses: which parties a packet ends at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import NamedTuple

from easterly.model.isolation import Holdings, Isolation

Chain = tuple[str, ...]


class Span(NamedTuple):
    """Addresses of one family, both ends among them."""

    family: int
    first: int
    last: int


class Route(NamedTuple):
    """What a table knows: addresses, whose they are, in which table, and the imports that it came through."""

    span: Span
    party: str
    table: str
    chain: Chain


class Segment(NamedTuple):
    """Addresses that a table treats alike."""

    span: Span
    routes: tuple[Route, ...]


def span(text: str) -> Span:
    """Addresses of a prefix.

    Raises
    ------
    ValueError
        The text is no prefix.

    Examples
    --------
    >>> span("10.0.0.0/30")
    Span(family=4, first=167772160, last=167772163)
    """
    net = ip_network(text)
    return Span(net.version, int(net.network_address), int(net.broadcast_address))


@dataclass(frozen=True, slots=True)
class Tables:
    """Every routing table, with what it imports."""

    segments: Mapping[str, tuple[Segment, ...]]
    holders: Mapping[str, Mapping[str, tuple[Span, ...]]]
    where: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, made: Isolation) -> Tables:
        """Tables of an isolation."""
        own, names = _own(made.holdings), sorted({*made.holdings.vrf.tolist(), *made.targets.vrf.tolist()})
        chains, spread = {name: import_chains(made, name) for name in names}, set(made.spread.tolist())
        segments = {
            name: tuple(_segments(
                (route._replace(chain=chain) for table, chain in chains[name].items() for route in own.get(table, ())),
                name not in spread,
            )) for name in names
        }  # fmt: skip
        holders: dict[str, dict[str, list[Span]]] = {name: defaultdict(list) for name in names}
        for table, routes in own.items():
            for route in routes:
                holders[table][route.party].append(route.span)
        rows = zip(*(column.tolist() for column in (made.holdings.vrf, made.holdings.party, made.holdings.where)),
                   strict=True)  # fmt: skip
        where = {(table, party): text for table, party, text in rows if text}
        return cls(segments, {t: {p: merged(s) for p, s in sorted(h.items())} for t, h in holders.items()}, where)

    def at(self, table: str, family: int, address: int) -> tuple[Route, ...]:
        """Routes that a packet to an address takes."""
        found = (s for s in self.segments.get(table, ()) if s.span.family == family)
        return next((s.routes for s in found if s.span.first <= address <= s.span.last), ())


def import_chains(made: Isolation, table: str) -> dict[str, Chain]:
    """Tables whose routes a table has, itself among them, and the shortest chain of imports to each.

    What was imported is not exported again (RFC 4364 section 4.3.1 says so of a PE's tables), but for tables in
    `Isolation.reexporting`: chains lead through those alone.
    """
    rows, again = made.targets, set(made.reexporting.tolist())
    exporters: dict[str, list[str]] = defaultdict(list)
    imports: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for vrf, imported, target, rule in zip(
        rows.vrf.tolist(), rows.imported.tolist(), rows.target.tolist(), rows.rule.tolist(), strict=True
    ):
        if imported:
            imports[vrf].append((target, rule))
        else:
            exporters[target].append(vrf)
    found: dict[str, Chain] = {table: ()}
    edge = [table]
    while edge:
        following = []
        for at in edge:
            if at != table and at not in again:
                continue
            for target, rule in sorted(imports[at]):
                for source in sorted(exporters[target]):
                    if source not in found:
                        found[source] = (*found[at], f"{at} imports {target} ({rule})")
                        following.append(source)
        edge = following
    return found


def _own(rows: Holdings) -> dict[str, list[Route]]:
    found: dict[str, list[Route]] = defaultdict(list)
    for party, vrf, prefix in zip(rows.party.tolist(), rows.vrf.tolist(), rows.prefix.tolist(), strict=True):
        found[vrf].append(Route(span(prefix), party, vrf, ()))
    return found


def _segments(routes: Iterable[Route], one: bool) -> Iterator[Segment]:
    """Longest prefix first; of equal ones the own one of a table on one device, and else all that came in.

    Prefixes are nested or apart, so that one sweep over their beginnings finds which is innermost where.
    """
    groups: dict[Span, list[Route]] = defaultdict(list)
    for route in routes:
        groups[route.span].append(route)
    stack: list[list[int]] = []
    order = sorted(groups, key=lambda s: (s.family, s.first, -s.last))
    for at, here in enumerate(order):
        while stack and (order[stack[-1][0]].family != here.family or order[stack[-1][0]].last < here.first):
            yield from _rest(order, groups, stack, one)
        if stack:
            outer = stack[-1]
            if outer[1] < here.first:
                yield _segment(groups, order[outer[0]], outer[1], here.first - 1, one)
            outer[1] = here.last + 1
        stack.append([at, here.first])
    while stack:
        yield from _rest(order, groups, stack, one)


def _rest(
    order: list[Span], groups: Mapping[Span, list[Route]], stack: list[list[int]], one: bool
) -> Iterator[Segment]:
    at, begin = stack.pop()
    if begin <= order[at].last:
        yield _segment(groups, order[at], begin, order[at].last, one)


def _segment(groups: Mapping[Span, list[Route]], of: Span, first: int, last: int, one: bool) -> Segment:
    routes = groups[of]
    own = [route for route in routes if one and not route.chain]
    return Segment(Span(of.family, first, last), tuple(dict.fromkeys(own or routes)))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same addresses in the fewest spans."""
    made: list[Span] = []
    for one in sorted(spans):
        if made and made[-1].family == one.family and one.first <= made[-1].last + 1:
            made[-1] = made[-1]._replace(last=max(made[-1].last, one.last))
        else:
            made.append(one)
    return tuple(made)

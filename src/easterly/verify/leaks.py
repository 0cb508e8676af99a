"""Which party reaches which, through which rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address
from itertools import permutations
from typing import NamedTuple

import numpy as np

from easterly.base.columns import frozen, texts
from easterly.model.isolation import Filters, Isolation, Reach
from easterly.verify.lookup import Chain, Route, Span, Tables, merged, span


class _Rule(NamedTuple):
    name: str
    src: Span | None
    dst: Span | None
    permit: bool
    reply: bool


class _Region(NamedTuple):
    """Packets: from any address of one span to any of another."""

    src: Span
    dst: Span


_Row = tuple[str, str, str, bool]
"""Way, sender, receiver, answered."""


class _Witness(NamedTuple):
    chain: Chain
    src: Span
    dst: Span
    answered: bool


def leaks(made: Isolation) -> Reach:
    """Who reaches whom: for every ordered pair of parties of which one packet arrives, one such packet and its way.

    A packet arrives where the table of its sender has a route to an address of the receiver, its own or imported, no
    longer prefix leads elsewhere, and the first filter that fits lets it pass; where none fits it passes. All addresses
    are decided, and none is tried: tables become segments that are treated alike, packets become rectangles of
    senders and receivers from which rules cut pieces, as in header space analysis (Kazemian et al., NSDI 2012).
    Of two imported routes of equal length either may be taken, and both count. Hosts that work for two tenants are a
    way too, and so is what network policies let pods open.

    Parameters
    ----------
    made : Isolation
        Planned, or read back from devices.

    Returns
    -------
    Reach
        Sorted by sender and receiver. Of several packets, one whose replies arrive is shown if one is at the start of a
        segment.

    Raises
    ------
    ValueError
        A prefix that is none.
    """
    tables, rules = Tables.of(made), _rules(made.filters)
    found: dict[tuple[str, str], _Witness] = {}
    for table, holders in sorted(tables.holders.items()):
        for party, own in sorted(holders.items()):
            for other, chain, into, spans in _targets(tables, table, party):
                regions = [_Region(a, b) for a in own for b in spans if a.family == b.family]
                for region, via in _passing(regions, rules.get(table, ())):
                    answered = _answered(tables, rules, region, (party, table), into)
                    best = found.get((party, other))
                    if best is None or (answered and not best.answered):
                        there = [tables.where[k] for k in ((table, party), (into[1], other)) if k in tables.where]
                        through = (*there, *(chain or (f"table {table}",)), *([via] if via else []))
                        found[party, other] = _Witness(through, region.src, region.dst, answered)
                    if answered:
                        break
    rows = {pair: (" > ".join(w.chain), _text(w.src), _text(w.dst), w.answered) for pair, w in found.items()}
    return _reach(_beside(made) | rows, made)


def _beside(made: Isolation) -> dict[tuple[str, str], _Row]:
    """Ways that no packet of the fabric shows: policies for pods, and hosts of several tenants."""
    granted, rows = made.granted, {}
    meant = _meant(made)
    for src, dst, rule in zip(granted.src.tolist(), granted.dst.tolist(), granted.rule.tolist(), strict=True):
        if (src, dst) not in meant:
            rows[src, dst] = (rule, "", "", True)
    tenants: dict[str, list[str]] = defaultdict(list)
    for host, tenant in zip(made.shared.host.tolist(), made.shared.tenant.tolist(), strict=True):
        tenants[host].append(tenant)
    for host, names in sorted(tenants.items(), reverse=True):
        rows |= dict.fromkeys(permutations(names, 2), (f"host {host} works for both", "", "", True))
    return rows


def missing(made: Isolation, reach: Reach) -> tuple[tuple[str, str, str], ...]:
    """What is stated and does not work: who, whom, and why.

    Parameters
    ----------
    made : Isolation
    reach : Reach
        What `leaks` found of it.
    """
    there = dict(zip(zip(reach.src.tolist(), reach.dst.tolist(), strict=True), reach.answered.tolist(), strict=True))
    hold = set(made.holdings.party.tolist())
    pods = set(zip(made.granted.src.tolist(), made.granted.dst.tolist(), strict=True))
    tenants = set(made.parties.name[made.parties.kind == "tenant"].tolist()) if pods else set()
    faults = []
    for src, dst in zip(made.allowed.src.tolist(), made.allowed.dst.tolist(), strict=True):
        without = [party for party in (src, dst) if party not in hold]
        if without:
            faults.append((src, dst, f"{without[0]} has no addresses"))
        elif (src, dst) not in there:
            faults.append((src, dst, "no route leads there, or a filter drops all packets"))
        elif not there[src, dst]:
            faults.append((src, dst, "replies do not come back"))
        elif {src, dst} <= tenants and (src, dst) not in pods:
            faults.append((src, dst, "no network policy lets it pass"))
    return tuple(faults)


def _rules(rows: Filters) -> dict[str, tuple[_Rule, ...]]:
    found: dict[str, list[_Rule]] = defaultdict(list)
    columns = (rows.rule.tolist(), rows.src.tolist(), rows.dst.tolist(), rows.permit.tolist(), rows.reply.tolist())
    for vrf, name, src, dst, permit, reply in zip(rows.vrf.tolist(), *columns, strict=True):
        found[vrf].append(_Rule(name, span(src) if src else None, span(dst) if dst else None, permit, reply))
    return {vrf: tuple(rules) for vrf, rules in found.items()}


def _targets(tables: Tables, table: str, party: str) -> Iterator[tuple[str, Chain, tuple[str, str], tuple[Span, ...]]]:
    """Other parties that a table leads to: name, chain of imports, party and table, addresses."""
    spans: dict[tuple[str, Chain, str], list[Span]] = defaultdict(list)
    for segment in tables.segments[table]:
        for route in segment.routes:
            if route.party != party:
                spans[route.party, route.chain, route.table].append(segment.span)
    for (other, chain, into), rows in sorted(spans.items()):
        yield other, chain, (other, into), merged(rows)


def _passing(regions: Iterable[_Region], rules: Iterable[_Rule], reply: bool = False) -> Iterator[tuple[_Region, str]]:
    """Parts of the regions that filters let pass, and the rule that does; empty where none applies."""
    left = list(regions)
    for rule in rules:
        if rule.reply and not reply:
            continue
        rest: list[_Region] = []
        for region in left:
            hit = _meet(region, rule)
            if hit is None:
                rest.append(region)
                continue
            if rule.permit:
                yield hit, rule.name
            rest += _without(region, hit)
        left = rest
        if not left:
            return
    yield from ((region, "") for region in left)


def _meet(region: _Region, rule: _Rule) -> _Region | None:
    src, dst = _common(region.src, rule.src), _common(region.dst, rule.dst)
    return None if src is None or dst is None else _Region(src, dst)


def _common(one: Span, other: Span | None) -> Span | None:
    if other is None:
        return one
    first, last = max(one.first, other.first), min(one.last, other.last)
    return Span(one.family, first, last) if one.family == other.family and first <= last else None


def _without(region: _Region, hit: _Region) -> Iterator[_Region]:
    """What is left of a rectangle when a smaller one is cut out of it: at most four."""
    src, dst, family = region.src, region.dst, region.src.family
    for first, last in ((src.first, hit.src.first - 1), (hit.src.last + 1, src.last)):
        if first <= last:
            yield _Region(Span(family, first, last), dst)
    for first, last in ((dst.first, hit.dst.first - 1), (hit.dst.last + 1, dst.last)):
        if first <= last:
            yield _Region(hit.src, Span(family, first, last))


def _answered(
    tables: Tables, rules: Mapping[str, tuple[_Rule, ...]], region: _Region, sender: tuple[str, str],
    receiver: tuple[str, str],
) -> bool:  # fmt: skip
    """Whether a reply to the first packet of a region arrives."""
    family, x, y = region.src.family, region.src.first, region.dst.first
    back: tuple[Route, ...] = tables.at(receiver[1], family, x)
    if not any((route.party, route.table) == sender for route in back):
        return False
    reply = _Region(Span(family, y, y), Span(family, x, x))
    return next(_passing([reply], rules.get(receiver[1], ()), reply=True), None) is not None


def _reach(found: Mapping[tuple[str, str], _Row], made: Isolation) -> Reach:
    rows, meant = sorted(found.items()), _meant(made)
    return Reach(
        texts([src for (src, _), _ in rows]), texts([dst for (_, dst), _ in rows]),
        texts([row[0] for _, row in rows]), texts([row[1] for _, row in rows]), texts([row[2] for _, row in rows]),
        frozen(np.array([row[3] for _, row in rows], dtype=np.bool_)),
        frozen(np.array([pair in meant for pair, _ in rows], dtype=np.bool_)),
    )  # fmt: skip


def _meant(made: Isolation) -> set[tuple[str, str]]:
    return set(zip(made.allowed.src.tolist(), made.allowed.dst.tolist(), strict=True))


def _text(of: Span) -> str:
    return str(IPv4Address(of.first) if of.family == 4 else IPv6Address(of.first))

"""What keeps tenants and zones apart, worked out from the address plan and from what may reach what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from easterly.address.summaries import cover
from easterly.address.targets import route_distinguisher
from easterly.address.text import Prefix, read
from easterly.base.columns import floats, ints, texts
from easterly.model.address import AddressPlan
from easterly.model.isolation import Allowed, Distinguishers, Filters, Holdings, Isolation, Parties, Shared, Targets
from easterly.model.spec.site import Site

DEFAULT = "default"
Rows = list[tuple[str, str]]
Row = tuple[str, str, str, str, bool, bool, str, str]
"""A rule: table, name, sender, receiver, passed on, reply, whose, for whom."""
Held = dict[tuple[str, str], tuple[Prefix, ...]]


def isolation(site: Site, plan: AddressPlan, shared: Sequence[tuple[str, str]] = ()) -> Isolation:
    """Tables, numbers, route targets, prefixes, filters and floors of every tenant and every zone.

    A table imports its own route target, and that of every party that it may reach or that may reach it: replies need
    a route too. Where the site says anything of isolation, every party is fenced in. A fence is a filter where packets
    enter from hosts: a rule for each party that may be reached, of
    the fewest prefixes that cover just its addresses; what fits no rule is dropped.

    Parameters
    ----------
    site : Site
    plan : AddressPlan
    shared : sequence of (str, str)
        Hosts that work for several tenants: host and tenant.

    Returns
    -------
    Isolation
        Equal input gives equal columns.
    """
    held = _held(site, plan)
    allowed = [(name, to) for name, fence in sorted(site.isolation.items()) for to in dict.fromkeys(fence.reaches)]
    tables = _tables(plan)
    vrf_of = {name: tables.get(name, DEFAULT) for name in site.tenants}
    parties = _parties(site, plan, {zone for zone in plan.blocks.zone.tolist() if zone}, vrf_of)
    holdings = [
        (party, vrf, str(prefix)) for (party, vrf), rows in sorted(held.items()) for prefix in sorted(set(rows))
    ]
    return Isolation(
        parties, _targets(plan, allowed, vrf_of), _distinguishers(plan),
        Holdings(
            texts([row[0] for row in holdings]), texts([row[1] for row in holdings]),
            texts([row[2] for row in holdings]), texts([""] * len(holdings)),
        ),
        _filters(site, held, allowed), Allowed(*_columns(allowed)), texts([]),
        Shared(*_columns(shared)),
    )  # fmt: skip


def _columns(rows: Sequence[tuple[str, str]]) -> Iterator[np.ndarray]:
    return (texts([row[at] for row in rows]) for at in range(2))


def _tables(plan: AddressPlan) -> dict[str, str]:
    return dict(zip(plan.vrfs.tenant.tolist(), plan.vrfs.name.tolist(), strict=True))


def _held(site: Site, plan: AddressPlan) -> Held:
    """What each party has, by table: prefixes of tenants, and the innermost blocks."""
    found: dict[tuple[str, str], list[Prefix]] = defaultdict(list)
    rows, blocks = plan.prefixes, plan.blocks
    columns = (rows.prefix.tolist(), rows.vrf.tolist(), rows.role.tolist(), rows.owner.tolist())
    for text, vrf, role, owner in zip(*columns, strict=True):
        if role == "tenant":
            found[owner, vrf].append(read(text))
    outer = set(blocks.inside.tolist())
    cut = {name for name, place in zip(blocks.block.tolist(), blocks.place.tolist(), strict=True) if place}
    several = zip(
        blocks.prefix.tolist(), blocks.block.tolist(), blocks.place.tolist(), blocks.vrf.tolist(),
        blocks.tenant.tolist(), blocks.zone.tolist(), strict=True,
    )  # fmt: skip
    for text, name, place, vrf, tenant, zone in several:
        whose = tenant or zone
        if whose and name not in outer and not (name in cut and not place):
            found[whose, vrf].append(read(text))
    return {key: tuple(rows) for key, rows in sorted(found.items())}


def _cover(rows: Iterable[Prefix], family: int) -> tuple[Prefix, ...]:
    own = [prefix for prefix in rows if prefix.family == family]
    return cover(own) if own else ()


def _parties(site: Site, plan: AddressPlan, zones: set[str], vrf_of: Mapping[str, str]) -> Parties:
    tenants, zones_only = sorted(site.tenants), sorted(zones - set(site.tenants))
    vni = dict(zip(plan.vrfs.tenant.tolist(), plan.vrfs.vni.tolist(), strict=True))
    vlan = dict(zip(plan.vlans.tenant.tolist(), plan.vlans.vlan.tolist(), strict=True))
    names = [*tenants, *zones_only]
    return Parties(
        texts(names), texts(["tenant"] * len(tenants) + ["zone"] * len(zones_only)),
        texts([vrf_of.get(name, DEFAULT) for name in names]), ints([vni.get(name, -1) for name in names]),
        ints([vlan.get(name, -1) for name in names]),
        floats([(site.tenants[name].share or 0.0) if name in vlan else 0.0 for name in names]),
        _frozen(bool(site.isolation) for _ in names),
    )  # fmt: skip


def _frozen(values: Iterable[bool]) -> np.ndarray:
    made = np.array(list(values), dtype=np.bool_)
    made.setflags(write=False)
    return made


def _targets(plan: AddressPlan, allowed: Rows, vrf_of: Mapping[str, str]) -> Targets:
    """Own targets, then an import each way for what may be reached in another table."""
    own = dict(zip(plan.vrfs.name.tolist(), plan.vrfs.rd.tolist(), strict=True))
    rows = [(vrf, imported, target, "own") for vrf, target in own.items() for imported in (False, True)]
    for src, dst in allowed:
        a, b = vrf_of.get(src, DEFAULT), vrf_of.get(dst, DEFAULT)
        if a != b and a in own and b in own:
            rows += [(a, True, own[b], f"{src} reaches {dst}"), (b, True, own[a], f"{src} reaches {dst}")]
    kept = {(vrf, imported, target): rule for vrf, imported, target, rule in reversed(rows)}
    made = sorted((*key, rule) for key, rule in kept.items())
    return Targets(
        texts([r[0] for r in made]),
        _frozen(r[1] for r in made),
        texts([r[2] for r in made]),
        texts([r[3] for r in made]),
    )


def _distinguishers(plan: AddressPlan) -> Distinguishers:
    """A row for each device and each table of which it announces something, where its loopback is IPv4."""
    ports, prefixes = plan.interfaces, plan.prefixes
    at = np.flatnonzero(ports.role == "loopback")
    own = zip(ports.device[at].tolist(), ports.address[at].tolist(), strict=True)
    loopback = {device: text.partition("/")[0] for device, text in own if ":" not in text}
    number = plan.vrfs.numbers
    pairs = sorted({
        (device, vrf) for device, vrf in zip(prefixes.device.tolist(), prefixes.vrf.tolist(), strict=True)
        if vrf in number and device in loopback
    })  # fmt: skip
    rd = [route_distinguisher(loopback[device], number[vrf]) for device, vrf in pairs]
    return Distinguishers(texts([device for device, _ in pairs]), texts([vrf for _, vrf in pairs]), texts(rd))


def _filters(site: Site, held: Held, allowed: Rows) -> Filters:
    """Rules of every party: itself, what it may reach, replies to who may reach it; then nothing."""
    rows: list[Row] = []
    for party in sorted({name for name, _ in held} if site.isolation else ()):
        reached = [(to, f"{party} reaches {to}", False) for src, to in allowed if src == party]
        asked = [(src, f"{party} answers {src}", True) for src, to in allowed if to == party]
        for vrf in sorted(vrf for name, vrf in held if name == party):
            own = _fewest(held[party, vrf])
            for to, rule, reply in [(party, f"within {party}", False), *reached, *asked]:
                rows += [
                    (vrf, rule, str(a), str(b), True, reply, party, to)
                    for a in own for b in _all(held, to) if a.family == b.family
                ]  # fmt: skip
            rows += [(vrf, f"fence of {party}", str(p), "", False, False, party, "") for p in own]
    rows.sort(key=lambda row: not row[4])
    words = [texts([str(row[at]) for row in rows]) for at in (0, 1, 2, 3, 6, 7)]
    passed, answers = _frozen(row[4] for row in rows), _frozen(row[5] for row in rows)
    return Filters(words[0], words[1], words[2], words[3], passed, answers, words[4], words[5])


def _all(held: Held, party: str) -> tuple[Prefix, ...]:
    every = [prefix for (name, _), rows in held.items() if name == party for prefix in rows]
    return _fewest(every)


def _fewest(rows: Iterable[Prefix]) -> tuple[Prefix, ...]:
    every = tuple(rows)
    return tuple(p for family in (4, 6) for p in _cover(every, family))

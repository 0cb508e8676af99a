"""Ways into tables, put together as the noun that a plan has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from easterly.base.columns import BoolColumn, frozen, texts
from easterly.config.kubernetes.parse import Grant
from easterly.model.access import ANY, AccessList
from easterly.model.isolation import Filters, Granted, Holdings, Isolation, Targets

Rule = tuple[str, str, bool, bool, str]
"""Sender, receiver, passed on, reply, name with file and line."""
Rules = tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """Where packets of some parties come in: a table on a device, with its list.

    Attributes
    ----------
    imports, exports : tuple of (str, str)
        Route targets, each with its file and line.
    holders : tuple of (str, str, str)
        Party, prefix, and what puts it there if that is not planned.
    """

    device: str
    vrf: str
    imports: tuple[tuple[str, str], ...]
    exports: tuple[tuple[str, str], ...]
    rules: Rules
    holders: tuple[tuple[str, str, str], ...]

    @property
    def key(self) -> tuple[object, ...]:
        """Ways of one key are one table that several devices have."""
        imports, exports = (frozenset(target for target, _ in side) for side in (self.imports, self.exports))
        return self.vrf, imports, exports, tuple(rule[:4] for rule in self.rules)


def judged(found: AccessList, path: str) -> Rules:
    """Rules of a list, and a last one where it has none that every packet fits."""
    made = [(r.src, r.dst, r.permit, r.reply, f"{r.name or 'rule'} ({path}:{r.line})") for r in found.rules]
    for family, every in ANY.items():
        if not any(rule.total for rule in found.of(family)):
            made.append((every, every, True, False, f"no rule of {found.name} fits ({path}:{found.line})"))
    return tuple(made)


def unjudged(why: str) -> Rules:
    """What lets every packet pass."""
    return tuple((every, every, True, False, why) for every in ANY.values())


def assembled(made: Isolation, ways: Iterable[Way], granted: Sequence[Grant]) -> Isolation:
    """The isolation of some ways: a table for each kind of them.

    A table has the name of its routing table, and those of which there are several kinds that of a device too. Where it
    does not import what it exports, devices do not know each other's prefixes, and each has its own.
    """
    kinds: dict[tuple[object, ...], list[Way]] = defaultdict(list)
    for way in ways:
        alone = {t for t, _ in way.imports}.isdisjoint(t for t, _ in way.exports)
        kinds[(*way.key, way.device if alone else "")].append(way)
    of_vrf: dict[str, list[list[Way]]] = defaultdict(list)
    for _, found in sorted(kinds.items(), key=lambda item: -len(item[1])):
        of_vrf[found[0].vrf].append(found)
    tables = {
        vrf if number == 0 else f"{vrf} on {found[0].device}{f' ({number})' * (number > 1)}": found
        for vrf, several in sorted(of_vrf.items()) for number, found in enumerate(several)
    }  # fmt: skip
    return replace(
        made, targets=_targets(tables), holdings=_holdings(tables), filters=_filters(tables),
        spread=texts([name for name, found in tables.items() if len({way.device for way in found}) > 1]),
        granted=Granted(*(texts([row[at] for row in granted]) for at in range(3))),
    )  # fmt: skip


def _targets(tables: dict[str, list[Way]]) -> Targets:
    rows = [
        (name, imported, target, at) for name, ways in tables.items()
        for imported, side in ((True, ways[0].imports), (False, ways[0].exports)) for target, at in side
    ]  # fmt: skip
    vrf, target, rule = (texts([row[at] for row in rows]) for at in (0, 2, 3))
    return Targets(vrf, _flags(row[1] for row in rows), target, rule)


def _holdings(tables: dict[str, list[Way]]) -> Holdings:
    rows = dict.fromkeys(
        (party, name, net, where) for name, ways in tables.items() for way in ways for party, net, where in way.holders
    )
    party, vrf, prefix, where = (texts([row[at] for row in rows]) for at in range(4))
    return Holdings(party, vrf, prefix, where)


def _filters(tables: dict[str, list[Way]]) -> Filters:
    rows = [(name, *rule) for name, ways in tables.items() for rule in ways[0].rules]
    vrf, src, dst, rule = (texts([str(row[at]) for row in rows]) for at in (0, 1, 2, 5))
    none = texts([""] * len(rows))
    return Filters(vrf, rule, src, dst, _flags(row[3] for row in rows), _flags(row[4] for row in rows), none, none)


def _flags(values: Iterable[bool]) -> BoolColumn:
    return frozen(np.array(list(values), dtype=np.bool_))

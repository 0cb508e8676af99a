"""Two parts that are away at once: pairs by symmetry, or a sample of them with an interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from easterly._kernel import random
from easterly.base.columns import IntColumn, ints
from easterly.base.seeds import stream
from easterly.model.catalog.reliability import MONTH_h, YEAR_h
from easterly.model.damage import Effect
from easterly.study.failures.singles import Class, Key, Row
from easterly.study.failures.states import States
from easterly.study.failures.symmetry import link_colours, set_colours

NORMAL_95 = 1.959963984540054
"""Quantile of the normal distribution at 97.5 %."""


@dataclass(frozen=True, slots=True)
class Place:
    """One set of links that goes down as a whole, for whatever part's sake.

    Attributes
    ----------
    key : tuple
        Equal for places that are alike, with the same rates.
    per_year : float [1/year]
        Of all parts that take it down.
    away : float
        Share of time for which it is down.
    """

    kind: str
    name: str
    down: IntColumn
    key: Key
    per_year: float
    away: float

    @property
    def repair_s(self) -> float:
        """Mean time for which it is down."""
        return self.away * YEAR_h * 3600 / self.per_year if self.per_year else 0.0


def sites_of(classes: Sequence[Class]) -> list[Place]:
    """The sets of links that parts take down, each once, with the rates of all of those parts together."""
    parts: dict[bytes, list[tuple[Class, int]]] = {}
    for each in classes:
        for i, member in enumerate(each.members):
            parts.setdefault(member.down.tobytes(), []).append((each, i))
    return [_place(down, found) for down, found in parts.items()]


def _place(down: bytes, found: list[tuple[Class, int]]) -> Place:
    members = [each.members[i] for each, i in found]
    per_year, away = sum(m.count * m.per_year for m in members), sum(m.away for m in members)
    state = found[0][0].key or (down,)
    kinds = "/".join(dict.fromkeys(member.kind for member in members))
    return Place(kinds, members[0].name, members[0].down, (state, per_year, away), per_year, away)


def rows_of(states: States, places: Sequence[Place]) -> list[Row]:
    """One row per class of pairs: of the first of each class of places, with each place as the others see it then.

    Exchanges that leave the first where it is have orbits among the others; a class of m places and an orbit of n give
    m n pairs, and half as many where both are of one class.
    """
    groups: dict[Key, list[int]] = {}
    for i, place in enumerate(places):
        groups.setdefault(place.key, []).append(i)
    rank = {key: r for r, key in enumerate(groups)}
    rows: list[Row] = []
    for key, own in groups.items():
        first = places[own[0]]
        colours = link_colours(states.network, states.whole, states.nouns.placement.value.hosts, first.down)
        seen = set_colours(colours, [place.down for place in places])
        orbits: dict[Key, list[int]] = {}
        for i, place in enumerate(places):
            if i != own[0] and rank[place.key] >= rank[key]:
                orbits.setdefault((rank[place.key], *seen[i]), []).append(i)
        for label, others in orbits.items():
            share = 0.5 if label[0] == rank[key] else 1.0
            rows.append(_row(first, places[others[0]], share * len(own) * len(others), (rank[key], *label)))
    return rows


def _row(a: Place, b: Place, count: float, key: Key) -> Row:
    per_month, both_s = together(a, b)
    kind = " + ".join(sorted((a.kind, b.kind)))
    return Row(kind, f"{a.name} + {b.name}", count, count * per_month, both_s, False, key, _union(a, b))


def together(a: Place, b: Place) -> tuple[float, float]:
    """How often in a month two places begin to be down at once, and for how long, in the mean.

    Rates l and repairs r of independent alternating renewals, where r is small beside 1 / l: ``la lb (ra + rb)`` and
    ``ra rb / (ra + rb)``; their product is the share of time, ``la ra lb rb``.
    """
    per_s_a, per_s_b = (each.per_year / (YEAR_h * 3600) for each in (a, b))
    total_s = a.repair_s + b.repair_s
    both_s = a.repair_s * b.repair_s / total_s if total_s else 0.0
    return per_s_a * per_s_b * total_s * MONTH_h * 3600, both_s


def drawn(places: Sequence[Place], count: int, seed: int) -> list[Row]:
    """Pairs drawn as often as they happen: each row stands for its share of the time with two places down.

    Parameters
    ----------
    places : sequence of Place
    count : int
        Pairs; one drawn again counts again.
    seed : int
    """
    away = np.array([place.away for place in places])
    edges = np.cumsum(away)
    if np.count_nonzero(away) < 2:
        raise ValueError("fewer than two parts ever fail: there is no pair to draw")
    picks: dict[tuple[int, int], int] = {}
    streams = np.array([stream(seed, f"pairs {side}") for side in ("first", "second")], dtype=np.uint64)
    tries, taken = 4 * count + 64, 0
    while taken < count:
        first, second = (np.searchsorted(edges, u * edges[-1], side="right") for u in random.uniform(streams, tries))
        unlike = np.flatnonzero(first != second)[:count]
        picks, taken = {}, len(unlike)
        for i, j in zip(first[unlike].tolist(), second[unlike].tolist(), strict=True):
            pair = (min(i, j), max(i, j))
            picks[pair] = picks.get(pair, 0) + 1
        tries *= 4
    both = (float(away.sum()) ** 2 - float((away**2).sum())) / 2
    return [_sampled(places[i], places[j], n, n / count * both, (i, j)) for (i, j), n in picks.items()]


def _sampled(a: Place, b: Place, times: int, share: float, key: Key) -> Row:
    _, both_s = together(a, b)
    per_month = share * MONTH_h * 3600 / both_s
    kind = " + ".join(sorted((a.kind, b.kind)))
    return Row(kind, f"{a.name} + {b.name}", float(times), per_month, both_s, False, key, _union(a, b))


def half_width(rows: Sequence[tuple[Row, Effect]]) -> float:
    """Half of the interval of 95 % around the lost GPU-hours of a sample, by the central limit theorem."""
    times = np.array([row.alike for row, _ in rows])
    lost = np.array([effect.lost_gpus for _, effect in rows])
    count = times.sum()
    mean = (times * lost).sum() / count
    deviation = math.sqrt((times * (lost - mean) ** 2).sum() / (count - 1)) if count > 1 else 0.0
    month_h = sum(row.per_month * row.repair_s for row, _ in rows) / 3600
    return NORMAL_95 * deviation / math.sqrt(count) * month_h


def _union(a: Place, b: Place) -> IntColumn:
    return ints(np.union1d(a.down, b.down))

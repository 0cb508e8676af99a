"""Links that several jobs share, and how their steps can fall together there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, bools, floats, ints, texts
from easterly.demand.time import aggregate, profile, waves
from easterly.demand.time.several import Overlap, overlap
from easterly.demand.time.step import pulses
from easterly.model.demand import DemandSet
from easterly.model.routing import Paths, rows_of
from easterly.model.series import Alignments
from easterly.study.demand import Outgoing

DIGITS = 6
"""Significant digits to which two links carry the same."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What each phase puts on each link that several works share: sparse, one row per pair, by link and phase.

    Attributes
    ----------
    ptr : (L+1,) int
        Rows of each link.
    phase : (R,) int
    bits : (R,) float [bit]
        Per step, or per interval for what has one.
    """

    ptr: IntColumn
    phase: IntColumn
    bits: FloatColumn

    @staticmethod
    def of(demands: DemandSet, paths: Paths, links: int) -> Carried:
        """Sum what every flow with bytes puts on the links of its paths, where several works meet."""
        flows, phases = demands.flows, demands.phases
        sends = np.zeros(links, dtype=np.int32)
        for _, rows in aggregate.by_owner(demands):
            sends += np.bincount(_links_of(paths, rows[flows.size_B[rows] > 0]), minlength=links) > 0
        met = np.flatnonzero((sends > 1)[paths.link])
        flow = np.searchsorted(paths.ptr, met, side="right") - 1
        bits = flows.size_B[flow] * 8 * phases.times[flows.phase[flow]] * paths.share[met]
        key = paths.link[met].astype(np.int64) * len(phases) + flows.phase[flow]
        pairs, inverse = np.unique(key[bits > 0], return_inverse=True)
        ptr = np.searchsorted(pairs, np.arange(links + 1, dtype=np.int64) * len(phases))
        return Carried(ints(ptr), ints(pairs % len(phases)), floats(np.bincount(inverse, bits[bits > 0], len(pairs))))

    def on(self, link: int) -> tuple[IntColumn, FloatColumn]:
        """Phases of one link, and their bits."""
        rows = slice(int(self.ptr[link]), int(self.ptr[link + 1]))
        return self.phase[rows], self.bits[rows]


def alignments(made: Outgoing, top: int = 20, years: float = 0.0) -> Alignments:
    """How the steps of jobs fall together on the links that at least two of them share.

    A job sends at the rate that it has alone on the network, so a peak above the capacity tells by how much the jobs
    slow each other then. Services and other traffic are there all the time, at the busiest hour of their week. Links
    that carry the same are one row.

    Parameters
    ----------
    made : Outgoing
    top : int
        Most rows: those whose worst peak is the highest share of their capacity.
    years : float
        How far ahead; what grows has grown.

    Returns
    -------
    Alignments
    """
    network = made.network
    carried = Carried.of(made.demands, made.routing.paths, len(network.links))
    steady = _steady_bps(made, years)
    alike = _alike(made, carried, steady)
    waves_of = {link: own for link in alike if len(own := _waves(made, carried, link)) > 1}
    worst = {link: sum(w.peak_bps for w in waves_of[link].values()) + steady[link] for link in waves_of}
    kept = sorted(waves_of, key=lambda link: (-worst[link] / network.links.capacity_bps[link], link))[:top]
    capacity = network.links.capacity_bps[kept]
    found = [
        overlap([*waves_of[link].values()], float(rate - steady[link]))
        for link, rate in zip(kept, capacity.tolist(), strict=True)
    ]
    figures = {f.name: np.array([getattr(one, f.name) for one in found]) for f in fields(Overlap)}
    exact = figures.pop("exact")
    return Alignments(
        link=ints(kept),
        owners=texts(["+".join(waves_of[link]) for link in kept]),
        together=ints([alike[link] for link in kept]),
        capacity_bps=floats(capacity),
        steady_bps=floats(steady[kept]),
        exact=bools(exact),
        **{name: floats(v + (steady[kept] if name.endswith("_bps") else 0.0)) for name, v in figures.items()},
    )


def _links_of(paths: Paths, rows: IndexColumn) -> IntColumn:
    """Links of some flows; without a copy where the flows follow each other, as those of one work do."""
    if len(rows) and rows[-1] - rows[0] + 1 == len(rows):
        return paths.link[paths.ptr[rows[0]] : paths.ptr[rows[-1] + 1]]
    return rows_of(paths, rows).link


def _steady_bps(made: Outgoing, years: float) -> FloatColumn:
    """(L,) what has no steps puts on each link, each work at its own busiest hour."""
    flows = made.demands.flows
    rate = np.array(flows.rate_bps)
    for owner, rows in aggregate.by_owner(made.demands):
        rate[rows] *= profile.over(made.paced.profiles.get(owner), [0.0], [profile.WEEK_s], years)[1][0]
    steady = np.flatnonzero(rate > 0)
    paths = rows_of(made.routing.paths, steady)
    load = np.repeat(rate[steady], np.diff(paths.ptr)) * paths.share
    return floats(np.bincount(paths.link, load, len(made.network.links)))


def _alike(made: Outgoing, carried: Carried, steady_bps: FloatColumn) -> dict[int, int]:
    """Links that at least two jobs share: the first of those that carry the same, and how many they are."""
    owner = np.unique(made.demands.phases.owner, return_inverse=True)[1]
    fresh = np.diff(owner[carried.phase], prepend=-1) != 0
    link = np.repeat(np.arange(len(carried.ptr) - 1), np.diff(carried.ptr))
    fresh |= np.diff(link, prepend=-1) != 0
    several = np.flatnonzero(np.bincount(link[fresh], minlength=len(carried.ptr) - 1) > 1)
    first: dict[tuple[object, ...], int] = {}
    count: dict[int, int] = {}
    for row in several.tolist():
        phase, bits = carried.on(row)
        rates = (made.network.links.capacity_bps[row], steady_bps[row])
        key = (phase.tobytes(), *(f"{value:.{DIGITS}g}" for value in (*rates, *bits.tolist())))
        home = first.setdefault(key, row)
        count[home] = count.get(home, 0) + 1
    return count


def _waves(made: Outgoing, carried: Carried, link: int) -> Mapping[str, waves.Wave]:
    """What each job sends over a link: its step, and beside it what has an interval of its own."""
    phase, bits = carried.on(link)
    phases = made.demands.phases
    found: dict[str, waves.Wave] = {}
    for name in sorted(set(phases.owner[phase].tolist())):
        step = made.paced.steps.get(name)
        own = (phases.owner[phase] == name) & np.isin(phase, step.phase if step is not None else [])
        if step is not None and own.any():
            found[name] = pulses(step, phase[own], floats(bits[own] / aggregate.lasts_s(step, phase[own])))
    for row, sent in zip(phase.tolist(), bits.tolist(), strict=True):
        every_s, lasts_s = float(phases.every_s[row]), float(made.paced.phase_s[row])
        if every_s > 0 and lasts_s > 0:
            name = f"{phases.owner[row]}:{phases.axis[row]}"
            found[name] = waves.bursts(every_s, [0.0], [lasts_s], [sent / lasts_s])
    return found

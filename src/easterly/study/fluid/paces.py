"""When others send, and how fast: profiles, windows, arrivals and departures, as intervals of constant rates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IntColumn, floats, ints
from easterly.demand.time.profile import WEEK_s, course, factor, offset_s, profiles, windows
from easterly.model.demand import DemandSet
from easterly.model.spec.site import Site
from easterly.model.spec.time import Profile

Interval = tuple[float, float, float]
"""From and until [s], and the factor of the rate in between."""
WITHIN_s = 1e-3
"""Behind the beginning of a part of a day, where it is certainly this part."""


@dataclass(frozen=True, slots=True)
class Steady:
    """Flows at a rate, one row for each interval in which it does not change.

    Attributes
    ----------
    flow : (K,) int
        Row of `Flows`.
    begin_s, lasts_s : (K,) float [s]
    rate_bps : (K,) float [bit/s]
    """

    flow: IntColumn
    begin_s: FloatColumn
    lasts_s: FloatColumn
    rate_bps: FloatColumn

    def __len__(self) -> int:
        return len(self.flow)


def varying(site: Site) -> dict[str, Profile]:
    """Profiles of services and other traffic that have one, and the windows of backups, by their names."""
    return {**profiles(site), **windows(site)}


def busiest_s(site: Site, demands: DemandSet) -> float:
    """First moment of the week at which all that varies sends most together [s]; NaN where nothing does."""
    given, rates = varying(site), dict(_mean_rates(demands))
    given = {name: profile for name, profile in given.items() if rates.get(name, 0.0) > 0}
    if not given:
        return float("nan")
    starts = np.unique(np.concatenate([[0.0], *(_starts(profile) for profile in given.values())]))
    sent = sum(rates[name] * factor(profile, starts + WITHIN_s) for name, profile in given.items())
    return float(starts[int(np.argmax(sent))])


def _mean_rates(demands: DemandSet) -> Iterator[tuple[str, float]]:
    """What each work sends on average, jobs' own steps apart [bit/s]."""
    rate_bps, owner = mean_bps(demands), demands.phases.owner[demands.flows.phase]
    for name in np.unique(owner):
        yield str(name), float(rate_bps[owner == name].sum())


def mean_bps(demands: DemandSet) -> FloatColumn:
    """(F,) rate of each flow that has one, or an interval."""
    flows = demands.flows
    every_s = demands.phases.every_s[flows.phase]
    made = np.array(flows.rate_bps)
    np.divide(flows.size_B * 8, every_s, out=made, where=every_s > 0)
    return floats(made)


def _starts(profile: Profile) -> NDArray[np.float64]:
    """Moments of the week, in UTC, at which the parts of a profile begin [s]."""
    count = len(course(profile))
    made: NDArray[np.float64] = np.mod(np.arange(count) * (WEEK_s / count) - offset_s(profile.zone), WEEK_s)
    return made


def paces(profile: Profile | None, at_s: float, from_s: float, until_s: float) -> list[Interval]:
    """Factors of a rate during a run, one for each interval in which it does not change.

    Parameters
    ----------
    profile : Profile or None
        Without one the rate is steady.
    at_s : float [s]
        Moment of the week, in UTC, at which the run begins.
    from_s, until_s : float [s]
        Part of the run.

    Returns
    -------
    list of (float [s], float [s], float [1])

    Examples
    --------
    >>> paces(Profile(day=(1.0, 3.0)), 12 * 3600 - 2.0, 0.0, 5.0)
    [(0.0, 2.0, 1.0), (2.0, 5.0, 3.0)]
    """
    if not from_s < until_s:
        return []
    if profile is None:
        return [(from_s, until_s, 1.0)]
    factors = course(profile)
    width_s = WEEK_s / len(factors)
    local_s = float(np.mod(at_s + offset_s(profile.zone) + from_s, WEEK_s))
    part = int(np.floor(local_s / width_s + 1e-9))
    made: list[Interval] = []
    begin_s = from_s
    while begin_s < until_s:
        end_s = min(from_s + (part + 1) * width_s - local_s, until_s)
        value = float(factors[part % len(factors)])
        if made and made[-1][2] == value:
            made[-1] = (made[-1][0], end_s, value)
        else:
            made.append((begin_s, end_s, value))
        part, begin_s = part + 1, end_s
    return made


def present(site: Site, name: str, until_s: float) -> tuple[float, float]:
    """From when until when a service or other traffic is there during a run [s]; all of it for anything else."""
    work = site.services.get(name) or site.traffic.get(name)
    if work is None:
        return 0.0, until_s
    return work.begins, until_s if work.until is None else min(work.until, until_s)


def steady_of(site: Site, demands: DemandSet, at_s: float, until_s: float) -> Steady:
    """Flows at a rate, as long as they are there, as fast as their profile says; backups evenly in their window.

    Parameters
    ----------
    site : Site
    demands : DemandSet
    at_s : float [s]
        Moment of the week at which the run begins.
    until_s : float [s]
        How long others send.
    """
    flows, spread = demands.flows, windows(site)
    owner = demands.phases.owner[flows.phase]
    rate_bps = np.where(np.isin(owner, list(spread)), mean_bps(demands), flows.rate_bps)
    rows = np.flatnonzero((rate_bps > 0) & (flows.src != flows.dst))
    sends = {name: during(site, name, at_s, until_s) for name in np.unique(owner[rows]).tolist()}
    parts = [(row, *each) for row in rows.tolist() for each in sends[str(owner[row])] if each[2] > 0]
    flow, begin_s, end_s, factors = np.array(parts, dtype=np.float64).reshape(-1, 4).T
    return Steady(ints(flow), floats(begin_s), floats(end_s - begin_s), floats(rate_bps[ints(flow)] * factors))


def during(site: Site, name: str, at_s: float, until_s: float) -> list[Interval]:
    """When a work is there during a run, and how fast it sends; arguments as for `steady_of`."""
    from_s, end_s = present(site, name, until_s)
    return paces(varying(site).get(name), at_s, from_s, end_s)

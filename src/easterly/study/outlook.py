"""When growing demand fills a link."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import FloatColumn, IndexColumn, floats, ints, texts
from easterly.demand.time import aggregate, profile
from easterly.model.demand import DemandSet
from easterly.model.routing import LinkLoads, Routing
from easterly.model.series import Outlook
from easterly.model.spec.time import Profile

MONTHS = 36
"""How far ahead growth is followed: about as long as a network takes to be written off."""

NOTHING = Outlook(ints([]), ints([]), floats([]), texts([]))


def outlook(demands: DemandSet, routing: Routing, loads: LinkLoads, profiles: dict[str, Profile]) -> Outlook:
    """Links whose load exceeds their capacity in the busiest hour of a week, now or within `MONTHS`.

    Works without a profile, jobs among them, count with their mean at all times. Links that are too full at factor one
    are left out: they are full without any profile.

    Parameters
    ----------
    demands : DemandSet
    routing : Routing
    loads : LinkLoads
    profiles : mapping of str to Profile
        By name of the work.

    Returns
    -------
    Outlook
    """
    varying = [(name, rows) for name, rows in aggregate.by_owner(demands) if name in profiles]
    if not varying:
        return NOTHING
    sent = [_load_bps(demands, routing, rows, len(loads.capacity_bps)) for _, rows in varying]
    at_one = np.add.reduce(loads.load_bps, axis=0)
    links = np.flatnonzero(np.any(np.stack(sent) > 0, axis=0) & (at_one <= loads.capacity_bps))
    base = at_one[links] - sum(column[links] for column in sent)
    parts = [(profiles[name], column[links]) for (name, _), column in zip(varying, sent, strict=True)]
    month, load = _first_month(parts, base, loads.capacity_bps[links])
    full = np.flatnonzero(month <= MONTHS)
    order = full[np.argsort(month[full], kind="stable")]
    years = month[order] / 12
    share = np.array([[_most(p, y) for y in years] * column[order] for p, column in parts]).reshape(len(parts), -1)
    names = texts([name for name, _ in varying])
    return Outlook(ints(links[order]), ints(month[order]), floats(load[order]), texts(names[np.argmax(share, axis=0)]))


def _load_bps(demands: DemandSet, routing: Routing, rows: IndexColumn, links: int) -> FloatColumn:
    """(L,) rates of some flows on their links, at factor one."""
    rate = np.zeros(len(demands.flows))
    rate[rows] = demands.flows.rate_bps[rows]
    load = np.repeat(rate, np.diff(routing.paths.ptr)) * routing.paths.share
    return floats(np.bincount(routing.paths.link, load, links))


def _first_month(
    parts: list[tuple[Profile, FloatColumn]], base: FloatColumn, capacity_bps: FloatColumn
) -> tuple[IndexColumn, FloatColumn]:
    """First month in which each link is full, and its load then; a month past the last where it never is."""
    hours = np.arange(0, profile.WEEK_s, 900.0)
    courses = [profile.factor(p, hours) for p, _ in parts]
    month = np.full(len(base), MONTHS + 1)
    at = np.zeros(len(base))
    for m in range(MONTHS + 1):
        load = _busiest(parts, courses, base, m / 12)
        first = (load > capacity_bps * (1 + 1e-9)) & (month > MONTHS)
        month[first], at[first] = m, load[first]
    return month, floats(at)


def _busiest(
    parts: list[tuple[Profile, FloatColumn]], courses: list[FloatColumn], base: FloatColumn, years: float
) -> FloatColumn:
    """(L,) load in the busiest quarter of an hour of a week that is some years ahead."""
    scaled = np.stack([column * profile.grown(p, years) for p, column in parts], axis=1)
    alike, back = np.unique(scaled, axis=0, return_inverse=True)
    highest = np.zeros(len(alike))
    for course in np.unique(np.stack(courses, axis=1), axis=0):
        highest = np.maximum(highest, np.add.reduce(alike * course, axis=1))
    return floats(base + highest[back.ravel()])


def _most(given: Profile, years: float) -> float:
    return profile.grown(given, years) * float(profile.course(given).max())

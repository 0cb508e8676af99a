"""One call: when growth fills links, queues and pools, in the worst of all failures, and what to buy against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import maths
from easterly.base.columns import FloatColumn, IntColumn, floats, ints, texts
from easterly.model.capacity import Filling, Outgrown
from easterly.model.groups import group_of
from easterly.model.network import Network
from easterly.model.spec.site import Site
from easterly.study.capacity.groups import Bundle, bundles
from easterly.study.capacity.growth import factors
from easterly.study.capacity.loads import Growing, State, full_month, growing, queue_month, state_of
from easterly.study.capacity.pools import stocks
from easterly.study.capacity.upgrade import Choice, Need, upgrades
from easterly.study.failures.elements import elements
from easterly.study.failures.singles import NOTHING, checked, classes_of
from easterly.study.failures.states import States
from easterly.study.failures.symmetry import link_colours
from easterly.study.nouns import Nouns

MONTHS = 36
WAN_PRICE = 50.0
"""Of a WAN link beside a cable of a fabric, unless the site says what is on offer."""
Row = tuple[str, str, str, int, int, float, float, float, str]


def capacity(
    nouns: Nouns,
    growth: Mapping[str, float] | None = None,
    *,
    months: int = MONTHS,
    failures: bool = True,
    progress: Callable[[int, int], Any] | None = None,
) -> Outgrown:
    """When growth fills each link, queue and pool, and the cheapest cables to add before that.

    Loads are means over steps, split evenly over equal-cost paths, at the busiest quarter of an hour of a week, and
    grow by a factor per year; each link counts in the failure that fills it first. What is bought adds to the cables
    between two devices and changes no path; it is there at the start of the month in which it would be missed.

    Parameters
    ----------
    nouns : Nouns
    growth : mapping of str to float, optional
        Factor per year by work, tenant, class, fabric, jobs, services, traffic or all; profiles say their own. Pools
        grow by ``hosts``, or by all.
    months : int
        How far ahead.
    failures : bool
        Whether single failures count, or only the network as it is.
    progress : callable, optional
        Called with the number of states done and of all.

    Returns
    -------
    Outgrown

    Raises
    ------
    ValueError
        A name that nothing has, a factor that is none, or months below 1.
    """
    if months < 1:
        raise ValueError(f"{months} months: 1 at least")
    said = dict(growth or {})
    by_work = factors(nouns.site, said)
    states = States(nouns)
    site, network = nouns.site, states.network
    grows = growing(site, states, by_work)
    found = [state_of(states, "nothing", NOTHING)]
    wanted = _failures(states) if failures else []
    for name, down in wanted:
        found.append(state_of(states, name, down))
        if progress is not None:
            progress(len(found), len(wanted) + 1)
    colours = link_colours(network, states.whole, nouns.placement.value.hosts)
    _, colour = np.unique(colours, return_inverse=True)
    colour = colour.reshape(-1)
    worst = _worst(found, grows, network, colour, site.expansion.full, months)
    rows = [
        *_links(found, grows, network, colour, worst, site.expansion.full, months),
        *_queues(found, grows, site, network, worst, months),
        *_pools(nouns, said.get("hosts", said.get("all", 1.0)), months),
    ]
    needs = [_need(site, network, bundle, found, grows, months) for bundle in bundles(network, colours)]
    bought = upgrades(needs, visit=site.expansion.visit, falling=site.expansion.falling)
    return Outgrown(months, by_work, _filling(rows), bought, len(found) - 1)


def _failures(states: States) -> list[tuple[str, Any]]:
    """One of each class of parts that ever fail and do anything, each set of links once."""
    parts = [part for part in elements(states.nouns.site, states.network) if part.per_year > 0]
    classes = checked(states, classes_of(states, parts), 1, None)
    firsts = {each.key: each.members[0] for each in classes if each.key}
    return [(part.name, part.down) for part in firsts.values()]


@dataclass(frozen=True, slots=True)
class Worst:
    """When each link is full at the soonest, in which state, and the link of its colour that shows it there."""

    month: FloatColumn
    cause: NDArray[np.intp]
    link: NDArray[np.intp]


def _worst(
    found: Sequence[State], grows: Growing, network: Network, colour: NDArray[np.intp], full: float, months: int
) -> Worst:
    """The first month in which each link is full in any state; links of one colour share all of them."""
    count = int(colour.max()) + 1 if len(colour) else 0
    month, cause, link = np.full(count, np.inf), np.zeros(count, dtype=np.intp), np.zeros(count, dtype=np.intp)
    for i, state in enumerate(found):
        own = full_month(state, grows, network, full, months)
        order = np.argsort(own, kind="stable")
        alike, first = np.unique(colour[order], return_index=True)
        soonest = order[first]
        sooner = own[soonest] < month[alike] - 1e-9
        if i == 0:
            sooner[:] = True
        month[alike[sooner]], link[alike[sooner]] = own[soonest[sooner]], soonest[sooner]
        cause[alike[sooner]] = i
    return Worst(floats(month[colour]), cause[colour], link[colour])


def _use(
    found: Sequence[State], grows: Growing, network: Network, colour: NDArray[np.intp], month: float
) -> FloatColumn:
    """(L,) load over capacity in the worst state in some month."""
    links = len(network.links)
    most = np.zeros(int(colour.max()) + 1 if links else 0)
    for state in found:
        load = grows.at(state.load_bps, floats(np.full(links, month)))
        np.maximum.at(most, colour, np.where(state.alive, load / network.links.capacity_bps, 0.0))
    return floats(most[colour])


def _links(
    found: Sequence[State], grows: Growing, network: Network, colour: NDArray[np.intp], worst: Worst,
    full: float, months: int,
) -> list[Row]:  # fmt: skip
    whole = full_month(found[0], grows, network, full, months)
    use, group, rows = _use(found, grows, network, colour, 0.0), group_of(network), []
    for name in dict.fromkeys(group.tolist()):
        own = np.flatnonzero(group == name)
        first = own[np.lexsort((-use[own], worst.month[own]))[0]]
        rows.append(("link", name, str(network.link_ids[worst.link[first]]), len(own),
                     int(np.isfinite(worst.month[own]).sum()), float(use[own].max()), float(worst.month[first]),
                     float(whole[own].min()), found[worst.cause[first]].name))  # fmt: skip
    return rows


def _queues(
    found: Sequence[State], grows: Growing, site: Site, network: Network, worst: Worst, months: int
) -> list[Row]:
    """The queue of each class in each group, at the link of the group that fills first, in the state that fills it."""
    group, rows = group_of(network), []
    for name in dict.fromkeys(group.tolist()):
        own = np.flatnonzero(group == name)
        soonest = int(own[np.argmin(worst.month[own])])
        first = int(worst.link[soonest])
        if not np.isfinite(worst.month[soonest]) and not any(
            spec.priority == "strict" for spec in site.classes.values()
        ):
            continue
        state = found[worst.cause[soonest]]
        then = queue_month(state, grows, site, network, [first], months)
        calm = queue_month(found[0], grows, site, network, [first], months)
        now = queue_use(state, grows, network, first)
        rows += [
            ("queue", f"{name}, class {c}", str(network.link_ids[first]), len(own), 1, now.get(c, 0.0), float(at[0]),
             float(calm[c][0]), state.name)
            for c, at in then.items() if np.isfinite(at[0])
        ]  # fmt: skip
    return rows


def queue_use(state: State, grows: Growing, network: Network, link: int) -> dict[str, float]:
    """Load of each class over the capacity of one link today, at the highest level."""
    found: dict[str, float] = {}
    for name in dict.fromkeys(grows.classes):
        own = np.array([word == name for word in grows.classes])
        load = (state.load_bps[own, link] * grows.level[:, own]).sum(axis=1).max()
        found[name] = float(load / network.links.capacity_bps[link])
    return found


def _pools(nouns: Nouns, factor: float, months: int) -> list[Row]:
    """What is taken of pools and blocks grows by a factor; they are full when it reaches what there is."""
    rows: list[Row] = []
    for own in stocks(nouns.site, nouns.address.value):
        at = float("inf")
        if factor > 1 and own.used:
            ratio, power = maths.log(floats([max(own.room / own.used, 1.0), factor])).tolist()
            at = 12 * ratio / power
        at = at if at <= months else float("inf")
        filled = own.count if at < float("inf") else 0
        rows.append((own.kind, own.name, own.such, own.count, filled, own.used / own.room, at, at, "nothing"))
    return rows


def _filling(rows: Sequence[Row]) -> Filling:
    order = {"link": 0, "queue": 1, "pool": 2, "block": 3}
    ranked = sorted(rows, key=lambda row: (row[6], order[row[0]], -row[5], row[1]))
    kind, group, name, count, filled, use, month, whole, cause = zip(*ranked, strict=True) if ranked else [()] * 9
    return Filling(
        texts(list(kind)), texts(list(group)), texts(list(name)), ints(list(count)), ints(list(filled)),
        floats(list(use)), floats(list(month)), floats(list(whole)), texts(list(cause)),
    )  # fmt: skip


def _need(
    site: Site, network: Network, bundle: Bundle, found: Sequence[State], grows: Growing, months: int
) -> Need:  # fmt: skip
    """What pairs that are alike lack by month, in the worst state of the worst of them, either way."""
    lack = np.zeros(months + 1)
    for state in found:
        for way in (bundle.forth, bundle.back):
            np.maximum(lack, _lack(state, way, grows, network, site.expansion.full, months), out=lack)
    rate = float(network.links.capacity_bps[bundle.forth[0, 0]])
    lack[lack < rate * 1e-9] = 0.0
    return Need(
        bundle.group, bundle.name, bundle.pairs, floats(np.maximum.accumulate(lack)), _choices(site, bundle, rate)
    )


def _lack(
    state: State, way: IntColumn, grows: Growing, network: Network, full: float, months: int
) -> NDArray[np.float64]:
    """(M + 1,) what the worst of some pairs lacks one way until each month is over.

    Sums of exponentials are convex: what is not lacking at either end never is.
    """
    load = state.load_bps[:, way].sum(axis=2)  # (W, P)
    room = np.where(state.alive[way], network.links.capacity_bps[way], 0.0).sum(axis=1)

    def at(months: NDArray[np.float64]) -> NDArray[np.float64]:
        sent = grows.at(np.tile(load, len(months)), floats(np.repeat(months, len(room))))
        lack: NDArray[np.float64] = (sent.reshape(len(months), len(room)) / full - room).max(axis=1)
        return lack

    if (at(np.array([0.0, months + 1.0])) <= 0).all():
        return np.zeros(months + 1)
    ends = at(np.arange(months + 2.0))
    return np.maximum(np.maximum(ends[:-1], ends[1:]), 0.0)


def _choices(site: Site, bundle: Bundle, rate_bps: float) -> tuple[Choice, ...]:
    if not site.expansion.offers:
        return (Choice("one more cable", rate_bps, WAN_PRICE if bundle.wan else 1.0),)
    return tuple(
        Choice(name, offer.rate or rate_bps, offer.price)
        for name, offer in sorted(site.expansion.offers.items())
        if any(fnmatchcase(bundle.group, pattern) for pattern in offer.links)
    )

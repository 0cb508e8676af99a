"""What each work puts on every link in every state, and when links and queues are full then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, bools, floats
from easterly.model.network import Network
from easterly.model.spec.site import Site
from easterly.predict.contention import by_owner, mean_rates
from easterly.predict.loads import low_steps
from easterly.study.capacity.filling import Excess, first_month
from easterly.study.capacity.growth import after, highest, levels
from easterly.study.failures.states import States


@dataclass(frozen=True, slots=True)
class State:
    """One state of the network, with what every work sends over it.

    Attributes
    ----------
    name : str
        What is down; ``nothing``.
    alive : (L,) bool
    load_bps : (W, L) float [bit/s]
        Mean of each work on each link, split evenly over equal-cost paths, today, at factor one.
    """

    name: str
    alive: BoolColumn
    load_bps: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Growing:
    """Works, how they grow, and the levels of a week.

    Attributes
    ----------
    growth : (W,) float
        Factor per year.
    level : (K, W) float
    classes : (W,) of str
        Class of each work.
    """

    names: tuple[str, ...]
    growth: FloatColumn
    level: NDArray[np.float64]
    classes: tuple[str, ...]

    def at(self, load_bps: NDArray[np.float64], month: FloatColumn) -> FloatColumn:
        """(R,) highest load of a week, from (W, R) loads today and a month for each."""
        return highest(load_bps * after(self.growth, month), self.level)


def growing(site: Site, states: States, growth: dict[str, float]) -> Growing:
    """The works of a site in the order of its demand."""
    names = states.whole.work.name.tolist()
    works = {**site.jobs, **site.services, **site.traffic}
    return Growing(
        tuple(names), floats([growth.get(name, 1.0) for name in names]), levels(site, names),
        tuple(str(works[name].traffic_class) if name in works else "" for name in names),
    )  # fmt: skip


def state_of(states: States, name: str, down: IntColumn) -> State:
    """What every work puts on every link when some are down."""
    case, demands, routing = states.case(down, "even")
    load = np.zeros((len(demands.work), len(states.network.links)))
    rate = mean_rates(demands, low_steps(demands, case.prediction))
    for work, own in by_owner(demands, states.network, routing.paths, rate):
        load[work] = own
    return State(name, case.alive, load)


def full_month(state: State, grows: Growing, network: Network, full: float, months: int) -> FloatColumn:
    """(L,) month in which each link is full, in one state; infinite where it is not, or is down.

    Links with the same loads of the same works are followed once, and only those that are full at either end: sums of
    exponentials are convex.
    """
    room = network.links.capacity_bps * full
    table = np.vstack([room, state.load_bps])
    most = np.maximum(*(grows.at(state.load_bps, floats(np.full(len(room), month))) for month in (0.0, float(months))))
    used = np.flatnonzero(state.alive & (most > room))
    alike, back = np.unique(table[:, used], axis=1, return_inverse=True)
    found = np.full(len(room), np.inf)
    found[used] = first_month(
        lambda rows, month: floats(grows.at(alike[1:, rows], month) / alike[0, rows] - 1), alike.shape[1], months
    )[back.reshape(-1)]
    return floats(found)


def queue_month(
    state: State, grows: Growing, site: Site, network: Network, links: Sequence[int], months: int
) -> dict[str, FloatColumn]:
    """When the queue of each class is full at some links: more comes than the link grants it, at the highest level.

    Classes of strict priority are policed to their shares. The others share what is left by weight, and what one leaves
    goes to the rest (generalised processor sharing, Parekh & Gallager 1993), so that none of them is full before the
    link is.
    """
    share = shares(site)
    order = [name for name in share if name in grows.classes]
    member = np.array([[own == name for own in grows.classes] for name in order])
    rows = np.asarray(links, dtype=np.intp)
    capacity, load = network.links.capacity_bps[rows], state.load_bps[:, rows]

    def excess(which: NDArray[np.intp], month: FloatColumn, number: int) -> FloatColumn:
        grown = load[:, which] * after(grows.growth, month)
        worst = np.full(len(which), -1.0)
        for row in grows.level:
            sent = np.stack([np.add.reduce(grown[own] * row[own][:, None], axis=0) for own in member])
            carried = carried_bps(sent, capacity[which], [share[name] for name in order], _strict(site, order))
            over = sent[number] / np.maximum(carried[number], 1.0) - 1
            worst = np.maximum(worst, over)
        return floats(worst)

    def of(number: int) -> Excess:
        return lambda which, month: excess(which, month, number)

    return {name: first_month(of(i), len(rows), months) for i, name in enumerate(order)}


def shares(site: Site) -> dict[str, float]:
    """Share of each class; what takes the rest has what is left."""
    stated = {name: spec.share for name, spec in site.classes.items() if not isinstance(spec.share, str)}
    left = max(0.0, 1 - sum(stated.values()))
    return {name: stated.get(name, left) for name in site.classes}


def _strict(site: Site, order: Sequence[str]) -> BoolColumn:
    return bools(np.array([site.classes[name].priority == "strict" for name in order], dtype=np.bool_))


def carried_bps(
    sent_bps: NDArray[np.float64], capacity_bps: FloatColumn, share: Sequence[float], strict: BoolColumn
) -> NDArray[np.float64]:
    """(C, R) what of each class gets through: of a strict one its share at most, of the others what is max-min fair.

    Parameters
    ----------
    sent_bps : (C, R) float [bit/s]
    capacity_bps : (R,) float [bit/s]
    share : (C,) float
    strict : (C,) bool

    Examples
    --------
    Of 100, a strict class is policed to 10; the others share the rest 3 to 1, and one leaves 40 of it:

    >>> sent = np.array([[20.0], [27.5], [80.0]])
    >>> carried_bps(sent, floats([100.0]), [0.1, 0.675, 0.225], bools(np.array([True, False, False]))).T.tolist()
    [[10.0, 27.5, 62.5]]
    """
    weight, first = np.asarray(share, dtype=np.float64)[:, None], strict[:, None]
    carried = np.where(first, np.minimum(sent_bps, weight * capacity_bps), 0.0)
    left = capacity_bps - np.add.reduce(carried, axis=0)
    waiting = np.broadcast_to(~first, sent_bps.shape)
    for _ in range(len(weight)):
        level = _level(left, weight, waiting)
        content = waiting & (sent_bps <= weight * level)
        if not content.any():
            break
        left = left - np.add.reduce(np.where(content, sent_bps, 0.0), axis=0)
        carried, waiting = np.where(content, sent_bps, carried), waiting & ~content
    return np.where(waiting, weight * _level(left, weight, waiting), carried)


def _level(left: NDArray[np.float64], weight: NDArray[np.float64], waiting: NDArray[np.bool_]) -> NDArray[np.float64]:
    """What is left for each unit of weight that still waits; 0 where nobody does."""
    total = np.add.reduce(np.where(waiting, weight, 0.0), axis=0)
    return np.divide(left, total, out=np.zeros_like(left), where=total > 0)

"""What the works of a site send, when and where: rates by any label, between any places, week by week."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, TextColumn, bools, floats, texts
from easterly.demand.mapping.classes import LINK_CLASSES, link_class
from easterly.demand.time import aggregate, places, profile
from easterly.demand.time.step import step_bars
from easterly.demand.traffic.split import is_north_south
from easterly.model.demand import DemandSet, Flows, Work
from easterly.model.matrix import TrafficMatrices
from easterly.model.network import Network
from easterly.model.outcome import Prediction
from easterly.model.routing import Routing, rows_of
from easterly.model.series import Series
from easterly.model.serving import Services
from easterly.model.spec.site import Site
from easterly.model.spec.traffic import Storage
from easterly.predict.contention import mean_rates
from easterly.study.nouns import Nouns


@dataclass(frozen=True, slots=True)
class Outgoing:
    """All that is known of what a site sends.

    Attributes
    ----------
    site : Site
    network : Network
    demands : DemandSet
    routing : Routing
    prediction : Prediction
    services : Services
    paced : Paced
        Mean rates at the expected step times, and one step of every job.
    works : tuple of str
        Jobs, services and other traffic that are looked at, sorted.
    """

    site: Site
    network: Network
    demands: DemandSet
    routing: Routing
    prediction: Prediction
    services: Services
    paced: aggregate.Paced
    works: tuple[str, ...]


def outgoing(nouns: Nouns) -> Outgoing:
    """Predict the steps of all jobs of a site, and pace its demand by them.

    Parameters
    ----------
    nouns : Nouns

    Raises
    ------
    FindingsError
        The site has no demand.
    ValueError
        A job has a flow without a path, so that its step never ends.
    """
    demands, routing, prediction = nouns.demands.value, nouns.routing.value, nouns.prediction.value
    lasts_s = _phase_s(demands, routing, prediction)
    steps = {
        name: step_bars(demands, name, prediction.phase_expected_s, prediction.phase_exposed_s)
        for name in sorted(prediction.job.tolist())
    }
    step_s = floats([steps[name].step_s if name in steps else 0.0 for name in demands.work.name.tolist()])
    site = nouns.site
    courses = profile.profiles(site), profile.windows(site)
    paced = aggregate.Paced(demands, mean_rates(demands, step_s), lasts_s, steps, *courses)
    works = tuple(sorted(demands.work.name.tolist()))
    return Outgoing(nouns.site, nouns.network.value, demands, routing, prediction, nouns.services.value, paced, works)


def _phase_s(demands: DemandSet, routing: Routing, prediction: Prediction) -> FloatColumn:
    """Time of each phase per step, or per interval for what has one: the mean of hashing, alone on the network."""
    phases = demands.phases
    each_s = phases.latency_s + phases.scaleup_s + routing.spread.mean_s
    return floats(np.where(phases.every_s > 0, phases.times * each_s, prediction.phase_expected_s))


Labels = Callable[[Outgoing], TextColumn]


def _of_phase(name: str) -> Labels:
    def label(made: Outgoing) -> TextColumn:
        values: TextColumn = getattr(made.demands.phases, name)[made.demands.flows.phase]
        return values

    return label


def _of_work(name: str) -> Labels:
    def label(made: Outgoing) -> TextColumn:
        work, owner = made.demands.work, made.demands.phases.owner
        value = dict(zip(work.name.tolist(), getattr(work, name).tolist(), strict=True))
        return texts(texts([value[w] for w in owner.tolist()])[made.demands.flows.phase])

    return label


def _of_class(made: Outgoing) -> TextColumn:
    phases, flows = made.demands.phases, made.demands.flows
    return texts(texts(made.demands.classes)[phases.traffic_class[flows.phase]])


def _of_links(made: Outgoing) -> TextColumn:
    return texts(texts(LINK_CLASSES)[link_classes(made)])


def link_classes(made: Outgoing) -> IntColumn:
    """(F,) index into `LINK_CLASSES` of the highest class of links that each flow takes."""
    return link_class(made.network, made.demands.flows, stores(made.site, made.network, made.demands.work))


def stores(site: Site, network: Network, work: Work) -> BoolColumn:
    """(N,) True for the interfaces of storage servers."""
    hosts = network.hosts
    keeps = np.array([isinstance(site.traffic.get(name), Storage) for name in work.name.tolist()], dtype=np.bool_)
    stored = np.zeros(len(hosts), dtype=np.bool_)
    stored[work.host_idx[np.repeat(keeps, np.diff(work.host_ptr))]] = True
    found = np.zeros(len(network.nodes), dtype=np.bool_)
    found[hosts.nic_node[np.repeat(stored, np.diff(hosts.nic_ptr))]] = True
    return bools(found)


def _of_direction(made: Outgoing) -> TextColumn:
    return texts(np.where(is_north_south(made.network, made.demands.flows), "north-south", "east-west"))


LABELS: dict[str, Labels] = {
    "work": _of_phase("owner"),
    "kind": _of_work("kind"),
    "tenant": _of_work("tenant"),
    "fabric": _of_work("fabric"),
    "class": _of_class,
    "axis": _of_phase("axis"),
    "stage": _of_phase("stage"),
    "collective": _of_phase("collective"),
    "link-class": _of_links,
    "direction": _of_direction,
}
"""What flows can be grouped by."""

PLACES = ("nic", "host", "leaf")
"""Where flows start and end, which rates can be grouped by as well."""


def rates(
    made: Outgoing, by: Sequence[str], interval_s: float | None = None, years: float = 0.0, place: str | None = None
) -> tuple[Series, ...]:
    """Rates of all flows by some labels and interval of the week.

    Parameters
    ----------
    made : Outgoing
    by : sequence of str
        Keys of `LABELS`.
    interval_s : float [s], optional
        The whole week if absent.
    years : float
    place : {"nic", "host", "leaf"}, optional
        Also by the place where flows start, and once more by that where they end.

    Returns
    -------
    tuple of Series
        One; or what places send, and what they receive.
    """
    labels = {key: LABELS[key](made) for key in by}
    if place is None:
        return (aggregate.series(made.paced, labels, interval_s, years),)
    where, flows = places.place_of(made.network, place), made.demands.flows
    ends = ({**labels, place: texts(where[end])} for end in (flows.src, flows.dst))
    return tuple(aggregate.series(made.paced, end, interval_s, years) for end in ends)


def only(made: Outgoing, name: str) -> Outgoing:
    """The same, with the flows of one work alone."""
    demands, paced = made.demands, made.paced
    rows = np.flatnonzero(demands.phases.owner[demands.flows.phase] == name)
    flows = Flows(**{f.name: _read_only(getattr(demands.flows, f.name)[rows]) for f in fields(Flows)})
    kept = replace(demands, flows=flows)
    pace = replace(paced, demands=kept, rate_bps=floats(paced.rate_bps[rows]))
    routing = replace(made.routing, paths=rows_of(made.routing.paths, rows))
    return replace(made, demands=kept, routing=routing, paced=pace, works=(name,))


def _read_only(values: NDArray[Any]) -> NDArray[Any]:
    values.flags.writeable = False
    return values


def matrices(made: Outgoing, level: str, years: float = 0.0) -> TrafficMatrices:
    """Mean rates between places, one matrix for each class; in the mean of a week that is some years ahead."""
    rate = np.array(made.paced.rate_bps)
    for owner, rows in aggregate.by_owner(made.demands):
        rate[rows] *= profile.over(made.paced.profiles.get(owner), [0.0], [profile.WEEK_s], years)[0][0]
    return places.matrices(made.network, made.demands, floats(rate), level)

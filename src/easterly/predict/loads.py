"""Loads of links: the mean over a step, by class, and the highest of any phase."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import FloatColumn, floats
from easterly.model.demand import DemandSet
from easterly.model.network import Network
from easterly.model.outcome import Prediction
from easterly.model.routing import LinkLoads, Routing, rows_of
from easterly.predict.contention import mean_rates
from easterly.predict.transfers import by_phase, transfers


def link_loads(network: Network, demands: DemandSet, routing: Routing, prediction: Prediction) -> LinkLoads:
    """Load that the demands put on each directed link when every flow is split evenly.

    The mean of a job is what it sends in a step over the low end of its step time, so it is the highest mean that
    the network has to bear; the mean of a service is its rate. The peak is the highest rate that any one phase puts
    on the link at max-min fair rates.

    Parameters
    ----------
    network : Network
    demands : DemandSet
    routing : Routing
    prediction : Prediction

    Returns
    -------
    LinkLoads
    """
    paths, phases = routing.paths, demands.phases
    links = len(network.links)
    counts = np.diff(paths.ptr)
    load = np.repeat(mean_rates(demands, _steps(demands, prediction)), counts) * paths.share
    place = np.repeat(phases.traffic_class[demands.flows.phase].astype(np.int64) * links, counts) + paths.link
    mean = np.bincount(place, load, len(demands.classes) * links).reshape(len(demands.classes), links)
    return LinkLoads(network.links.capacity_bps, floats(mean), _peaks(network, demands, routing))


def _steps(demands: DemandSet, prediction: Prediction) -> FloatColumn:
    """(W,) low step time by row of `Work`; 0 for services."""
    known = dict(zip(prediction.job.tolist(), prediction.step_low_s.tolist(), strict=True))
    return floats([known.get(name, 0.0) for name in demands.work.name.tolist()])


def _peaks(network: Network, demands: DemandSet, routing: Routing) -> FloatColumn:
    """(L,) highest load of any phase; the flows of a service count as one phase."""
    links, flows = len(network.links), demands.flows
    rate = transfers(demands, routing.paths, network.links.capacity_bps).rate_bps
    steady = np.flatnonzero(flows.rate_bps > 0)
    peak = np.zeros(links)
    for members, sent in [*((m, rate) for _, m in by_phase(demands)), (steady, flows.rate_bps)]:
        rows = rows_of(routing.paths, members)
        load = np.repeat(sent[members], np.diff(rows.ptr)) * rows.share
        np.maximum(peak, np.bincount(rows.link, load, links), out=peak)
    return floats(peak)

"""Loads of links: the mean over a step, by class, and the highest of any phase."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import FloatColumn, floats
from easterly.model.demand import DemandSet
from easterly.model.network import Network
from easterly.model.outcome import Prediction
from easterly.model.routing import LinkLoads, Routing, rows_of
from easterly.predict.contention import link_sums, mean_rates
from easterly.predict.transfers import Transfers, patterns, transfers


def link_loads(
    network: Network, demands: DemandSet, routing: Routing, prediction: Prediction, alone: Transfers | None = None
) -> LinkLoads:
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
    alone : Transfers, optional
        `transfers` of all phases at the capacities of the links; worked out if absent.

    Returns
    -------
    LinkLoads
    """
    if alone is None:
        alone = transfers(demands, routing.paths, network.links.capacity_bps)
    rate = mean_rates(demands, low_steps(demands, prediction))
    number = demands.phases.traffic_class[demands.flows.phase]
    mean = np.zeros((len(demands.classes), len(network.links)))
    for own in np.unique(number).tolist():
        members = np.flatnonzero(number == own)
        mean[own] = link_sums(rows_of(routing.paths, members), rate[members], len(network.links))
    return LinkLoads(network.links.capacity_bps, floats(mean), _peaks(network, demands, routing, alone))


def low_steps(demands: DemandSet, prediction: Prediction) -> FloatColumn:
    """(W,) low step time by row of `Work`; 0 for services."""
    known = dict(zip(prediction.job.tolist(), prediction.step_low_s.tolist(), strict=True))
    return floats([known.get(name, 0.0) for name in demands.work.name.tolist()])


def _peaks(network: Network, demands: DemandSet, routing: Routing, alone: Transfers) -> FloatColumn:
    """(L,) highest load of any phase; the flows of a service count as one phase."""
    links, flows = len(network.links), demands.flows
    steady = np.flatnonzero(flows.rate_bps > 0)
    firsts = [alike[0][1] for alike in patterns(demands, routing.paths)]  # the others of a pattern do the same
    peak = np.zeros(links)
    for members, sent in [*((m, alone.rate_bps) for m in firsts), (steady, flows.rate_bps)]:
        np.maximum(peak, link_sums(rows_of(routing.paths, members), sent[members], links), out=peak)
    return floats(peak)

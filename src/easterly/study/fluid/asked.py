"""Requests of services one by one, in place of their mean rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from easterly.base.columns import floats
from easterly.demand.facts import model_of
from easterly.demand.schedule.requests import Asked
from easterly.demand.serving.requests import ways_of
from easterly.model.demand import DemandSet
from easterly.study.fluid.paces import during
from easterly.study.nouns import Nouns

MOST = 100_000
"""Messages of requests beyond which a service sends at its mean rate."""


def asked_of(nouns: Nouns, demands: DemandSet, at_s: float, until_s: float) -> tuple[list[Asked], list[str]]:
    """What is asked of services during a run, and those of which too much is.

    Parameters
    ----------
    nouns : Nouns
    demands : DemandSet
        Of those that send.
    at_s : float [s]
        Moment of the week at which it begins.
    until_s : float [s]
        How long others send.
    """
    site, network, hosts = nouns.site, nouns.network.value, nouns.placement.value.hosts
    made, many, room = [], [], float(MOST)
    for name in sorted(set(site.services) & set(hosts)):
        service = site.services[name]
        ways = list(ways_of(service, model_of(service), network, hosts[name], demands))
        each = Asked(service, ways, during(site, name, at_s, until_s))
        if not ways:
            continue
        if each.messages > room:
            many.append(name)
            continue
        room -= each.messages
        made.append(each)
    return made, many


def without_asked(demands: DemandSet, every: Sequence[Asked]) -> DemandSet:
    """The demand without the rates of what is sent for requests one by one."""
    own = np.isin(demands.flows.phase, [ways.phase for asked in every for ways in asked.ways])
    flows = demands.flows
    return replace(demands, flows=replace(flows, rate_bps=floats(np.where(own, 0.0, flows.rate_bps))))

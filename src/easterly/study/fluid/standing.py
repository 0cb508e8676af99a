"""How flows stand to each other: strict classes as ranks, shares of classes and tenants, and what losses leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, floats, ints, texts
from easterly.model.demand import Work
from easterly.model.packets import Transport
from easterly.model.qos import QosPlan
from easterly.predict.fluid.losses import carried_share, most_bps
from easterly.study.fluid.outages import links_called
from easterly.study.fluid.played import Standing
from easterly.study.fluid.posed import Posed
from easterly.study.fluid.shares import shares_of
from easterly.study.fluid.site import Prepared


def standing_of(posed: Posed, plan: QosPlan, work: Work) -> Standing:
    """Rank, weight and group of each activity.

    Strict classes go first, the one of the highest queue before all others, as hardware takes them. What these leave,
    weighted classes share, then the tenants in each (`shares_of`), and then flows, by their connections.

    Parameters
    ----------
    posed : Posed
    plan : QosPlan
    work : Work
        Whose row an owner of `posed` is.
    """
    strict = np.unique(plan.queue[plan.strict])[::-1]
    rank = np.full(len(plan.traffic_class), len(strict))
    rank[plan.strict] = np.argsort(np.argsort(-strict))[np.searchsorted(-strict, -plan.queue[plan.strict])]
    own = posed.traffic_class
    return Standing(floats(posed.connections), ints(rank[own]), shares_of(own, texts(work.tenant[posed.owner]), plan))


def with_losses(posed: Posed, prepared: Prepared, transports: Sequence[Transport]) -> Posed:
    """Activities over links that lose packets: with what is sent again, and no faster than losses let them go.

    Parameters
    ----------
    posed : Posed
    prepared : Prepared
    transports : sequence of Transport
        By class.

    Raises
    ------
    ValueError
        A link that is none, or a loss that is no share.
    """
    degraded = prepared.wishes.degraded
    if not degraded:
        return posed
    network = prepared.nouns.network.value
    through = np.ones(len(network.links))
    for name, loss in degraded.items():
        if not 0 <= loss < 1:
            raise ValueError(f"{name!r} loses {loss:g} of its packets: give a share from 0 to below 1")
        through[links_called(network, name)] *= 1 - loss
    count = len(posed)
    row = np.repeat(np.arange(count), np.diff(posed.paths.ptr))
    delay_s = network.links.delay_s + network.nodes.delay_s[network.links.dst]
    lost = -np.expm1(np.bincount(row, posed.paths.share * np.log(through)[posed.paths.link], count))
    rtt_s = 2 * np.bincount(row, posed.paths.share * delay_s[posed.paths.link], count)
    line_bps = 1 / np.maximum(slowest_s(posed, network.links.capacity_bps), 1e-30)
    size, cap = np.array(posed.size_bit), np.array(posed.cap_bps)
    for c, how in enumerate(transports):
        own = np.flatnonzero((posed.traffic_class == c) & (lost > 0))
        given = (floats(lost[own]), floats(rtt_s[own]))
        size[own] /= carried_share(how, given[0], floats(line_bps[own] / posed.connections[own]), given[1])
        cap[own] = np.minimum(cap[own], posed.connections[own] * most_bps(how, *given))
    return replace(posed, size_bit=floats(size), cap_bps=floats(cap))


def slowest_s(posed: Posed, capacity_bps: FloatColumn) -> NDArray[np.float64]:
    """(A,) [s] time of a bit of each activity on the link that needs most for its share of it; 0 without links."""
    made = np.zeros(len(posed))
    some = np.flatnonzero(np.diff(posed.paths.ptr) > 0)
    if len(some):
        each = posed.paths.share / capacity_bps[posed.paths.link]
        made[some] = np.maximum.reduceat(each, posed.paths.ptr[some])
    return np.maximum(made, 1 / posed.cap_bps)

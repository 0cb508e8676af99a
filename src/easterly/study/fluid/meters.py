"""Policers: what a class may send into the network at a port, as links of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IntColumn, floats, indices, ints
from easterly.model.network import Network
from easterly.model.qos import QosPlan
from easterly.model.routing import Paths
from easterly.study.fluid.outages import Changes
from easterly.study.fluid.posed import Posed

DROPPED = "drop"


@dataclass(frozen=True, slots=True)
class Meters:
    """Rates of classes on links into the network; meter k is link ``L + k``.

    Attributes
    ----------
    link, traffic_class : (K,) int
    rate_bps : (K,) float [bit/s]
    """

    link: IntColumn
    traffic_class: IntColumn
    rate_bps: FloatColumn


def meters_of(plan: QosPlan, network: Network, used: NDArray[np.integer]) -> Meters:
    """Policers of a plan that drop, of classes that are in use, where they are slower than their link.

    In the long run a class gets the rate beyond which all is dropped: the peak rate of two-rate meters (RFC 2698), the
    committed rate of others (RFC 2697), whose bursts are soon used up.

    Parameters
    ----------
    plan : QosPlan
    network : Network
    used : (K,) int
        Classes.
    """
    links, table = network.links, plan.policers
    rows = np.flatnonzero((table.red == DROPPED) & np.isin(table.traffic_class, used))
    parts = [(links.reverse[plan.groups.ports(int(table.group[row]))], int(row)) for row in rows.tolist()]
    link = np.concatenate([np.zeros(0, dtype=np.int64), *(own for own, _ in parts)]).astype(np.int64)
    row = np.concatenate([np.zeros(0, dtype=np.int64), *(np.full(len(own), at) for own, at in parts)]).astype(np.int64)
    rate_bps = np.where(np.isfinite(table.pir_bps), table.pir_bps, table.cir_bps)[row]
    slow = (link >= 0) & (rate_bps < links.capacity_bps[link])
    return Meters(ints(link[slow]), ints(table.traffic_class[row[slow]]), floats(rate_bps[slow]))


def metered(
    posed: Posed, changes: Changes, meters: Meters, capacity_bps: FloatColumn
) -> tuple[Posed, Changes, FloatColumn]:  # fmt: skip
    """Activities and changes with the meters on their ways, and capacities with those of meters behind them."""
    if not len(meters.link):
        return posed, changes, capacity_bps
    first, own = len(capacity_bps), posed.traffic_class
    ways = [
        (at, rows, _through(paths, own[rows], meters, first)) for at, rows, paths in changes.reroutes
    ]  # fmt: skip
    return (
        replace(posed, paths=_through(posed.paths, own, meters, first)), Changes(changes.capacities, ways),
        floats(np.concatenate([capacity_bps, meters.rate_bps])),
    )  # fmt: skip


def _through(paths: Paths, traffic_class: NDArray[np.integer], meters: Meters, first: int) -> Paths:
    """Paths with an entry for each meter on them."""
    classes = 1 + int(max(traffic_class.max(initial=0), meters.traffic_class.max(initial=0)))
    row = np.repeat(np.arange(len(paths.ptr) - 1), np.diff(paths.ptr))
    key = paths.link.astype(np.int64) * classes + traffic_class[row]
    known = meters.link.astype(np.int64) * classes + meters.traffic_class
    order = np.argsort(known, kind="stable")
    at = np.minimum(np.searchsorted(known[order], key), len(known) - 1)
    meets = np.flatnonzero(known[order][at] == key)
    rows = np.concatenate([row, row[meets]])
    link = np.concatenate([paths.link, first + order[at[meets]]])
    share = np.concatenate([paths.share, paths.share[meets]])
    sort = np.argsort(rows, kind="stable")
    ptr = np.searchsorted(rows[sort], np.arange(len(paths.ptr)))
    return Paths(indices(ptr), ints(link[sort]), floats(share[sort]))

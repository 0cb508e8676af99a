"""Transfer time of each phase when its flows share the links fairly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import flow
from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, floats, ints
from easterly.base.schema import Doc, Unit
from easterly.model.demand import DemandSet, Flows
from easterly.model.routing import Paths, rows_of


@dataclass(frozen=True, slots=True)
class Transfers:
    """Rates of flows, and how long each phase takes at these rates."""

    time_s: Annotated[
        FloatColumn, Unit("s"), Doc("(P,) time of one occurrence; 0 without bytes, infinite without a path.")
    ]
    link: Annotated[IntColumn, Doc("(P,) link that holds up the slowest flow; -1 if none does.")]
    flow: Annotated[IntColumn, Doc("(P,) the slowest flow; -1 where there is none.")]
    rate_bps: Annotated[
        FloatColumn, Unit("bit/s"), Doc("(F,) rate of each flow while its phase runs; 0 without a path.")
    ]


def transfers(
    demands: DemandSet, paths: Paths, capacity_bps: FloatColumn, phases: NDArray[np.integer] | None = None
) -> Transfers:
    """Max-min fair rates of the flows of each phase, one phase at a time.

    Fair per connection, as the transports of the trade are: the weight of a flow is its number of connections
    (Bertsekas & Gallager 1992, section 6.5.2). The phase lasts as long as its slowest flow at these rates;
    capacity that earlier flows leave behind is not handed on.

    Parameters
    ----------
    demands : DemandSet
    paths : Paths
    capacity_bps : (L,) float [bit/s]
    phases : (K,) int, optional
        Phases to look at; all if absent. The others get time 0 and rate 0.

    Returns
    -------
    Transfers
    """
    flows = demands.flows
    time, link, slowest = np.zeros(len(demands.phases)), *np.full((2, len(demands.phases)), -1, dtype=np.int32)
    rate = np.zeros(len(flows))
    for alike in patterns(demands, paths, phases):
        granted, bottleneck = _granted(flows, paths, capacity_bps, alike[0][1])
        for phase, members in alike:
            with np.errstate(divide="ignore"):
                took = flows.size_B[members] * 8 / granted
            worst = _worst(took, bottleneck)
            time[phase], link[phase], slowest[phase] = took[worst], bottleneck[worst], members[worst]
            rate[members] = np.where(np.isfinite(granted), granted, 0.0)
    return Transfers(floats(time), ints(link), ints(slowest), floats(rate))


def _granted(
    flows: Flows, paths: Paths, capacity_bps: FloatColumn, members: IndexColumn
) -> tuple[FloatColumn, IntColumn]:
    """Rates of flows that run together, and the links that hold them up; infinite where a flow needs no link."""
    rows = rows_of(paths, members)
    granted, bottleneck = flow.max_min_rates(
        rows.ptr, rows.link, rows.share, capacity_bps, floats(flows.connections[members])
    )
    nowhere = np.where(flows.src[members] == flows.dst[members], np.inf, 0.0)
    return floats(np.where(np.diff(rows.ptr) > 0, granted, nowhere)), bottleneck


Phase = tuple[int, IndexColumn]
"""A phase and its flows with bytes: rows of `Flows`, ascending."""


def patterns(demands: DemandSet, paths: Paths, phases: NDArray[np.integer] | None = None) -> list[list[Phase]]:
    """Phases with bytes, those together whose flows have the same ends, connections and paths, one by one.

    Rates do not depend on sizes, so the phases of one pattern have the same: those of a ring that first reduces, then
    gathers.

    Parameters
    ----------
    demands : DemandSet
    paths : Paths
    phases : (K,) int, optional
        Phases to look at; all if absent.

    Returns
    -------
    list of list of (int, (K,) int)
    """
    flows = demands.flows
    found: dict[tuple[bytes, ...], list[list[Phase]]] = {}
    for phase, members in _by_phase(demands, phases):
        key = tuple(column[members].tobytes() for column in (flows.src, flows.dst, flows.connections))
        same = found.setdefault(key, [])
        for alike in same:
            if _equal(rows_of(paths, members), rows_of(paths, alike[0][1])):
                alike.append((phase, members))
                break
        else:
            same.append([(phase, members)])
    return [alike for same in found.values() for alike in same]


def _equal(one: Paths, other: Paths) -> bool:
    return all(
        np.array_equal(x, y) for x, y in ((one.ptr, other.ptr), (one.link, other.link), (one.share, other.share))
    )


def _by_phase(demands: DemandSet, phases: NDArray[np.integer] | None) -> Iterator[Phase]:
    """Phases that have flows with bytes."""
    wanted = demands.flows.size_B > 0
    if phases is not None:
        wanted &= np.isin(demands.flows.phase, phases)
    rows = np.flatnonzero(wanted)
    rows = rows[np.argsort(demands.flows.phase[rows], kind="stable")]
    starts = np.flatnonzero(np.diff(demands.flows.phase[rows], prepend=-1))
    for members in np.split(rows, starts[1:]) if len(rows) else ():
        yield int(demands.flows.phase[members[0]]), members


def _worst(took: FloatColumn, bottleneck: IntColumn) -> int:
    """The slowest flow; of several, the one at the lowest link."""
    slowest = np.flatnonzero(took == took.max())
    return int(slowest[np.argmin(bottleneck[slowest])])

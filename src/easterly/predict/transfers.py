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
from easterly.model.demand import DemandSet
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
    for phase, members in by_phase(demands, phases):
        rows = rows_of(paths, members)
        granted, bottleneck = flow.max_min_rates(
            rows.ptr, rows.link, rows.share, capacity_bps, floats(flows.connections[members])
        )
        granted = np.where(
            np.diff(rows.ptr) > 0, granted, np.where(flows.src[members] == flows.dst[members], np.inf, 0.0)
        )
        with np.errstate(divide="ignore"):
            took = flows.size_B[members] * 8 / granted
        worst = _worst(took, bottleneck)
        time[phase], link[phase], slowest[phase] = took[worst], bottleneck[worst], members[worst]
        rate[members] = np.where(np.isfinite(granted), granted, 0.0)
    return Transfers(floats(time), ints(link), ints(slowest), floats(rate))


def by_phase(demands: DemandSet, phases: NDArray[np.integer] | None = None) -> Iterator[tuple[int, IndexColumn]]:
    """Flows with bytes of each phase that has some: pairs of phase and rows, rows ascending."""
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

"""What is sent at a rate, as a schedule of messages that wait for nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easterly.base import seeds
from easterly.base.columns import floats, indices, ints, texts
from easterly.model.demand import DemandSet
from easterly.model.network import Network
from easterly.model.schedule import EventKind, Purposes, Schedule, Streams

USUAL_B = 65_536
"""Size of a message of traffic that does not say how large its messages are."""
MOST = 128
"""Messages of one flow: where more would come, fewer and larger ones carry the same rate."""


def of_rates(network: Network, demands: DemandSet, until_s: float, *, seed: int = 1, most: int = MOST) -> Schedule:
    """Messages of services and other traffic from now until a time, each flow a Poisson process of its own.

    Parameters
    ----------
    network : Network
        Flows are known by the names of their ends, so that one more leaves the others as they are.
    demands : DemandSet
        Its flows with a rate; the others are left out.
    until_s : float [s]
    seed : int
    most : int
        Messages of a flow, in the mean; beyond that they are larger instead.

    Returns
    -------
    Schedule
        A purpose for each phase of `demands` with a flow that has a rate; its job is the row of the work.
    """
    flows, phases = demands.flows, demands.phases
    sends = np.flatnonzero((flows.rate_bps > 0) & (flows.src != flows.dst))
    used, purpose = np.unique(flows.phase[sends], return_inverse=True)
    rows = {str(name): row for row, name in enumerate(demands.work.name)}
    size_B = np.where(phases.message_B[used] > 0, phases.message_B[used], USUAL_B)[purpose]
    size_B = np.maximum(size_B, flows.rate_bps[sends] / 8 * until_s / most)
    names = network.nodes.name
    labels = [
        f"{phases.owner[p]} {phases.axis[p]} {names[src]} {names[dst]}"
        for p, src, dst in zip(flows.phase[sends], flows.src[sends], flows.dst[sends], strict=True)
    ]
    times = [
        _arrivals(rate, until_s, seeds.stream(seed, label))
        for rate, label in zip(flows.rate_bps[sends] / 8 / size_B, labels, strict=True)
    ]
    of = np.repeat(np.arange(len(sends)), [len(each) for each in times])
    return _schedule(
        flows.src[sends][of], flows.dst[sends][of], size_B[of], np.concatenate([np.zeros(0), *times]), purpose[of],
        Purposes(
            ints([rows[str(name)] for name in phases.owner[used]]), texts(phases.axis[used]), texts(phases.stage[used]),
            texts(phases.collective[used]), texts(phases.algorithm[used]), ints(phases.traffic_class[used]),
            ints([flows.connections[sends][purpose == row].max() for row in range(len(used))]),
        ),
    )  # fmt: skip


def _arrivals(rate: float, until_s: float, seed: int) -> NDArray[np.float64]:
    """Times of a Poisson process until a time [s]."""
    draws = np.random.Generator(np.random.Philox(key=seed))
    count = draws.poisson(rate * until_s)
    return np.sort(draws.uniform(0.0, until_s, count))


def _schedule(
    src: NDArray[np.int32], dst: NDArray[np.int32], size_B: NDArray[np.float64], time_s: NDArray[np.float64],
    purpose: NDArray[np.int64], purposes: Purposes,
) -> Schedule:  # fmt: skip
    order = np.argsort(time_s, kind="stable")
    zero, none = np.zeros(len(src)), np.full(len(src), -1)
    return Schedule(
        kind=ints(np.full(len(src), EventKind.SEND)), src=ints(src[order]), dst=ints(dst[order]),
        size_B=floats(size_B[order]), duration_s=floats(zero), delay_s=floats(zero), earliest_s=floats(time_s[order]),
        stream=ints(none), purpose=ints(purpose[order]), step=ints(zero), micro_batch=ints(none), chunk=ints(none),
        group=ints(none), round=ints(zero), pred_ptr=indices(np.zeros(len(src) + 1)), pred_idx=ints([]),
        purposes=purposes, streams=Streams(indices([0]), ints([])),
    )  # fmt: skip

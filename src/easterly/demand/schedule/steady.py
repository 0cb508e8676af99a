"""What is sent at a rate or at intervals, as a schedule of messages that wait for nothing."""

from __future__ import annotations

from collections.abc import Mapping

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


def of_rates(
    network: Network, demands: DemandSet, until_s: float, *, seed: int = 1, most: int = MOST,
    present: Mapping[str, tuple[float, float]] | None = None,
) -> Schedule:  # fmt: skip
    """Messages of services and other traffic from now until a time.

    What is sent at a rate is a Poisson process, flow by flow. What is sent at intervals, such as checkpoints, is sent
    then, all flows of a phase at once, first at a time within the first interval that its name draws; what is due once
    in `until_s` or less often is left out.

    Parameters
    ----------
    network : Network
        Flows are known by the names of their ends, so that one more leaves the others as they are.
    demands : DemandSet
    until_s : float [s]
    seed : int
    most : int
        Messages of a flow at a rate, in the mean; beyond that they are larger instead.
    present : mapping of str to (float [s], float [s]), optional
        From when until when works send that do not all the time.

    Returns
    -------
    Schedule
        A purpose for each phase of `demands` that sends; its job is the row of the work.
    """
    flows, phases = demands.flows, demands.phases
    every_s = phases.every_s[flows.phase]
    due = (flows.size_B > 0) & (every_s > 0) & (every_s < until_s)
    sends = np.flatnonzero(((flows.rate_bps > 0) | due) & (flows.src != flows.dst))
    used, purpose = np.unique(flows.phase[sends], return_inverse=True)
    size_B, times = _posted(network, demands, sends, until_s, seed, most)
    if present is not None:
        spans = [present.get(str(name), (0.0, until_s)) for name in phases.owner[flows.phase[sends]]]
        times = [each[(each >= a) & (each < b)] for each, (a, b) in zip(times, spans, strict=True)]
    of = np.repeat(np.arange(len(sends)), [len(each) for each in times])
    rows = {str(name): row for row, name in enumerate(demands.work.name)}
    return _schedule(
        flows.src[sends][of], flows.dst[sends][of], size_B[of], np.concatenate([np.zeros(0), *times]), purpose[of],
        Purposes(
            ints([rows[str(name)] for name in phases.owner[used]]), texts(phases.axis[used]), texts(phases.stage[used]),
            texts(phases.collective[used]), texts(phases.algorithm[used]), ints(phases.traffic_class[used]),
            ints([flows.connections[sends][purpose == row].max() for row in range(len(used))]),
        ),
    )  # fmt: skip


def _posted(
    network: Network, demands: DemandSet, sends: NDArray[np.intp], until_s: float, seed: int, most: int
) -> tuple[NDArray[np.float64], list[NDArray[np.float64]]]:
    """Size of the messages of each flow, and their times."""
    flows, phases, names = demands.flows, demands.phases, network.nodes.name
    phase = flows.phase[sends]
    said_B = np.where(phases.message_B[phase] > 0, phases.message_B[phase], USUAL_B)
    at_a_rate = flows.rate_bps[sends] > 0
    size_B = np.where(at_a_rate, np.maximum(said_B, flows.rate_bps[sends] / 8 * until_s / most), flows.size_B[sends])
    times = []
    for row, p, f in zip(range(len(sends)), phase.tolist(), sends.tolist(), strict=True):
        label = f"{phases.owner[p]} {phases.axis[p]}"
        if at_a_rate[row]:
            flow = f"{label} {names[flows.src[f]]} {names[flows.dst[f]]}"
            times.append(_arrivals(flows.rate_bps[f] / 8 / size_B[row], until_s, seeds.stream(seed, flow)))
        else:
            first = seeds.stream(seed, label) / 2**64
            times.append(np.arange(first, until_s / phases.every_s[p]) * phases.every_s[p])
    return size_B, times


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

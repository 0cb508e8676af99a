"""Requests of services as a schedule of messages that wait for nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from easterly.base.columns import FloatColumn, floats, indices, ints, texts
from easterly.demand.serving import requests
from easterly.demand.serving.requests import Ways
from easterly.model.demand import DemandSet
from easterly.model.schedule import EventKind, Purposes, Schedule, Streams
from easterly.model.spec.service import Service


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a service during a run.

    Attributes
    ----------
    service : Service
    ways : list of Ways
    intervals : list of (float [s], float [s], float [1])
        From, until, and the factor of its rate in between.
    """

    service: Service
    ways: list[Ways]
    intervals: list[tuple[float, float, float]]

    @property
    def messages(self) -> float:
        """Messages of all requests, in the mean."""
        count = sum((until - start) * factor for start, until, factor in self.intervals) * self.service.load.requests
        return float(count * sum((np.diff(each.ptr) * np.diff(each.upto, prepend=0.0)).sum() for each in self.ways))


def of_requests(demands: DemandSet, every: Sequence[Asked], *, seed: int = 1) -> Schedule:
    """Requests of services one by one: all messages of one begin when it comes, as large as its prompt is long.

    Parameters
    ----------
    demands : DemandSet
    every : sequence of Asked
    seed : int

    Returns
    -------
    Schedule
        A purpose for each kind of message of each service, whose job is the row of the service; the group of an event
        is the number of its request.
    """
    rows = {str(name): row for row, name in enumerate(demands.work.name)}
    parts = [
        _messages(asked, each, purpose, demands, seed)
        for purpose, (asked, each) in enumerate((asked, each) for asked in every for each in asked.ways)
    ]
    phase = [each.phase for asked in every for each in asked.ways]
    of, flows = demands.phases, demands.flows
    purposes = Purposes(
        ints([rows[str(name)] for name in of.owner[phase]]), texts(of.axis[phase]), texts(of.stage[phase]),
        texts(of.collective[phase]), texts(of.algorithm[phase]), ints(of.traffic_class[phase]),
        ints([flows.connections[flows.phase == row].max() for row in phase]),
    )  # fmt: skip
    return _schedule(parts, purposes)


def _messages(asked: Asked, ways: Ways, purpose: int, demands: DemandSet, seed: int) -> Mapping[str, FloatColumn]:
    """Columns of one kind of message of a service."""
    service = asked.service
    time_s = requests.arrivals_s(service, asked.intervals, seed)
    what = requests.kind(demands, ways.phase)
    length = np.ones(len(time_s)) if what == "answer" else requests.lengths(service, len(time_s), seed)
    way = requests.taken(service, ways, what, len(time_s), seed)
    sent = np.flatnonzero(way < len(ways.upto))
    count = np.diff(ways.ptr)[way[sent]]
    request = np.repeat(sent, count)
    flow = np.arange(len(request)) - np.repeat(np.cumsum(count) - count, count) + ways.ptr[way[request]]
    return {
        "src": ways.src[flow], "dst": ways.dst[flow], "size_B": ways.size_B * length[request] * ways.part[flow],
        "earliest_s": time_s[request], "group": request, "purpose": np.full(len(request), purpose),
        "delay_s": np.full(len(request), demands.phases.latency_s[ways.phase]),
    }  # fmt: skip


def _schedule(parts: Sequence[Mapping[str, FloatColumn]], purposes: Purposes) -> Schedule:
    names = ("src", "dst", "size_B", "earliest_s", "group", "purpose", "delay_s")
    column = {name: np.concatenate([np.zeros(0), *(part[name] for part in parts)]) for name in names}
    order = np.argsort(column["earliest_s"], kind="stable")
    column = {name: values[order] for name, values in column.items()}
    zero, none = np.zeros(len(order)), np.full(len(order), -1)
    return Schedule(
        kind=ints(np.full(len(order), EventKind.SEND)), src=ints(column["src"]), dst=ints(column["dst"]),
        size_B=floats(column["size_B"]), duration_s=floats(zero), delay_s=floats(column["delay_s"]),
        earliest_s=floats(column["earliest_s"]), stream=ints(none), purpose=ints(column["purpose"]), step=ints(zero),
        micro_batch=ints(none), chunk=ints(none), group=ints(column["group"]), round=ints(zero),
        pred_ptr=indices(np.zeros(len(order) + 1)), pred_idx=ints([]), purposes=purposes,
        streams=Streams(indices([0]), ints([])),
    )  # fmt: skip

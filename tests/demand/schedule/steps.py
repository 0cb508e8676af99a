"""Steps of tiny jobs, and what their schedules send."""

from __future__ import annotations

from collections import Counter

import numpy as np
from tests.demand.clusters import network, site

from easterly.demand import training
from easterly.demand.facts import model_of
from easterly.demand.layout import Layout
from easterly.demand.phases import Effort
from easterly.model.schedule import EventKind

FORWARD_S, BACKWARD_S = 0.24, 0.48


def layout(hosts, gpus=8, nics=8, **more):
    return Layout.of(network(hosts, gpus, nics, **more), np.arange(hosts))


def step_of(parallel, batch, *, gpus=8, nics=8, effort=None, railed=True, **job):
    """One step of a job whose passes take `FORWARD_S` and `BACKWARD_S` all together."""
    count = np.prod([v for k, v in parallel.items() if k in ("tp", "pp", "dp", "cp")], dtype=int)
    hosts = max(1, -(-int(count) // gpus))
    fields = {"parallel": parallel, "batch": batch, **job}
    spec = site({"j": fields}, hosts=hosts, gpus=gpus, nics=nics).jobs["j"]
    effort = effort or Effort(gpus=int(count), forward_s=FORWARD_S, backward_s=BACKWARD_S)
    return training.Step(spec, model_of(spec), layout(hosts, gpus, nics, railed=railed), effort)


def sent(schedule):
    """Bytes on the network by sending and receiving node."""
    total = Counter()
    for kind, a, b, size in zip(
        schedule.kind.tolist(), schedule.src.tolist(), schedule.dst.tolist(), schedule.size_B.tolist(), strict=True
    ):
        if kind == EventKind.SEND:
            total[a, b] += size
    return dict(total)


def predecessors(schedule):
    """Predecessors of each event, as lists."""
    return [part.tolist() for part in np.split(schedule.pred_idx, schedule.pred_ptr[1:-1])]


def assert_sound(schedule):
    """Every event after its predecessors, each named once; no two events of a stream at the same time."""
    for event, before in enumerate(predecessors(schedule)):
        assert all(0 <= p < event for p in before) and before == sorted(set(before))
    sends = schedule.kind == EventKind.SEND
    stays = np.isin(schedule.kind, (EventKind.COMPUTE, EventKind.JOIN))
    assert (schedule.src == schedule.dst)[stays].all() and (schedule.src != schedule.dst)[sends].all()
    assert (schedule.duration_s[sends] == 0).all() and (schedule.duration_s[schedule.kind == EventKind.JOIN] == 0).all()
    assert ((schedule.stream >= 0) == (schedule.kind == EventKind.COMPUTE)).all()
    assert (schedule.src >= 0).all() and (schedule.purpose < len(schedule.purposes)).all()

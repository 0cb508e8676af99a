"""One phase of communication while it is being worked out, and the columns made of many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import IntColumn, floats, indices, ints, texts
from easterly.demand.layout import Ranks, Traffic
from easterly.model.demand import DemandSet, Flows, Phases, Work

T = TypeVar("T", Work, Phases, Flows)

_NUMBERS = (
    "times", "every_s", "message_B", "hidden", "window_s", "latency_s", "scaleup_s", "scaleup_B",
    "scaleup_reach", "network_reach",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phase:
    """Why a work communicates, how, how often, and the traffic of one occurrence; units as in `Phases`.

    A collective also says among which ranks, (groups, ranks), and of what whole array, so that its messages can be
    told one by one.
    """

    axis: str
    collective: str
    algorithm: str
    times: float
    latency_s: float
    scaleup_s: float
    scaleup_B: float
    traffic: Traffic
    stage: str = "steady"
    every_s: float = 0.0
    message_B: float = 0.0
    hidden: float = 0.0
    window_s: float = 0.0
    scaleup_reach: float = 1.0
    network_reach: float = 1.0
    members: Ranks | None = None
    size_B: float = 0.0


@dataclass(frozen=True, slots=True)
class Effort:
    """Compute of one work; units as in `Work`."""

    gpus: int
    compute_s: float = 0.0
    bubble: float = 0.0
    flop: float = 0.0
    tokens: float = 0.0
    forward_s: float = 0.0
    backward_s: float = 0.0
    optimizer_s: float = 0.0
    weights_B: float = 0.0
    gradients_B: float = 0.0
    state_B: float = 0.0
    activations_B: float = 0.0
    workspace_B: float = 0.0
    checkpoint_B: float = 0.0
    checkpoint_s: float = 0.0
    checkpoint_every_s: float = 0.0
    goodput: float = 1.0


@dataclass(frozen=True, slots=True)
class Label:
    """What a work is called and to whom it belongs."""

    name: str
    kind: str
    tenant: str
    fabric: str
    traffic_class: str
    connections: int


def demand_of(
    label: Label, effort: Effort, phases: Sequence[Phase], hosts: IntColumn, classes: tuple[str, ...]
) -> DemandSet:
    """The demand of one work, as columns."""
    number = ints([classes.index(label.traffic_class) for _ in phases])
    return DemandSet(classes, _work(label, effort, hosts), _phases(label, phases, number), _flows(label, phases))


def _work(label: Label, effort: Effort, hosts: IntColumn) -> Work:
    figures = {f.name: floats([getattr(effort, f.name)]) for f in fields(Effort) if f.name != "gpus"}
    return Work(
        name=texts([label.name]),
        kind=texts([label.kind]),
        tenant=texts([label.tenant]),
        fabric=texts([label.fabric]),
        gpus=ints([effort.gpus]),
        **figures,
        host_ptr=indices([0, len(hosts)]),
        host_idx=ints(hosts),
    )


def _phases(label: Label, phases: Sequence[Phase], number: IntColumn) -> Phases:
    return Phases(
        owner=texts([label.name] * len(phases)),
        axis=texts([p.axis for p in phases]),
        collective=texts([p.collective for p in phases]),
        algorithm=texts([p.algorithm for p in phases]),
        stage=texts([p.stage for p in phases]),
        **{name: floats([getattr(p, name) for p in phases]) for name in _NUMBERS},
        traffic_class=number,
    )


def _flows(label: Label, phases: Sequence[Phase]) -> Flows:
    parts = [p.traffic for p in phases]
    amount = _joined([t.amount for t in parts], np.float64)
    steady = _joined([np.full(len(p.traffic.src), label.kind != "job" and not p.every_s) for p in phases], np.bool_)
    return Flows(
        src=ints(_joined([t.src for t in parts], np.int32)),
        dst=ints(_joined([t.dst for t in parts], np.int32)),
        size_B=floats(np.where(steady, 0.0, amount)),
        rate_bps=floats(np.where(steady, amount, 0.0)),
        connections=ints(np.full(len(amount), label.connections)),
        phase=ints(np.repeat(np.arange(len(parts)), [len(t.src) for t in parts])),
    )


def _joined(columns: Sequence[NDArray[Any]], dtype: type[np.generic]) -> NDArray[Any]:
    """Columns end to end; an empty one of the right type if there are none."""
    return np.concatenate([np.empty(0, dtype), *columns])


def nothing(classes: tuple[str, ...]) -> DemandSet:
    """The demand of no work at all."""
    made = demand_of(Label("", "", "", "", "", 0), Effort(gpus=0), [], ints([]), classes)
    rows = {f.name: getattr(made.work, f.name)[:0] for f in fields(Work)}
    return replace(made, work=Work(**{**rows, "host_ptr": indices([0])}))


def join(parts: Sequence[DemandSet]) -> DemandSet:
    """Several demands over the same classes as one, in the order given.

    Parameters
    ----------
    parts : sequence of DemandSet

    Returns
    -------
    DemandSet
        Phases are renumbered. Of no parts, an empty one without classes.

    Raises
    ------
    ValueError
        If the parts number their classes differently.
    """
    if not parts:
        return nothing(())
    if len({part.classes for part in parts}) > 1:
        raise ValueError("the parts do not have the same classes")
    phase = _shifted([p.flows.phase for p in parts], [len(p.phases) for p in parts])
    ends = _shifted([p.work.host_ptr[1:] for p in parts], [len(p.work.host_idx) for p in parts])
    return DemandSet(
        classes=parts[0].classes,
        work=replace(_stack([p.work for p in parts]), host_ptr=indices(np.append(0, ends))),
        phases=_stack([p.phases for p in parts]),
        flows=replace(_stack([p.flows for p in parts]), phase=ints(phase)),
    )


def _stack(tables: Sequence[T]) -> T:
    """Tables of one type, row under row."""
    names = [field.name for field in fields(tables[0])]
    columns = [np.concatenate([getattr(table, name) for table in tables]) for name in names]
    for stacked in columns:
        stacked.flags.writeable = False
    return type(tables[0])(*columns)


def _shifted(columns: Sequence[NDArray[Any]], sizes: Sequence[int]) -> NDArray[np.int64]:
    """Numbers of several tables, each moved by the sizes of the tables before it."""
    offsets = np.cumsum([0, *sizes[:-1]])
    return np.concatenate([column + offset for column, offset in zip(columns, offsets, strict=True)])

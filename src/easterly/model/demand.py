"""Demand: what jobs and services send, as flows that belong to phases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, TextColumn
from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class Flows:
    """Flows between network interfaces.

    A flow of a job carries `size_B` once per occurrence of its phase; a flow of a service carries
    `rate_bps` all the time. The other of the two is 0.
    """

    src: Annotated[IntColumn, Doc("Node index of the sending interface.")]
    dst: Annotated[IntColumn, Doc("Node index of the receiving interface.")]
    size_B: Annotated[FloatColumn, Unit("B"), Doc("Bytes per occurrence of the phase.")]
    rate_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("Mean rate, for services.")]
    connections: Annotated[
        IntColumn, Unit("1"), Doc("Connections that the flow is spread over; each is hashed on its own.")
    ]
    phase: Annotated[IntColumn, Doc("Row of `Phases`.")]

    def __len__(self) -> int:
        return len(self.src)


@dataclass(frozen=True, slots=True)
class Phases:
    """Phases of communication; the flows of one phase run at the same time.

    The time of a phase that occurs `times` times per step is
    ``times * (latency_s + scaleup_s + transfer)`` with the transfer time found by a predictor.
    """

    owner: Annotated[TextColumn, Doc("Job, service or traffic.")]
    axis: Annotated[TextColumn, Doc("tp, pp, dp, kv, ...: why it communicates.")]
    collective: Annotated[TextColumn, Doc("all-reduce, reduce-scatter, all-gather, send, ...")]
    algorithm: Annotated[TextColumn, Doc("ring, hierarchical, direct, ...")]
    times: Annotated[FloatColumn, Unit("1"), Doc("Occurrences per step.")]
    stage: Annotated[
        TextColumn, Doc("forward, backward, optimiser; checkpoint, data, evaluate, geo; steady for what has no steps.")
    ]
    every_s: Annotated[
        FloatColumn,
        Unit("s"),
        Doc("Interval of what runs beside the steps, such as checkpoints; 0 for what is in them."),
    ]
    message_B: Annotated[FloatColumn, Unit("B"), Doc("Size of one message between two GPUs.")]
    hidden: Annotated[FloatColumn, Unit("1"), Doc("Share of its time that may be hidden behind compute.")]
    window_s: Annotated[
        FloatColumn, Unit("s"), Doc("Compute behind which it may be hidden, all occurrences of a step together.")
    ]
    latency_s: Annotated[FloatColumn, Unit("s"), Doc("Latency of its serial messages, per occurrence.")]
    scaleup_s: Annotated[FloatColumn, Unit("s"), Doc("Time in the scale-up domain, per occurrence.")]
    scaleup_B: Annotated[FloatColumn, Unit("B"), Doc("Bytes per GPU in the scale-up domain, per occurrence.")]
    scaleup_reach: Annotated[
        FloatColumn, Unit("1"), Doc("Share of the scale-up domain's rate that transfers of this size reach.")
    ]
    network_reach: Annotated[FloatColumn, Unit("1"), Doc("The same of an interface's rate.")]
    traffic_class: Annotated[IntColumn, Doc("Index into `DemandSet.classes`.")]

    def __len__(self) -> int:
        return len(self.owner)


@dataclass(frozen=True, slots=True)
class Work:
    """Compute and placement of each job and service.

    The hosts of row w are ``host_idx[host_ptr[w]:host_ptr[w + 1]]``, in rank order.
    """

    name: Annotated[TextColumn, Doc("Job, service or traffic.")]
    kind: Annotated[TextColumn, Doc("job, service or traffic.")]
    tenant: Annotated[TextColumn, Doc("Tenant, or empty.")]
    fabric: Annotated[TextColumn, Doc("Fabric.")]
    gpus: Annotated[IntColumn, Unit("1"), Doc("GPUs.")]
    compute_s: Annotated[
        FloatColumn, Unit("s"), Doc("Compute time of one step, with the pipeline bubble; 0 for services.")
    ]
    forward_s: Annotated[FloatColumn, Unit("s"), Doc("Forward passes of one step on one GPU, without bubble.")]
    backward_s: Annotated[FloatColumn, Unit("s"), Doc("Backward passes, recomputation included, without bubble.")]
    optimizer_s: Annotated[FloatColumn, Unit("s"), Doc("Update of the weights.")]
    bubble: Annotated[FloatColumn, Unit("1"), Doc("Share of `compute_s` that is pipeline bubble.")]
    flop: Annotated[FloatColumn, Unit("FLOP"), Doc("Work of one step on all GPUs.")]
    tokens: Annotated[FloatColumn, Unit("1"), Doc("Tokens of one step.")]
    weights_B: Annotated[FloatColumn, Unit("B"), Doc("Weights on the fullest GPU.")]
    gradients_B: Annotated[FloatColumn, Unit("B"), Doc("Gradients on it.")]
    state_B: Annotated[FloatColumn, Unit("B"), Doc("Optimiser state on it; key/value caches for services.")]
    activations_B: Annotated[FloatColumn, Unit("B"), Doc("Activations on it.")]
    workspace_B: Annotated[FloatColumn, Unit("B"), Doc("What kernels and libraries need besides.")]
    checkpoint_B: Annotated[FloatColumn, Unit("B"), Doc("Size of a checkpoint; 0 where none is written.")]
    checkpoint_s: Annotated[FloatColumn, Unit("s"), Doc("Time until a checkpoint is in its store.")]
    checkpoint_every_s: Annotated[FloatColumn, Unit("s"), Doc("Interval between checkpoints.")]
    goodput: Annotated[
        FloatColumn, Unit("1"), Doc("Share of time whose progress lasts, after checkpoints, failures and restarts.")
    ]
    host_ptr: Annotated[IndexColumn, Doc("CSR pointer into `host_idx`.")]
    host_idx: Annotated[IntColumn, Doc("Host indices, in rank order.")]

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True, slots=True)
class Placement:
    """Which hosts each job and service runs on."""

    hosts: Annotated[dict[str, IntColumn], Doc("Host indices in rank order, by job or service.")]


@dataclass(frozen=True, slots=True)
class DemandSet:
    """Everything that the network is asked to carry."""

    classes: Annotated[tuple[str, ...], Doc("Traffic classes, sorted by name.")]
    work: Annotated[Work, Doc("Jobs and services.")]
    phases: Annotated[Phases, Doc("Phases of communication.")]
    flows: Annotated[Flows, Doc("Flows.")]


@dataclass(frozen=True, slots=True)
class Directions:
    """Traffic inside fabrics (east-west) and across their borders (north-south), by tenant and class."""

    tenant: Annotated[TextColumn, Doc("Tenant, or empty.")]
    traffic_class: Annotated[IntColumn, Doc("Index into the classes of the demand set.")]
    east_west_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("Between interfaces of one fabric.")]
    north_south_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("With an end in another fabric, or at a WAN site.")]

    def __len__(self) -> int:
        return len(self.tenant)


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers of single works that fit into no other table: what a cache saves, how long a rebuild takes."""

    owner: Annotated[TextColumn, Doc("Name of the traffic.")]
    name: Annotated[TextColumn, Doc("Name of the figure; ends in its unit.")]
    value: Annotated[FloatColumn, Unit("as `unit` says"), Doc("Value.")]
    unit: Annotated[TextColumn, Doc("Unit: s, B, bit/s, 1/s, 1.")]
    meaning: Annotated[TextColumn, Doc("What it is, in words.")]

    def __len__(self) -> int:
        return len(self.owner)

"""Replicas of services: as a balancer sees them, and as what runs on each host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import FloatColumn, IntColumn, TextColumn
from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class Replicas:
    """One row per replica that requests may go to, by service and number."""

    service: Annotated[TextColumn, Doc("Service.")]
    role: Annotated[TextColumn, Doc("prefill, or both.")]
    host: Annotated[IntColumn, Doc("Row of the host that its first GPU is in.")]
    gpu: Annotated[IntColumn, Doc("Number of its first GPU in that host.")]
    slot: Annotated[IntColumn, Doc("Its number among the replicas of the service that begin in that host.")]
    gpus: Annotated[IntColumn, Unit("1"), Doc("Its GPUs.")]
    first_s: Annotated[FloatColumn, Unit("s"), Doc("Time to first token that is planned, at `quantile`.")]
    quantile: Annotated[FloatColumn, Unit("1"), Doc("Quantile of `first_s`.")]
    token_s: Annotated[FloatColumn, Unit("s"), Doc("Time between tokens that is planned, at a quantile.")]

    def __len__(self) -> int:
        return len(self.service)


@dataclass(frozen=True, slots=True)
class Pods:
    """One row per host of each replica, of all roles: by service, role, number and host."""

    service: Annotated[TextColumn, Doc("Service.")]
    role: Annotated[TextColumn, Doc("prefill, decode, or both.")]
    replica: Annotated[IntColumn, Doc("Number of the replica in its role.")]
    part: Annotated[IntColumn, Doc("Number of the host among those of the replica; 0 is asked by users.")]
    host: Annotated[IntColumn, Doc("Row of the host.")]
    gpu: Annotated[IntColumn, Doc("Number of its first GPU in that host.")]
    gpus: Annotated[IntColumn, Unit("1"), Doc("Its GPUs in that host.")]
    slot: Annotated[IntColumn, Doc("Its number among those of the service in that host, as in `Replicas.slot`.")]

    def __len__(self) -> int:
        return len(self.service)

"""Hardware that the user has: switches and hosts. Facts of the user's, never built-in truth."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Compute, Count, Frozen, Name, Named, Rate, Share, Size, Time


class SwitchType(Named):
    """A model of switch."""

    ports: Annotated[Count, Doc("Number of ports (the radix).")]
    rate: Annotated[Rate, Doc("Rate of one port.")]
    buffer: Annotated[Size | None, Doc("Packet buffer of the chip.")] = None
    guaranteed: Annotated[Size | None, Doc("Part of `buffer` that is reserved; the ports share the rest.")] = None
    port_guarantee: Annotated[Size | None, Doc("Part of `guaranteed` that each port has.")] = None
    headroom: Annotated[
        Size | None, Doc("Part of `buffer` for what still arrives after a pause (PFC), of all ports together.")
    ] = None
    alpha: Annotated[
        float | None,
        Field(ge=0.001, le=1000),
        Unit("1"),
        Doc("Dynamic threshold: a queue may hold `alpha` times the free memory."),
    ] = None
    rtt: Annotated[Time | None, Doc("Round trip that `buffer` was chosen for; checked against rate x RTT.")] = None
    queues: Annotated[Count, Doc("Egress queues per port.")] = 8
    delay: Annotated[Time, Doc("Forwarding delay, port to port, without queueing.")] = 600e-9


class Efficiency(Frozen):
    """Share of its peak that a GPU reaches in matrix products of one size."""

    flop: Annotated[float, Field(gt=0), Unit("FLOP"), Doc("Work of one product, 2 m k n.")]
    share: Annotated[Share, Doc("Share of the peak.")]


class HostType(Named):
    """A model of GPU server."""

    gpus: Annotated[Count, Field(le=4096), Doc("GPUs per host.")]
    nics: Annotated[Count, Field(le=4096), Doc("Network interfaces on the fabric per host.")]
    nic_rate: Annotated[Rate, Doc("Rate of one network interface.")]
    scaleup: Annotated[
        Rate | None,
        Doc("Rate per GPU and direction inside the scale-up (NVLink) domain; from the GPU's catalog entry if absent."),
    ] = None
    gpu: Annotated[str, Doc("GPU, a name of the catalog.")] = "h100-sxm"
    peak: Annotated[Compute | None, Doc("Dense peak of one GPU in the job's dtype; from the catalog if absent.")] = None
    memory: Annotated[Size | None, Doc("Memory of one GPU; from the catalog if absent.")] = None
    memory_rate: Annotated[Rate | None, Doc("Rate of that memory; from the catalog if absent.")] = None
    efficiency: Annotated[
        tuple[Efficiency, ...], Doc("What one GPU reaches, by size of the product; the catalog's curve if empty.")
    ] = ()


class Hardware(Frozen):
    """Models of switches and hosts, by name."""

    switches: Annotated[dict[Name, SwitchType], Doc("Switch models by name.")] = {}
    hosts: Annotated[dict[Name, HostType], Doc("Host models by name.")] = {}

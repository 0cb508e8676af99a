"""Hardware that the user has: switches and hosts. Facts of the user's, never built-in truth."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Compute, Count, Frozen, Name, Named, Rate, Share, Size, Time


class Chip(Named):
    """A switch chip: what its data sheet or its maker's software says, and where. What is not published stays out."""

    ports: Annotated[Count | None, Doc("Ports at their highest rate.")] = None
    rate: Annotated[Rate | None, Doc("That rate.")] = None
    buffer: Annotated[Size | None, Doc("Packet memory.")] = None
    cell: Annotated[Size | None, Field(ge=1, le=65536), Doc("Unit in which it is counted.")] = None
    alphas: Annotated[
        tuple[Annotated[float, Field(ge=0.001, le=1000)], ...],
        Unit("1"),
        Doc("Dynamic thresholds that it has; powers of two from 1/128 to 8 if empty."),
    ] = ()
    headroom: Annotated[Size | None, Doc("Headroom pool that its maker's software sets aside.")] = None
    source: Annotated[str, Doc("Where these figures are from, and which are not published.")] = ""


class SwitchType(Named):
    """A model of switch."""

    ports: Annotated[Count, Doc("Number of ports (the radix).")]
    rate: Annotated[Rate, Doc("Rate of one port.")]
    buffer: Annotated[Size | None, Doc("Packet buffer of the chip.")] = None
    chip: Annotated[
        str | None,
        Doc("Chip: one of `chips`, or of the catalog; gives buffer, cell and thresholds that are not stated."),
    ] = None
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
    os: Annotated[
        Literal["linux", "sonic", "eos", "nxos", "junos"],
        Doc("Network operating system, for the text of classes; routing and addresses are those of Linux with FRR."),
    ] = "linux"
    datapath: Annotated[
        Literal["kernel", "userspace"],
        Doc("Datapath of Open vSwitch, where it is rendered for: the one in user space ignores the queues of flows."),
    ] = "kernel"

    @model_serializer(mode="wrap")
    def _stated(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without the usual datapath: the digest of older sites stays what it was."""
        made: dict[str, Any] = handler(self)
        if made.get("datapath") == "kernel":
            del made["datapath"]
        return made


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
    cpus: Annotated[Count | None, Doc("Processor cores per host; not counted if absent.")] = None
    ram: Annotated[Size | None, Doc("Main memory per host; not counted if absent.")] = None
    storage_rate: Annotated[Rate | None, Doc("Rate of one host from and to storage; not counted if absent.")] = None
    efficiency: Annotated[
        tuple[Efficiency, ...], Doc("What one GPU reaches, by size of the product; the catalog's curve if empty.")
    ] = ()


class Hardware(Frozen):
    """Models of switches and hosts, by name."""

    switches: Annotated[dict[Name, SwitchType], Doc("Switch models by name.")] = {}
    hosts: Annotated[dict[Name, HostType], Doc("Host models by name.")] = {}
    chips: Annotated[dict[Name, Chip], Doc("Switch chips by name, beside those of the catalog.")] = {}

"""Traffic that is neither a training job nor an inference service, told apart by the key ``kind``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from easterly.base.schema import Doc
from easterly.model.spec.fields import Count, CountOrZero, Named, Rate


class Traffic(Named):
    """What all kinds share."""

    tenant: Annotated[str | None, Doc("Tenant.")] = None
    fabric: Annotated[str | None, Doc("Fabric of its own hosts; the only one if absent.")] = None
    traffic_class: Annotated[str, Field(alias="class"), Doc("Traffic class.")]
    profile: Annotated[str | None, Doc("How it varies over time, a name of `profiles`; steady if absent.")] = None
    connections: Annotated[Count, Doc("Connections per pair of interfaces.")] = 4
    first_host: Annotated[CountOrZero | None, Doc("First host in its fabric; packed after the services if absent.")] = (
        None
    )


class Transfer(Traffic):
    """A steady flow between two named things: jobs, services, traffic, fabrics, WAN sites."""

    kind: Annotated[Literal["transfer"], Doc("Kind of traffic.")]
    source: Annotated[str, Field(alias="from"), Doc("Where it comes from.")]
    to: Annotated[str, Doc("Where it goes.")]
    rate: Annotated[Rate, Doc("Rate, all senders together.")]


class Storage(Traffic):
    """Storage servers with their replication."""

    kind: Annotated[Literal["storage"], Doc("Kind of traffic.")]
    hosts: Annotated[Count, Doc("Servers, on hosts of their own.")]


Work = Annotated[Transfer | Storage, Field(discriminator="kind")]

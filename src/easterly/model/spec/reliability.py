"""How often parts fail, how long they stay away, and what fails together."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Frozen, Name, Named, Time

PerYear = Annotated[float, Field(ge=0, le=1e6), Unit("1")]


class Part(Frozen):
    """One kind of part; what is absent is the catalog's."""

    per_year: Annotated[
        PerYear | None, Doc("Failures of one part in a year, in the mean; of WAN fibre per 1,000 km.")
    ] = None
    repair: Annotated[Time | None, Doc("Time from a failure until the part carries traffic again, in the mean.")] = None


class Domain(Named):
    """Devices that fail together: those on one power feed, in one rack, on one cooling loop."""

    kind: Annotated[Literal["power", "rack", "cooling", "other"], Doc("What they share.")] = "power"
    members: Annotated[
        tuple[str, ...], Field(min_length=1), Doc("Switches and hosts by name; ``*`` and ``?`` stand for any letters.")
    ]
    per_year: Annotated[PerYear, Doc("Failures of the domain in a year, in the mean.")]
    repair: Annotated[Time, Doc("Time from a failure until its devices run again, in the mean.")]


class Reliability(Frozen):
    """How often parts fail and how long repairs take, for `easterly failures`."""

    nic: Annotated[Part, Doc("Network interfaces of hosts.")] = Part()
    optic: Annotated[Part, Doc("Transceivers.")] = Part()
    cable: Annotated[Part, Doc("Cables without their transceivers; copper with its ends.")] = Part()
    host: Annotated[Part, Doc("Hosts: GPUs, memory, power supplies, everything but the network interfaces.")] = Part()
    switch: Annotated[Part, Doc("Switches of any tier whose kind is not given.")] = Part()
    leaf: Annotated[Part, Doc("Leaves.")] = Part()
    spine: Annotated[Part, Doc("Spines.")] = Part()
    plane: Annotated[Part, Doc("Planes as a whole, such as a controller's fault; never, if absent.")] = Part()
    fibre: Annotated[Part, Doc("WAN fibre, and shared-risk groups of it.")] = Part()
    domains: Annotated[dict[Name, Domain], Doc("Devices that fail together, by name.")] = {}

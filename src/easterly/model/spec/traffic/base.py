"""What all kinds of traffic share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field
from pydantic_core import PydanticCustomError

from easterly.base import units
from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Count, CountOrZero, Named, Share, quantity
from easterly.model.spec.needs import OnHosts
from easterly.model.spec.time import Begins, Until

Span = quantity(units.TIME, above=0)
Amount = quantity(units.SIZE, above=0)
Often = quantity(units.FREQUENCY, above=0)
Part = Annotated[Share, Field(le=1)]
Factor = Annotated[float, Field(ge=1, le=1e6), Unit("1")]


class Traffic(Named):
    """What all kinds share."""

    tenant: Annotated[str | None, Doc("Tenant.")] = None
    traffic_class: Annotated[str, Field(alias="class"), Doc("Traffic class.")]
    profile: Annotated[str | None, Doc("How it varies over time, a name of `profiles`; steady if absent.")] = None
    begins: Begins = 0.0
    until: Until = None
    connections: Annotated[Count, Doc("Connections per pair of interfaces.")] = 4

    @property
    def ends(self) -> dict[str, str]:
        """Names of other things of the file that it sends to or receives from, by the key that says so."""
        return {}

    @property
    def own_hosts(self) -> int:
        """Hosts that it takes for itself."""
        return 0


class Hosted(Traffic):
    """Traffic around hosts of its own."""

    fabric: Annotated[str | None, Doc("Fabric of its own hosts; the only one if absent.")] = None
    first_host: Annotated[CountOrZero | None, Doc("First host in its fabric; packed after the services if absent.")] = (
        None
    )
    on_hosts: OnHosts = ()


def exactly_one(thing: BaseModel, *ways: tuple[str, ...]) -> None:
    """Refuse (E640) an object that says the same thing in no way, or in several; a way is a set of keys."""
    names = {info.alias or name: name for name, info in type(thing).model_fields.items()}
    given = tuple(key for way in ways for key in way if getattr(thing, names[key]) is not None)
    if given in ways:
        return
    text = f"this needs one of several ways to say it, and has {_listed(given) or 'none of them'}"
    hint = "write " + ", or ".join(_listed(way) for way in ways)
    raise PydanticCustomError("E640", "{text}", {"text": text, "hint": hint})


def _listed(keys: tuple[str, ...]) -> str:
    return " and ".join(f"`{key}`" for key in keys)

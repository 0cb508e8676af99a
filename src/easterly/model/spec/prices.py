"""Prices of what is on the bill, as the user pays them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Frozen, Name

Price = Annotated[float, Field(ge=0, le=1e15), Unit("1")]


class Prices(Frozen):
    """Prices in one currency; what has none is not counted, and said to be missing."""

    currency: Annotated[str, Doc("Unit of all of them, such as EUR.")] = ""
    switches: Annotated[dict[Name, Price], Unit("1"), Doc("Price of a switch, by model.")] = {}
    hosts: Annotated[dict[Name, Price], Unit("1"), Doc("Price of a host with its interfaces, by model.")] = {}
    cables: Annotated[
        dict[str, Price],
        Unit("1"),
        Doc("Price of a cable, by medium (``400G AEC``): copper with its ends, fibre without."),
    ] = {}
    optics: Annotated[dict[str, Price], Unit("1"), Doc("Price of a transceiver, by medium (``400GBASE-DR4``).")] = {}
    wan: Annotated[Price | None, Doc("Price of a WAN link, per Gb/s of its rate.")] = None

"""When a link counts as full, and what more of it costs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Frozen, Name, Named, Rate, Share

Price = Annotated[float, Field(ge=0, le=1e12), Unit("1")]


class Offer(Named):
    """Something to buy: one more cable between each of two devices that are joined already."""

    links: Annotated[
        tuple[str, ...],
        Field(min_length=1),
        Doc(
            "Where it fits: groups such as ``train leaf-spine``, in the WAN both routers; ``*`` stands for any letters."
        ),
    ] = ("*",)
    rate: Annotated[Rate | None, Doc("Rate of the cable; that of the cables that are there if absent.")] = None
    price: Annotated[Price, Doc("Price of one cable with its optics and ports, in any currency.")] = 1.0


class Expansion(Frozen):
    """When a link counts as full, and what more of it costs, for `easterly capacity`."""

    full: Annotated[Share, Field(gt=0), Doc("Load over capacity from which on a link counts as full.")] = 1.0
    visit: Annotated[Price, Doc("Price of a month in which anything is installed, whatever it is.")] = 0.0
    falling: Annotated[Share, Field(lt=1), Doc("By how much prices fall in a year.")] = 0.1
    offers: Annotated[
        dict[Name, Offer], Doc("What can be bought; cables of the rate that is there, 1 each, 50 in the WAN, if empty.")
    ] = {}

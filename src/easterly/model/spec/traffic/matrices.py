"""Traffic matrices: written out, or made from the masses of places."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Name, Rate
from easterly.model.spec.traffic.base import Traffic, exactly_one

Mass = Annotated[float, Field(ge=0, le=1e18), Unit("1")]


class Matrix(Traffic):
    """Steady rates between places, written out."""

    kind: Annotated[Literal["matrix"], Doc("Kind of traffic.")]
    rates: Annotated[dict[Name, dict[Name, Rate]], Unit("bit/s"), Doc("Rate by sender, then by receiver.")]

    @property
    def ends(self) -> dict[str, str]:
        """Senders and receivers."""
        senders = {f"rates/{a}": a for a in self.rates}
        return senders | {f"rates/{a}/{b}": b for a, row in self.rates.items() for b in row}


class Gravity(Traffic):
    """Background traffic between fabrics and WAN sites, in proportion to their masses.

    With `rate` the rate between two places is in proportion to the product of their masses and to their distance to
    the power of -`exponent`. With `sent` and `received` each place sends and receives what is written, and the
    same proportions hold as far as that allows.
    """

    kind: Annotated[Literal["gravity"], Doc("Kind of traffic.")]
    rate: Annotated[Rate | None, Doc("Rate of all together; or give `sent` and `received`.")] = None
    masses: Annotated[
        dict[Name, Mass], Unit("1"), Doc("Masses of fabrics and WAN sites; the rate of their WAN links if empty.")
    ] = {}
    sent: Annotated[dict[Name, Rate] | None, Unit("bit/s"), Doc("What each place sends, in all.")] = None
    received: Annotated[dict[Name, Rate] | None, Unit("bit/s"), Doc("What each place receives, in all.")] = None
    exponent: Annotated[
        float, Field(ge=0, le=10), Unit("1"), Doc("Exponent of the distance, which is the delay of the cheapest path.")
    ] = 0.0

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        exactly_one(self, ("rate",), ("sent", "received"))
        return self

    @property
    def ends(self) -> dict[str, str]:
        """All places that are named."""
        tables = {"masses": self.masses, "sent": self.sent or {}, "received": self.received or {}}
        return {f"{key}/{name}": name for key, table in tables.items() for name in sorted(table)}

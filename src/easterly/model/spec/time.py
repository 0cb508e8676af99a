"""Time: how demand varies over day and week, and grows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Named, Time

Begins = Annotated[Time, Doc("When it begins, from the start of a simulation of flows.")]
Until = Annotated[Time | None, Doc("When it stops, likewise; it goes on if absent.")]
Factor = Annotated[float, Field(ge=0, le=1e6), Unit("1")]


class Profile(Named):
    """How a rate varies: factors by hour of the day and by day of the week, multiplied; both start on Monday, 0 h."""

    day: Annotated[
        tuple[Factor, ...], Unit("1"), Doc("Factors of equal parts of the day, such as 24 or 96; constant if absent.")
    ] = ()
    week: Annotated[
        tuple[Factor, ...],
        Unit("1"),
        Doc("Factors of equal parts of the week: 7 for days from Monday on, 168 for hours; constant if absent."),
    ] = ()
    base: Annotated[
        Literal["one", "mean", "peak"],
        Doc(
            "What the rate of a work with this profile is: its rate at factor one, in the mean of a week, at its peak."
        ),
    ] = "one"
    zone: Annotated[
        str, Doc("Clock of day and week as an offset from UTC, such as ``+09:00``; what is printed is in UTC.")
    ] = "UTC"
    growth: Annotated[Factor, Doc("Factor per year, 1.5 for half as much again.")] = 1.0

"""Time: how demand varies over day and week, and grows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Named

Factor = Annotated[float, Field(ge=0, le=1e6), Unit("1")]


class Profile(Named):
    """How a rate varies: factors by hour of the day and by day of the week, multiplied; both start on Monday, 0 h."""

    day: Annotated[
        tuple[Factor, ...], Unit("1"), Doc("Factors of equal parts of the day, such as 24 or 96; constant if absent.")
    ] = ()
    week: Annotated[tuple[Factor, ...], Unit("1"), Doc("Seven factors, from Monday on; constant if absent.")] = ()
    growth: Annotated[Factor, Doc("Factor per year, 1.5 for half as much again.")] = 1.0

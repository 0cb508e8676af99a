"""Traffic engineering of a site: what the best allocation would do, beside what is in place, and under failures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import FloatColumn, TextColumn
from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class Trials:
    """One row per failure case: what the paths in place carry then, and what the best paths would."""

    name: Annotated[TextColumn, Doc("(C,) what is down; ``nothing`` in the first row.")]
    status: Annotated[TextColumn, Doc("(C,) status of the allocation.")]
    value: Annotated[FloatColumn, Unit("1"), Doc("(C,) value of the objective.")]
    bound: Annotated[FloatColumn, Unit("1"), Doc("(C,) no allocation is better.")]
    served: Annotated[FloatColumn, Unit("1"), Doc("(C,) share of the traffic that is granted.")]
    served_bound: Annotated[FloatColumn, Unit("1"), Doc("(C,) no allocation grants more.")]
    utilisation: Annotated[FloatColumn, Unit("1"), Doc("(C,) busiest link under the allocation.")]
    utilisation_bound: Annotated[FloatColumn, Unit("1"), Doc("(C,) busiest link, where all is granted; never less.")]
    in_place: Annotated[FloatColumn, Unit("1"), Doc("(C,) busiest link under the paths in place.")]

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True, slots=True)
class Engineering:
    """The allocation that an intent asks for, on the links between switches and of the WAN."""

    intent: Annotated[str, Doc("Intent that asks for it.")]
    objective: Annotated[str, Doc("Objective.")]
    method: Annotated[str, Doc("How it was found.")]
    status: Annotated[str, Doc("optimal, feasible, infeasible or unproven.")]
    value: Annotated[float, Unit("1"), Doc("Value of the objective, in the unit that `unit` names.")]
    bound: Annotated[float, Unit("1"), Doc("No allocation is better; in the same unit.")]
    gap: Annotated[float, Unit("1"), Doc("Relative distance of both.")]
    unit: Annotated[str, Doc("Unit of value and bound.")]
    pairs: Annotated[int, Unit("1"), Doc("Pairs of switches that send to each other.")]
    asked_bps: Annotated[float, Unit("bit/s"), Doc("What they send.")]
    before_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(L,) load of each link under the paths in place.")]
    load_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(L,) load under the allocation.")]
    dual: Annotated[FloatColumn, Unit("1"), Doc("(L,) what one more bit/s of capacity is worth, in units of value.")]
    trials: Annotated[Trials, Doc("The same under failures; the first row is that of nothing down.")]
    explanation: Annotated[tuple[str, ...], Doc("What binds, in sentences.")] = ()

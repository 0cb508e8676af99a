"""What a plan says of failures and of other placements: as much as it had time for, or why nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import FloatColumn, TextColumn
from easterly.base.schema import Doc, Unit
from easterly.model.damage import Damage


@dataclass(frozen=True, slots=True)
class DamageWitness:
    """The failures that were tried, those first that are expected to cost most."""

    found: Annotated[Damage | None, Doc("What they do; None where none was tried.")]
    cases: Annotated[int, Unit("1"), Doc("Unlike failures of single parts that there are; 0 where nobody counted.")]
    because: Annotated[str, Doc("Why not all of them were tried; empty if all were.")]


@dataclass(frozen=True, slots=True)
class Placements:
    """Where jobs are, where they would be best, and what no placement goes below."""

    objective: Annotated[str, Doc("What is weighed.")]
    current: Annotated[float, Unit("1"), Doc("Objective as it is.")]
    best: Annotated[float, Unit("1"), Doc("The least that was found.")]
    bound: Annotated[float, Unit("1"), Doc("No placement has less.")]
    moved: Annotated[tuple[str, ...], Doc("Works that the best has on other hosts than now.")]
    job: Annotated[TextColumn, Doc("(J,) jobs.")]
    current_s: Annotated[FloatColumn, Unit("s"), Doc("(J,) expected step time as it is.")]
    best_s: Annotated[FloatColumn, Unit("s"), Doc("(J,) expected step time in the best.")]
    least_s: Annotated[FloatColumn, Unit("s"), Doc("(J,) step time that no placement of the job goes below.")]
    current_on: Annotated[TextColumn, Doc("(J,) blocks of hosts as it is, with the number of hosts on each.")]
    best_on: Annotated[TextColumn, Doc("(J,) the same in the best.")]


@dataclass(frozen=True, slots=True)
class PlacementWitness:
    """Placements compared."""

    found: Annotated[Placements | None, Doc("What was found; None where nobody looked.")]
    because: Annotated[str, Doc("Why nobody looked; empty if somebody did.")]

"""What fails together, and what is left then: by the policy in place, and by the best routing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, IntColumn, TextColumn, bools, floats
from easterly.base.schema import Doc, Unit
from easterly.model.allocation import Demands, Names
from easterly.model.failure_words import told


@dataclass(frozen=True, slots=True)
class Cases:
    """Sets of links that are down together, each a case of its own: CSR, one row per case."""

    name: Annotated[TextColumn, Doc("(C,) what fails, in the network's names.")]
    ptr: Annotated[IndexColumn, Doc("(C+1,) CSR pointer into `link`.")]
    link: Annotated[IntColumn, Doc("Links that are down, ascending in a case.")]
    weight: Annotated[FloatColumn, Unit("1"), Doc("(C,) cases that the row stands for: twins, or samples.")]

    def __len__(self) -> int:
        return len(self.name)

    def down(self, case: int) -> IntColumn:
        """Links that are down in one case."""
        return self.link[self.ptr[case] : self.ptr[case + 1]]

    def alive(self, case: int, links: int) -> BoolColumn:
        """(L,) links that are up in one case."""
        up = np.ones(links, dtype=np.bool_)
        up[self.down(case)] = False
        return bools(up)


@dataclass(frozen=True, slots=True)
class InPlace:
    """What the policy in place does in each case, without any optimisation.

    `fits` is what arrives when every flow is slowed down to capacity over load of the fullest link on its paths,
    where that is below one: a lower bound of what the network carries, and no link is passed then. With the rule
    ``max-min`` it is what max-min fair rates on the same paths carry.
    """

    policy: Annotated[
        str, Doc("``ecmp``, behind the routings of direct networks; ``weights``; ``tunnels`` and what of dead ones.")
    ]
    rule: Annotated[str, Doc("Rule of `fits`: ``slow-down`` or ``max-min``.")]
    max_utilisation: Annotated[FloatColumn, Unit("1"), Doc("(C,) highest load over capacity; above 1 it overflows.")]
    worst_link: Annotated[IntColumn, Doc("(C,) the link with it; -1 where nothing flows.")]
    routed: Annotated[FloatColumn, Unit("1"), Doc("(C,) fraction of what is asked for that is sent and has a path.")]
    fits: Annotated[FloatColumn, Unit("1"), Doc("(C,) fraction of what is asked for that arrives, by the rule.")]
    unserved_ptr: Annotated[IndexColumn, Doc("(C+1,) CSR pointer into `unserved`.")]
    unserved: Annotated[IntColumn, Doc("Demands of which nothing has a path, ascending in a case.")]
    strayed: Annotated[
        FloatColumn,
        Unit("1"),
        Doc("(C,) fraction of what is asked for that cheapest paths carry, as its own routing is broken for it."),
    ]

    def __len__(self) -> int:
        return len(self.max_utilisation)


@dataclass(frozen=True, slots=True)
class Optimum:
    """What the best routing does in each case, with the proof: columns of the `Allocation` of every case."""

    status: Annotated[TextColumn, Doc("(C,) optimal, feasible, infeasible or unproven.")]
    value: Annotated[FloatColumn, Unit("1"), Doc("(C,) value of the objective.")]
    bound: Annotated[FloatColumn, Unit("1"), Doc("(C,) no routing is better in that case.")]
    gap: Annotated[FloatColumn, Unit("1"), Doc("(C,) relative distance of both.")]
    served_fraction: Annotated[FloatColumn, Unit("1"), Doc("(C,) rates granted over rates asked for.")]
    max_utilisation: Annotated[FloatColumn, Unit("1"), Doc("(C,) highest load over capacity.")]
    worst_link: Annotated[IntColumn, Doc("(C,) the link with it; -1 where nothing flows.")]
    unserved_ptr: Annotated[IndexColumn, Doc("(C+1,) CSR pointer into `unserved`.")]
    unserved: Annotated[IntColumn, Doc("Demands that no path joins, ascending in a case.")]
    binding_ptr: Annotated[IndexColumn, Doc("(C+1,) CSR pointer into the links that bind.")]
    binding: Annotated[IntColumn, Doc("Links whose capacity is worth something, the dearest first in a case.")]
    dual: Annotated[FloatColumn, Unit("1"), Doc("What one more bit/s of each is worth, in units of value.")]

    def __len__(self) -> int:
        return len(self.status)


@dataclass(frozen=True, slots=True)
class FailureTable:
    """Every case with what it does; the healthy network is the first row, ``nothing``.

    Where it was interrupted, `cases` holds those that were done, and `left` says how many were not.
    """

    objective: Annotated[str, Doc("Objective of the optimum; empty without.")]
    unit: Annotated[str, Doc("Unit of its values.")]
    cases: Annotated[Cases, Doc("What fails; row 0 is the network without failures.")]
    in_place: Annotated[InPlace | None, Doc("What the policy in place does, where it was asked for.")]
    optimum: Annotated[Optimum | None, Doc("What the best routing does, where it was asked for.")]
    order: Annotated[IntColumn, Doc("Rows of the cases, most damage first.")]
    names: Annotated[Names, Doc("What nodes and links are called.")]
    demands: Annotated[Demands, Doc("What was asked for.")]
    left: Annotated[int, Unit("1"), Doc("Cases that were not done.")] = 0

    def __len__(self) -> int:
        return len(self.cases)

    @property
    def gain(self) -> FloatColumn:
        """(C,) served fraction that re-optimising would win over the policy in place; NaN without both."""
        if self.in_place is None or self.optimum is None:
            return floats(np.full(len(self), np.nan))
        return floats(self.optimum.served_fraction - self.in_place.fits)

    def explain(self, most: int = 5) -> str:
        """The worst cases, what binds in the worst, and where re-optimising wins most, in words.

        Parameters
        ----------
        most : int
            Rows of each kind.

        Returns
        -------
        str
        """
        return told(self, most)

"""What pairs of nodes ask for, and what an optimiser grants them, with the proof of how good that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, TextColumn
from easterly.base.schema import Doc, Unit
from easterly.model.allocation_words import Difference, Explanation, difference, explanation, summary


@dataclass(frozen=True, slots=True)
class Curves:
    """Bandwidth functions (BwE, Kumar et al. 2015, SIGCOMM): what a demand may have at each fair share.

    Piecewise linear, not falling, from (0, 0) on; level beyond the last point. CSR, one row per demand; a demand
    without points has the straight line of its weight, up to its rate.
    """

    ptr: Annotated[IndexColumn, Doc("(K+1,) CSR pointer.")]
    share: Annotated[FloatColumn, Unit("1"), Doc("Fair share of each point, ascending in a row.")]
    rate_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("Rate at each point, not falling in a row.")]


@dataclass(frozen=True, slots=True)
class Demands:
    """What pairs of nodes ask for. Rows may be in any order and name a pair more than once."""

    src: Annotated[IntColumn, Doc("(K,) node that sends.")]
    dst: Annotated[IntColumn, Doc("(K,) node that receives.")]
    rate_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(K,) most that it can use; infinity for no limit.")]
    weight: Annotated[FloatColumn, Unit("1"), Doc("(K,) weight in objectives and among equals, above 0.")]
    priority: Annotated[IntColumn, Doc("(K,) strict priority class; 0 is served first.")]
    curves: Annotated[Curves | None, Doc("Bandwidth functions, where there are any.")] = None

    def __len__(self) -> int:
        return len(self.src)


@dataclass(frozen=True, slots=True)
class Trees:
    """Traffic towards each destination as rates on links (arc form): CSR, one row per destination."""

    dst: Annotated[IntColumn, Doc("(T,) destination nodes, ascending.")]
    ptr: Annotated[IndexColumn, Doc("(T+1,) CSR pointer.")]
    link: Annotated[IntColumn, Doc("Link rows, ascending in a row.")]
    rate_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("Rate on the link towards the destination.")]


@dataclass(frozen=True, slots=True)
class Warm:
    """Where a next solve of a similar problem starts; says nothing about the answer."""

    src: Annotated[IntColumn, Doc("(C,) first node of each path that was found useful.")]
    dst: Annotated[IntColumn, Doc("(C,) last node.")]
    link_ptr: Annotated[IndexColumn, Doc("(C+1,) CSR pointer into `link_idx`.")]
    link_idx: Annotated[IntColumn, Doc("Links of each path, in order.")]
    price: Annotated[FloatColumn, Unit("1"), Doc("(L,) price of each link.")]
    share: Annotated[FloatColumn | None, Unit("1"), Doc("(C,) part of its pair's amount that each path carried.")] = (
        None
    )
    early: Annotated[
        FloatColumn | None, Unit("1"), Doc("(L,) price of each link some steps before, when rates could still move.")
    ] = None
    heat: Annotated[float, Unit("1"), Doc("Temperature that `early` belongs to.")] = 1.0


@dataclass(frozen=True, slots=True)
class Names:
    """What nodes and links are called, so that an answer can be told without its network."""

    node: Annotated[TextColumn, Doc("(N,) name of each node.")]
    link: Annotated[TextColumn, Doc("(L,) ``<node>><node>`` of each link.")]


@dataclass(frozen=True, slots=True)
class Allocation:
    """Rates granted to demands, feasible on every link, and a bound that no other allocation can pass.

    ``gap`` is the distance of `value` and `bound` over the larger of both. ``optimal`` means a gap of at most 1e-6
    (the exact mode), ``feasible`` a proven larger one, ``infeasible`` that what must be granted cannot be, and
    ``unproven`` that there is an answer without any bound.
    """

    objective: Annotated[str, Doc("Objective, as asked for.")]
    status: Annotated[str, Doc("optimal, feasible, infeasible or unproven.")]
    value: Annotated[float, Unit("1"), Doc("Value of the objective, in the unit that `unit` names.")]
    bound: Annotated[float, Unit("1"), Doc("No allocation is better than this; in the same unit.")]
    gap: Annotated[float, Unit("1"), Doc("Relative distance of both; infinite where there is no bound.")]
    unit: Annotated[str, Doc("Unit of value and bound, such as ``bit/s`` or ``1``.")]
    demands: Annotated[Demands, Doc("What was asked for, as it was given.")]
    rate_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(K,) rate granted to each demand.")]
    capacity_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(L,) capacity of each link; 0 where it is down.")]
    load_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(L,) load of each link.")]
    dual: Annotated[FloatColumn, Unit("1"), Doc("(L,) what one more bit/s of capacity is worth, in units of value.")]
    unserved: Annotated[IntColumn, Doc("Demands above 0 that no path joins.")]
    served_fraction: Annotated[float, Unit("1"), Doc("Rates granted over rates asked for.")]
    max_utilisation: Annotated[float, Unit("1"), Doc("Highest load over capacity.")]
    method: Annotated[str, Doc("How it was found, such as ``column generation``.")] = ""
    reason: Annotated[str, Doc("Why there is no better status, in words; empty if there is nothing to say.")] = ""
    trees: Annotated[Trees | None, Doc("The flow by destination, where it is not listed by path or was asked for.")] = (
        None
    )
    warm: Annotated[Warm | None, Doc("Where the next solve may start.")] = None
    names: Annotated[Names | None, Doc("What nodes and links are called.")] = None

    def explain(self, most: int = 5) -> Explanation:
        """What binds, what it is worth, who gets less than asked for and why.

        Parameters
        ----------
        most : int
            Rows of each kind that its text shows; the columns hold all.

        Returns
        -------
        Explanation
        """
        return explanation(self, most)

    def diff(self, other: Allocation, most: int = 5) -> Difference:
        """What changes from this allocation to another of the same network and demands, largest first.

        Parameters
        ----------
        other : Allocation
        most : int
            Rows of each kind that its text shows; the columns hold all.

        Returns
        -------
        Difference

        Raises
        ------
        ValueError
            The other has another number of links or of demands.
        """
        return difference(self, other, most)

    def __repr__(self) -> str:
        return summary(self)

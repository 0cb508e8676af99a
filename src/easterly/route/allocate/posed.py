"""What the engines are asked: a problem in canonical form, and what is wanted of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from easterly.base.columns import BoolColumn, FloatColumn, IntColumn
from easterly.base.schema import Doc, Unit

Kind = Literal["throughput", "concurrent", "cost", "cost-max-flow", "utility"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Pairs of nodes that want rates on a directed graph, in canonical form.

    Links have a capacity above 0; pairs are distinct, joined by a path, of two different nodes, and sorted by (dst,
    src). Capacities and amounts are scaled to the order of 1: any unit does.
    """

    nodes: Annotated[int, Unit("1"), Doc("Number of nodes.")]
    src: Annotated[IntColumn, Doc("(L,) node at which each link starts.")]
    dst: Annotated[IntColumn, Doc("(L,) node at which it ends.")]
    capacity: Annotated[FloatColumn, Unit("1"), Doc("(L,) capacity, above 0 and finite.")]
    cost: Annotated[FloatColumn, Unit("1"), Doc("(L,) cost of one unit of flow, not negative.")]
    transit: Annotated[BoolColumn, Doc("(N,) nodes that may be passed through.")]
    pair_src: Annotated[IntColumn, Doc("(K,) node that sends.")]
    pair_dst: Annotated[IntColumn, Doc("(K,) node that receives.")]
    amount: Annotated[FloatColumn, Unit("1"), Doc("(K,) most that the pair may have, above 0; may be infinite.")]
    weight: Annotated[FloatColumn, Unit("1"), Doc("(K,) weight, above 0.")]

    @property
    def links(self) -> int:
        """Number of links."""
        return len(self.src)

    @property
    def pairs(self) -> int:
        """Number of pairs."""
        return len(self.pair_src)


@dataclass(frozen=True, slots=True)
class Goal:
    """What is wanted of the rates f of the pairs.

    ``throughput``: most of the sum of weight times f, at most the amount each. ``concurrent``: f = base + phi growth,
    the greatest phi. ``cost``: f = amount at least cost. ``cost-max-flow``: the most flow, of that the cheapest.
    ``utility``: the alpha-fair utility with weights, at most the amount each.
    """

    kind: Annotated[Kind, Doc("Kind of goal.")] = "throughput"
    alpha: Annotated[float, Unit("1"), Doc("Fairness of ``utility``.")] = 1.0
    base: Annotated[FloatColumn | None, Unit("1"), Doc("(K,) what each pair has in any case; 0 if absent.")] = None
    growth: Annotated[FloatColumn | None, Unit("1"), Doc("(K,) what phi adds to it; the amount if absent.")] = None

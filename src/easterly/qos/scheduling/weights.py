"""Trees of weights: priorities and fair shares, one level below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import FloatColumn, IntColumn, floats, ints
from easterly.base.schema import Doc, Unit
from easterly.qos.scheduling.trees import leaves, parents


@dataclass(frozen=True, slots=True)
class WeightedClass:
    """A class of a hierarchical scheduler, such as a tenant or a class of traffic of a tenant."""

    name: Annotated[str, Doc("Name.")]
    weight: Annotated[float, Unit("1"), Doc("Share among siblings of the same priority.")] = 1.0
    parent: Annotated[str | None, Doc("Name of the class above; None at the link itself.")] = None
    priority: Annotated[int, Unit("1"), Doc("Siblings with a lower number go first, strictly.")] = 0
    ceil_bps: Annotated[float, Unit("bit/s"), Doc("Shaper; infinite if there is none.")] = float("inf")


@dataclass(frozen=True, slots=True)
class WeightedTree:
    """Classes in columns; the leaves are the queues."""

    name: Annotated[tuple[str, ...], Doc("(K,) names.")]
    parent: Annotated[IntColumn, Doc("(K,) index of the class above; -1 for none.")]
    weight: Annotated[FloatColumn, Unit("1"), Doc("(K,) weight.")]
    priority: Annotated[IntColumn, Unit("1"), Doc("(K,) priority; lower goes first.")]
    ceil_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(K,) shaper.")]

    @property
    def leaves(self) -> list[int]:
        """Classes without children."""
        return leaves(self.parent.tolist())


def weighted(classes: Sequence[WeightedClass]) -> WeightedTree:
    """Classes of any scheduler with weights (DRR, WRR by bytes, WFQ), with strict priorities and shapers, in levels.

    Parameters
    ----------
    classes : sequence of WeightedClass
        Parents before their children.

    Returns
    -------
    WeightedTree

    Raises
    ------
    ValueError
        What is no tree; a weight or a ceiling that is not above 0.
    """
    above = parents(classes)
    for given in classes:
        if not 0 < given.weight < float("inf"):
            raise ValueError(f"class {given.name!r}: weight is {given.weight}, not a number above 0")
        if not given.ceil_bps > 0:
            raise ValueError(f"class {given.name!r}: ceil_bps is {given.ceil_bps}, not above 0")
    return WeightedTree(
        tuple(c.name for c in classes),
        ints(above),
        floats([c.weight for c in classes]),
        ints([c.priority for c in classes]),
        floats([c.ceil_bps for c in classes]),
    )

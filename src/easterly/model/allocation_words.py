"""An allocation in words: what it is, what binds it, how it differs from another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import (
    BoolColumn,
    FloatColumn,
    IntColumn,
    TextColumn,
    bools,
    floats,
    ints,
    ratio,
    significant,
    texts,
)
from easterly.base.schema import Doc, Unit
from easterly.base.units import RATE, format_short

if TYPE_CHECKING:
    from easterly.model.allocation import Allocation

FULL = 1e-6
PRICED = 1e-5
"""Worth of all of a link, beside the value, that is more than how far the search went."""
FAINT, SLACK, NEAR = 1e-3, 1e-2, 1e-3
"""Worth beside that of the dearest link which is told of links that are full, and of others; what a full one may lack."""
SHORT = 1e-6
DIGITS = 7
"""Changes that agree in so many digits of the largest value are told in the order of their rows."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What binds an allocation. Links and demands are listed by what they matter, most first."""

    headline: Annotated[str, Doc("Objective, value, bound, status.")]
    reason: Annotated[str, Doc("Why there is no better status; empty if there is nothing to say.")]
    link: Annotated[IntColumn, Doc("Links that bind: full, or with a price.")]
    link_name: Annotated[TextColumn, Doc("Their names.")]
    capacity_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("Their capacity.")]
    load_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("Their load.")]
    dual: Annotated[FloatColumn, Unit("1"), Doc("What one more bit/s of each is worth, in units of value.")]
    demand: Annotated[IntColumn, Doc("Demands that get less than they ask for.")]
    demand_name: Annotated[TextColumn, Doc("Their ends.")]
    missing_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("What each lacks; infinite where it has no limit.")]
    cause: Annotated[TextColumn, Doc("``no path`` or ``no capacity``.")]
    class_asked_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("What each priority class asks for.")]
    class_granted_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("What each priority class gets.")]
    unit: Annotated[str, Doc("Unit of the value.")]
    most: Annotated[int, Unit("1"), Doc("Rows of each kind in the text.")]

    def __str__(self) -> str:
        return "\n".join([self.headline, *self._links(), *self._demands(), *self._classes(), *self._why()])

    __repr__ = __str__

    def _links(self) -> list[str]:
        if not len(self.link):
            return ["no link binds"]
        rows = [
            f"  {name}: {_rate(load)} of {_rate(capacity)}, one more Gb/s is worth {worth_of(dual * 1e9, self.unit)}"
            for name, load, capacity, dual in zip(
                self.link_name[: self.most], self.load_bps, self.capacity_bps, self.dual, strict=False
            )
        ]
        return [f"{len(self.link)} links bind:", *rows, *_rest(len(self.link), self.most)]

    def _demands(self) -> list[str]:
        if not len(self.demand):
            return ["every demand gets what it asks for"]
        rows = [
            f"  {name} lacks {_rate(missing)}: {cause}"
            for name, missing, cause in zip(self.demand_name[: self.most], self.missing_bps, self.cause, strict=False)
        ]
        return [f"{len(self.demand)} demands get less than they ask for:", *rows, *_rest(len(self.demand), self.most)]

    def _classes(self) -> list[str]:
        if len(self.class_asked_bps) < 2:
            return []
        both = zip(self.class_granted_bps.tolist(), self.class_asked_bps.tolist(), strict=True)
        return ["classes: " + ", ".join(f"{i} {_rate(got)} of {_rate(want)}" for i, (got, want) in enumerate(both))]

    def _why(self) -> list[str]:
        return [self.reason] if self.reason else []


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes from one allocation to another: links, demands and prices, largest first."""

    value: Annotated[tuple[float, float], Unit("1"), Doc("Value before and after.")]
    unit: Annotated[str, Doc("Unit of the values.")]
    link: Annotated[IntColumn, Doc("Links whose load changes.")]
    link_name: Annotated[TextColumn, Doc("Their names.")]
    load_change_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("Load after, less load before.")]
    demand: Annotated[IntColumn, Doc("Demands whose rate changes.")]
    demand_name: Annotated[TextColumn, Doc("Their ends.")]
    rate_change_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("Rate after, less rate before.")]
    priced: Annotated[IntColumn, Doc("Links whose price changes.")]
    priced_name: Annotated[TextColumn, Doc("Their names.")]
    dual_change: Annotated[FloatColumn, Unit("1"), Doc("Price after, less price before.")]
    most: Annotated[int, Unit("1"), Doc("Rows of each kind in the text.")]

    def __str__(self) -> str:
        before, after = (worth_of(v, self.unit) for v in self.value)
        parts = [f"value {before} to {after}"]
        for what, names, change in (
            ("links change their load", self.link_name, self.load_change_bps),
            ("demands change their rate", self.demand_name, self.rate_change_bps),
        ):
            rows = zip(names[: self.most].tolist(), change.tolist(), strict=False)
            parts += [f"{len(names)} {what}" + (":" if len(names) else "")]
            parts += [f"  {name} {'+' if by > 0 else '-'}{_rate(abs(by))}" for name, by in rows]
            parts += _rest(len(names), self.most)
        return "\n".join([*parts, f"{len(self.priced)} links change their price"])

    __repr__ = __str__


def explanation(allocation: Allocation, most: int = 5) -> Explanation:
    """What binds an allocation; see `Allocation.explain`."""
    load, capacity, dual = allocation.load_bps, allocation.capacity_bps, allocation.dual
    full = (capacity > 0) & (load >= capacity * (1 - FULL))
    link = np.flatnonzero(full | priced(allocation))
    link = link[np.lexsort((link, -significant(load[link]), -significant(dual[link])))]
    demand, missing = _short(allocation)
    alone = np.isin(demand, allocation.unserved)
    asked, granted = _by_class(allocation)
    return Explanation(
        headline=_headline(allocation), reason=allocation.reason, link=ints(link), link_name=_link_names(allocation, link),
        capacity_bps=floats(capacity[link]), load_bps=floats(load[link]), dual=floats(dual[link]), demand=ints(demand),
        demand_name=_demand_names(allocation, demand), missing_bps=floats(missing),
        cause=texts(np.where(alone, "no path", "no capacity")), class_asked_bps=asked, class_granted_bps=granted,
        unit=allocation.unit, most=most,
    )  # fmt: skip


def priced(allocation: Allocation) -> BoolColumn:
    """(L,) links of which the whole capacity is worth more than what only tells how far the search went.

    Where there is no value to hold it against, as of what cannot be carried, the dearest link stands in its place.
    What costs nothing at all cannot be made cheaper: then no link has a worth. Less than a thousandth of the dearest
    is left out too, and less than a hundredth where the link is not full, as it is in every optimum.
    """
    return worthy(allocation.dual, allocation.capacity_bps, allocation.load_bps, allocation.value)


def worthy(dual: FloatColumn, capacity: FloatColumn, load: FloatColumn, value: float) -> BoolColumn:
    """Links whose worth is found by the search, and not left over from it; see `priced`.

    Parameters
    ----------
    dual, capacity, load : (L,) float
    value : float

    Returns
    -------
    (L,) bool

    Examples
    --------
    >>> dual, capacity = floats([0.5, 1e-9, 2e-3, 2e-3]), floats([10.0, 10.0, 10.0, 10.0])
    >>> worthy(dual, capacity, floats([10.0, 10.0, 10.0, 9.0]), 24.0).tolist()
    [True, False, True, False]
    """
    whole = dual * capacity
    most = float(whole.max(initial=0.0))
    size = abs(value) if np.isfinite(value) else most
    top = max(1.0, float(ratio(load, capacity)[capacity > 0].max(initial=0.0)))
    faint = np.where(load >= (1 - NEAR) * top * capacity, FAINT, SLACK)
    return bools((whole > PRICED * size) & (whole > faint * most) & (size > 0))


def difference(one: Allocation, other: Allocation, most: int = 5) -> Difference:
    """What changes from one allocation to another; see `Allocation.diff`."""
    for name, what in (("load_bps", "links"), ("rate_bps", "demands")):
        counts = len(getattr(one, name)), len(getattr(other, name))
        if counts[0] != counts[1]:
            raise ValueError(f"the allocations are of {counts[0]} and {counts[1]} {what}: nothing to compare")
    link, load = _largest(other.load_bps - one.load_bps, one.load_bps.max(initial=0.0))
    demand, rate = _largest(other.rate_bps - one.rate_bps, one.rate_bps.max(initial=0.0))
    priced, dual = _largest(other.dual - one.dual, one.dual.max(initial=0.0))
    return Difference(
        (one.value, other.value), other.unit, link, _link_names(other, link), load, demand,
        _demand_names(other, demand), rate, priced, _link_names(other, priced), dual, most,
    )  # fmt: skip


def summary(allocation: Allocation) -> str:
    """An allocation in a few lines."""
    utilisation = f"{allocation.served_fraction:.6g} served, links at most {allocation.max_utilisation:.6g} full"
    missing = len(allocation.unserved)
    parts = [_headline(allocation), f"  {len(allocation.demands)} demands, {utilisation}"]
    parts += [f"  {missing} demands have no path"] if missing else []
    return "\n".join(parts + ([f"  {allocation.reason}"] if allocation.reason else []))


def worth_of(value: float, unit: str) -> str:
    """A value with its unit, short.

    >>> worth_of(2.5e9, "bit/s")
    '2.5Gb/s'
    >>> worth_of(0.75, "1")
    '0.75'
    """
    if unit == "bit/s" and np.isfinite(value):
        return _rate(value)
    return f"{value:.6g}" + ("" if unit == "1" else f" {unit}")


def _headline(allocation: Allocation) -> str:
    side = "at least" if allocation.bound < allocation.value else "at most"
    value, bound = worth_of(allocation.value, allocation.unit), worth_of(allocation.bound, allocation.unit)
    proof = f"{side} {bound} is possible" if np.isfinite(allocation.bound) else "no bound"
    return f"<{allocation.objective}: {value}, {proof}, {allocation.status}, {allocation.method}>"


def _short(allocation: Allocation) -> tuple[IntColumn, FloatColumn]:
    """Demands that get less than they ask for and what they lack, those that lack most first."""
    rate = allocation.demands.rate_bps
    limited = np.isfinite(rate)
    missing = np.where(limited, np.where(limited, rate, 0.0) - allocation.rate_bps, 0.0)
    rows = np.flatnonzero(missing > SHORT * np.where(limited, rate, np.inf))
    most = float(missing.max(initial=0.0)) or 1.0
    rows = rows[np.lexsort((rows, -np.round(missing[rows] / most, DIGITS)))]
    return ints(rows), floats(missing[rows])


def _by_class(allocation: Allocation) -> tuple[FloatColumn, FloatColumn]:
    _, row = np.unique(allocation.demands.priority, return_inverse=True)
    order = np.lexsort((allocation.rate_bps, row))
    return tuple(  # type: ignore[return-value]
        floats(np.bincount(row[order], values[order])) for values in (allocation.demands.rate_bps, allocation.rate_bps)
    )


def _largest(change: FloatColumn, scale: float) -> tuple[IntColumn, FloatColumn]:
    """Rows that change by more than a search leaves open, and by how much, the largest first."""
    whole = max(scale, float(np.abs(change).max(initial=0.0))) or 1.0
    told = np.round(np.abs(change) / whole, DIGITS)
    rows = np.flatnonzero(told > SHORT)
    rows = rows[np.lexsort((rows, -told[rows]))]
    return ints(rows), floats(change[rows])


def _link_names(allocation: Allocation, rows: NDArray[Any]) -> TextColumn:
    if allocation.names is None:
        return texts([f"link {i}" for i in rows.tolist()])
    return texts(allocation.names.link[rows])


def _demand_names(allocation: Allocation, rows: IntColumn) -> TextColumn:
    src, dst = allocation.demands.src[rows].tolist(), allocation.demands.dst[rows].tolist()
    node = allocation.names.node if allocation.names is not None else None
    if node is None:
        return texts([f"node {a} to node {b}" for a, b in zip(src, dst, strict=True)])
    return texts([f"{node[a]} to {node[b]}" for a, b in zip(src, dst, strict=True)])


def _rest(count: int, most: int) -> list[str]:
    return [f"  and {count - most} more"] if count > most else []


def _rate(bps: float) -> str:
    return format_short(float(bps), RATE) if np.isfinite(bps) else "no limit"

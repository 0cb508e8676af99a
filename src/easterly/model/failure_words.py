"""A table of failures in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from easterly.model.allocation_words import worth_of

if TYPE_CHECKING:
    from easterly.model.failures import FailureTable


def told(table: FailureTable, most: int = 5) -> str:
    """The worst cases, what binds in the worst, and where re-optimising wins most; see `FailureTable.explain`."""
    failed = [int(row) for row in table.order if row > 0]
    head = f"{len(failed)} failures" + (f", {table.left} more not done" if table.left else "")
    if not failed:
        return head
    return "\n".join(
        [
            head,
            *(f"  {_line(table, row)}" for row in (0, *failed[:most])),
            *_rest(len(failed), most),
            *_binding(table, failed[0], most),
            *_cut_off(table, failed[0], most),
            *_gains(table, most),
        ]
    )


def _line(table: FailureTable, row: int) -> str:
    """One case, by the policy in place and at best."""
    parts = []
    if table.in_place is not None:
        place = table.in_place
        fullest = place.max_utilisation[row]
        on = f" on {table.names.link[place.worst_link[row]]}" if place.worst_link[row] >= 0 else ""
        strayed = f", {place.strayed[row]:.2%} leaves its routing" if place.strayed[row] > 0 else ""
        parts.append(f"{place.policy} serves {place.fits[row]:.2%}, utilisation {fullest:.4g}{on}{strayed}")
    if table.optimum is not None:
        best = table.optimum
        proof = "" if best.gap[row] <= 1e-6 else f" (bound {worth_of(float(best.bound[row]), table.unit)})"
        parts.append(
            f"{table.objective} {worth_of(float(best.value[row]), table.unit)}{proof}, "
            f"{best.served_fraction[row]:.2%} served"
        )
    return f"{table.cases.name[row]}: " + "; ".join(parts)


def _binding(table: FailureTable, row: int, most: int) -> list[str]:
    best = table.optimum
    if best is None:
        return []
    begin, end = best.binding_ptr[row], best.binding_ptr[row + 1]
    if begin == end:
        return [f"without {table.cases.name[row]}, no link binds"]
    rows = [
        f"  {table.names.link[link]}: one more Gb/s is worth {worth_of(dual * 1e9, table.unit)}"
        for link, dual in zip(best.binding[begin:end].tolist(), best.dual[begin:end].tolist(), strict=True)
    ]
    return [f"without {table.cases.name[row]}, {end - begin} links bind:", *rows[:most], *_rest(len(rows), most)]


def _cut_off(table: FailureTable, row: int, most: int) -> list[str]:
    source = table.optimum if table.optimum is not None else table.in_place
    if source is None:
        return []
    rows = source.unserved[source.unserved_ptr[row] : source.unserved_ptr[row + 1]]
    ends = zip(table.demands.src[rows].tolist(), table.demands.dst[rows].tolist(), strict=True)
    named = [f"  {table.names.node[a]} to {table.names.node[b]}" for a, b in ends]
    return [f"{len(named)} demands have no path:", *named[:most], *_rest(len(named), most)] if named else []


def _gains(table: FailureTable, most: int) -> list[str]:
    """Cases in which re-optimising serves more than the policy in place."""
    gain = table.gain
    rows = [int(row) for row in np.argsort(-gain, kind="stable") if row > 0 and gain[row] > 1e-6]
    named = [f"  {table.cases.name[row]}: {gain[row]:.2%} of what is asked for" for row in rows]
    return ["re-optimising wins most after:", *named[:most], *_rest(len(named), most)] if named else []


def _rest(count: int, most: int) -> list[str]:
    return [f"  and {count - most} more"] if count > most else []

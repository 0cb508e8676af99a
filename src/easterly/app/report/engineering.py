"""Traffic engineering in the report: links before and after, what binds, and what failures change."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from easterly.app.report.measure import DASH, RATES, measure
from easterly.app.report.sections import Cell, Table, table_of
from easterly.base.columns import floats, significant
from easterly.model.allocation_words import worthy

BINDING, OTHERS = 20, 10
VAST = 1e4
"""Share from which on digits are left out."""
Document = Mapping[str, Any]
WIDTH, HEIGHT = 640.0, 180.0
ROUND = (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.6, 2.0, 4.0, 6.0, 8.0, 10.0)
LITTLE = 0.02
"""Utilisation, beside the top of the scale, of links that are left out of the curves."""
POINTS = 400
"""Links that a curve is drawn through; of more, every so many-th."""


def engineering(document: Document) -> list[dict[str, Any]]:
    """One part per intent that allocates."""
    return [_part(made) for made in document.get("engineering") or ()]


def _part(made: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "intent": made["intent"], "objective": made["objective"], "facts": facts(made), "reason": reason(made),
        "chart": _chart(made["links"]), "binding": binding(made),
        "others": others(made), "failures": failures(made),
    }  # fmt: skip


def facts(made: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was reached and proven, as words and values."""
    asked = measure([made["asked_bps"]], RATES)
    return [
        ("status", made["status"]), ("carried", percent(made["served_fraction"])),
        ("of", asked.full(made["asked_bps"])), ("proven gap", gap(made["gap"])),
        ("busiest link", percent(made["max_utilisation"])),
        ("on the paths in place", percent(made["max_utilisation_in_place"])), ("pairs", f"{made['pairs']:,}"),
    ]  # fmt: skip


def reason(made: Mapping[str, Any]) -> str:
    """Why there is no allocation; empty where there is one."""
    lines: Sequence[str] = made["explanation"]
    return lines[-1] if lines and made["status"] in ("infeasible", "unproven") else ""


def percent(value: float | None) -> str:
    """A share in percent, or a dash.

    >>> print(percent(2.5), percent(2.5e90))
    250.0\u00a0% 2.5e+92\u00a0%
    """
    if value is None:
        return DASH
    return f"{100 * value:.1f}\u00a0%" if value < VAST else f"{100 * value:.3g}\u00a0%"


def gap(value: float | None) -> str:
    """A relative gap; small ones as powers of ten.

    >>> gap(3.2e-7), gap(0.0)
    ('3e-07', '0')
    """
    if value is None:
        return DASH
    return f"{100 * value:.3g}\u00a0%" if value >= 1e-4 else f"{value:.0e}" if value > 0 else "0"


def binding(made: Mapping[str, Any]) -> Table | None:
    """Links of which more capacity is worth something, most first, then the fullest."""
    return _table(made, [r for r in _worths(made) if r["dual"]])


def others(made: Mapping[str, Any]) -> Table | None:
    """Links that do not bind, the fullest first."""
    return _table(made, [r for r in _worths(made) if not r["dual"]], priced=False)


def _worths(made: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Links in the order of what more capacity is worth, then of how full they are, as far as a search tells that."""
    dual, capacity, load = (
        floats([r[key] or 0.0 for r in made["links"]]) for key in ("dual", "capacity_bps", "load_bps")
    )
    told = worthy(dual, capacity, load, math.inf if made["value"] is None else made["value"]).tolist()
    found = [{**r, "dual": r["dual"] if this else 0.0} for r, this in zip(made["links"], told, strict=True)]
    duals, uses = (significant([r[key] or 0.0 for r in found]).tolist() for key in ("dual", "utilisation"))
    order = sorted(range(len(found)), key=lambda i: (-duals[i], -uses[i], found[i]["id"]))
    return [found[i] for i in order]


def _table(made: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], *, priced: bool = True) -> Table | None:
    shown = rows[: BINDING if priced else OTHERS]
    unit = measure([v for r in shown for v in (r["capacity_bps"], r["load_bps"])], RATES)
    if not shown:
        return None
    worths = (f"Worth per Gb/s ({worth_unit(made['unit'])})",) if priced else ()
    heads = ("Link", *worths, f"Capacity ({unit.unit})", f"Allocated ({unit.unit})", "In place (%)", "Allocated (%)")
    cells = tuple(_link(r, unit, made["unit"], priced) for r in shown)
    return Table(heads, cells, frozenset(range(1, len(heads))))


def _link(row: Mapping[str, Any], unit: Any, of: str, priced: bool) -> tuple[Cell, ...]:
    value = [Cell(worth(row["dual"], of), row["dual"], "num")] if priced else []
    rates = [Cell(unit.text(row[k]), row[k], "num") for k in ("capacity_bps", "load_bps")]
    bars = [Cell(f"{100 * (row[k] or 0):.1f}", row[k] or 0.0, "bar") for k in ("before", "utilisation")]
    return Cell(row["id"], row["id"], "code", row["id"]), *value, *rates, *bars


def worth_unit(unit: str) -> str:
    """Unit of the worth of one more Gb/s.

    >>> worth_unit("bit/s"), worth_unit("1")
    ('Gb/s', '%')
    """
    return {"bit/s": "Gb/s", "1": "%"}.get(unit, unit)


def worth(dual: float | None, unit: str) -> str:
    """What one more Gb/s adds to the value; a dash for nothing."""
    if not dual:
        return DASH
    return f"{dual:.3g}" if unit == "bit/s" else f"{dual * 1e9 * (100 if unit == '1' else 1):.3g}"


def failures(made: Mapping[str, Any]) -> Table | None:
    """What is down, by damage: least carried first, then the fullest link."""
    first, *rest = made["trials"]
    if not rest:
        return None
    served, used = (significant([t[key] or 0.0 for t in rest]).tolist() for key in ("served", "utilisation"))
    order = sorted(range(len(rest)), key=lambda i: (served[i], -used[i], rest[i]["down"]))
    rows = [first, *(rest[i] for i in order)]
    columns = {
        "Carried": [percent(t["served"]) for t in rows],
        "At most": [percent(t["served_bound"]) for t in rows],
        "Busiest link": [percent(t["utilisation"]) for t in rows],
        "At least": [percent(t["utilisation_bound"] or None) for t in rows],
        "On the paths in place": [percent(t["in_place"]) for t in rows],
    }
    told = {head: column for head, column in columns.items() if set(column) != {DASH}}
    names = [(t["down"], t["status"]) for t in rows]
    cells = [(*name, *(column[i] for column in told.values())) for i, name in enumerate(names)]
    return table_of(("Down", "Status", *told), cells, numeric=set(range(2, 2 + len(told))))


def _chart(links: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Utilisation of all links, the fullest first: one curve in place, one allocated."""
    if not links:
        return None
    before = sorted((r["before"] or 0.0 for r in links), reverse=True)
    after = sorted((r["utilisation"] or 0.0 for r in links), reverse=True)
    top = _round_up(max(before[0], after[0], 1e-9))
    shown = max(12, sum(max(pair) >= LITTLE * top for pair in zip(before, after, strict=True)))
    before, after = before[:shown], after[:shown]
    return {
        "width": WIDTH, "height": HEIGHT, "links": f"{len(links):,}", "shown": f"{len(before):,}",
        "curves": [("in place", "before", _steps(before, top)), ("allocated", "after", _steps(after, top))],
        "ticks": [(f"{HEIGHT * (1 - i / 4):.1f}", f"{25 * top * i:g}\u00a0%") for i in range(5)],
        "full": f"{HEIGHT * (1 - 1 / top):.1f}" if top >= 1 else None,
        "words": f"busiest link {percent(before[0])} in place, {percent(after[0])} allocated",
    }  # fmt: skip


def _round_up(value: float) -> float:
    """The next round number that four ticks divide well."""
    power = 10.0 ** (len(f"{value:.0f}") - 1) if value >= 1 else 1.0
    while value <= 0.2 * power:
        power /= 10
    return next(step * power for step in ROUND if value <= step * power)


def _steps(values: Sequence[float], top: float) -> str:
    """Points of a line for SVG."""
    stride = max(1, len(values) // POINTS)
    shown = [*values[::stride], values[-1]]
    return " ".join(f"{x:.1f},{HEIGHT * (1 - v / top):.1f}" for x, v in zip(_across(len(shown)), shown, strict=True))


def _across(count: int) -> Iterable[float]:
    return (WIDTH * i / max(count - 1, 1) for i in range(count))

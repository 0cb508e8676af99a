"""A page about a sweep: response curves, the front, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from markupsafe import escape

from easterly.app.report import drawn, plots
from easterly.app.whatif.page import best_first, named, short, texts, why
from easterly.base.units import FREQUENCY, KINDS, SHARE, SIZE, TIME, Kind, QuantityError, parse

Row = dict[str, Any]
UNITS = {"s": TIME, "B": SIZE, "1/s": FREQUENCY}
SHARES = ("utilisation", "mfu", "margin")
METRICS = 4
"""Metrics that are drawn over each axis."""
WIDE = 20.0
"""Ratio of numbers from which on an axis is logarithmic."""
BARS = 30
"""Points of an axis without numbers that are drawn."""
TOLD = 12
"""Neighbours of which it is told why they differ."""


def page(site: str, result: Row) -> str:
    """The page as text: one file, without scripts, that asks for nothing.

    Parameters
    ----------
    site : str
    result : dict
        See `easterly.app.whatif.document.document`.
    """
    sound = best_first(result)
    figures = [_front(result, [result["base"], *sound])]
    for place, axis in enumerate(result["axes"]):
        figures += _responses(result, sound, place, axis)
    paths = ", ".join(short(path) for axis in result["axes"] for path in axis["paths"])
    return drawn.page("sweep", "What if", f"{site}: {paths}", list(_facts(result, sound)), figures)


def kind_of(metric: Row) -> Kind | None:
    """What kind of quantity a metric is; None for plain numbers."""
    return SHARE if metric["name"].startswith(SHARES) else UNITS.get(metric["unit"])


def _front(result: Row, rows: Sequence[Row]) -> drawn.Figure:
    """Every point by both metrics, those on the front joined."""
    weighed = result["weighed"]
    names = (weighed["against"], weighed["metric"])
    metrics = {metric["name"]: metric for metric in result["metrics"]}
    kept = [row for row in rows if all(row["metrics"][name] is not None for name in names)]
    for name, other in (names, names[::-1]):
        if len(kept) > 1 and len({row["metrics"][name] for row in kept}) == 1:
            return _no_front(kept, metrics[name], metrics[other])
    x, y = (_axis(name, [row["metrics"][name] for row in kept], kind_of(metrics[name])) for name in names)
    line = sorted((row["metrics"][names[0]], row["metrics"][names[1]]) for row in kept if row["row"] in result["front"])
    curve = _curve("front", line)
    inside = "".join(_dot(row, names, x, y) for row in kept if row["row"] not in result["front"])
    made = plots.plot(
        [curve], x, y, title="Front", dots=True, inside=inside,
        said=f"{len(line)} of {len(kept)} points are on the front of {names[1]} against {names[0]}",
    )  # fmt: skip
    note = f"Joined: no other point is better in both. Points beside: {len(kept) - len(line)}."
    return drawn.Figure(f"{names[1]} against {names[0]}", note, made)


def _no_front(rows: Sequence[Row], same: Row, other: Row) -> drawn.Figure:
    """One metric alone, where the other is the same at every point: nothing has to be given up for it."""
    value = rows[0]["metrics"][same["name"]]
    text = _axis(same["name"], [value], kind_of(same)).text(value)
    made = _bars(rows, other, f"{other['name']}, {same['name']} being the same")
    return replace(made, note=f"{same['name']} is {text} at every point: nothing of it is given up for the other.")


def _axis(label: str, values: Sequence[float], kind: Kind | None) -> plots.Axis:
    """An axis of numbers: logarithmic where they are far apart."""
    least = min(values, default=0.0)
    return plots.axis(label, values, kind, log=least > 0 and max(values) / least > WIDE, near=True)


def _dot(row: Row, names: tuple[str, str], x: plots.Axis, y: plots.Axis) -> str:
    across = float(plots.WIDTH * x.at(np.array([row["metrics"][names[0]]]))[0])
    down = float(plots.HEIGHT * (1 - y.at(np.array([row["metrics"][names[1]]]))[0]))
    told = f"<title>{escape(named(row))}</title>"
    return f'<circle class="c1" cx="{across:.1f}" cy="{down:.1f}" r="3">{told}</circle>'


def _responses(result: Row, sound: Sequence[Row], place: int, axis: Row) -> Iterator[drawn.Figure]:
    """Each metric over one axis: curves where it has numbers, bars where it has none."""
    path = axis["paths"][0]
    numbers = axis["ordered"] and all(row["values"].get(path) is not None for row in sound)
    for metric in result["metrics"][:METRICS]:
        heading = f"{metric['name']} over {', '.join(short(one) for one in axis['paths'])}"
        moved = {row["metrics"][metric["name"]] for row in sound}
        if len(moved) < 2:
            continue
        if numbers:
            yield _curves(result, sound, place, metric, heading)
        elif len(result["axes"]) == 1:
            yield _bars(sound, metric, heading)


def _curves(result: Row, sound: Sequence[Row], place: int, metric: Row, heading: str) -> drawn.Figure:
    axis, name = result["axes"][place], metric["name"]
    path = axis["paths"][0]
    lines = _lines(axis, path, sound, name)
    shown = list(lines.items())[: plots.SERIES]
    points = [point for _, line in shown for point in line]
    x = _axis(short(path), [at for at, _ in points], _kind_of_path(axis, path))
    y = _axis(name, [at for _, at in points], kind_of(metric))
    base = result["base"]["metrics"][name]
    curves = [_curve(label, sorted(line)) for label, line in shown]
    rules = [] if base is None else [plots.Rule("as it is", base)]
    said = "; ".join(f"{label or name}: {y.text(line[0][1])} to {y.text(line[-1][1])}" for label, line in shown)
    note = metric["doc"] + (f". The first {len(shown)} of {len(lines)} lines." if len(lines) > len(shown) else ".")
    return drawn.Figure(heading, note, plots.plot(curves, x, y, title=heading, said=said, rules=rules, dots=True))


def _lines(axis: Row, path: str, sound: Sequence[Row], metric: str) -> dict[str, list[tuple[float, float]]]:
    """Points along one axis by what the others stand at; those that coincide are one line."""
    lines: dict[str, list[tuple[float, float]]] = {}
    for row in sound:
        rest = {p: text for p, text in row["set"].items() if p not in axis["paths"]}
        if row["metrics"][metric] is not None:
            name = named({"set": rest}) if rest else ""
            lines.setdefault(name, []).append((row["values"][path], row["metrics"][metric]))
    found = [sorted(line) for line in lines.values()]
    return {"": found[0]} if found and all(line == found[0] for line in found) else lines


def _curve(label: str, line: Sequence[tuple[float, float]]) -> plots.Curve:
    return plots.Curve(label, np.array([at for at, _ in line]), np.array([at for _, at in line]))


def _bars(sound: Sequence[Row], metric: Row, heading: str) -> drawn.Figure:
    name = metric["name"]
    rows = [row for row in sound if row["metrics"][name] is not None]
    best = sorted(rows, key=lambda row: row["metrics"][name] * (-1 if metric["better"] == "more" else 1))[:BARS]
    x = plots.axis(name, [row["metrics"][name] for row in best], kind_of(metric))
    bars = [plots.Bar(name, 0.0, row["metrics"][name], named(row)) for row in best]
    said = f"from {named(best[0])} to {named(best[-1])}" if best else "nothing"
    note = metric["doc"] + (f". The best {len(best)} of {len(rows)}." if len(rows) > len(best) else ".")
    return drawn.Figure(heading, note, plots.bars(bars, x, title=heading, said=said))


def _kind_of_path(axis: Row, path: str) -> Kind | None:
    """The kind of quantity that all values of an axis are written as."""
    written = [step[path] for step in axis["steps"]]
    return next((kind for kind in KINDS.values() if all(_is(kind, text) for text in written)), None)


def _is(kind: Kind, text: str) -> bool:
    try:
        parse(text, kind)
    except QuantityError:
        return False
    return True


def _facts(result: Row, sound: Sequence[Row]) -> Iterator[drawn.Fact]:
    said = texts(result)
    yield "points", f"{len(result['points']):,}", f"of which {len(sound):,} are sites"
    for row in [result["base"], *sound]:
        if row["front"]:
            numbers = ", ".join(f"{name} {said[name](row)}" for name in dict.fromkeys(result["weighed"].values()))
            yield "on the front", named(row), numbers
    for one in result["sensitivity"][: 2 * TOLD]:
        if abs(one["elasticity"]) >= 5e-4:
            remark = f"{one['metric']} for 1 % more of it, between {' and '.join(one['between'])}"
            yield " and ".join(map(short, one["path"].split(" and "))), f"{one['elasticity']:+.3f} %", remark
    rows = {row["row"]: row for row in [result["base"], *result["points"]]}
    for one in [one for one in result["changes"] if why(one)][:TOLD]:
        yield "why", f"{named(rows[one['from']])} to {named(rows[one['to']])}", f"{one['job']}: {why(one)}"
    left = f"; not in it: {', '.join(result['unpriced'])}" if result["unpriced"] else ""
    yield "cost", "", f"{result['cost']}{left}"

"""Plots as SVG: axes, curves, areas and bars that take their colours from the page, and say in words what they show."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from easterly.base.columns import FloatColumn
from easterly.base.units import Kind, format_short

LETTER = 8.0
"""Width of a letter of a row's name, generously."""
BROAD = 8.7
"""The same of what is written larger or bold: names of curves, and values beside an axis."""
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640.0, 220.0, 72.0, 112.0, 10.0, 40.0
HEAD = 18.0
"""Room above a plot for what its upright axis measures."""
DECADES = 10
"""So many have a tick each."""
COLUMNS = 320
"""A curve has at most so many columns, each with its highest and its lowest point."""
SERIES = 5
LINE = 16.0
"""Distance of two labels."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: what it measures, from where to where."""

    label: str
    low: float
    high: float
    kind: Kind | None = None
    log: bool = False
    most: int = 5
    """Round numbers along it; a logarithmic one has its decades."""

    def at(self, values: FloatColumn) -> FloatColumn:
        """Part of the axis below each value."""
        if self.log:
            return np.asarray(np.log(np.maximum(values, self.low) / self.low) / math.log(self.high / self.low))
        return np.asarray((values - self.low) / (self.high - self.low))

    def ticks(self) -> list[float]:
        """Round numbers along it."""
        if self.log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            decades = [10.0**e for e in range(first, last + 1, math.ceil((last + 1 - first) / DECADES) or 1)]
            return decades if len(decades) >= 2 else [self.low, self.high]
        step = _step((self.high - self.low) / self.most)
        first = math.ceil(self.low / step - 1e-9)
        return [step * i for i in range(first, math.floor(self.high / step + 1e-9) + 1)]

    def text(self, value: float) -> str:
        """A value as it is written beside the axis."""
        if self.kind is None:
            return f"{value:.4g}".replace("e-0", "e-").replace("e+0", "e")
        return "0" if value == 0 else format_short(value, self.kind)


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of one thing."""

    name: str
    x: FloatColumn
    y: FloatColumn
    stepped: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A level that means something: a threshold, a limit."""

    name: str
    y: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of an axis, in the row of its group."""

    label: str
    start: float
    end: float
    group: str


@dataclass(frozen=True, slots=True)
class Spread:
    """How something is spread, in a row of its own: from `low` to `high`, points within, and what it is held to."""

    name: str
    low: float
    high: float
    points: tuple[float, ...]
    band: tuple[float, float] | None = None
    mean: float | None = None
    bound: float | None = None


def _step(rough: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))


def axis(
    label: str,
    values: Sequence[float] | FloatColumn,
    kind: Kind | None = None,
    *,
    log: bool = False,
    snug: bool = False,
    near: bool = False,
) -> Axis:
    """An axis that holds all values, from 0 on unless it is logarithmic, and ends with them if it is snug.

    If it is near it begins with them too, where the way from 0 would take more than half of it.

    >>> axis("queue", [3.0, 97.0]).high
    100.0
    """
    found = np.asarray(values, dtype=np.float64)
    found = found[np.isfinite(found) & ((found > 0) if log else True)]
    top = float(found.max(initial=0.0)) or 1.0
    if log:
        low = math.floor(math.log10(float(found.min(initial=top))) + 1e-9)
        return Axis(label, 10.0**low, 10.0 ** max(math.ceil(math.log10(top) - 1e-9), low + 1), kind, True)
    least = float(found.min(initial=top))
    if near and top / 2 < least < top:
        step = _step((top - least) / 5)
        return Axis(label, step * math.floor(least / step + 1e-9), step * math.ceil(top / step - 1e-9), kind)
    step = _step(top / 5)
    if snug:
        return Axis(label, 0.0, top, kind)
    return Axis(label, 0.0, step * math.ceil(top / step - 1e-9), kind)


def plot(
    curves: Sequence[Curve], x: Axis, y: Axis, *, title: str, said: str, rules: Sequence[Rule] = (),
    filled: bool = False, dots: bool = False, height: float = HEIGHT, inside: str = "",
) -> Markup:  # fmt: skip
    """Curves over their axes, each named at its end.

    Parameters
    ----------
    curves : sequence of Curve
        Five at most; more would not be told apart.
    x, y : Axis
    title : str
    said : str
        What can be seen, for those who cannot see it.
    rules : sequence of Rule
    filled : bool
        Areas upon each other instead of curves.
    dots : bool
        A dot at every point, where points are few and what lies between them is nothing.
    height : float
    inside : str
        More SVG, in the coordinates of the plot.

    Returns
    -------
    Markup
    """
    if len(curves) > SERIES:
        raise ValueError(f"{len(curves)} curves in one plot: {SERIES} at most")
    parts = list(_grid(x, y, height))
    ends: list[tuple[float, int, str]] = []
    below = np.zeros(0)
    for i, curve in enumerate(curves):
        values = curve.y
        if filled:
            base = below if len(below) else np.zeros(len(values))
            values = below = base + curve.y
            parts.append(_area(curve, base, values, x, y, height, i))
        else:
            points = _points(curve.x, curve.y, x, y, height, stepped=curve.stepped)
            parts.append(f'<polyline class="c{i}" points="{points}"><title>{escape(curve.name)}</title></polyline>')
            parts += _dots(points, i) if dots else ()
        if len(values):
            ends.append((float(height * (1 - y.at(values[-1:])[0])), i, curve.name))
    ends += [(float(height * (1 - y.at(np.array([rule.y]))[0])), -1, rule.name) for rule in _within(rules, y)]
    parts += [*_rules(rules, y, height), *_names(ends, height)]
    left = max([LEFT, *(16 + BROAD * len(y.text(value)) for value in y.ticks())])
    right = max([RIGHT, *(16 + BROAD * len(name) for _, _, name in ends)])
    return _svg("".join(parts) + inside, title, said, height, (left, HEAD if y.label else 0.0, right))


def bars(rows: Sequence[Bar], x: Axis, *, title: str, said: str, names: Sequence[str] = (), inside: str = "") -> Markup:
    """Bars in the rows of their groups, as a course of work is drawn.

    Parameters
    ----------
    rows : sequence of Bar
    x : Axis
    title, said : str
    names : sequence of str
        Labels that have a colour each, in this order; five at most.
    inside : str
        More SVG, in the coordinates of the plot, whose rows are 22 high.
    """
    groups = list(dict.fromkeys(row.group for row in rows))
    band = 22.0
    height = max(band * max(len(groups), 1), LINE * len(names))
    parts = list(_grid(x, None, height))
    for i, group in enumerate(groups):
        parts.append(_text("tick", -8, band * (i + 0.5) + 4, "end", group))
    for row in rows:
        from_x, to_x = (float(WIDTH * x.at(np.array([value]))[0]) for value in (row.start, row.end))
        colour = f"c{names.index(row.label) % SERIES}" if row.label in names else "c0"
        top = band * groups.index(row.group) + 3
        span = f"{x.text(row.start)} to {x.text(row.end)}"
        wide = max(to_x - from_x, 0.7)  # what takes no time is still seen, and on the axis
        parts.append(
            f'<rect class="{colour}" x="{min(from_x, WIDTH - wide):.1f}" y="{top:g}" width="{wide:.1f}" '
            f'height="{band - 6:g}" rx="2"><title>{escape(row.label)}: {span}</title></rect>'
        )
    new = [name for name in names if name and not any(group.startswith(name) for group in groups)]
    # One colour needs no name, nor does what is written beside its row.
    called = [(LINE * i + LINE / 2, names.index(name) % SERIES, name) for i, name in enumerate(new) if len(names) > 1]
    parts += _names(called, height)
    left = max([LEFT, *(16 + LETTER * len(group) for group in groups)])
    right = max([RIGHT, *(16 + BROAD * len(name) for _, _, name in called)])
    return _svg("".join(parts) + inside, title, said, height, (left, 0.0, right))


def spreads(
    rows: Sequence[Spread], x: Axis, *, title: str, said: str, words: tuple[str, str] = ("packets", "mean")
) -> Markup:  # fmt: skip
    """Rows of what is spread: a bar with points, a band and a mean over it, and the bound as a line.

    Parameters
    ----------
    rows : sequence of Spread
    x : Axis
    title, said : str
    words : (str, str)
        What the bar and the mean are of.
    """
    band = 22.0
    height = band * max(len(rows), 1)
    parts = list(_grid(x, None, height))
    for i, row in enumerate(rows):
        parts += _spread(row, x, band * i + 3, band - 6, words)
    left = max([LEFT, *(16 + LETTER * len(row.name) for row in rows)])
    return _svg("".join(parts), title, said, height, (left, 0.0, RIGHT))


def _spread(row: Spread, x: Axis, top: float, tall: float, words: tuple[str, str]) -> Iterator[str]:
    def at(value: float) -> float:
        return float(WIDTH * np.clip(x.at(np.array([value]))[0], 0, 1))

    middle = top + tall / 2
    yield _text("tick", -8, middle + 4, "end", row.name)
    yield _stretch(
        "c0", at(row.low), at(row.high), middle - 3, 6, f"{words[0]}: {x.text(row.low)} to {x.text(row.high)}"
    )
    for value in row.points:
        told = f"<title>{escape(x.text(value))}</title>"
        yield f'<circle class="c0" cx="{at(value):.1f}" cy="{middle:g}" r="3">{told}</circle>'
    if row.band is not None:
        low, high = row.band
        yield _stretch("c1", at(low), at(high), top, 3, f"band: {x.text(low)} to {x.text(high)}")
    if row.mean is not None:
        yield _stretch("c1", at(row.mean) - 1, at(row.mean) + 1, top, tall, f"{words[1]}: {x.text(row.mean)}")
    if row.bound is not None:
        ends = f'x1="{at(row.bound):.1f}" x2="{at(row.bound):.1f}" y1="{top:g}" y2="{top + tall:g}"'
        yield f'<line class="rule" {ends}><title>bound: {escape(x.text(row.bound))}</title></line>'


def _stretch(kind: str, low: float, high: float, top: float, tall: float, said: str) -> str:
    return (
        f'<rect class="{kind}" x="{low:.1f}" y="{top:g}" width="{max(high - low, 0.7):.1f}" height="{tall:g}" rx="1">'
        f"<title>{escape(said)}</title></rect>"
    )


def upright(name: str, at: float, x: Axis, height: float = HEIGHT) -> str:
    """A place along the axis that means something, for the inside of a plot: a dashed line with its name at the top."""
    across = float(WIDTH * x.at(np.array([at]))[0])
    side, left = ("start", across + 6) if across < WIDTH / 2 else ("end", across - 6)
    line = f'<line class="rule" x1="{across:.1f}" x2="{across:.1f}" y1="0" y2="{height:g}"/>'
    return line + _text("rule", left, LINE, side, name)


def thinned(x: FloatColumn, y: FloatColumn, columns: int = COLUMNS) -> tuple[FloatColumn, FloatColumn]:
    """No more points than can be seen: of each column the first, the lowest, the highest and the last.

    >>> thinned(np.arange(6.0), np.array([0.0, 9.0, 1.0, 2.0, 7.0, 3.0]), 1)[1].tolist()
    [0.0, 9.0, 3.0]
    """
    if len(x) <= 4 * columns:
        return x, y
    keep: set[int] = set()
    for part in np.array_split(np.arange(len(x)), columns):
        own = y[part]
        keep |= {int(part[0]), int(part[-1]), int(part[own.argmax()]), int(part[own.argmin()])}
    at = np.array(sorted(keep))
    return x[at], y[at]


def _points(xs: FloatColumn, ys: FloatColumn, x: Axis, y: Axis, height: float, *, stepped: bool = False) -> str:
    xs, ys = thinned(np.asarray(xs), np.asarray(ys))
    if stepped and len(xs):
        xs, ys = np.repeat(xs, 2)[1:], np.repeat(ys, 2)[:-1]
    across, down = WIDTH * x.at(xs), height * (1 - np.clip(y.at(ys), 0, 1))
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(across.tolist(), down.tolist(), strict=True))


def _dots(points: str, i: int) -> Iterator[str]:
    for pair in points.split():
        x, y = pair.split(",")
        yield f'<circle class="c{i}" cx="{x}" cy="{y}" r="3"/>'


def _area(curve: Curve, low: FloatColumn, high: FloatColumn, x: Axis, y: Axis, height: float, i: int) -> str:
    top, bottom = (_points(curve.x, values, x, y, height) for values in (high, low))
    ring = f"{top} {' '.join(reversed(bottom.split(' ')))}"
    return f'<polygon class="c{i}" points="{ring}"><title>{escape(curve.name)}</title></polygon>'


def _grid(x: Axis, y: Axis | None, height: float) -> Iterator[str]:
    for value, part in ((v, float(x.at(np.array([v]))[0])) for v in x.ticks()):
        yield f'<line class="grid" x1="{WIDTH * part:.1f}" x2="{WIDTH * part:.1f}" y1="0" y2="{height:g}"/>'
        yield _text("tick", WIDTH * part, height + 16, "middle", x.text(value))
    yield _text("label", WIDTH / 2, height + 33, "middle", x.label)
    if y is None:
        return
    if y.label:
        yield _text("label", 0, -10, "start", y.label)
    for value, part in ((v, float(y.at(np.array([v]))[0])) for v in y.ticks()):
        down = height * (1 - part)
        yield f'<line class="grid" x1="0" x2="{WIDTH:g}" y1="{down:.1f}" y2="{down:.1f}"/>'
        yield _text("tick", -8, down + 4, "end", y.text(value))


def _text(kind: str, x: float, y: float, anchor: str, text: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _within(rules: Sequence[Rule], y: Axis) -> list[Rule]:
    return [rule for rule in rules if y.low <= rule.y <= y.high]


def _rules(rules: Sequence[Rule], y: Axis, height: float) -> Iterator[str]:
    for rule in _within(rules, y):
        down = float(height * (1 - y.at(np.array([rule.y]))[0]))
        yield f'<line class="rule" x1="0" x2="{WIDTH:g}" y1="{down:.1f}" y2="{down:.1f}"/>'


def _names(ends: list[tuple[float, int, str]], height: float) -> Iterator[str]:
    """Names beside the ends of curves and rules, moved apart where they would lie on each other."""
    placed: list[float] = []
    for down, i, name in sorted(ends, reverse=True):  # the lowest first, and the others above it
        at = min(down, height - 2)
        if placed:
            at = min(at, placed[-1] - LINE)
        placed.append(at)
        kind = "rule" if i < 0 else f"name c{i}"
        yield f'<text class="{kind}" x="{WIDTH + 8:g}" y="{at + 4:.1f}">{escape(name)}</text>'


def _svg(inside: str, title: str, said: str, height: float, room: tuple[float, float, float]) -> Markup:
    """The whole of it, with room at the left, above and at the right."""
    left, above, right = room
    above += TOP
    box = f"{-left:g} {-above:g} {left + WIDTH + right:g} {above + height + BOTTOM:g}"
    return Markup(
        f'<svg class="plot" viewBox="{box}" role="img" aria-label="{escape(title)}: {escape(said)}">'
        f"<title>{escape(title)}</title><desc>{escape(said)}</desc>{inside}</svg>"
    )

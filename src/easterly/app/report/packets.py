"""What a simulation of packets found, as plots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from easterly.app.report.plots import Axis, Bar, Curve, Rule, axis, bars, plot
from easterly.base.columns import FloatColumn, IndexColumn, TextColumn
from easterly.base.counts import counted
from easterly.base.units import RATE, SHARE, SIZE, TIME, format_short
from easterly.model.packet_records import Series, SizeSlowdowns, jain

FINEST = 50
"""Stretches into which a course of rates is cut at most."""
CLASS_NAMES = 4


def queue_depth(series: Series, names: Mapping[int, str], rules: Sequence[Rule] = (), inside: str = "") -> Markup:
    """What waits before some links, over time.

    Parameters
    ----------
    series : Series
    names : mapping of int to str
        Links to show, by number, and what to call them.
    rules : sequence of Rule
        Thresholds and limits [B].
    inside : str
        More SVG in the plot.
    """
    at = {int(link): i for i, link in enumerate(series.link)}
    depth_B = {name: series.backlog_B[:, at[link]].astype(np.float64) for link, name in names.items()}
    top_B = max((float(values.max(initial=0.0)) for values in depth_B.values()), default=0.0)
    near = [rule.y for rule in rules if rule.y <= 1.6 * top_B]
    y = axis("queue", [top_B, *near], SIZE)
    curves = [Curve(name, series.time_s, values) for name, values in depth_B.items()]
    said = "; ".join(
        f"{name} is deepest with {format_short(float(values.max(initial=0.0)), SIZE)} after "
        f"{format_short(float(series.time_s[values.argmax()]), TIME)}"
        for name, values in depth_B.items()
        if len(values)
    )
    return plot(
        curves, axis("time", series.time_s, TIME, snug=True), y, title="Queue", said=said, rules=rules, inside=inside
    )


def completions(times_s: Mapping[str, FloatColumn], label: str = "completion") -> Markup:
    """Share of flows that are done within a time; those that are never done are missing at the top."""
    curves, said = [], []
    for name, values in times_s.items():
        there = np.sort(values[np.isfinite(values)])
        share = np.arange(1, len(there) + 1) / max(len(values), 1)
        curves.append(Curve(name, there, share, stepped=True))
        if len(there):
            middle, last = there[(len(there) - 1) // 2], there[-1]
            said.append(f"{name}: half within {format_short(middle, TIME)}, the last after {format_short(last, TIME)}")
    everything = np.concatenate(list(times_s.values()))
    there = everything[np.isfinite(everything)]
    x = axis(label, everything, TIME, log=len(there) > 0 and there.max() > 30 * max(there.min(), 1e-12))
    if not x.log and len(there):
        x = _around(x, float(there.min()), float(there.max()))
    return plot(curves, x, Axis("share", 0.0, 1.0, SHARE), title="Flows done", said="; ".join(said))


def _around(given: Axis, low: float, high: float) -> Axis:
    """The part of an axis that holds something, where that is less than half of it."""
    if low < high / 2:
        return given
    fine = axis(given.label, [max(high - low, high * 1e-3)], given.kind)
    step = fine.high / 5
    return Axis(given.label, max(0.0, np.floor(low / step) * step), np.ceil(high / step) * step, given.kind)


def slowdown(found: SizeSlowdowns) -> Markup:
    """Slowdown by size of flows or messages: the middle, what 99 % do not exceed, and the worst that has arrived."""
    shares = {"half": found.median, "99 %": found.p99, "worst": found.worst}
    there = {name: np.isfinite(values) for name, values in shares.items()}
    curves = [Curve(name, found.size_B[there[name]], values[there[name]]) for name, values in shares.items()]
    top = max((float(curve.y.max(initial=1.0)) for curve in curves), default=1.0)
    y = axis("time over time alone", [1.0, top], log=True) if top > 20 else _above_one(top)
    log = len(found) > 0 and float(found.size_B.max()) > 10 * float(found.size_B.min())
    x = axis("size of a message", found.size_B, SIZE, log=log)
    said = "; ".join(
        f"of {count:,} of about {format_short(float(f'{size:.2g}'), SIZE)} half within {half:.3g} times, "
        f"the worst {worst:.3g} times"
        for count, size, half, worst in zip(found.count, found.size_B, found.median, found.worst, strict=True)
    )
    return plot(curves, x, y, title="Slowdown by size", said=said, dots=True)


def _above_one(top: float) -> Axis:
    """From 1, which nothing is below, to a round number above the largest."""
    high = axis("", [max(top - 1.0, 0.05)]).high
    return Axis("time over time alone", 1.0, 1.0 + high)


def rates(series: Series, names: Sequence[str], payload_B: float) -> tuple[Markup, Markup]:
    """What groups of flows receive over time, and how fair that is (Jain's index, of the groups that are not done).

    Parameters
    ----------
    series : Series
    names : sequence of str
        Of groups; the first five are drawn.
    payload_B : float [B]
        Of a packet.
    """
    every = max(1, len(series) // FINEST)
    time_s = np.concatenate([[0.0], series.time_s[every - 1 :: every]])
    packets = np.vstack([np.zeros((1, series.packets.shape[1])), series.packets[every - 1 :: every]])
    rate_bps = np.diff(packets, axis=0) * payload_B * 8.0 / np.diff(time_s)[:, None]
    x = axis("time", time_s, TIME, snug=True)
    shown = [Curve(name, time_s[1:], rate_bps[:, i]) for i, name in enumerate(names[:5])]
    said = "; ".join(f"{curve.name} at most {format_short(float(curve.y.max(initial=0.0)), RATE)}" for curve in shown)
    first = plot(shown, x, axis("rate", rate_bps, RATE), title="Goodput", said=said)
    open_ = packets[:-1] < packets[-1]
    fair = np.array(
        [jain(row[None, own])[0] if own.sum() > 1 else np.nan for row, own in zip(rate_bps, open_, strict=True)]
    )
    known = np.isfinite(fair)
    said = f"Jain's index is {np.mean(fair[known]):.3f} on average" if known.any() else "only one sends"
    curve = [Curve("", time_s[1:][known], fair[known])] if known.any() else []
    return first, plot(curve, x, Axis("fairness", 0.0, 1.0), title="Fairness", said=said)


def occupancy(time_s: FloatColumn, waiting_B: IndexColumn, names: Mapping[int, str] | None = None) -> Markup:
    """What waits in each class, of all sampled ports together, upon each other.

    Parameters
    ----------
    time_s : (T,) float [s]
    waiting_B : (T, C) int [B]
    names : mapping of int to str, optional
        Of classes; the four that hold most are told apart.
    """
    by_class = waiting_B.astype(np.float64)
    used = [c for c in range(by_class.shape[1]) if by_class[:, c].any()]
    used = sorted(used, key=lambda c: -float(by_class[:, c].max()))
    at = _peaks(by_class.sum(axis=1))
    held = by_class[at]
    own, rest = sorted(used[:CLASS_NAMES]), used[CLASS_NAMES:]
    called = names or {}
    curves = [Curve(called.get(c, f"class {c}"), time_s[at], held[:, c]) for c in own]
    if rest:
        curves.append(Curve("others", time_s[at], held[:, rest].sum(axis=1)))
    total = by_class.sum(axis=1)
    said = f"at most {format_short(float(total.max(initial=0.0)), SIZE)} in all"
    return plot(
        curves, axis("time", time_s, TIME, snug=True), axis("waiting", total, SIZE), title="Buffer by class",
        said=said, filled=True,
    )  # fmt: skip


def _peaks(values: FloatColumn, most: int = 400) -> NDArray[np.int64]:
    """Samples that are drawn: the highest of each of so many stretches, the first and the last."""
    parts = [part for part in np.array_split(np.arange(len(values)), min(most, max(len(values), 1))) if len(part)]
    ends = [0, len(values) - 1] if len(values) else []
    return np.unique(np.array([*ends, *(part[values[part].argmax()] for part in parts)], dtype=np.int64))


def timeline(label: TextColumn, start_s: FloatColumn, end_s: FloatColumn, group: TextColumn) -> Markup:
    """When messages were under way: a bar from the first to the last of each, in the row of its group.

    Parameters
    ----------
    label : (B,) text
        What a bar is: a phase, an axis of parallelism; the first five labels have colours of their own.
    start_s, end_s : (B,) float [s]
    group : (B,) text
        Rows, in the order in which they first come.
    """
    rows = [
        Bar(str(a), float(s), float(e), str(g))
        for a, s, e, g in zip(label.tolist(), start_s.tolist(), end_s.tolist(), group.tolist(), strict=True)
        if np.isfinite(e)
    ]
    names = list(dict.fromkeys(row.label for row in rows))
    last = max((row.end for row in rows), default=0.0)
    called = ", ".join(names[:5]) + (" and others" if len(names) > 5 else "")
    said = f"{counted(len(rows), 'bar')} of {called}, the last ends after {format_short(last, TIME)}"
    return bars(rows, axis("time", [last], TIME, snug=True), title="Course", said=said, names=names[:5])

"""A page about an incast: a film of its queue, made of what was recorded, and the plots that go with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from easterly.app.report.drawn import styles
from easterly.app.report.packets import completions, queue_depth, rates
from easterly.app.report.page import environment
from easterly.app.report.plots import HEIGHT, WIDTH, Rule, axis
from easterly.base.columns import FloatColumn
from easterly.base.units import SIZE, TIME, format_short
from easterly.model.packet_records import Series
from easterly.model.packets import PacketOutcome

STEPS, ROWS, SECONDS, HOLD = 48, 16, 12, 8
"""Moments of the film, senders drawn one by one, its length [s], and the part [%] in which the last picture stands."""
TALL, CLOSE, FAINT = 128.0, 0.015, 0.12


@dataclass(frozen=True, slots=True)
class Incast:
    """What the page is about."""

    found: PacketOutcome
    senders: int
    rate_bps: float
    payload_B: int
    facts: Sequence[tuple[str, str, str]]
    title: str
    buffer_B: float | None = None
    mark_B: float | None = None


def page(asked: Incast) -> str:
    """The page as text: one file, without scripts, that asks for nothing."""
    series = _series(asked)
    rules = [
        Rule(name, value)
        for name, value in (("marks from here", asked.mark_B), ("buffer", asked.buffer_B))
        if value is not None
    ]
    goodput, fairness = rates(series, _group_names(asked.senders), asked.payload_B)
    return environment().get_template("incast.html").render(
        title=asked.title, facts=asked.facts, stage=stage(asked), later=_later(asked, series),
        queue=queue_depth(series, {2 * asked.senders + 1: "port"}, rules, _cursor(series, asked)),
        plots=[
            ("Flows done", "share of senders whose data has all arrived", completions({"senders": asked.found.fct_s})),
            ("Goodput", "what has arrived in order, by sender or group of senders", goodput),
            ("Fairness", "Jain's index over those that are not done: 1 is an equal share for all", fairness),
        ],
        styles=styles("film.css"),
    )  # fmt: skip


def groups(senders: int) -> list[int]:
    """Group of each sender: at most five that are sampled together.

    >>> groups(7)
    [0, 0, 1, 2, 2, 3, 4]
    """
    return [sender * min(5, senders) // senders for sender in range(senders)]


def _group_names(senders: int) -> list[str]:
    of = np.array(groups(senders))
    ends = [(int(np.flatnonzero(of == g)[0]) + 1, int(np.flatnonzero(of == g)[-1]) + 1) for g in range(int(of[-1]) + 1)]
    return [f"sender {a}" if a == b else f"senders {a}-{b}" for a, b in ends]


def _later(asked: Incast, series: Series) -> str | None:
    """When the last flow ends, where that is long after the last sample."""
    last_s, seen_s = float(asked.found.fct_s.max()), float(series.time_s[-1])
    return f"{format_short(seen_s, TIME)} of {format_short(last_s, TIME)}" if last_s > 1.01 * seen_s else None


def _series(asked: Incast) -> Series:
    recorded = asked.found.recorded
    if recorded is None or recorded.series is None:
        raise ValueError("the outcome has no samples: record some")
    return recorded.series


def stage(asked: Incast) -> Markup:
    """The film: senders, the switch with its queue, the receiver.

    Without motion it shows the moment at which the queue is deepest.
    """
    series = _series(asked)
    port = 2 * asked.senders + 1
    queue = series.backlog_B[:, port].astype(np.float64)
    full = asked.buffer_B if asked.buffer_B is not None and asked.buffer_B < 3 * queue.max(initial=1.0) else None
    top = full or float(axis("", [queue.max(initial=1.0)]).high)
    at = _moments(series)
    first = np.concatenate([[0], at[:-1] + 1])
    deep = np.array([queue[min(a, b) : b + 1].max() for a, b in zip(first, at, strict=True)])  # since the moment before
    deepest = int(deep.argmax())
    motions = [_motion("q", "transform", [f"scaleY({v:.3f})" for v in deep / top], deep / top)]
    sending = series.rate_bps / asked.rate_bps
    parts = [*_switch(float(deep[deepest] / top), asked, top)]
    rows = _rows(asked.senders)
    for row, members in enumerate(rows):
        busy = np.sqrt(np.array([_near(sending[:, 2 * s], at) for s in members]).mean(axis=0))
        parts += _sender(row, len(rows), members, float(busy[deepest]))
        motions.append(_motion(f"s{row}", "opacity", [f"{v:.2f}" for v in busy], busy, runs=True))
    leaving = _near(sending[:, port], at)
    motions.append(_motion("out", "opacity", [f"{v:.2f}" for v in leaving], leaving, runs=True))
    parts += _receiver(float(leaving[deepest]))
    for name, counter, y in (("mark", series.marks, 234), ("drop", series.drops, 250)):
        seen = _between(counter[:, port], at) > 0
        if seen.any():
            parts.append(_word(name, 410, y, f"{name}s", f' opacity="{int(seen[deepest])}"'))
            motions.append(_motion(name, "opacity", [str(int(v)) for v in seen], seen.astype(float), jump=True))
    most, when = float(queue.max(initial=0.0)), float(series.time_s[queue.argmax()])
    said = (
        f"{asked.senders} senders fill the queue of one port: it is deepest with {format_short(most, SIZE)} after "
        f"{format_short(when, TIME)}; the film ends after {format_short(float(series.time_s[-1]), TIME)}"
    )
    style = f"@media (prefers-reduced-motion: no-preference) {{ {''.join(motions)} }}"
    return Markup(
        f'<svg class="plot stage" viewBox="0 0 720 268" role="img" aria-label="{said}"><title>An incast</title>'
        f"<desc>{said}</desc><style>{style}</style>{''.join(parts)}</svg>"
    )


def _moments(series: Series) -> Any:
    """Samples that the film shows, evenly over its time."""
    return np.searchsorted(series.time_s, np.linspace(0.0, series.time_s[-1], STEPS)).clip(0, len(series) - 1)


def _near(values: FloatColumn, at: Any) -> FloatColumn:
    """Means between one moment and the next, so that no burst falls between two."""
    sums = np.concatenate([[0.0], np.cumsum(np.clip(values, 0.0, 1.0))])
    first, last = np.concatenate([[0], at[:-1] + 1]), at + 1
    return np.asarray((sums[last] - sums[first]) / np.maximum(last - first, 1))


def _between(counter: Any, at: Any) -> Any:
    return np.diff(counter[at], prepend=0)


def _rows(senders: int) -> list[list[int]]:
    """Senders, those in one row drawn as one."""
    return [part.tolist() for part in np.array_split(np.arange(senders), min(senders, ROWS))]


def _sender(row: int, rows: int, members: list[int], busy: float) -> list[str]:
    y = 140.0 if rows == 1 else 18 + 232 * row / (rows - 1)
    way = f"M76 {y:.1f}C200 {y:.1f} 230 140 350 140"
    name = f"{members[0] + 1}" if len(members) == 1 else f"{members[0] + 1}-{members[-1] + 1}"
    return [
        f'<path class="way" d="{way}"/><path class="run s{row}" d="{way}" opacity="{busy:.2f}"/>',
        f'<circle class="host" cx="66" cy="{y:.1f}" r="6"/>'
        f'<text class="who" x="52" y="{y + 4:.1f}" text-anchor="end">{name}</text>',
    ]


def _receiver(busy: float) -> list[str]:
    way = "M470 140H640"
    return [
        f'<path class="way" d="{way}"/><path class="run out" d="{way}" opacity="{busy:.2f}"/>',
        '<circle class="host" cx="656" cy="140" r="13"/>' + _word("who", 656, 176, "receiver"),
    ]


def _word(kind: str, x: float, y: float, text: str, more: str = "") -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="middle"{more}>{text}</text>'


def _switch(deep: float, asked: Incast, top: float) -> list[str]:
    parts = [
        '<rect class="box" x="350" y="62" width="120" height="156" rx="8"/>'
        '<text class="who" x="410" y="52" text-anchor="middle">queue of the port</text>',
        f'<rect class="tank" x="382" y="76" width="56" height="{TALL:g}"/>',
        f'<rect class="fill q" x="382" y="76" width="56" height="{TALL:g}" style="transform: scaleY({deep:.3f})"/>',
    ]
    if asked.mark_B is not None and asked.mark_B < top:
        y = 76 + TALL * (1 - asked.mark_B / top)
        parts.append(f'<path class="rule" d="M376 {y:.1f}H444"/>')
    return parts


def _cursor(series: Series, asked: Incast) -> str:
    """A line through the plot of the queue that goes with the film."""
    x = axis("time", series.time_s, TIME, snug=True)
    deepest = float(series.time_s[series.backlog_B[:, 2 * asked.senders + 1].argmax()])
    end = WIDTH * float(series.time_s[-1]) / x.high
    move = (
        f"@media (prefers-reduced-motion: no-preference) {{ .now {{ animation: now {SECONDS}s linear infinite }} "
        f"@keyframes now {{ from {{ transform: translateX(0) }} "
        f"{100 - HOLD}%, to {{ transform: translateX({end:.1f}px) }} }} }}"
    )
    return (
        f'<style>{move}</style><line class="now" x1="0" x2="0" y1="0" y2="{HEIGHT:g}" '
        f'style="transform: translateX({WIDTH * deepest / x.high:.1f}px)"/>'
    )


def _motion(
    name: str, what: str, texts: list[str], values: FloatColumn, *, jump: bool = False, runs: bool = False
) -> str:
    """Key frames of one thing, without those that lie on a line with their neighbours."""
    keep = sorted(_corners(values, 0, len(values) - 1, FAINT if runs else CLOSE))
    share = (100 - HOLD) / (len(values) - 1)
    frames = "".join(f"{share * i:.3g}%{{{what}:{texts[i]}}}" for i in keep)
    timing = "step-end" if jump else "linear"
    names = f"{name},run" if runs else name
    of = f".stage .{name}{{animation-name:{names};animation-timing-function:{timing}}}"
    return f"{of}@keyframes {name}{{{frames}to{{{what}:{texts[-1]}}}}}"


def _corners(values: FloatColumn, first: int, last: int, close: float) -> set[int]:
    """Ends of straight pieces that come close enough to the values (Douglas & Peucker 1973)."""
    if last - first < 2:
        return {first, last}
    line = np.linspace(values[first], values[last], last - first + 1)
    off = np.abs(values[first : last + 1] - line)
    at = first + int(off.argmax())
    if off.max() <= close:
        return {first, last}
    return _corners(values, first, at, close) | _corners(values, at, last, close)

"""A page about steps as flows: iterations of jobs, use of links, slowdowns."""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup

from easterly.app.predicting.flows_page import remarks
from easterly.app.report import drawn, packets, plots
from easterly.base.columns import texts
from easterly.base.counts import counted
from easterly.base.units import SHARE, TIME, format_short
from easterly.model.fluid_prediction import FluidPrediction

NAMED, LINKS = 5, 4
"""Bars with a colour of their own, and links that are drawn."""


def page(site: str, found: dict[str, Any], made: FluidPrediction) -> str:
    """The page as text: one file, without scripts, that asks for nothing.

    Parameters
    ----------
    site : str
    found : dict
        What `app.predicting.flowing.document` says.
    made : FluidPrediction
        The run of the first seed.
    """
    facts = [
        (job["name"], _time(job["simulated_s"]["mean"]), job["because"]) for job in found["jobs"]
    ]  # fmt: skip
    facts.append(("all", "", " ".join(remarks(found))))
    figures = [
        drawn.Figure("Iterations", "Steps of each job, one after the other, and checkpoints.", _iterations(made)),
        drawn.Figure("Messages", "When messages of each purpose were under way.", _messages(made)),
        drawn.Figure("Hottest links", "Share of their capacity that is used.", _used(made)),
        drawn.Figure(
            "Slowdown", "Share of messages that take at most so many times what they take alone.", _slow(made)
        ),
    ]
    if found["tenants"]:
        note = "Where each waited longest: the part of the link that is its own while all send, and what it had."
        figures.insert(2, drawn.Figure("Tenants", note, _tenants(found["tenants"])))
    return drawn.page(
        "flows", "Steps as flows", f"{site}: steps of {', '.join(job['name'] for job in found['jobs'])}", facts, figures
    )


def _time(value: float | None) -> str:
    return "never ends" if value is None else format_short(value, TIME)


def _iterations(made: FluidPrediction) -> Markup:
    rows = [
        plots.Bar(f"step {step + 1}", float(end - took), float(end), str(name))
        for name, ends, takes in zip(made.job, made.end_s, made.step_s, strict=True)
        for step, (end, took) in enumerate(zip(ends, takes, strict=True))
        if np.isfinite(end)
    ]
    last = max((row.end for row in rows), default=0.0)
    said = f"{counted(len(rows), 'step')}, the last ends after {format_short(last, TIME)}"
    rows += _written(made)
    last = max((row.end for row in rows), default=0.0)
    names = list(dict.fromkeys(row.label for row in rows))[:NAMED]
    return plots.bars(rows, plots.axis("time", [last], TIME, snug=True), title="Iterations", said=said, names=names)


def _written(made: FluidPrediction) -> list[plots.Bar]:
    """Checkpoints as bars, from the end of a step until they are written."""
    saves = made.saves
    rows = zip(saves.job.tolist(), saves.begun_s.tolist(), saves.took_s.tolist(), strict=True)
    return [
        plots.Bar("written", begun_s, begun_s + took_s, f"{made.job[job]}, checkpoints")
        for job, begun_s, took_s in rows
        if np.isfinite(begun_s + took_s)
    ]


def _messages(made: FluidPrediction) -> Markup:
    of, spans = made.phases, made.spans
    named = [" ".join(part for part in dict.fromkeys(parts) if part) for parts in zip(of.axis, of.stage, strict=True)]
    return packets.timeline(
        texts([named[row] for row in spans.phase.tolist()]), spans.start_s, spans.end_s,
        texts([str(of.owner[row]) for row in spans.phase.tolist()]),
    )  # fmt: skip


def _tenants(rows: list[dict[str, Any]]) -> Markup:
    bars = [
        plots.Bar(label, 0.0, row[key], f"{row['tenant'] or 'nobody'}: {label}")
        for row in rows
        for label, key in (("its share", "share"), ("had", "had"))
    ]
    said = "; ".join(
        f"{row['tenant'] or 'nobody'} had {row['had']:.0%}, its share is {row['share']:.0%}, of {row['link']}"
        for row in rows
    )
    x = plots.axis("of the link", [bar.end for bar in bars], SHARE)
    return plots.bars(bars, x, title="Tenants", said=said, names=("its share", "had"))


def _used(made: FluidPrediction) -> Markup:
    names = made.link[made.hottest[:LINKS]].tolist()
    curves = [plots.Curve(name, made.time_s, made.used[:, i]) for i, name in enumerate(names)]
    said = "; ".join(f"{name} at most {made.used[:, i].max(initial=0.0):.0%}" for i, name in enumerate(names))
    x = plots.axis("time", made.time_s, TIME, snug=True)
    return plots.plot(
        curves, x, plots.axis("used", made.used[:, : len(names)].ravel(), SHARE), title="Hottest links", said=said
    )


def _slow(made: FluidPrediction) -> Markup:
    at = made.slowdown_at
    x = plots.axis("time over time alone", at, log=bool(at.max() > 30), near=True)
    curve = plots.Curve("", at, np.linspace(0.0, 1.0, len(at)), stepped=True)
    said = f"half within {at[50]:.3g} times, 99 % within {at[99]:.3g} times, the worst {at[100]:.3g} times"
    return plots.plot([curve], x, plots.Axis("share", 0.0, 1.0, SHARE), title="Slowdown", said=said)

"""A page about what a site stands: curves of removals, of what spreads, and of configurations that were wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from easterly._kernel import queue
from easterly.app.report.drawn import styles
from easterly.app.report.engineering import percent
from easterly.app.report.page import environment
from easterly.app.report.plots import SERIES, Bar, Curve, axis, plot, upright
from easterly.app.report.plots import bars as draw_bars
from easterly.base.columns import IndexColumn
from easterly.base.counts import counted
from easterly.base.units import SHARE
from easterly.model.robustness import Epidemic, Percolation

Row = Mapping[str, Any]
UNEVEN = 8.0
"""Largest degree over the mean from which a graph has hubs."""
FEW = 60
LETTERS = 0.1
"""Part of an axis that a name takes."""


def page(site: str, found: Row, titles: Sequence[str]) -> str:
    """The page as text: one file, without scripts, that asks for nothing.

    Parameters
    ----------
    site : str
        Its name.
    found : dict
        The JSON document.
    titles : sequence of str
        Of its removals.
    """
    plots = [*_removals(found, titles), _spread(found["spread"]), _rollouts(found["rollouts"])]
    return _page(site, _facts(found, titles), plots)


def graph(title: str, degree: IndexColumn, found: Mapping[str, float], facts: Sequence[tuple[str, str, str]]) -> str:
    """The page of one random graph: how even its degrees are, and what it stands.

    Parameters
    ----------
    title : str
    degree : (N,) int
    found : mapping
        Its figures by name.
    facts : sequence of (name, value, remark)
    """
    named = {"random removal": "random_removal", "targeted removal": "targeted_removal",
             "largest component": "largest", "epidemic threshold": "epidemic_threshold"}  # fmt: skip
    rows = {name: min(found[key], 1.0) for name, key in named.items() if np.isfinite(found[key])}
    bars = [Bar(name, 0.0, value, f"{name} {percent(value)}") for name, value in rows.items()]
    said = "; ".join(f"{name}: {percent(value)}" for name, value in rows.items())
    stands = draw_bars(bars, axis("share", [1.0], SHARE), title="What it stands", said=said, names=list(rows))
    note = ("shares of nodes that may go before it falls apart, and that hang together now; probability per edge from "
            "which what spreads can become large")  # fmt: skip
    return _page(title, facts, [_degrees(degree, found), ("What it stands", note, stands)])


def _degrees(degree: IndexColumn, found: Mapping[str, float]) -> tuple[str, str, Markup]:
    """Shares of nodes by degree; on two logarithmic axes, of those with at least so many, where some have many more."""
    mean, branching = found["mean_degree"], found["branching"]
    kinds, count = np.unique(degree, return_counts=True)
    each, share = kinds.astype(np.float64), np.asarray(count / len(degree))
    if found["most"] > UNEVEN * mean:
        left = np.asarray(np.cumsum(share[::-1])[::-1])[each > 0]
        each = each[each > 0]
        x, y = axis("edges of a node", each, log=True), axis("nodes with as many or more", left, SHARE, log=True)
        curves, what = [Curve("nodes", each, left)], "share of nodes with at least so many edges, on logarithmic axes"
    else:
        span = np.arange(float(each[-1]) + 2)
        x, y = axis("edges of a node", span), axis("nodes", share, SHARE)
        curves, what = [Curve("nodes", each, share)], "share of nodes with so many edges"
        if mean > 0:
            even = queue.poisson(span, np.full(len(span), mean))
            y = axis("nodes", np.concatenate([share, even]), SHARE)
            curves.append(Curve("Poisson", span, even))
            what += ", beside edges drawn at random (Poisson)"
    apart = abs(float(x.at(np.array([branching]))[0] - x.at(np.array([mean]))[0])) > LETTERS
    marks = (("mean", mean), ("branching", branching)) if apart else (("mean, branching", mean),)
    inside = "".join(upright(name, at, x) for name, at in marks if x.low < at < x.high)
    said = f"nodes have {each[0]:g} to {each[-1]:g} edges, {mean:.3g} in the mean"
    drawn = plot(curves, x, y, title="Degrees", said=said, dots=len(each) <= FEW, inside=inside)
    return "Degrees", what, drawn


def removed(
    title: str, found: Percolation, facts: Sequence[tuple[str, str, str]], threshold: float | None = None
) -> str:
    """The page of one graph while parts go: the two largest components, all others, and a threshold if it is known."""
    x = axis(f"{found.of} gone", [1.0], SHARE, snug=True)
    curves = [Curve("largest", found.removed, found.largest), Curve("second", found.removed, found.second)]
    share = axis("share of nodes", [1.0], SHARE)
    said = f"the others are largest with {percent(found.peak)} gone"
    known = "" if threshold is None or not 0 < threshold < 1 else upright("threshold", threshold, x)
    parts = plot(curves, x, share, title="Components", said=said, inside=known)
    top = float(found.susceptibility.max())
    others = plot(
        [Curve("others", found.removed, found.susceptibility)], x, axis("nodes", [top]), title="Other components",
        said=f"the component of a random node has {top:.4g} nodes at its peak, the largest left out", inside=known,
    )  # fmt: skip
    return _page(title, facts, [
        ("Components", f"the two largest, in the mean over {counted(found.runs, 'run')}", parts),
        ("Other components", "nodes in the component of a random node, where that is not the largest", others),
    ])  # fmt: skip


def spread(title: str, found: Epidemic, facts: Sequence[tuple[str, str, str]]) -> str:
    """The page of something that spreads on one graph."""
    curves = [Curve("infected", found.time, found.infected), Curve("ever", found.time, found.ever)]
    top = [float(found.ever.max())]
    said = f"{percent(float(found.infected.max()))} are infected at the peak, {percent(top[0])} in all, in the mean"
    drawn = plot(
        curves, axis("time", found.time, snug=True), axis("share of nodes", top, SHARE), title="Spread", said=said
    )
    return _page(title, facts, [("Spread", f"share of nodes, in the mean over {counted(len(found), 'run')}", drawn)])


def _page(title: str, facts: Sequence[tuple[str, str, str]], plots: Sequence[tuple[str, str, Markup]]) -> str:
    return environment().get_template("robust.html").render(
        title=title, plots=plots, facts=facts,
        styles=styles(),
    )  # fmt: skip


def _removals(found: Row, titles: Sequence[str]) -> list[tuple[str, str, Markup]]:
    named = list(zip(titles, found["removals"], strict=True))
    shown = named[:SERIES]
    rest = f"; {', '.join(title for title, _ in named[SERIES:])} in the JSON alone" if named[SERIES:] else ""
    made = [
        ("Hosts together", f"share of hosts on the largest component, in the mean over runs{rest}",
         _shares([(title, row["removed"], row["largest"]) for title, row in shown], "parts gone", "Hosts together")),
        ("Pairs connected", f"share of pairs of hosts that still reach each other{rest}",
         _shares([(title, row["removed"], row["pairs"]) for title, row in shown], "parts gone", "Pairs connected")),
    ]  # fmt: skip
    return made if named else []


def _shares(curves: Sequence[tuple[str, Sequence[float], Sequence[float]]], label: str, title: str) -> Markup:
    lines = [Curve(name, np.asarray(x), np.asarray(y)) for name, x, y in curves]
    said = "; ".join(f"{line.name}: {percent(float(np.interp(0.25, line.x, line.y)))} with a quarter {label}"
                     for line in lines)  # fmt: skip
    return plot(lines, axis(label, [1.0], SHARE, snug=True), axis(title.lower(), [1.0], SHARE), title=title, said=said)


def _spread(made: Row) -> tuple[str, str, Markup]:
    names = (("as planned", "segmented"), ("one routing table", "flat"))
    lines = [Curve(name, np.asarray(made[key]["time"]), np.asarray(made[key]["ever"])) for name, key in names]
    x = axis("mean times until a host is cleaned", [max(float(line.x[-1]) for line in lines)], snug=True)
    top = [float(line.y.max()) for line in lines]
    said = "; ".join(f"{name}: {percent(made[key]['size'])} in the end" for name, key in names)
    drawn = plot(lines, x, axis("hosts infected", top, SHARE), title="Spread", said=said)
    return "Spread", "share of hosts that have been infected, in the mean over hosts that begin", drawn


def _rollouts(rows: Sequence[Row]) -> tuple[str, str, Markup]:
    lines = []
    for row in rows:
        stages = row["stages"]
        total = max(stage["switches"] for stage in stages)
        reached = np.array([0.0, *(stage["switches"] / total for stage in stages)])
        before = stages[0]["largest"] + row["first_loss"]
        lines.append(Curve(row["plan"], reached, np.array([before, *(stage["largest"] for stage in stages)])))
    said = "; ".join(f"{row['plan']}: {percent(row['expected_loss'])} lost in the mean" for row in rows)
    x, y = axis("switches reached", [1.0], SHARE, snug=True), axis("hosts together", [1.0], SHARE)
    drawn = plot(lines[:SERIES], x, y, title="A bad configuration", said=said, dots=True)
    return "A bad configuration", "hosts on the largest component, stage by stage", drawn


def _facts(found: Row, titles: Sequence[str]) -> list[tuple[str, str, str]]:
    rows = [
        (title, f"R = {row['robustness']:.3f}", f"9 in 10 hosts stay together to {percent(row['stands']['90%'])} gone")
        for title, row in zip(titles, found["removals"], strict=True)
    ]
    spread = found["spread"]
    rows += [
        (name, percent(spread[key]["size"]), f"of hosts infected; largest run {percent(spread[key]['worst'])}")
        for name, key in (("spread as planned", "segmented"), ("spread on one routing table", "flat"))
    ]
    return rows + [
        (f"pushed: {row['plan']}", percent(row["expected_loss"]), f"lost in the mean, in {_stages(len(row['stages']))}")
        for row in found["rollouts"]
    ]


def _stages(count: int) -> str:
    return counted(count, "stage")

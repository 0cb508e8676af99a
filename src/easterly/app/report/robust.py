"""A page about what a site stands: curves of removals, of what spreads, and of configurations that were wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from easterly.app.report.drawn import styles
from easterly.app.report.engineering import percent
from easterly.app.report.page import environment
from easterly.app.report.plots import SERIES, Curve, axis, plot, upright
from easterly.base.units import SHARE
from easterly.model.robustness import Epidemic, Percolation

Row = Mapping[str, Any]


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
        ("Components", f"the two largest, in the mean over {found.runs:,} runs", parts),
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
    return _page(title, facts, [("Spread", f"share of nodes, in the mean over {len(found):,} runs", drawn)])


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
    return "one stage" if count == 1 else f"{count:,} stages"

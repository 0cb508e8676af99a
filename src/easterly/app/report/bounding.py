"""A page of bounds of flows: every analysis beside the others, the best marked, and what some course really takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from easterly.app.report import drawn, plots
from easterly.app.report.drawn import Fact, Figure
from easterly.base.units import SIZE, TIME, format_short

FLOWS = 24
"""Flows that are drawn; all are in the JSON."""
BAND = 22.0
WIDE = 10.0
"""Over the shortest of them, from where bounds are drawn by decades."""
Row = Mapping[str, Any]


def page(title: str, flows: Sequence[Row], servers: Sequence[Row]) -> str:
    """The page as text: one file, without scripts, that asks for nothing.

    Parameters
    ----------
    title : str
    flows, servers : sequence of dict
        Of the JSON document.
    """
    bounded = [row for row in flows if _known(row)]
    figures = [_flow(row) for row in bounded[:FLOWS]]
    if any(row["delay_s"] is not None for row in servers):
        figures.append(_servers([row for row in servers if row["delay_s"] is not None][:FLOWS]))
    return drawn.page("bounds", "Network calculus", title, [fact for row in flows for fact in _facts(row)], figures)


def _known(flow: Row) -> list[Row]:
    """Analyses that bound it, the best first."""
    return sorted((row for row in flow["bounds"] if row["delay_s"] is not None), key=lambda row: float(row["delay_s"]))


def _time(value: float) -> str:
    return format_short(value, TIME) if value else "0"


def _flow(flow: Row) -> Figure:
    known = _known(flow)
    reached = max((row["reached_s"] for row in known if row["reached_s"] is not None), default=None)
    delays = [row["delay_s"] for row in known]
    apart = delays[0] > 0 and delays[-1] > WIDE * delays[0]
    x = plots.axis("delay", delays if reached is None else [*delays, reached], TIME, log=apart)
    shown = [row for row in flow["bounds"] if row["delay_s"] is not None]
    bars = [plots.Bar("best" if row is known[0] else "bound", x.low, row["delay_s"],
                      f"{row['analysis']} {_time(row['delay_s'])}") for row in shown]  # fmt: skip
    said = f"{known[0]['analysis']} bounds it best, by {_time(delays[0])}; the worst says {_time(delays[-1])}"
    mark, note = "", "Each bar is a bound on its delay that always holds; the shortest is in another colour."
    if reached is not None:
        bars.append(plots.Bar("reached", x.low, reached, f"reached {_time(reached)}"))
        mark = plots.upright("", reached, x, BAND * len(bars))
        said += f"; some course of arrivals takes {_time(reached)}"
        note += " Some course of arrivals takes what is reached, first in, first out: no such bound lies below it."
    made = plots.bars(bars, x, title=flow["flow"], said=said, names=("bound", "best", "reached"), inside=mark)
    return Figure(flow["flow"], note, made)


def _servers(servers: Sequence[Row]) -> Figure:
    delays = [row["delay_s"] for row in servers]
    x = plots.axis("delay", delays, TIME)
    bars = [plots.Bar("delay", 0.0, row["delay_s"], f"{row['server']} at {row['load']:.0%}") for row in servers]
    worst = max(servers, key=lambda row: float(row["delay_s"]))
    said = f"server {worst['server']} holds longest, for up to {_time(worst['delay_s'])}"
    note = "Bounds server by server (total flow analysis), with the load of each."
    return Figure("Servers", note, plots.bars(bars, x, title="Servers", said=said, names=("delay",)))


def _facts(flow: Row) -> list[Fact]:
    known = _known(flow)
    if not known:
        return [(flow["flow"], "no bound", next((str(row["why"]) for row in flow["bounds"] if row["why"]), ""))]
    best = known[0]
    share = best["tightness"]
    tight = "how near to the truth is not known" if share is None else f"some course takes {share:.1%} of it"
    backlog = format_short(best["backlog_B"], SIZE) if best["backlog_B"] else "0"
    return [(flow["flow"], _time(best["delay_s"]), f"by {best['analysis']}; {tight}; at most {backlog} of it waits")]

"""Bounds of networks of servers: as JSON, and as they are printed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from easterly.app import terminal
from easterly.app.calc import answer, asking
from easterly.app.values import number
from easterly.base.units import SIZE, TIME, format_short

if TYPE_CHECKING:
    from easterly.predict.calculus.tight import FlowBound, Known, ServerNetwork

F = TypeVar("F", bound=Callable[..., Any])

ALL = "all"
ANALYSES = ("total", "separated", "linear", "exact", "sink-tree", "blind")
SAYS = {
    "total": "server by server",
    "separated": "what servers leave, one behind the other",
    "linear": "a programme with as many dates as servers",
    "exact": "programmes with all dates in every order",
    "sink-tree": "closed form, where no flow leaves on the way",
    "blind": "in any order of service, pay multiplexing only once",
}

analysis = click.option("--analysis", type=asking.Named((*ANALYSES, ALL)), default=ALL, show_default=True,
                        help="Of flows: all are for first in, first out, but blind.")  # fmt: skip


report = click.option("--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
                      help="Write a page that draws it.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """A network whose servers and flows have names."""

    net: ServerNetwork
    servers: tuple[str, ...]
    flows: tuple[str, ...]


def show(named: Named, flows: Sequence[int], which: str, title: str, page: Path | None, form: str) -> None:
    """Bound flows, print what comes out, and draw it if a page is asked for."""
    from easterly.predict.calculus.tight import known

    if page is not None:
        terminal.writable(page, form)
    given = known(named.net)
    bounds = {f: _bounds(given, f, which) for f in flows}
    result = {
        "servers": _servers(named, given),
        "flows": [{"flow": named.flows[f], "bounds": _rows(each)} for f, each in bounds.items()],
    }
    if page is not None:
        _write(page, title, result, form)
    if form == "json":
        terminal.emit_json(result)
    else:
        _print(named, flows, result, title)


def _write(page: Path, title: str, result: dict[str, Any], form: str) -> None:
    from easterly.app.report import bounding

    with terminal.writing(page, form):
        page.write_text(bounding.page(title, result["flows"], result["servers"]), encoding="utf-8")


def _print(named: Named, flows: Sequence[int], result: dict[str, Any], title: str) -> None:
    answer.title(title)
    for f, each in zip(flows, result["flows"], strict=True):
        path = " > ".join(named.servers[s] for s in named.net.hops(f))
        bounded = [row for row in each["bounds"] if row["delay_s"] is not None]
        if bounded:
            answer.table((f"{each['flow']}: {path}", "delay", "backlog", "tightness"), [_cells(row) for row in bounded])
        else:
            click.echo(f"\n  {each['flow']}: {path}")
        for row in each["bounds"]:
            if row["delay_s"] is None:
                click.echo(f"  {row['analysis']}: {row['why']}")
    rows = [(row["server"], f"{row['load']:.1%}", _quantity(row["delay_s"], TIME), _quantity(row["backlog_B"], SIZE))
            for row in result["servers"]]  # fmt: skip
    answer.table(("server, by total", "load", "delay", "backlog"), rows)


def _bounds(given: Known, flow: int, which: str) -> list[FlowBound]:
    from easterly.predict.calculus.tight import FlowBound, bound_flow

    if which != ALL:
        return [bound_flow(given.net, flow, which, given=given)]
    made = []
    for name in ANALYSES:
        try:
            made.append(bound_flow(given.net, flow, name, given=given))
        except ValueError as error:
            made.append(FlowBound(name, math.inf, math.inf, math.nan, str(error)))
    return made


def _rows(bounds: list[FlowBound]) -> list[dict[str, Any]]:
    """One row an analysis, all of one order of service beside the longest delay that is reached in it."""
    reached_s = max((each.reached_s for each in bounds if not math.isnan(each.reached_s)), default=math.nan)
    return [_row(each, math.nan if each.analysis == "blind" else reached_s) for each in bounds]


def _row(each: FlowBound, reached_s: float) -> dict[str, Any]:
    tight = min(reached_s / each.delay_s, 1.0) if math.isfinite(each.delay_s) and each.delay_s > 0 else math.nan
    return {
        "analysis": each.analysis, "delay_s": number(each.delay_s), "backlog_B": number(each.backlog_B),
        "output_B": number(each.backlog_B), "reached_s": number(reached_s), "tightness": number(tight),
        "why": each.why or None,
    }  # fmt: skip


def _servers(named: Named, given: Known) -> list[dict[str, Any]]:
    load = given.net.load()
    return [
        {
            "server": name, "load": number(float(load[s])), "delay_s": number(float(given.total.delay_s[s])),
            "backlog_B": number(float(given.total.backlog_B[s])),
        }
        for s, name in enumerate(named.servers)
    ]  # fmt: skip


def _quantity(value: float | None, kind: Any) -> str:
    if value is None:
        return "no bound"
    return format_short(value, kind) if value else "0"


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    name = row["analysis"]
    tight = "" if row["tightness"] is None else f"{row['tightness']:.1%}"
    return f"{name}, {SAYS[name]}", _quantity(row["delay_s"], TIME), _quantity(row["backlog_B"], SIZE), tight

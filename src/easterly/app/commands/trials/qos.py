"""``easterly lab qos``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal, trying
from easterly.app.calc import asking
from easterly.base.units import RATE

if TYPE_CHECKING:
    from easterly.app.lab import Case
    from easterly.model.shaping import Shaper

DEVICE = "out"
TICK_S = 0.01
"""What buckets last for: ten times what a plan says, as other programs run here too."""
FASTEST_BPS = 1_000_000_000


@click.command("qos", cls=asking.Calculator)
@click.argument("site", type=terminal.SITE)
@click.option("--rate", type=asking.Whole(RATE), default="100Mb/s", show_default=True,
              help="Rate of the link in the lab, up to 1Gb/s.")  # fmt: skip
@click.option("--seconds", type=terminal.Finite(0.5, 60), default=2.0, show_default=True,
              help="Time that each case is measured.")  # fmt: skip
@click.option("--tolerance", type=terminal.Finite(0, 1, min_open=True), default=0.03, show_default=True,
              help="Deviation from the prediction, relative to it, that is still good.")  # fmt: skip
@click.option("--match", type=click.Choice(["u32", "bpf"]), default="u32", show_default=True,
              help="How the kernel tells code points.")  # fmt: skip
@click.option("--show", is_flag=True, help="Only print the text for tc; nothing is tried.")
@terminal.format_option
def qos(site: Path, rate: int, seconds: float, tolerance: float, match: str, show: bool, form: str) -> None:
    """Try the classes of SITE on a link of this machine: predicted and measured rates.

    All classes are busy, then all but one in turn. The kernel is given the text that a router would be given. Exit
    code 0 if every rate is as predicted, 1 if not, 3 if this machine cannot tell.
    """
    nouns, found, source = terminal.read_or_leave(site, form, None)
    terminal.print_findings(found, source)
    shaper = _shaper(nouns, rate, match, form)
    if show:
        _show(shaper, form)
        return
    tried = _try(shaper, seconds, form)
    good = all(case.worst <= tolerance for case in tried)
    if form == "json":
        terminal.emit_json(_document(shaper, tried, rate, seconds, tolerance), found)
    else:
        _print(tried, tolerance)
    sys.exit(terminal.FINE if good else terminal.FOUND)


def _shaper(nouns: Any, rate: int, match: str, form: str) -> Shaper:
    from easterly.config.linux.qos import planned

    if rate > FASTEST_BPS:
        terminal.misused(f"--rate is {rate} bit/s, above {FASTEST_BPS}: this machine could not keep it busy", form)
    try:
        return planned.shape(nouns.qos.value, DEVICE, rate, tick_s=TICK_S, match="bpf" if match == "bpf" else "u32")
    except ValueError as error:
        terminal.misused(str(error), form)


def _try(shaper: Shaper, seconds: float, form: str) -> list[Case]:
    """Every case in turn, with a line of progress on a terminal."""
    from easterly.app import lab

    reason = lab.missing("tc")
    if reason:
        trying.impossible(reason, form)
    tried = []
    for name, busy in lab.cases(shaper):
        if sys.stderr.isatty():
            click.echo(f"{name} …", err=True)
        try:
            tried.append(lab.try_case(shaper, name, busy, seconds=seconds))
        except lab.LabError as error:
            trying.impossible(str(error), form)
    return tried


def _show(shaper: Shaper, form: str) -> None:
    from easterly.config.linux.qos import render_tc
    from easterly.model.shaping import LinuxQos

    text = render_tc(LinuxQos("lab", (shaper,)))
    if form == "json":
        terminal.emit_json({"tc": text})
    else:
        click.echo(text, nl=False)


def _document(shaper: Shaper, tried: Sequence[Case], rate: int, seconds: float, tolerance: float) -> dict[str, Any]:
    return {
        "tried": True, "rate_bps": rate, "seconds": seconds, "tolerance": tolerance, "match": shaper.match,
        "cases": [
            {
                "name": case.name, "within": case.worst <= tolerance,
                "shares": [
                    {"class": each.name, "predicted_bps": each.predicted_bps, "measured_bps": each.measured_bps,
                     "deviation": each.deviation} for each in case.shares
                ],
            } for case in tried
        ],
    }  # fmt: skip


def _print(tried: Sequence[Case], tolerance: float) -> None:
    width = max(len(each.name) for case in tried for each in case.shares)
    first = max(len(case.name) for case in tried)
    click.echo(f"{'case':<{first}}  {'class':<{width}}  predicted Mb/s  measured Mb/s  deviation")
    for case in tried:
        for each in case.shares:
            verdict = "" if abs(each.deviation) <= tolerance else "  off"
            click.echo(
                f"{case.name:<{first}}  {each.name:<{width}}  {each.predicted_bps / 1e6:14.2f}  "
                f"{each.measured_bps / 1e6:13.2f}  {each.deviation:+9.2%}{verdict}"
            )
    worst = max(case.worst for case in tried)
    click.echo(f"{'PASS' if worst <= tolerance else 'FAIL'}: largest deviation {worst:.2%}, allowed {tolerance:.2%}")

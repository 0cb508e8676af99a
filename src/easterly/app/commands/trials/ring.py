"""``easterly lab ring``: an all-reduce between namespaces of this machine."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from easterly.app import terminal, trying
from easterly.app.calc import answer, asking
from easterly.app.values import number, numbers
from easterly.base.units import RATE, SIZE, TIME, format_short

if TYPE_CHECKING:
    from easterly.app.lab.comparison import Comparison
    from easterly.app.lab.ring import Run, Setting

MOST_pps = 66_000
"""Full frames of all links together: what two cores, which do other things too, pass through two queues each."""
SLOWEST_BPS = 10**6
SHORTEST_S = 0.1
"""Of an all-reduce: processes begin some milliseconds apart, and buckets last for 3 ms."""
LONGEST_S = 10.0
QUANTILES = (0, 25, 50, 75, 100)


@click.command("ring", cls=asking.Calculator)
@click.option("--hosts", type=click.IntRange(2, 16), default=4, show_default=True, help="Hosts.")
@click.option("--rate", type=asking.Whole(RATE), default="100Mb/s", show_default=True,
              help="Rate of each link, in both directions; up to 200Mb/s with four hosts.")  # fmt: skip
@click.option("--size", type=asking.Whole(SIZE), default="4MB", show_default=True, help="The array.")
@click.option("--mtu", type=click.IntRange(576, 9000), default=1500, show_default=True, metavar="B",
              help="Largest IP packet; decides which share of a link is data.")  # fmt: skip
@click.option("--repetitions", type=click.IntRange(1, 100), default=5, show_default=True,
              help="All-reduces that are measured in each case; their median counts.")  # fmt: skip
@click.option("--gloo/--no-gloo", default=None,
              help="Also that of PyTorch, with gloo; if absent, where a Python of this machine has it.")  # fmt: skip
@click.option(
    "--torch", metavar="PYTHON", help="Program of a Python that has PyTorch.  [default: this one, /usr/bin/python3]"
)
@click.option("--show", is_flag=True, help="Only print the site file that the prediction is made from.")
@terminal.format_option
def ring(
    hosts: int,
    rate: int,
    size: int,
    mtu: int,
    repetitions: int,
    gloo: bool | None,
    torch: str | None,
    show: bool,
    form: str,
) -> None:
    """All-reduce an array in a ring of hosts, each a namespace of this machine: predicted and measured times.

    Links are equal first, then one of them has half the rate. The prediction is that of `easterly predict` for a site
    of this shape. Exit code 0 if every median is 1.0 to 1.25 times its prediction, and outside of that for
    the other case's prediction; 1 if not; 3 if this machine cannot tell.
    """
    from easterly.app.lab import ring

    setting = ring.Setting(hosts, rate, size - size % 4, repetitions, mtu)
    _fits(setting, form)
    if show:
        _show(setting, form)
        return
    python, reason = _torch(gloo, torch, form)
    runs = [*_try(setting, "own", sys.executable, form)]
    if python:
        runs += _try(setting, "gloo", python, form)
    pairs = [runs[i : i + 2] for i in range(0, len(runs), 2)]
    held, wrong = list(ring.comparisons(runs)), [each for pair in pairs for each in ring.controls(pair)]
    if form == "json":
        terminal.emit_json(_document(setting, runs, held, wrong, reason))
    else:
        _print(setting, runs, held, wrong, reason)
    good = all(each.ok for each in held) and not any(each.ok for each in wrong)
    sys.exit(terminal.FINE if good else terminal.FOUND)


def _fits(setting: Setting, form: str) -> None:
    """Refuse what would measure the machine instead of the network."""
    most_bps = MOST_pps * 8 * setting.framing.frame_B // setting.hosts
    if not SLOWEST_BPS <= setting.rate_bps <= most_bps:
        terminal.misused(
            f"--rate is {setting.rate_bps} bit/s, not within {SLOWEST_BPS}..{most_bps}: {setting.hosts} such links are "
            f"more than this machine keeps busy at frames of {setting.framing.frame_B} B, or less than its clocks tell",
            form,
        )  # fmt: skip
    each_s = 8 * 2 * (1 - 1 / setting.hosts) / setting.rate_bps  # that a byte of the array takes
    if not SHORTEST_S <= setting.size_B * each_s <= LONGEST_S:
        least, most = (format_short(time_s / each_s, SIZE) for time_s in (SHORTEST_S * 1.001, LONGEST_S * 0.999))
        terminal.misused(
            f"--size is {setting.size_B} B, which takes {format_short(setting.size_B * each_s, TIME)}: less cannot be "
            f"measured, and more teaches nothing; give {least} to {most}", form,
        )  # fmt: skip


def _torch(asked: bool | None, given: str | None, form: str) -> tuple[str, str]:
    """A Python with gloo, or why it is not tried."""
    from easterly.app.lab import ring

    if asked is False:
        return "", "not asked for"
    python = ring.with_torch(given) if given else ring.with_torch()
    reason = "" if python else f"{given or 'no Python of this machine'} has {'no ' if given else ''}PyTorch with gloo"
    if (asked or given) and reason:
        trying.impossible(reason, form)
    return python, reason


def _try(setting: Setting, kind: str, python: str, form: str) -> tuple[Run, Run]:
    from easterly.app import lab
    from easterly.app.lab import ring

    reason = lab.missing("tc")
    if reason:
        trying.impossible(reason, form)
    if sys.stderr.isatty():
        click.echo(f"{'ring' if kind == 'own' else kind} …", err=True)
    try:
        return ring.try_ring(setting, kind=kind, python=python)
    except ring.WrongSum as error:
        trying.failed(str(error), form)
    except lab.LabError as error:
        trying.impossible(str(error), form)


def _show(setting: Setting, form: str) -> None:
    if form == "json":
        terminal.emit_json({"site": setting.site()})
    else:
        click.echo(setting.site(), nl=False)


def _document(
    setting: Setting, runs: Sequence[Run], held: Sequence[Comparison], wrong: Sequence[Comparison], reason: str
) -> dict[str, Any]:  # fmt: skip
    framing = setting.framing
    return {
        "tried": True, "hosts": setting.hosts, "rate_bps": setting.rate_bps, "size_B": setting.size_B,
        "repetitions": setting.repetitions,
        "framing": {"mtu_B": framing.mtu_B, "frame_B": framing.frame_B, "data_B": framing.data_B,
                    "share": number(framing.share)},
        "gloo": {"tried": not reason, "reason": reason or None},
        "runs": [_ran(run) for run in runs],
        "comparisons": [_compared(each) for each in held], "controls": [_compared(each) for each in wrong],
    }  # fmt: skip


def _ran(run: Run) -> dict[str, Any]:
    return {
        "name": run.name, "implementation": run.kind, "halved": run.halved, "times_s": numbers(run.time_s.tolist()),
        "quantiles_s": {str(q): number(float(np.percentile(run.time_s, q))) for q in QUANTILES},
        "sent_B": number(run.sent_B), "busy": number(run.busy),
    }  # fmt: skip


def _compared(each: Comparison) -> dict[str, Any]:
    return {
        "what": each.what, "predicted": number(each.predicted), "measured": number(each.measured), "unit": each.unit,
        "ratio": number(each.ratio), "tolerance": list(each.tolerance), "ok": each.ok,
    }  # fmt: skip


def _print(
    setting: Setting, runs: Sequence[Run], held: Sequence[Comparison], wrong: Sequence[Comparison], reason: str
) -> None:  # fmt: skip
    framing = setting.framing
    answer.title(
        f"All-reduce of {format_short(setting.size_B, SIZE)} in a ring of {setting.hosts} hosts with links of "
        f"{format_short(setting.rate_bps, RATE)}; {setting.repetitions} times in each case"
    )
    answer.table(("What", "Predicted", "Measured", "Ratio", "Tolerance", "Ok"), [_row(each) for each in held])
    answer.table(("Must not be good", "Predicted", "Measured", "Ratio", "Tolerance", "Ok"), [_row(e) for e in wrong])
    heads = ("Time", *(f"{q} %" for q in QUANTILES))
    times = [(run.name, *(format_short(float(np.percentile(run.time_s, q)), TIME) for q in QUANTILES)) for run in runs]
    answer.table(heads, times)
    click.echo()
    answer.facts([
        ("data", f"{framing.share:.2%}", f"{framing.data_B} of {framing.frame_B} B of a frame from its Ethernet header "
         f"on, as HTB counts it, at an MTU of {framing.mtu_B} B"),
        ("processors", f"{max(run.busy for run in runs):.0%}", "busy at most meanwhile, with all else that they did"),
        ("gloo", "not tried" if reason else "tried", reason),
    ])  # fmt: skip


def _row(each: Comparison) -> tuple[str, ...]:
    kind = {"s": TIME, "B": SIZE}.get(each.unit, RATE)
    low, high = each.tolerance
    return (
        each.what, format_short(each.predicted, kind), format_short(each.measured, kind), f"{each.ratio:.3f}",
        f"{low:g}..{high:.4g}", "yes" if each.ok else "no",
    )  # fmt: skip

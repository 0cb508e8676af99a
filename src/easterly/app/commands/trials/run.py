"""``easterly lab run``: a plan on real routers."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal, trying
from easterly.app.calc import answer, asking
from easterly.app.commands.trials import measuring
from easterly.app.values import number

if TYPE_CHECKING:
    from easterly.app.lab.comparison import Comparison
    from easterly.app.lab.running import Running
    from easterly.base.findings import Finding

SHOWN = 5
"""Differences that are printed of each comparison; JSON has all."""


@click.command("run", cls=asking.Calculator)
@click.argument("site", type=terminal.SITE)
@click.option("--scale", type=click.FloatRange(1, 1e6),
              help="What all rates are divided by.  [default: what gives the fastest link 100Mb/s]")  # fmt: skip
@click.option(
    "--shrink",
    metavar="SIZES",
    help="Run a smaller site of the same shape: leaves=4,spines=2,hosts=8, or some of these, and nics.",
)
@click.option("--wait", "patience", type=click.FloatRange(1, 600), default=60.0, show_default=True,
              help="Seconds within which routers have to agree.")  # fmt: skip
@click.option("--keep", is_flag=True, help="Leave the lab running, for `lab shell` and the like.")
@click.option("--measure", is_flag=True,
              help="Also send flows and let a link fall silent, and hold both to predictions.")  # fmt: skip
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.html",
              help="Also write a page: predicted and measured.")  # fmt: skip
@terminal.format_option
def run(
    site: Path, scale: float | None, shrink: str | None, patience: float, keep: bool, measure: bool,
    report: Path | None, form: str,
) -> None:  # fmt: skip
    """Run the plan of SITE on this machine: real daemons of FRR, the Linux kernel, a namespace for each node.

    Routers and hosts are given the files that the plan renders for them. Then what the plan says is compared with
    what they do. Exit code 0 if all is as planned, 1 if not, 3 if this machine cannot tell.
    """
    from easterly.app.lab import preflight
    from easterly.app.lab.daemons import RefusedText
    from easterly.app.lab.spaces import LabError

    nouns, found, said = _nouns(site, shrink, form)
    factor = _scale(nouns, scale, form)
    reason = preflight.impossible()
    if reason:
        trying.impossible(reason, form)
    try:
        with _running(nouns, factor, str(site), keep) as lab:
            made = _compared(lab, nouns, patience)
            found_out = (
                measuring.measured(lab, nouns.policy.value, nouns.qos.value, nouns.site, _said)
                if measure
                else measuring.nothing()
            )
    except RefusedText as error:
        trying.failed(str(error), form)
    except LabError as error:
        trying.impossible(str(error), form)
    if report is not None:
        measuring.save(report, lab, made, found_out, form)
    if form == "json":
        terminal.emit_json({**_document(lab, made, keep, said), **measuring.document(found_out)}, found)
    else:
        _print(lab, made, keep, said)
        measuring.told(found_out)
    sys.exit(terminal.FINE if all(each.ok for each in made) and found_out.ok else terminal.FOUND)


def _nouns(site: Path, sizes: str | None, form: str) -> tuple[Any, Sequence[Finding], tuple[str, ...]]:
    """What the site file says, its findings, and how it was made smaller; leaves where it is wrong."""
    from easterly.app.lab import shrink
    from easterly.base.findings import FindingsError
    from easterly.site import setting
    from easterly.study.check import check
    from easterly.study.nouns import Nouns

    nouns, found, source = terminal.read_or_leave(site, form, None)
    if sizes is None:
        terminal.print_findings(found, source)
        return nouns, found, ()
    data, said = shrink.shrunk(source.tree.data, shrink.sizes(sizes))
    try:
        nouns = Nouns(setting.changed(data).site)
    except FindingsError as error:
        terminal.refused(error.findings, None, form)
    found = tuple(check(nouns.site, nouns))
    if terminal.code_for(found, strict=False):
        terminal.refused(found, None, form)
    return nouns, found, said


def _scale(nouns: Any, given: float | None, form: str) -> float:
    from easterly.app.lab.cables import cables, crowded, misfits, usual_scale
    from easterly.app.lab.spaces import LabError

    network = nouns.network.value
    factor = usual_scale(network) if given is None else given
    try:
        wrong = crowded(network) or misfits(cables(network, factor))
    except LabError as error:
        wrong = str(error)
    if wrong:
        terminal.misused(wrong, form)
    return factor


@contextmanager
def _running(nouns: Any, factor: float, site: str, keep: bool) -> Iterator[Running]:
    from easterly.app.lab.build import running

    nouns = nouns.network.value, nouns.address.value, nouns.configs.value
    with running(*nouns, scale=factor, site=site, keep=keep, said=_said) as lab:
        yield lab


def _said(stage: str) -> None:
    """A line of progress on a terminal."""
    if sys.stderr.isatty():
        click.echo(f"{stage} …", err=True)


def _compared(lab: Running, nouns: Any, patience: float) -> list[Comparison]:
    """Every comparison, one stage after the other."""
    from easterly.app.lab import converge, outcome, reach, routes, tunnels

    wanted = routes.planned(lab.network, lab.address, nouns.policy.value)
    made, begin = [], time.monotonic()
    left = converge.routed(lab, wanted, seconds=patience, said=_said)
    anew = tunnels.waited(lab, seconds=patience, said=_said)
    if anew:
        lab.repairs.append(f"BGP was begun anew on {', '.join(anew)}: FRR had lost neighbours behind tunnels")
        left = converge.routed(lab, wanted, seconds=patience, said=_said)
    made += [*outcome.of_routes(wanted, left), outcome.of_strangers(routes.strangers(lab, wanted))]
    lab.seconds["routes"], begin = time.monotonic() - begin, time.monotonic()
    made += outcome.of_tunnels(tunnels.seen(lab))
    made += outcome.of_sessions(converge.watched(lab, seconds=patience))
    lab.seconds["sessions"], begin = time.monotonic() - begin, time.monotonic()
    _said("hosts to hosts")
    for size_B in (0, lab.host_mtu_B):
        made += outcome.of_reach(reach.reached(lab, seed=nouns.site.seed, size_B=size_B), size_B)
    lab.seconds["reach"] = time.monotonic() - begin
    return made


def _document(lab: Running, made: Sequence[Comparison], kept: bool, said: Sequence[str]) -> dict[str, Any]:
    from easterly.app.lab.substituted import substituted

    return {
        "tried": True, "lab": lab.name, "kept": kept, "scale": number(lab.scale), "shrunk": list(said),
        "routers": list(lab.routers), "hosts": list(lab.hosts),
        "rates_bps": {each.name: each.rate_bps for each in lab.cables},
        "substitutions": [{"lacking": each.lacking, "instead": each.instead} for each in substituted(lab)],
        "repairs": lab.repairs, "comparisons": [_comparison(each) for each in made],
        "seconds": {name: number(seconds) for name, seconds in lab.seconds.items()},
    }  # fmt: skip


def _comparison(each: Comparison) -> dict[str, Any]:
    return {
        "what": each.what, "predicted": number(each.predicted), "measured": number(each.measured), "unit": each.unit,
        "tolerance": list(each.tolerance), "ok": each.ok, "differences": list(each.differences),
    }  # fmt: skip


def _print(lab: Running, made: Sequence[Comparison], kept: bool, said: Sequence[str]) -> None:
    from easterly.app.lab.substituted import substituted

    answer.title(
        f"Lab {lab.name}: {answer.counted(len(lab.routers), 'router')}, {answer.counted(len(lab.hosts), 'host')}, "
        f"{answer.counted(len(lab.cables), 'cable')}; rates divided by {lab.scale:,g}"
    )
    answer.facts([("smaller", each, "") for each in said])
    answer.facts([(name, f"{seconds:.1f} s", "") for name, seconds in lab.seconds.items()])
    click.echo("Replaced")
    answer.facts([(each.lacking, each.instead, "") for each in substituted(lab)])
    for line in lab.repairs:
        click.echo(f"Repaired: {line}")
    rows = [(each.what, f"{each.predicted:g}", f"{each.measured:g}", "yes" if each.ok else "NO") for each in made]
    answer.table(("Comparison", "Predicted", "Measured", "Ok"), rows)
    for each in made:
        for line in each.differences[:SHOWN]:
            click.echo(f"  {line}")
        if len(each.differences) > SHOWN:
            click.echo(f"  and {len(each.differences) - SHOWN:,} more")
    good = sum(each.ok for each in made)
    click.echo(
        f"{'PASS' if good == len(made) else 'FAIL'}: {good} of {answer.counted(len(made), 'comparison')} as planned"
    )
    if kept:
        click.echo(f"kept: easterly lab shell NODE --lab {lab.name}; easterly lab clean {lab.name}")

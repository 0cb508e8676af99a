"""``easterly lab run``: a plan on real routers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from easterly.app import terminal, trying
from easterly.app.calc import asking
from easterly.app.commands.trials import telling

if TYPE_CHECKING:
    from easterly.base.findings import Finding


@click.command("run", cls=asking.Calculator)
@click.argument("site", type=terminal.SITE)
@click.option("--scale", type=terminal.Finite(1, 1e6),
              help="What all rates are divided by.  [default: what gives the fastest link 100Mb/s]")  # fmt: skip
@click.option(
    "--shrink",
    metavar="SIZES",
    help="Run a smaller site of the same shape: nodes=24 routers and hosts at most, or leaves=4,spines=2,hosts=8.",
)
@click.option("--switches", type=click.Choice(["frr", "ovs"]), default="frr", show_default=True,
              help="What switches are: routers with FRR, or bridges of Open vSwitch.")  # fmt: skip
@click.option("--wait", "patience", type=terminal.Finite(1, 600), default=60.0, show_default=True,
              help="Seconds within which routers have to agree.")  # fmt: skip
@click.option("--keep", is_flag=True, help="Leave the lab running, for `lab shell` and the like.")
@click.option("--measure/--no-measure", default=True,
              help="Whether to send flows and let a link fail, too, and hold both to predictions.")  # fmt: skip
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.html",
              help="Also write a page: predicted and measured.")  # fmt: skip
@click.option("-o", "--output", "out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Folder of the plan: leave lab.json there, which its report shows.")  # fmt: skip
@terminal.format_option
def run(
    site: Path, scale: float | None, shrink: str | None, switches: Literal["frr", "ovs"], patience: float, keep: bool,
    measure: bool, report: Path | None, out: Path | None, form: str,
) -> None:  # fmt: skip
    """Run the plan of SITE on this machine: FRR or Open vSwitch, the Linux kernel, a namespace for each node.

    Routers and hosts are given the files that the plan renders for them. Then what the plan says is compared with
    what they do. Exit code 0 if all is as planned, 1 if not, 3 if this machine cannot tell.
    """
    from easterly.app.lab import run as lab
    from easterly.app.lab.daemons import RefusedText
    from easterly.app.lab.measure.trial import STAGES
    from easterly.app.lab.spaces import LabError

    if report is not None:
        terminal.writable(report, form)
    whole, nouns, found, said = _nouns(site, shrink, form)
    try:
        factor = lab.scaled(nouns.network.value, scale)
    except ValueError as error:
        terminal.misused(str(error), form)
    try:
        made = lab.run(
            nouns.site, switches=switches, nouns=nouns, scale=factor, wait_s=patience,
            stages=STAGES if measure else (), keep=keep, source=str(site), said=_said,
        )  # fmt: skip
    except RefusedText as error:
        trying.failed(str(error), form)
    except LabError as error:
        trying.impossible(str(error), form)
    if report is not None:
        telling.save(report, site, made, form)
    left = None if out is None else telling.leave(out, made, said, whole, form)
    if form == "json":
        terminal.emit_json({**telling.document(made), "shrunk": list(said)}, found)
    else:
        telling.told(made, said)
        if left is not None:
            click.echo(f"written: {left}; easterly plan {site} -o {left.parent} shows it in the report")
    sys.exit(terminal.FINE if made.ok else terminal.FOUND)


def _nouns(site: Path, sizes: str | None, form: str) -> tuple[Any, Any, Sequence[Finding], tuple[str, ...]]:
    """Site of the file, the one that is run, its findings, how it was made smaller; leaves where it is wrong."""
    from easterly.app.lab import shrink
    from easterly.base.findings import FindingsError
    from easterly.site import locate, setting
    from easterly.study.check import check
    from easterly.study.nouns import Nouns

    nouns, found, source = terminal.read_or_leave(site, form, None)
    if sizes is None:
        terminal.print_findings(found, source)
        return nouns, nouns, found, ()
    try:
        made = shrink.shrunk(source.tree.data, nouns.site, nouns.network.value, shrink.sizes(sizes))
    except FindingsError as error:
        terminal.refused(locate(error.findings, source), source, form)
    try:
        small = Nouns(setting.changed(made.data).site)
    except FindingsError as error:
        terminal.refused(error.findings, None, form)
    found = tuple(check(small.site, small))
    if terminal.code_for(found, strict=False):
        terminal.refused(found, None, form)
    return nouns, small, found, made.said


def _said(stage: str) -> None:
    """A line of progress on a terminal."""
    if sys.stderr.isatty():
        click.echo(f"{stage} …", err=True)

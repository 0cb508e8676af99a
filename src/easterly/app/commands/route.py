"""``easterly route``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from easterly.app import terminal

OBJECTIVES = (
    "max-throughput", "max-concurrent", "min-max-utilisation", "min-cost", "max-min", "alpha-fair",
    "bandwidth-functions", "min-cost-max-flow",
)  # fmt: skip
SETS = ("links", "nodes", "srlgs")


@click.command("route")
@click.argument("net", type=terminal.SITE)
@click.argument("demands", type=terminal.SITE, required=False)
@click.option("--objective", type=click.Choice(OBJECTIVES), default="max-throughput", show_default=True,
              help="What the best allocation is.")  # fmt: skip
@click.option("--alpha", type=click.FloatRange(0), default=1.0, show_default=True,
              help="Fairness of alpha-fair: 0 is throughput, 1 proportional, inf max-min.")  # fmt: skip
@click.option("--cost", type=click.Choice(["latency", "cost"]), default="latency", show_default=True,
              help="What min-cost counts: delay, or the cost of links.")  # fmt: skip
@click.option("--curves", type=terminal.SITE, metavar="FILE",
              help="Curves of bandwidth-functions: src,dst,fair_share,rate in .csv; * is every place.")  # fmt: skip
@click.option("--matrix", type=click.IntRange(0), default=0, show_default=True, help="Which of several matrices.")
@click.option("--scale", type=click.FloatRange(0, min_open=True), default=1.0, show_default=True,
              help="Factor on all demands.")  # fmt: skip
@click.option("--mode", type=click.Choice(["gap", "exact", "fast"]), default="gap", show_default=True,
              help="Stop at a proven gap, at the optimum, or after a bounded amount of work.")  # fmt: skip
@click.option(
    "--gap", "gap", metavar="SHARE", default="0.1%", show_default=True, help="Proven gap that is good enough."
)
@click.option("--splits", type=click.IntRange(1), help="At most so many paths per demand; 1 is unsplittable.")
@click.option("--failures", type=click.IntRange(1, 3), metavar="K", help="Also every failure of K at a time.")
@click.option("--fail", type=click.Choice(SETS), default="links", show_default=True, help="What fails.")
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Only N failures, drawn at random (seed 1).")
@click.option("--paths", is_flag=True, help="List the paths of every demand with their rates.")
@click.option("--unit", help="Unit of capacities or demands, where the format states none (such as Gb/s).")
@click.option("--rate", help="Capacity of links for which the file has none (such as 10Gb/s).")
@click.option("--distances", is_flag=True, help="Delays from coordinates, where the file has no others.")
@click.option("--threads", type=click.IntRange(1, 64), default=1, show_default=True, help="Threads.")
@terminal.format_option
def command(net: Path, demands: Path | None, form: str, **asked: Any) -> None:
    """Allocate DEMANDS to the paths of NET, with a proof of how good that is.

    NET is a topology in any format that `easterly convert` reads, a name such as topohub:sndlib/geant, or a site file;
    DEMANDS are traffic matrices. Without DEMANDS, those in NET are taken: the matrices of the file, or what the jobs
    and services of the site send.
    """
    from easterly.app.routing import answer, inputs, page
    from easterly.base.findings import FindingsError

    wishes = inputs.wishes(asked, form)
    given = inputs.read(net, demands, wishes, form)
    try:
        made = answer.solve(given, wishes, quiet=form == "json")
    except FindingsError as error:
        terminal.refused((*given.findings, *error.findings), None, form)
    if form == "json":
        terminal.emit_json(answer.document(made, wishes), given.findings)
    else:
        terminal.print_findings(given.findings, None)
        page.show(made, wishes)
    sys.exit(terminal.NO_PLAN if answer.infeasible(made) else terminal.FINE)

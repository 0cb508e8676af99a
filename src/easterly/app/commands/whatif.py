"""``easterly whatif``."""

from __future__ import annotations

from pathlib import Path

import click

from easterly.app import terminal


@click.command("whatif")
@click.argument("site", type=terminal.SITE)
@click.option("--set", "changes", multiple=True, metavar="PATH=VALUES",
              help="Values to try: jobs.pre.parallel.tp=2,4,8 or hardware.hosts.dgx.nic_rate=100Gb/s..800Gb/s*2 "
                   "(each twice the one before) or seed=1..8; several make a grid.")  # fmt: skip
@click.option("--zip", "together", is_flag=True, help="All --set move together, instead of a grid.")
@click.option("--splits", multiple=True, metavar="JOB",
              help="Every split of the GPUs of a job into tensor, pipeline and data parallelism.")  # fmt: skip
@click.option("--metric", "metrics", multiple=True, metavar="NAME[:JOB]",
              help="What to show; the first makes the front.  [default: step, cost, utilisation]")  # fmt: skip
@click.option("--against", metavar="NAME[:JOB]",
              help="What it is weighed against.  [default: cost; memory where all points cost the same]")  # fmt: skip
@click.option("--workers", type=click.IntRange(1, 4096),
              help="Processes that compute.  [default: one per processor, where they pay]")  # fmt: skip
@click.option("--cluster", metavar="ADDRESS", help="Compute on the Ray cluster there instead.")
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path), help="Folder of results kept between runs.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write a page with the curves and the front.")  # fmt: skip
@terminal.format_option
def command(
    site: Path, changes: tuple[str, ...], together: bool, splits: tuple[str, ...], metrics: tuple[str, ...],
    against: str | None, workers: int | None, cluster: str | None, cache: Path | None, report: Path | None, form: str,
) -> None:  # fmt: skip
    """Try SITE with other values, each point a whole site: times, cost, what is on the front, and why it changes.

    Every result is kept as it arrives: a run that is stopped goes on from there when it is started again. Points that
    are no valid site are rows with what is wrong with them.
    """
    from easterly.app.commands.plan import folder
    from easterly.app.whatif.running import Wishes, show

    if not changes and not splits:
        terminal.misused("say what to vary: --set PATH=VALUES or --splits JOB", form)
    wishes = Wishes(changes, together, splits, metrics, against, workers, cluster, folder(cache), report)
    show(site, wishes, form)

"""``easterly place``."""

from __future__ import annotations

from pathlib import Path

import click

from easterly.app import terminal

OBJECTIVES = ("slowdown", "gpu-time", "worst")


@click.command("place")
@click.argument("site", type=terminal.SITE)
@click.option("--objective", type=click.Choice(OBJECTIVES), default="slowdown", show_default=True,
              help="slowdown: step time over the least that could be, in the mean over GPUs; gpu-time: GPUs times step "
              "time, summed; worst: the slowdown of the job that suffers most.")  # fmt: skip
@click.option("--rounds", type=click.IntRange(1, 1_000_000), default=2000, show_default=True,
              help="Rounds of each search.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0, terminal.MOST_SEED), default=1, show_default=True,
              help="Of all draws.")  # fmt: skip
@click.option("--export", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Write the best placement and the tree of the network for Slurm, Kueue, the site file.")  # fmt: skip
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write a page that shows step times, blocks and tenants.")  # fmt: skip
@terminal.format_option
def command(
    site: Path, objective: str, rounds: int, seed: int, folder: Path | None, report: Path | None, form: str
) -> None:
    """Place the jobs of SITE on its hosts: as they are now, the best and the worst that are found, with a bound.

    Jobs go to any hosts of the model that they have now, but those that are pinned. Step times of a placement are
    predicted as in a plan; no placement is better than the bound.
    """
    from easterly.app.commands import plan
    from easterly.app.placing import answer, page

    if report is not None:
        terminal.writable(report, form)
    nouns, found, _ = terminal.read_or_leave(site, form, plan.folder(None))
    made = answer.placed(nouns, objective, rounds, seed, form)
    result = answer.document(nouns, made, rounds, seed)
    if folder is not None:
        result["files"] = answer.export(nouns, made, folder, form)
    terminal.tell(result, form, page.show, found)
    if report is not None:
        from easterly.app.report import placing

        terminal.written(report, placing.page(str(nouns.site.site.name), result), form)

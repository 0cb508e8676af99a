"""``easterly predict``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from easterly.app import terminal

ROUTING = ("hash", "spray", "flowlet", "adaptive")


@click.command("predict")
@click.argument("site", type=terminal.SITE)
@click.option("--method", type=click.Choice(["fluid", "rates", "packet", "bounds", "queueing", "all"]),
              help="A simulation of flows that share links, means of fair rates, a simulation packet by packet, what "
                   "no run exceeds, means of queues by formulae; or the last three side by side, which must not "
                   "contradict each other.  [default: fluid; rates where steps are too large]")  # fmt: skip
@click.option("--job", "jobs", multiple=True, metavar="NAME", help="Only this job; may be repeated.")
@click.option(
    "--steps",
    type=click.IntRange(1, 100),
    help="Steps that are simulated; for bounds more than 1: without end.  [default: 1]",
)
@click.option("--jitter", type=terminal.Share(0, 2), metavar="SHARE",
              help="For fluid: how much computations vary: standard deviation over mean.  [default: 0]")  # fmt: skip
@click.option("--straggler", "stragglers", multiple=True, metavar="HOST=FACTOR",
              help="For fluid: a host that computes so many times as long; may be repeated.")  # fmt: skip
@click.option("--fail", "fails", multiple=True, metavar="WHAT@TIME[..TIME]",
              help="For fluid: a device, interface or link that fails, and is repaired; may be repeated.")  # fmt: skip
@click.option("--detect", metavar="TIME", help="For fluid: until a failure is noticed.  [default: 150ms]")
@click.option("--reroute", metavar="TIME", help="For fluid: from then until other ways are taken.  [default: 50ms]")
@click.option("--degrade", "degraded", multiple=True, metavar="LINK=LOSS",
              help="For fluid: a link that loses a share of its packets; may be repeated.")  # fmt: skip
@click.option("--at", metavar="[DAY ]TIME",
              help="For fluid: moment of the week, in UTC, at which it begins, such as 14:00 or 'Sat 09:30'.  "
                   "[default: when all that has a profile sends most]")  # fmt: skip
@click.option("--requests", is_flag=True,
              help="For fluid: requests of services one by one, as they come, instead of mean rates.")  # fmt: skip
@click.option("--checkpoint", "saves", type=click.IntRange(1, 100), metavar="STEPS",
              help="For fluid: steps between the checkpoints of jobs that write some.  "
                   "[default: what their interval takes]")  # fmt: skip
@click.option("--allocation", metavar="INTENT",
              help="For fluid: between switches, by the paths and shares that an intent allocates.")  # fmt: skip
@click.option("--alone", is_flag=True, help="For fluid: each job without its neighbours too.")
@click.option("--part", type=terminal.Share(0, 1, min_open=True), metavar="SHARE",
              help="Part of each message and computation; as much as --hops allows if absent.")  # fmt: skip
@click.option("--hops", type=click.IntRange(10_000, 10**12), metavar="COUNT",
              help="Packet-hops of the largest run.  [default: 40000000]")  # fmt: skip
@click.option("--transport", "transports", multiple=True, metavar="CLASS=NAME",
              help="How hosts send a class, instead of what the plan sets them to; may be repeated.")  # fmt: skip
@click.option("--replay", "replays", multiple=True, metavar="JOB=FOLDER",
              help="Chakra traces, replayed on the hosts of a job instead of its step; may be repeated.")  # fmt: skip
@click.option("--routing", type=click.Choice(ROUTING),
              help="How switches choose among equal links.  [default: hash]")  # fmt: skip
@click.option("--seed", type=click.IntRange(0, terminal.MOST_SEED), help="Of all draws.  [default: 1]")
@click.option("--seeds", "count", type=click.IntRange(1, 1000),
              help="Simulations, each with a seed of its own: the mean, and how sure it is.  [default: 1]")  # fmt: skip
@click.option("--arrivals", type=click.Choice(["packets", "messages"]),
              help="What comes at random, for queueing: packets, or messages, all packets of one at once.  "
                   "[default: packets]")  # fmt: skip
@click.option("--times", type=click.FloatRange(0, 1e6, min_open=True), metavar="FACTOR",
              help="All rates so many times, for queueing.  [default: 1]")  # fmt: skip
@click.option("--add", "added", multiple=True, metavar="SRC>DST:CLASS:BURST:RATE",
              help="For bounds: what one connection more changes; may be repeated.")  # fmt: skip
@click.option("--without", multiple=True, metavar="NAME",
              help="For bounds: the same without a job, other traffic, or SRC>DST[:CLASS]; repeatable.")  # fmt: skip
@click.option("--refine", type=click.IntRange(1, 10_000), metavar="COUNT",
              help="Bound so many of the worst connections one by one, more tightly.")  # fmt: skip
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write a page about it; of flows, of packets, and of all.")  # fmt: skip
@terminal.format_option
def command(site: Path, method: str | None, form: str, **asked: Any) -> None:
    """Predict the step time of the jobs of SITE, with everything else that they send beside them.

    Where a whole step is more than a simulation can take, parts of it are simulated, and the whole follows from how
    their times grow; the answer says which, and how sure it is.
    """
    from easterly.app.commands.plan import folder
    from easterly.app.predicting import running

    nouns, found, _ = terminal.read_or_leave(site, form, folder(None))
    running.show(nouns, found, method, asked, form)

"""``easterly calc collective``."""

from __future__ import annotations

from typing import Any

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.app.calc.efficiency import Efficient
from easterly.base.units import RATE, SIZE, TIME
from easterly.demand.collectives import ALGORITHMS, COLLECTIVES

NAMES = ("auto", *ALGORITHMS)


@click.command("collective", cls=asking.Calculator)
@click.argument("collective", type=asking.Named(COLLECTIVES), metavar="COLLECTIVE")
@click.option("--size", type=asking.Quantity(SIZE), required=True, help="The whole array, as nccl-tests count it.")
@click.option("--nodes", type=asking.Count(most=10**7), default=1, show_default=True, help="Hosts.")
@click.option(
    "--gpus", type=asking.Count(most=10**5), default=8, show_default=True, help="GPUs of one host that take part."
)
@click.option("--nic", type=asking.Quantity(RATE), help="Rate of one network interface; needed with several hosts.")
@click.option("--nics", type=asking.Count(most=10**5), help="Interfaces of one host; as many as GPUs if absent.")
@click.option(
    "--scaleup",
    type=asking.Quantity(RATE),
    help="Bus bandwidth of one GPU inside its host, as nccl-tests print it for one host; "
    "82 % of the line rate of --gpu if absent.",
)
@click.option("--gpu", default="h100-sxm", show_default=True, help="GPU of the catalog.")
@click.option("--algorithm", type=asking.Named(NAMES), default="auto", show_default=True, metavar="NAME",
              help=f"The fastest of those that need GPUs and links alone, or {', '.join(ALGORITHMS)}.")  # fmt: skip
@click.option(
    "--servers",
    type=asking.Count(most=10**7),
    help="Hosts of a sharded parameter server; as many as --nodes if absent.",
)
@click.option(
    "--latency", type=asking.Quantity(TIME, zero=True), help="One message between hosts; NCCL's figures if absent."
)
@click.option("--scaleup-latency", type=asking.Quantity(TIME, zero=True), help="One message inside a host.")
@click.option(
    "--efficiency",
    type=Efficient(),
    help="Share of the rates that is reached: ideal, published, 92%, or by size 1MiB:20%,1GiB:95%. If absent, "
    "ideal for the lower time and published for the upper one.",
)
@terminal.format_option
def command(collective: str, form: str, **asked: Any) -> None:
    """Time of one COLLECTIVE on hosts of equal make, by one algorithm or the fastest.

    The lower time overlaps all that can overlap, the upper one nothing; algorithm and bus bandwidth are those of the
    upper time, which a measurement should reach. No algorithm of its kind beats the bound.
    """
    from easterly.app.calc.collective import answer_to
    from easterly.app.calc.page import page

    made = answer_to(collective, **asked)
    terminal.tell(made, form, page)

"""``easterly calc checkpoint``."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.base.counts import counted
from easterly.base.units import RATE, SIZE, TIME


@click.command("checkpoint", cls=asking.Calculator)
@click.option("--size", type=asking.Quantity(SIZE), required=True, help="Bytes of one checkpoint.")
@click.option("--rate", type=asking.Quantity(RATE), required=True, help="Rate at which all write together.")
@click.option(
    "--mtbf",
    type=asking.Quantity(TIME),
    required=True,
    help="Mean time between failures of one GPU, its share of all else included.",
)
@click.option(
    "--gpus", type=asking.Count(), default=1, show_default=True, help="GPUs of the job; any that fails stops it."
)
@click.option(
    "--restart",
    type=asking.Quantity(TIME, zero=True),
    default="5min",
    show_default=True,
    help="From a failure until training goes on.",
)
@terminal.format_option
def command(size: float, rate: float, mtbf: float, gpus: int, restart: float, form: str) -> None:  # fmt: skip
    """Best interval between checkpoints that stop the job, and the share of its time that is lost.

    Young: sqrt(2 C M) for a cost C and a mean time M between failures of the job; Daly adds the higher orders.
    """
    from easterly.demand.saving import daly_s, goodput, young_s

    cost_s, job_s = size * 8 / rate, mtbf / gpus
    first_s, every_s = young_s(cost_s, job_s), daly_s(cost_s, job_s)
    lost = 1 - goodput(every_s, cost_s, restart + cost_s, job_s)
    if form == "json":
        from easterly.app.values import number

        made = {"write_s": cost_s, "mtbf_s": job_s, "young_s": first_s, "daly_s": every_s, "lost_share": lost}
        terminal.emit_json({name: number(value) for name, value in made.items()})
        return
    from easterly.app.calc import answer
    from easterly.base.units import format_short

    answer.title(f"checkpoints of {format_short(size, SIZE)} at {answer.rate(rate)}, {counted(gpus, 'GPU')}")
    answer.facts([
        ("write", format_short(cost_s, TIME), "C = size / rate; reading it back takes as long"),
        ("MTBF", format_short(job_s, TIME), "M of the job: that of one GPU over their number"),
        ("Young", format_short(first_s, TIME), "sqrt(2 C M)"),
        ("Daly", format_short(every_s, TIME), "the same to higher order; take this one"),
        ("lost", f"{lost:.2%}", "of the time: writing, work since the last checkpoint, restarts"),
    ])  # fmt: skip

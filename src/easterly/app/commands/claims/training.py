"""``easterly calc claim speedup``."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.calc import asking, claims


@click.command("speedup", cls=asking.Calculator)
@click.option("--cut", "--all-reduce", type=claims.Part(), required=True,
              help="Part of the time of communication that is said to be gone: 40%.")  # fmt: skip
@click.option("--throughput", "ratio", type=claims.Times(), required=True,
              help="Throughput that is said to come of it: +25%, or 1.25.")  # fmt: skip
@click.option("--share", type=claims.Part(), help="Time of communication over that of a step, before.")
@click.option("--exposed", type=claims.Part(), help="What the step waits for of it; all of it if absent.")
@click.option("--slow", type=claims.Times(), help="The step before, over the one when all was well: 1.5.")
@click.option("--batch", type=claims.Times(), default=1.0, help="Samples of a step, after over before; 1 if absent.")
@terminal.format_option
def speedup(
    cut: float, ratio: float, share: float | None, exposed: float | None, slow: float | None, batch: float, form: str
) -> None:
    """Whether a cut of communication explains a gain of throughput: 1 / (1 - share x cut), less what is hidden anyway.

    Without --share it is said what share it would need; with --slow, how much of a slowdown is left.
    """
    from easterly.verify.follow import speedup_claim

    said = speedup_claim(cut, ratio, share=share, exposed=exposed, slow=slow, batch=batch)
    asked = {"cut": cut, "ratio": ratio, "share": share, "exposed": exposed, "slow": slow, "batch": batch}
    claims.say(asked, said, "less communication, more throughput", form)

"""``easterly calc claim quantile`` and ``availability``."""

from __future__ import annotations

from typing import Any

import click

from easterly.app import terminal
from easterly.app.calc import asking, claims, given
from easterly.base.units import TIME


@click.command("quantile", cls=asking.Calculator)
@click.option("--promise", type=claims.Part(), required=True, help="Share of requests that is said to be in time.")
@click.option("--limit", type=asking.Quantity(TIME), required=True, help="What in time means.")
@click.option("--quantile", "level", type=given.Levels(), required=True, help="Quantile that was measured: P95.")
@click.option("--value", type=asking.Quantity(TIME), required=True, help="What it is.")
@click.option("--before", type=asking.Quantity(TIME), help="What it was before.")
@click.option("--samples", type=asking.Count(1, 10**12), help="Requests that were measured.")
@click.option("--misses", type=asking.Count(0, 10**12), help="Those of them that were over the limit.")
@click.option("--confidence", type=claims.Part(), default=0.95, help="Of what samples prove; 95% if absent.")
@terminal.format_option
def quantile(form: str, level: tuple[float, ...], **asked: Any) -> None:
    """Whether a measured quantile proves that a share of requests is within a limit.

    With --samples, what counting proves: the interval of Clopper and Pearson, for requests that are independent.
    """
    from easterly.verify.follow import quantile_claim

    if len(level) != 1:
        raise click.UsageError("--quantile: one quantile, such as P95")
    said = quantile_claim(
        asked["promise"], asked["limit"], level[0], asked["value"], before_s=asked["before"],
        samples=asked["samples"], misses=asked["misses"], level=asked["confidence"],
    )  # fmt: skip
    told = {"promise": asked["promise"], "limit_s": asked["limit"], "quantile": level[0], "value_s": asked["value"],
            "before_s": asked["before"], "samples": asked["samples"], "misses": asked["misses"],
            "confidence": asked["confidence"]}  # fmt: skip
    claims.say(told, said, "a measured quantile, and a promise", form)


@click.command("availability", cls=asking.Calculator)
@click.option("--promise", type=claims.Part(), required=True, help="Share that is promised: 99.9%.")
@click.option("--over", type=asking.Quantity(TIME), default=30 * 86400.0, help="Window of the promise; 30d if absent.")
@click.option("--error", "errors", type=claims.Part(), multiple=True,
              help="Share of requests that one kind of error hits; may be repeated.")  # fmt: skip
@click.option("--sites", type=asking.Count(1, 1000), help="Sites of which one is enough, as with anycast.")
@click.option("--site", type=claims.Part(), help="Availability of one of them.")
@click.option("--mtbf", type=asking.Quantity(TIME), help="Mean time between failures of one site.")
@click.option("--failover", type=asking.Quantity(TIME, zero=True), help="Until its users reach another.")
@terminal.format_option
def availability(form: str, errors: tuple[float, ...], **asked: Any) -> None:
    """Whether errors, sites and failovers leave the availability that is promised."""
    from easterly.verify.follow import availability_claim

    kinds = {f"error {number}": share for number, share in enumerate(errors, 1)}
    said = availability_claim(
        asked["promise"], over_s=asked["over"], errors=kinds, sites=asked["sites"], site=asked["site"],
        mtbf_s=asked["mtbf"], failover_s=asked["failover"],
    )  # fmt: skip
    told = {"promise": asked["promise"], "over_s": asked["over"], "errors": list(errors), "sites": asked["sites"],
            "site": asked["site"], "mtbf_s": asked["mtbf"], "failover_s": asked["failover"]}  # fmt: skip
    claims.say(told, said, "availability", form)

"""Options that stations share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from easterly.app.calc import asking, given

F = TypeVar("F", bound=Callable[..., Any])
MOST_SERVERS = 10**9

arrival = click.option("--arrival", type=given.Number(zero=True), required=True, help="Customers per unit of time.")
servers = click.option("--servers", type=asking.Count(1, MOST_SERVERS), required=True, help="Servers.")
scv = click.option(
    "--scv",
    type=given.Number(zero=True, infinite=True),
    default="1",
    show_default=True,
    help="Squared coefficient of variation of service: 0 fixed, 1 exponential, inf heavy tails.",
)
levels = click.option("--quantiles", "levels", type=given.Levels(), default="0.5,0.9,0.99,0.999", show_default=True,
                      help="Levels of quantiles, such as 0.99 or p99.")  # fmt: skip


def service(command: F) -> F:
    """Add ``--service``, a mean time, and ``--rate``, one over it."""
    command = click.option("--service", type=given.Number(), help="Mean time of one service.")(command)
    return click.option("--rate", type=given.Number(), help="Services per unit of time, of one server: 1 / --service.")(
        command
    )


def mean_of(service: float | None, rate: float | None) -> float:
    """Mean time of one service, from the one option that was given."""
    if (service is None) == (rate is None):
        raise click.UsageError("give --service, the mean time of one service, or --rate, services per unit of time")
    return service if service is not None else 1 / float(rate or 0)


def stable(arrival: float, mean: float, servers: int = 1) -> None:
    """Refuse what no queue can hold, with the number of servers that could."""
    load = arrival * mean
    if load >= servers:
        raise ValueError(
            f"arrivals bring {load:.6g} services' worth of work per unit of time and {servers:,} "
            f"server{'s' * (servers > 1)} do {servers:,}: the queue grows without end; take at least "
            f"{int(load) + 1:,} servers, or a service below {servers / arrival:.6g}"
        )


def law(command: F) -> F:
    """Add ``--scv`` from 1 on and ``--pareto``."""
    says = "Squared coefficient of variation, from 1 on: exponential, or two exponential times."
    command = click.option("--scv", type=given.Number(), default="1", show_default=True, help=says)(command)
    return click.option("--pareto", type=given.Number(), help="Shape of a Pareto law instead, above 1.")(command)


def law_of(mean: float, scv: float, pareto: float | None) -> Any:
    """The distribution of service that was described."""
    from easterly.predict.queueing.service import Pareto, balanced

    return balanced(mean, scv) if pareto is None else Pareto.of_mean(pareto, mean)


def means_of(service: tuple[float, ...] | None, rate: tuple[float, ...] | None) -> tuple[float, ...]:
    """Mean times of a service, from the one option that was given."""
    if (service is None) == (rate is None):
        raise click.UsageError("give --service, mean times of a service, or --rate, services per unit of time")
    return service if service is not None else tuple(1 / x for x in rate or ())

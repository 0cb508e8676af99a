"""``easterly calc queue``: one server, service times of any kind."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.calc import asking, given, stations
from easterly.app.commands.queues import options


@click.command("mg1", cls=asking.Calculator)
@options.arrival
@options.service
@options.scv
@click.option("--third", type=given.Number(), help="Third moment of service, for better quantiles.")
@options.levels
@terminal.format_option
def mg1(
    arrival: float, service: float | None, rate: float | None, scv: float, third: float | None,
    levels: tuple[float, ...], form: str,
) -> None:  # fmt: skip
    """M/G/1: Wq = lambda E[S^2] / (2 (1 - rho)), whatever else the service times are (Pollaczek, Khinchine)."""
    from easterly.predict.queueing.general import mg1 as solve

    mean = options.mean_of(service, rate)
    options.stable(arrival, mean)
    stations.show({"arrival": arrival, "service": mean, "scv": scv if scv < float("inf") else None},
                  solve(arrival, mean, scv, third=third, levels=levels), form,
                  f"{arrival:g} customers per unit of time, {mean:g} each, scv {scv:g}")  # fmt: skip


@click.command("md1", cls=asking.Calculator)
@options.arrival
@options.service
@options.levels
@terminal.format_option
def md1(arrival: float, service: float | None, rate: float | None, levels: tuple[float, ...], form: str) -> None:
    """M/D/1: all services take the same time; quantiles are exact."""
    from easterly.predict.queueing.general import md1 as solve

    mean = options.mean_of(service, rate)
    options.stable(arrival, mean)
    stations.show({"arrival": arrival, "service": mean}, solve(arrival, mean, levels=levels), form,
                  f"{arrival:g} customers per unit of time, {mean:g} each")  # fmt: skip

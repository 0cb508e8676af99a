"""``easterly calc queue``: one server, service times of any kind."""

from __future__ import annotations

from typing import Any

import click

from easterly.app import terminal
from easterly.app.calc import asking, given, stations
from easterly.app.commands.queues import options
from easterly.app.values import number
from easterly.base.counts import counted


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


@click.command("mg1k", cls=asking.Calculator)
@options.arrival
@options.service
@options.scv
@click.option("--places", type=asking.Count(1, 5000), required=True, help="Places in all, the server included.")
@terminal.format_option
def mg1k(arrival: float, service: float | None, rate: float | None, scv: float, places: int, form: str) -> None:
    """M/G/1/K: who finds all places taken is lost. Exact for the law of service that the two moments stand for."""
    from easterly.predict.queueing.finite import mg1k as solve

    mean = options.mean_of(service, rate)
    if arrival == 0 or scv == float("inf"):
        raise ValueError("a bounded room needs arrivals above 0 and a finite --scv")
    asked = {"arrival": arrival, "service": mean, "scv": scv, "places": places}
    title = f"{counted(places, 'place')}, {arrival:g} customers per unit of time, {mean:g} each, scv {scv:g}"
    stations.show(asked, solve(arrival, mean, places, scv), form, title)


@click.command("ps", cls=asking.Calculator)
@options.arrival
@options.service
@click.option("--size", type=given.Number(), help="Time that one customer needs alone: adds its mean time.")
@terminal.format_option
def ps(arrival: float, service: float | None, rate: float | None, size: float | None, form: str) -> None:
    """M/G/1-PS: W = E[S] / (1 - rho), whatever the distribution; a mean, and no bound."""
    from easterly.predict.queueing.general import mg1_ps, ps_time

    mean = options.mean_of(service, rate)
    options.stable(arrival, mean)
    own = None if size is None else float(ps_time(arrival, mean, size))
    asked = {"arrival": arrival, "service": mean, "size": size, "W_of_size": None if own is None else number(own)}
    stations.show(asked, mg1_ps(arrival, mean), form, f"{arrival:g} customers per unit of time, {mean:g} each")
    if form == "text" and own is not None:
        click.echo(f"  note: one that needs {size:g} alone takes {stations.text(own)}")


def _by_law(solve: Any, arrival: float, mean: float, scv: float, pareto: float | None, form: str) -> None:
    """Show a station whose order depends on the whole law of service."""
    options.stable(arrival, mean)
    asked = {"arrival": arrival, "service": mean, "scv": None if pareto else scv, "pareto": pareto}
    title = f"{arrival:g} customers per unit of time, {mean:g} each"
    stations.show(asked, solve(arrival, options.law_of(mean, scv, pareto)), form, title)


@click.command("srpt", cls=asking.Calculator)
@options.arrival
@options.service
@options.law
@terminal.format_option
def srpt(
    arrival: float, service: float | None, rate: float | None, scv: float, pareto: float | None, form: str
) -> None:
    """M/G/1, the shortest remaining time first: the least mean time of any order (Schrage and Miller)."""
    from easterly.predict.queueing.shared import mg1_srpt as solve

    _by_law(solve, arrival, options.mean_of(service, rate), scv, pareto, form)


@click.command("las", cls=asking.Calculator)
@options.arrival
@options.service
@options.law
@terminal.format_option
def las(arrival: float, service: float | None, rate: float | None, scv: float, pareto: float | None, form: str) -> None:
    """M/G/1, the least attained service first, which needs to know no sizes (foreground-background)."""
    from easterly.predict.queueing.shared import mg1_fb as solve

    _by_law(solve, arrival, options.mean_of(service, rate), scv, pareto, form)


@click.command("vacations", cls=asking.Calculator)
@options.arrival
@options.service
@options.scv
@click.option("--vacation", type=given.Number(), required=True, help="Mean time that the server is away.")
@click.option(
    "--vacation-scv",
    type=given.Number(zero=True),
    default="0",
    show_default=True,
    help="Squared coefficient of variation of that time.",
)
@terminal.format_option
def vacations(
    form: str, vacation: float, vacation_scv: float, scv: float, arrival: float, **times: float | None
) -> None:
    """M/G/1 whose server goes away whenever nobody waits: the wait of the M/G/1 and the rest of a vacation."""
    from easterly.predict.queueing.general import mg1_vacations as solve

    mean = options.mean_of(**times)
    options.stable(arrival, mean)
    asked = {"arrival": arrival, "service": mean, "scv": number(scv), "vacation": vacation}
    title = f"{arrival:g} customers per unit of time, {mean:g} each, away for {vacation:g}"
    made = solve(arrival, mean, scv, vacation, vacation_scv)
    stations.show({**asked, "vacation_scv": vacation_scv}, made, form, title)


@click.command("batch", cls=asking.Calculator)
@click.option("--batches", type=given.Number(zero=True), required=True, help="Batches per unit of time.")
@click.option("--size", type=given.Number(), required=True, help="Mean number of customers in a batch.")
@click.option(
    "--size-scv",
    type=given.Number(zero=True),
    default="0",
    show_default=True,
    help="Squared coefficient of variation of that number.",
)
@options.service
@options.scv
@terminal.format_option
def batch(form: str, batches: float, size: float, size_scv: float, scv: float, **times: float | None) -> None:
    """M^X/G/1: customers come in batches and are served one by one."""
    from easterly.predict.queueing.general import mxg1 as solve

    mean = options.mean_of(**times)
    options.stable(batches * size, mean)
    asked = {"batches": batches, "size": size, "size_scv": size_scv, "service": mean, "scv": number(scv)}
    title = f"{batches:g} batches of {size:g} per unit of time, {mean:g} each"
    stations.show(asked, solve(batches, mean, scv, size, size_scv), form, title)

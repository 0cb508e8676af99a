"""``easterly calc queue priority``: classes at one station."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from easterly.app import terminal
from easterly.app.calc import asking, given, stations
from easterly.app.commands.queues.options import levels as levels_option
from easterly.app.commands.queues.options import means_of
from easterly.app.values import number
from easterly.base.counts import counted

if TYPE_CHECKING:
    from easterly.model.stations import Stations

Floats = tuple[float, ...]


@click.command("priority", cls=asking.Calculator)
@click.option("--arrival", type=given.Numbers(zero=True), required=True,
              help="Customers per unit of time, by class, the highest first: 0.2,0.3,0.1.")  # fmt: skip
@click.option("--service", type=given.Numbers(), help="Mean time of one service, by class or one for all.")
@click.option("--rate", type=given.Numbers(), help="Services per unit of time: 1 / --service.")
@click.option("--scv", type=given.Numbers(zero=True, infinite=True), default="1", show_default=True,
              help="Squared coefficient of variation of service, by class or one for all.")  # fmt: skip
@click.option("--servers", type=asking.Count(1, 10**9), default="1", show_default=True,
              help="Servers; with several, service is exponential and the same for all classes.")  # fmt: skip
@click.option("--preemptive", is_flag=True, help="A higher class interrupts, and work is resumed where it stood.")
@levels_option
@terminal.format_option
def priority(arrival: Floats, scv: Floats, servers: int, preemptive: bool, levels: Floats, form: str,
             **times: Floats | None) -> None:  # fmt: skip
    """Classes in order of priority (Cobham 1954): waits and their quantiles, the highest class first.

    Without interruption, also the highest class waits for whoever is being served: W0 counts all classes.
    """
    given_ = (("service", means_of(**times)), ("scv", scv))
    means, spreads = (_by_class(name, values, len(arrival)) for name, values in given_)
    made = _solve(arrival, means, spreads, servers, preemptive, levels)
    asked = {"arrival": list(arrival), "service": list(means),
             "scv": [number(x) for x in spreads], "servers": servers, "preemptive": preemptive}  # fmt: skip
    stations.show(asked, made, form, counted(len(arrival), "class", "classes"))


def _by_class(name: str, values: Floats, classes: int) -> Floats:
    if len(values) not in (1, classes):
        raise click.UsageError(f"--{name} has {len(values)} numbers: give one, or one for each of {classes} classes")
    return values * classes if len(values) == 1 else values


def _solve(arrival: Floats, service: Floats, scv: Floats, servers: int, preemptive: bool, levels: Floats) -> Stations:
    from easterly.predict.queueing import priority as by

    if servers == 1:
        return (by.preemptive_resume if preemptive else by.non_preemptive)(arrival, service, scv, levels=levels)
    if len({*service}) > 1 or {*scv} != {1.0}:
        raise ValueError(
            "several servers with classes of different service times have no formula: give one --service for all "
            "and leave --scv at 1, or take one server of their joint speed as an approximation"
        )
    return (by.preemptive_servers if preemptive else by.non_preemptive_servers)(
        arrival, service[0], servers, levels=levels
    )

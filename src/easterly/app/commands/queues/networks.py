"""``easterly calc queue``: networks of stations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import asking, given, stations
from easterly.app.commands.queues import options
from easterly.base.counts import counted

if TYPE_CHECKING:
    from easterly.model.stations import Stations

Floats = tuple[float, ...]
Rows = tuple[Floats, ...]
METHODS = ("exact", "linearizer", "schweitzer", "convolution")


class Routing(given.Table):
    """Rows of probabilities; words are rules that look at queues, and are refused with the reason."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the text."""
        if isinstance(value, str) and value.strip()[:1].isalpha():
            from easterly.predict.queueing.jackson import STATE

            raise asking.Misread(f"routing {value!r} depends on the state of the queues", "E203", STATE, param)
        return super().convert(value, param, ctx)


def wiring(command: Any) -> Any:
    """Add the options of an open network."""
    for option in (
        click.option("--servers", type=given.Numbers(), default="1", show_default=True,
                     help="Servers, by station or one number for all."),
        click.option("--routing", type=Routing(), required=True,
                     help="Probabilities of going on, a row a station: '0,0.5;0.2,0'. What lacks to 1 leaves."),
        click.option("--rate", type=given.Numbers(), help="Services per unit of time of one server: 1 / --service."),
        click.option("--service", type=given.Numbers(), help="Mean time of a service, by station."),
        click.option("--external", type=given.Numbers(zero=True), required=True,
                     help="Arrivals from outside, by station: 1,0.2,0."),
    ):  # fmt: skip
        command = option(command)
    return command


def _each(name: str, values: Floats, count: int) -> Floats:
    if len(values) not in (1, count):
        raise click.UsageError(f"--{name} has {len(values)} numbers: give one, or one for each of {count} stations")
    return values * count if len(values) == 1 else values


@click.command("jackson", cls=asking.Calculator)
@wiring
@terminal.format_option
def jackson(external: Floats, routing: Rows, servers: Floats, form: str, **times: Floats | None) -> None:
    """Open network of M/M/c stations (Jackson 1957): each as if it were alone.

    Routing is by fixed probabilities; rules that look at the queues are refused.
    """
    from easterly.predict.queueing.jackson import jackson as solve
    from easterly.predict.queueing.jackson import total

    count = len(external)
    each, number = _each("service", options.means_of(**times), count), _each("servers", servers, count)
    made = solve(external, each, _square(routing), number)
    _stable(made)
    whole = stations.document(total(made, external))
    asked: dict[str, Any] = {"external": list(external), "service": list(each), "servers": list(number)}
    asked |= {"routing": [list(row) for row in routing]}
    network = {name: whole[name] for name in ("L", "Lq", "W", "Wq", "entering")}
    stations.show({**asked, "network": network}, made, form, counted(count, "station"))
    if form == "text":
        click.echo(f"  network: L {stations.text(whole['L'])}, W {stations.text(whole['W'])} from entry to exit")


def _square(routing: Rows) -> Rows:
    if len({len(row) for row in routing}) > 1:
        raise ValueError("rows of --routing differ in length: give one probability for every station")
    return routing


def _stable(made: Stations) -> None:
    for i, load in enumerate(made.rho):
        if load >= 1:
            raise ValueError(f"station {i + 1} has a load of {load:.6g}: its queue grows without end")


@click.command("network", cls=asking.Calculator)
@wiring
@click.option("--external-scv", type=given.Numbers(zero=True), default="1", show_default=True,
              help="Squared coefficient of variation of the times between arrivals from outside.")  # fmt: skip
@click.option("--service-scv", type=given.Numbers(zero=True), default="1", show_default=True,
              help="Squared coefficient of variation of service.")  # fmt: skip
@terminal.format_option
def network(
    external: Floats, routing: Rows, service: Floats | None, rate: Floats | None, form: str, **by_station: Floats
) -> None:
    """Open network of GI/G/c stations, by decomposition from two moments (Whitt's QNA)."""
    from easterly.app.values import numbers
    from easterly.predict.queueing.qna import decompose

    by_station["service"] = options.means_of(service, rate)
    full = {name: _each(name.replace("_", "-"), values, len(external)) for name, values in by_station.items()}
    made = decompose(external, full["external_scv"], full["service"], full["service_scv"], _square(routing),
                     full["servers"])  # fmt: skip
    asked: dict[str, Any] = {"external": list(external), **{name: list(values) for name, values in full.items()}}
    asked |= {"routing": [list(row) for row in routing], "arrival_scv": numbers(made.arrival_scv)}
    stations.show(asked, made.stations, form, counted(len(external), "station"))


@click.command("closed", cls=asking.Calculator)
@click.option("--demand", type=given.Table(), required=True,
              help="Service at each station per round, a row a class: '1,2,0.5;0.3,1,1'.")  # fmt: skip
@click.option("--population", type=given.Numbers(zero=True), required=True, help="Customers, by class.")
@click.option("--think", type=given.Numbers(zero=True), default="0", show_default=True,
              help="Time elsewhere per round, by class or one for all.")  # fmt: skip
@click.option("--servers", type=given.Numbers(), default="1", show_default=True,
              help="Servers by station, for one class.")  # fmt: skip
@click.option("--method", type=asking.Named(METHODS), default="exact", show_default=True,
              help="Exact mean values; two approximations; normalising constants (one class).")  # fmt: skip
@terminal.format_option
def closed(demand: Rows, population: Floats, think: Floats, servers: Floats, method: str, form: str) -> None:
    """Closed network: customers go round for ever. W is per round, entering is the throughput of a class."""
    from easterly.predict.queueing import mva

    classes, idle = len(population), think * len(population) if len(think) == 1 else think
    if len({len(row) for row in demand}) > 1:
        raise ValueError("rows of --demand differ in length: give every class a number for every station")
    if len(idle) != classes:
        raise ValueError(f"--think has {len(idle)} numbers: give one, or one for each of {classes} classes")
    if method == "convolution" or {*servers} != {1.0}:
        made = _one_class(demand, population, idle, servers)
    else:
        solve = {"exact": mva.exact, "linearizer": mva.linearizer, "schweitzer": mva.schweitzer}[method]
        made = solve(demand, population, idle)
    if form == "json":
        asked = {"demand": [list(row) for row in demand], "population": list(population), "think": list(idle)}
        stations.show(asked, made, form, "")
        return
    for r, part in enumerate(_rows(made)):
        stations.show({}, part, form, f"class {r + 1} of {classes}")


def _one_class(demand: Rows, population: Floats, idle: Floats, servers: Floats) -> Stations:
    from easterly.predict.queueing.convolution import buzen

    if len(population) != 1 or len(demand) != 1:
        raise ValueError("stations with several servers, and convolution, are for one class: give one row of --demand")
    return buzen(demand[0], _whole(population[0]), _each("servers", servers, len(demand[0])), idle[0])


def _whole(population: float) -> int:
    if population != int(population):
        raise ValueError(f"--population is {population:g}: customers are whole")
    return int(population)


def _rows(made: Stations) -> list[Stations]:
    if made.W.ndim == 1:
        return [made]
    names = ("entering", "rho", "P_wait", "L", "Lq", "W", "Wq", "P_loss")
    return [replace(made, **{name: getattr(made, name)[r] for name in names}) for r in range(made.W.shape[0])]


@click.command("fork-join", cls=asking.Calculator)
@options.arrival
@options.service
@click.option("--parts", type=asking.Count(1, 10**7), required=True, help="Parts, one at each of as many stations.")
@terminal.format_option
def fork_join(arrival: float, service: float | None, rate: float | None, parts: int, form: str) -> None:
    """Fork-join of M/M/1 stations: a part at each, and a wait for the last; exact up to two parts."""
    from easterly.predict.queueing.fork_join import fork_join as solve

    mean = options.mean_of(service, rate)
    options.stable(arrival, mean)
    title = f"{parts:,} parts, {arrival:g} arrivals per unit of time, {mean:g} a part"
    stations.show({"arrival": arrival, "service": mean, "parts": parts}, solve(arrival, mean, parts), form, title)

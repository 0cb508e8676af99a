"""``easterly calc queue``: stations without memory."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.calc import asking, given, stations
from easterly.app.commands.queues import options
from easterly.base.counts import counted


@click.command("mm1", cls=asking.Calculator)
@options.arrival
@options.service
@options.levels
@terminal.format_option
def mm1(arrival: float, service: float | None, rate: float | None, levels: tuple[float, ...], form: str) -> None:
    """M/M/1: L = rho / (1 - rho), W = 1 / (mu - lambda)."""
    from easterly.predict.queueing.markov import mm1 as solve

    mean = options.mean_of(service, rate)
    options.stable(arrival, mean)
    stations.show({"arrival": arrival, "service": mean}, solve(arrival, mean, levels=levels), form,
                  f"{arrival:g} customers per unit of time, {mean:g} each")  # fmt: skip


@click.command("mmc", cls=asking.Calculator)
@options.arrival
@options.service
@options.servers
@options.levels
@terminal.format_option
def mmc(
    arrival: float, service: float | None, rate: float | None, servers: int, levels: tuple[float, ...], form: str
) -> None:
    """M/M/c: Erlang's delay formula, by the recursion of his loss formula.

    C = B / (1 - rho (1 - B)), Lq = C rho / (1 - rho), Wq = C / (c mu - lambda).
    """
    from easterly.predict.queueing.markov import mmc as solve

    mean = options.mean_of(service, rate)
    options.stable(arrival, mean, servers)
    stations.show({"arrival": arrival, "service": mean, "servers": servers},
                  solve(arrival, mean, servers, levels=levels), form,
                  f"{servers:,} servers, {arrival:g} customers per unit of time, {mean:g} each")  # fmt: skip


@click.command("mmck", cls=asking.Calculator)
@options.arrival
@options.service
@options.servers
@click.option("--places", type=asking.Count(1, 10**15), required=True, help="Places in all, servers included.")
@options.levels
@terminal.format_option
def mmck(
    arrival: float, service: float | None, rate: float | None, servers: int, places: int, levels: tuple[float, ...],
    form: str,
) -> None:  # fmt: skip
    """M/M/c/K: who finds all places taken is lost. Means and quantiles are of those who enter."""
    from easterly.predict.queueing.markov import mmck as solve

    mean = options.mean_of(service, rate)
    asked = {"arrival": arrival, "service": mean, "servers": servers, "places": places}
    stations.show(
        asked,
        solve(arrival, mean, servers, places, levels=levels),
        form,
        f"{counted(servers, 'server')}, {counted(places, 'place')}, "
        f"{arrival:g} customers per unit of time, {mean:g} each",
    )


@click.command("mminf", cls=asking.Calculator)
@options.arrival
@options.service
@terminal.format_option
def mminf(arrival: float, service: float | None, rate: float | None, form: str) -> None:
    """M/G/infinity: nobody waits; the number in the system is Poisson with mean arrival x service."""
    from easterly.predict.queueing.markov import mminf as solve

    mean = options.mean_of(service, rate)
    stations.show({"arrival": arrival, "service": mean}, solve(arrival, mean), form,
                  f"{arrival:g} customers per unit of time, {mean:g} each")  # fmt: skip


def _load(load: float | None, arrival: float | None, service: float | None, rate: float | None) -> float:
    if load is not None:
        if arrival is not None or service is not None or rate is not None:
            raise click.UsageError("give --load, or --arrival with --service, not both")
        return load
    if arrival is None:
        raise click.UsageError("give --load in erlang, or --arrival with --service")
    return arrival * options.mean_of(service, rate)


@click.command("erlang-b", cls=asking.Calculator)
@options.servers
@click.option("--load", type=given.Number(zero=True), help="Offered load in erlang: arrival x service.")
@click.option("--arrival", type=given.Number(zero=True), help="Customers per unit of time.")
@options.service
@terminal.format_option
def erlang_b(
    servers: int, load: float | None, arrival: float | None, service: float | None, rate: float | None, form: str
) -> None:
    """Erlang's loss formula: the share that finds all servers busy and is lost, whatever the service times.

    B(0) = 1, B(c) = a B(c - 1) / (c + a B(c - 1)).
    """
    from easterly.app.calc import answer
    from easterly.app.values import number
    from easterly.predict.queueing.markov import erlang_b as solve

    offered = _load(load, arrival, service, rate)
    lost = float(solve(servers, offered))
    if form == "json":
        terminal.emit_json(
            {
                "servers": servers,
                "load": number(offered),
                "B": number(lost),
                "P_loss": number(lost),
                "carried": number(offered * (1 - lost)),
                "method": "Erlang B",
                "error": "exact",
            }
        )
        return
    answer.title(f"{servers:,} servers, {offered:g} erlang: Erlang B, exact")
    answer.facts([
        ("P_loss", stations.text(lost), "share that is lost"),
        ("carried", stations.text(offered * (1 - lost)), "erlang that are served"),
    ])  # fmt: skip


@click.command("erlang-c", cls=asking.Calculator)
@options.servers
@click.option("--load", type=given.Number(zero=True), help="Offered load in erlang: arrival x service.")
@click.option("--arrival", type=given.Number(zero=True), help="Customers per unit of time.")
@options.service
@terminal.format_option
def erlang_c(
    servers: int, load: float | None, arrival: float | None, service: float | None, rate: float | None, form: str
) -> None:
    """Erlang's delay formula: the probability of waiting. `mmc` gives the times, too."""
    from easterly.app.calc import answer
    from easterly.app.values import number
    from easterly.predict.queueing.markov import erlang_c as solve

    offered = _load(load, arrival, service, rate)
    options.stable(offered, 1.0, servers)
    waits = float(solve(servers, offered))
    if form == "json":
        terminal.emit_json({"servers": servers, "load": number(offered), "C": number(waits), "P_wait": number(waits),
                            "method": "Erlang C", "error": "exact"})  # fmt: skip
        return
    answer.title(f"{servers:,} servers, {offered:g} erlang: Erlang C, exact")
    answer.facts([("P_wait", stations.text(waits), stations.MEANING["P_wait"])])


@click.command("erlang-a", cls=asking.Calculator)
@options.arrival
@options.service
@options.servers
@click.option("--patience", type=given.Number(), required=True, help="Mean time that one would wait.")
@terminal.format_option
def erlang_a(
    arrival: float, service: float | None, rate: float | None, servers: int, patience: float, form: str
) -> None:
    """M/M/c+M: those who wait give up after an exponential time. Means over all who arrive."""
    from easterly.predict.queueing.markov import erlang_a as solve

    mean = options.mean_of(service, rate)
    asked = {"arrival": arrival, "service": mean, "servers": servers, "patience": patience}
    stations.show(asked, solve(arrival, mean, servers, patience), form,
                  f"{servers:,} servers, {arrival:g} customers per unit of time, {mean:g} each")  # fmt: skip

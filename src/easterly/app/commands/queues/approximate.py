"""``easterly calc queue gg1`` and ``ggc``: every approximation beside the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import answer, asking, given, stations
from easterly.app.commands.queues import options

if TYPE_CHECKING:
    from easterly.model.stations import Stations

ONE = ("klb", "marchal", "kingman", "bound")
SEVERAL = ("whitt", "allen-cunneen", "kimura")


def variations(command: Any) -> Any:
    """Add ``--arrival-scv`` and ``--service-scv``."""
    for name, of in (("service", "service"), ("arrival", "the times between arrivals")):
        says = f"Squared coefficient of variation of {of}."
        command = click.option(f"--{name}-scv", type=given.Number(zero=True), required=True, help=says)(command)
    return command


@click.command("gg1", cls=asking.Calculator)
@options.arrival
@options.service
@variations
@click.option("--method", type=asking.Named(ONE), default="klb", show_default=True, help="Whose numbers to print.")
@terminal.format_option
def gg1(arrival: float, arrival_scv: float, service_scv: float, method: str, form: str, **times: float | None) -> None:
    """GI/G/1 from two moments. No such formula is exact: the others stand beside the one that was asked for."""
    from easterly.predict.queueing import approximate as by

    mean = options.mean_of(**times)
    options.stable(arrival, mean)
    solvers = dict(zip(ONE, (by.klb, by.marchal, by.kingman, by.kingman_bound), strict=True))
    made = {name: solve(arrival, mean, arrival_scv, service_scv) for name, solve in solvers.items()}
    asked = {"arrival": arrival, "service": mean, "arrival_scv": arrival_scv, "service_scv": service_scv}
    _show(asked, made, method, form)


@click.command("ggc", cls=asking.Calculator)
@options.arrival
@options.service
@options.servers
@variations
@click.option(
    "--method", type=asking.Named(SEVERAL), default="whitt", show_default=True, help="Whose numbers to print."
)
@terminal.format_option
def ggc(
    arrival: float, servers: int, arrival_scv: float, service_scv: float, method: str, form: str, **times: float | None
) -> None:
    """GI/G/c from two moments. No such formula is exact: the others stand beside the one that was asked for."""
    from easterly.predict.queueing import approximate as by

    mean = options.mean_of(**times)
    options.stable(arrival, mean, servers)
    solvers = {"whitt": by.whitt, "allen-cunneen": by.allen_cunneen}
    if max(arrival_scv, service_scv) <= 1 or method == "kimura":
        solvers["kimura"] = by.kimura
    made = {name: solve(arrival, mean, servers, arrival_scv, service_scv) for name, solve in solvers.items()}
    asked = {"arrival": arrival, "service": mean, "servers": servers}
    _show({**asked, "arrival_scv": arrival_scv, "service_scv": service_scv}, made, method, form)


def _show(asked: dict[str, Any], made: dict[str, Stations], method: str, form: str) -> None:
    others = [
        {"name": name, "method": one.method, "error": one.error.value, "Wq": stations.value(one.Wq)}
        for name, one in made.items()
    ]
    title = f"{asked['arrival']:g} customers per unit of time, {asked['service']:g} each"
    stations.show({**asked, "alternatives": others}, made[method], form, title)
    if form == "text":
        rows = [(row["method"], stations.text(row["Wq"]), row["error"]) for row in others]
        answer.table(("method", "Wq", "error"), rows)

"""``easterly calc queue``: servers and load for a target."""

from __future__ import annotations

from typing import Any

import click

from easterly.app import terminal
from easterly.app.calc import asking, given, stations
from easterly.app.commands.queues import options

WISHES = {
    "wait": "Mean wait, at most.",
    "time": "Mean time in the system, at most.",
    "wait_at": "Wait that the share --level keeps.",
    "time_at": "Time in the system that the share --level keeps.",
    "waiting": "Share of customers that may wait.",
    "loss": "Share that may be lost, where nobody can wait.",
}


def wishes(command: Any) -> Any:
    """Add an option for each target."""
    command = click.option("--level", type=given.Levels(), default="0.99", show_default=True, help="Of a percentile.")(
        command
    )
    for name, does in reversed(WISHES.items()):
        command = click.option(f"--{name.replace('_', '-')}", name, type=given.Number(), help=does)(command)
    return command


def aim_of(wish: dict[str, float | None], level: tuple[float, ...]) -> tuple[Any, float, float]:
    """Aim, target and time of the one wish that was made."""
    from easterly.predict.queueing.invert import Aim

    made = [(name, value) for name, value in wish.items() if value is not None]
    if len(made) != 1:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in WISHES)
        raise click.UsageError(f"give one target, not {len(made)}: {names}")
    (name, value), share = made[0], 1 - level[0]
    if name in ("waiting", "loss") and value >= 1:
        raise click.UsageError(f"--{name} is a share below 1")
    if name in ("wait_at", "time_at"):
        return (Aim.WAIT_BEYOND if name == "wait_at" else Aim.TIME_BEYOND), share, value
    return Aim[name.upper()], value, 0.0


def split(given_: dict[str, float | None]) -> tuple[float, dict[str, float | None]]:
    """Mean time of one service, and the wishes."""
    mean = options.mean_of(given_["service"], given_["rate"])
    return mean, {name: given_[name] for name in WISHES}


@click.command("size", cls=asking.Calculator)
@click.option("--arrival", type=given.Number(), help="Customers per unit of time: asks for servers.")
@options.service
@click.option("--servers", type=asking.Count(1, options.MOST_SERVERS), help="Servers: asks for the largest load.")
@wishes
@terminal.format_option
def size(
    arrival: float | None, servers: int | None, level: tuple[float, ...], form: str, **others: float | None
) -> None:
    """Fewest servers of an M/M/c for a target, or, with --servers, the largest load that they take within it."""
    from easterly.app.calc import answer
    from easterly.app.values import number
    from easterly.predict.queueing.invert import measured

    mean, wish = split(others)
    aim, target, at = aim_of(wish, level)
    load, count = _solve(aim, arrival, servers, mean, target, at)
    reached = float(measured(aim, load, mean, count, at))
    if form == "json":
        found = {"arrival": number(load), "service": mean, "servers": count, "aim": aim.name.lower(), "target": target}
        terminal.emit_json(
            {**found, "at": at, "reached": number(reached), "method": "M/M/c, inverted", "error": "exact"}
        )
        return
    answer.title("M/M/c, inverted, exact")
    row = ("servers", f"{count:,}", "fewest that keep the target")
    if servers is not None:
        row = ("arrival", stations.text(load), "largest rate that keeps the target")
    text = f"of {stations.text(target)} that may be: {' '.join((SAYS[aim.name], f'{at:g}' if at else '')).strip()}"
    answer.facts([row, ("reached", stations.text(reached), text)])


SAYS = {
    "WAIT": "mean wait",
    "TIME": "mean time in the system",
    "WAIT_BEYOND": "share that waits longer than",
    "TIME_BEYOND": "share that is in the system longer than",
    "WAITING": "share that waits",
    "LOSS": "share that is lost",
}


def _solve(
    aim: Any, arrival: float | None, servers: int | None, mean: float, target: float, at: float
) -> tuple[float, int]:
    from easterly.predict.queueing import invert

    if arrival is not None and servers is None:
        load, count = arrival, int(invert.fewest_servers(aim, arrival, mean, target, at))
    elif servers is not None and arrival is None:
        load, count = float(invert.most_load(aim, mean, servers, target, at)), servers
    else:
        raise click.UsageError("give --arrival, to learn the servers, or --servers, to learn the largest load")
    if not load or not count:
        raise ValueError(f"no number of servers keeps this target: one service alone takes {mean:g} in the mean")
    return load, count


@click.command("headroom", cls=asking.Calculator)
@click.option("--arrival", type=given.Number(), required=True, help="Customers per unit of time today.")
@options.service
@options.servers
@wishes
@click.option("--growth", type=given.Numbers(), default="0.5,0.75,1,1.1,1.25,1.5,2", show_default=True,
              help="Factors on the arrivals of today.")  # fmt: skip
@terminal.format_option
def headroom(
    arrival: float, servers: int, level: tuple[float, ...], growth: tuple[float, ...], form: str, **others: float | None
) -> None:
    """An M/M/c under growth: its waits, the growth that a target stands, and the servers that each growth needs."""
    from easterly.app.calc import answer
    from easterly.app.values import number, numbers
    from easterly.predict.queueing.headroom import curve

    mean, wish = split(others)
    aim, target, at = aim_of(wish, level)
    made = curve(aim, arrival, mean, servers, target, at, growth)
    columns = {"growth": made.growth, "rho": made.stations.rho, "Wq": made.stations.Wq, "W": made.stations.W}
    needed = [int(c) or None for c in made.servers]
    if form == "json":
        asked = {"arrival": arrival, "service": mean, "servers": servers, "aim": aim.name.lower(), "target": target}
        found = {"at": at, "most": number(made.most), "factor": number(made.factor)}
        curves = {name: numbers(column) for name, column in columns.items()}
        terminal.emit_json({**asked, **found, **curves, "needed": needed, "method": "M/M/c", "error": "exact"})
        return
    answer.title(f"{servers:,} servers, {arrival:g} customers per unit of time, {mean:g} each: M/M/c, exact")
    says = "of the arrivals of today" if made.most else "the target is missed by service alone"
    answer.facts([("most", stations.text(made.most), "arrivals within the target"),
                  ("factor", stations.text(made.factor), says)])  # fmt: skip
    cells = zip(*([stations.text(x) for x in column] for column in columns.values()), strict=True)
    table = [(*row, str(c or "none")) for row, c in zip(cells, needed, strict=True)]
    answer.table((*columns, "servers needed"), table)


@click.command("replicas", cls=asking.Calculator)
@click.option("--requests", type=given.Number(), required=True, help="Requests per unit of time.")
@click.option("--prefill", type=given.Number(), required=True, help="Mean time to compute one prompt.")
@click.option("--ttft", type=given.Number(), required=True, help="Time to the first token.")
@click.option(
    "--level", type=given.Levels(), default="0.99", show_default=True, help="Share of requests that keeps it."
)
@click.option("--tokens", type=given.Number(), required=True, help="Mean tokens of an answer.")
@click.option("--step", type=given.Number(), required=True, help="Time of a decode step with an empty batch.")
@click.option("--step-each", type=given.Number(), required=True, help="What each answer in the batch adds to it.")
@click.option("--itl", type=given.Number(), required=True, help="Time between tokens.")
@terminal.format_option
def replicas(form: str, level: tuple[float, ...], **asked: float) -> None:
    """Fewest replicas of an inference service: prompts as an M/M/c for TTFT, decode batches as large as ITL allows."""
    from easterly.app.calc import answer
    from easterly.predict.queueing.replicas import replicas as solve

    names = ("requests", "prefill", "ttft", "tokens", "step", "step_each", "itl")
    requests, prefill, ttft, tokens, step, step_each, itl = (asked[name] for name in names)
    made = solve(requests, prefill, ttft, level[0], tokens, step, step_each, itl)
    if form == "json":
        found = {"prefill_replicas": made.prefill, "decode_replicas": made.decode, "batch": made.batch}
        terminal.emit_json({**asked, "level": level[0], **found, "method": "M/M/c for prompts, M/G/inf for decoding",
                            "error": "exact for exponential prompts; decoding by the normal law"})  # fmt: skip
        return
    answer.title(f"{requests:g} requests per unit of time")
    first = f"replicas: {stations.percent(level[0])} of the first token within {ttft:g} (M/M/c)"
    second = f"replicas: all answers in batches of at most {made.batch:,} (M/G/inf)"
    answer.facts([("prefill", f"{made.prefill:,}", first), ("decode", f"{made.decode:,}", second)])

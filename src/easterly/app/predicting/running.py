"""Predictions: cost told beforehand, progress while they run, the answer in the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from easterly.app import terminal
from easterly.app.predicting import document, page
from easterly.base.findings import FindingsError


def show(nouns: Any, found: Any, method: str, asked: dict[str, Any], form: str) -> None:
    """Predict, and print what comes out."""
    result = document.fluid(nouns.prediction.value) if method == "fluid" else _packets(nouns, asked, form)
    if form == "json":
        terminal.emit_json(result, found)
        return
    terminal.print_findings(found, None)
    (page.fluid if method == "fluid" else page.packet)(result)


def _packets(nouns: Any, asked: dict[str, Any], form: str) -> dict[str, Any]:
    from easterly.study import packets

    wishes = packets.Wishes(
        tuple(asked["jobs"]), asked["steps"], asked["part"], asked["hops"] or packets.MOST_HOPS,
        dict(pair(text, form) for text in asked["transports"]), asked["routing"], asked["seed"],
    )  # fmt: skip
    try:
        prepared = packets.prepare(nouns, wishes)
        cost = packets.cost_of(prepared)
        with following(cost.total, quiet=form == "json") as progress:
            made = packets.simulate_site(prepared, cost.part, progress)
    except FindingsError as error:
        terminal.refused(error.findings, None, form)
    except (ValueError, KeyError) as error:
        terminal.misused(str(error.args[0]), form)
    ways = dict(zip(nouns.qos.value.traffic_class.tolist(), prepared.transports, strict=True))
    used = {name: ways[name] for name in made.classes.name.tolist()}
    return document.packet(made, nouns.prediction.value, used)


def pair(text: str, form: str) -> tuple[str, str]:
    """``CLASS=NAME`` in its two parts."""
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        terminal.misused(f"--transport: {text!r} is not CLASS=NAME, such as storage=bbr", form)
    return name, value


@contextmanager
def following(hops: float, quiet: bool) -> Iterator[Any]:
    """What a simulation will take, and a bar while it runs; nothing where nobody looks."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    click.echo(f"about {hops:.3g} packet-hops", err=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("packets", total=hops)

        def told(done: int) -> bool:
            bar.update(task, completed=done)
            return True

        yield told

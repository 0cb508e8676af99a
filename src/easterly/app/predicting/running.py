"""Predictions: cost told beforehand, progress while they run, the answer in the end."""

from __future__ import annotations

from typing import Any

from easterly.app import terminal
from easterly.app.pacing import paced
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

    transports = dict(pair(text, form) for text in asked["transports"])
    hops, seed = asked["hops"] or packets.MOST_HOPS, asked["seed"]
    try:
        made = []
        for each in range(seed, seed + asked["count"]):
            jobs, steps, part = tuple(asked["jobs"]), asked["steps"], asked["part"]
            wishes = packets.Wishes(jobs, steps, part, hops, transports, asked["routing"], each)
            prepared = packets.prepare(nouns, wishes)
            runs = packets.runs_of(prepared)
            with paced(f"packets, seed {each}", runs.hops, quiet=form == "json") as progress:
                made.append(packets.simulate_site(prepared, runs, progress))
            if not made[-1].outcome.complete:
                break
    except FindingsError as error:
        terminal.refused(error.findings, None, form)
    except (ValueError, KeyError) as error:
        terminal.misused(str(error.args[0]), form)
    ways = dict(zip(nouns.qos.value.traffic_class.tolist(), prepared.transports, strict=True))
    used = {name: ways[name] for name in made[0].classes.name.tolist()}
    return document.packet(made, nouns.prediction.value, used)


def pair(text: str, form: str) -> tuple[str, str]:
    """``CLASS=NAME`` in its two parts."""
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        terminal.misused(f"--transport: {text!r} is not CLASS=NAME, such as storage=bbr", form)
    return name, value

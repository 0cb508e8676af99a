"""Predictions: cost told beforehand, progress while they run, the answer in the end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from easterly.app import terminal
from easterly.app.pacing import paced
from easterly.app.predicting import bounded, changed, document, flowing, flows_page, page, queued, witnessed
from easterly.base.findings import FindingsError, did_you_mean

if TYPE_CHECKING:
    from easterly.base.findings import Finding
    from easterly.model.packet_prediction import PacketPrediction
    from easterly.model.qos import QosPlan

PACKETS_ONLY = {
    "--part": "part", "--hops": "hops", "--transport": "transports", "--replay": "replays", "--report": "report",
    "--steps": "steps", "--routing": "routing", "--seed": "seed", "--seeds": "count",
}  # fmt: skip
FLOWS_ONLY = {
    "--jitter": "jitter", "--straggler": "stragglers", "--fail": "fails", "--degrade": "degraded", "--detect": "detect",
    "--reroute": "reroute", "--alone": "alone", "--at": "at", "--checkpoint": "saves", "--requests": "requests",
    "--allocation": "allocation",
}  # fmt: skip
SHARED = ("steps", "routing", "seed", "count", "report")
"""Options of flows that packets take too: they ask for a simulation."""
USUAL_EVENTS = 300_000
"""Computations and messages of steps, up to which they are simulated where nobody says how to predict."""
QUEUES_ONLY = {"--arrivals": "arrivals", "--times": "times"}
BOUNDS_ONLY = {"--add": "added", "--without": "without", "--refine": "refine"}
ALSO = {"rates": (), "fluid": (*FLOWS_ONLY.values(), "report", "steps", "routing", "seed", "count"),
        "bounds": ("steps", "transports", "added", "without", "refine"),
        "queueing": ("transports", "arrivals", "times"), "packet": tuple(PACKETS_ONLY.values()),
        "all": ("transports", "arrivals", "times", "hops", "seed", "report")}  # fmt: skip
"""Those options that a method takes."""
PAIRS = {"--transport": "CLASS=NAME, such as storage=bbr", "--replay": "JOB=FOLDER, such as pre=traces"}


def show(nouns: Any, found: Any, method: str | None, asked: dict[str, Any], form: str) -> None:
    """Predict, and print what comes out."""
    chosen, method = method is not None, method or _usual(nouns, asked)
    _fits(method, asked, form)
    if method == "rates":
        result = _rates(nouns, asked, form)
        if not chosen and result["jobs"]:
            result["because"] = (
                f"steps have more than {USUAL_EVENTS:,} events: --method fluid simulates them all the same"
            )
        _print(result, found, form, page.rates)
        return
    if method == "fluid":
        _flows(nouns, found, asked, form)
    if method == "bounds":
        changes = asked["added"] or asked["without"]
        _print(_worst(nouns, asked, form), found, form, changed.page if changes else bounded.page)
        return
    if method == "queueing":
        result, over = _means(nouns, asked, form)
        _print(result, [*found, *over], form, queued.page)
        return
    if asked["report"] is not None:
        terminal.writable(asked["report"], form)
    if method == "all":
        _three(nouns, found, asked, form)
    result, made = _packets(nouns, asked, form)
    _print(result, found, form, page.packet)
    if asked["report"] is not None:
        _report(asked["report"], str(nouns.site.site.name), result, made, nouns.qos.value, form)
    sys.exit(terminal.FINE if result["complete"] else terminal.FOUND)


def _print(result: dict[str, Any], found: Any, form: str, show: Callable[[dict[str, Any]], None]) -> None:
    terminal.tell(result, form, show, found)


def _fits(method: str, asked: dict[str, Any], form: str) -> None:
    """Refuse options that a method does not take."""
    for whose, options in (
        ("packet", PACKETS_ONLY),
        ("fluid", FLOWS_ONLY),
        ("queueing", QUEUES_ONLY),
        ("bounds", BOUNDS_ONLY),
    ):
        for option, name in options.items():
            if name not in ALSO[method] and _given(asked[name]):
                terminal.misused(f"{option}: is for --method {whose}", form)


def _given(value: Any) -> bool:
    return value is not None and value is not False and value != ()


def _rates(nouns: Any, asked: dict[str, Any], form: str) -> dict[str, Any]:
    known = nouns.prediction.value.job.tolist()
    for name in asked["jobs"]:
        if name not in known:
            terminal.misused(f"--job: no job that has hosts is called {name!r}: {did_you_mean(name, known)}", form)
    return document.rates(nouns.prediction.value, asked["jobs"])


def _usual(nouns: Any, asked: dict[str, Any]) -> str:
    """Flows, where steps are no more than a few seconds of them; rates where they are, or where nobody trains."""
    from easterly.study.fluid import events_of

    wanted = any(_given(asked[name]) for name in (*FLOWS_ONLY.values(), *SHARED))
    return "fluid" if wanted or 0 < events_of(nouns, tuple(asked["jobs"])) <= USUAL_EVENTS else "rates"


def _flows(nouns: Any, found: Any, asked: dict[str, Any], form: str) -> NoReturn:
    """Steps as flows; a job that never ends is a finding."""
    if asked["report"] is not None:
        terminal.writable(asked["report"], form)
    try:
        made, alone = flowing.runs(nouns, asked, form)
    except FindingsError as error:
        terminal.refused(error.findings, None, form)
    except (ValueError, KeyError) as error:
        terminal.misused(str(error.args[0]), form)
    tenant = {name: job.tenant for name, job in nouns.site.jobs.items()}
    result = flowing.document(made, nouns.prediction.value, flowing.wishes(asked, form), alone, tenant)
    wrong = flowing.findings(result)
    _print(result, [*found, *wrong], form, flows_page.page)
    if asked["report"] is not None:
        from easterly.app.planning import write_text
        from easterly.app.report import flowing as drawing

        with terminal.writing(asked["report"], form):
            write_text(asked["report"], drawing.page(str(nouns.site.site.name), result, made[0]))
    sys.exit(terminal.FOUND if wrong or not result["complete"] else terminal.FINE)


def _worst(nouns: Any, asked: dict[str, Any], form: str) -> dict[str, Any]:
    from easterly.study.bounds import bound_site, change_site

    transports = dict(pair("--transport", text, form) for text in asked["transports"])
    extras = [changed.extra(text, form) for text in asked["added"]]
    try:
        if asked["refine"] and (extras or asked["without"]):
            terminal.misused("--refine: is for a plan as it is; leave --add and --without out", form)
        made = bound_site(nouns, jobs=tuple(asked["jobs"]), steps=asked["steps"] or 1, transports=transports,
                          refine=asked["refine"] or 0)  # fmt: skip
        if extras or asked["without"]:
            return changed.document(change_site(made, extras, asked["without"]), asked["without"])
    except FindingsError as error:
        terminal.refused(error.findings, None, form)
    except (ValueError, KeyError) as error:
        terminal.misused(str(error.args[0]), form)
    return bounded.document(made)


def _means(nouns: Any, asked: dict[str, Any], form: str) -> tuple[dict[str, Any], list[Finding]]:
    """Means, and a finding where queues have none."""
    from easterly.study.naming import classes_of, links_of
    from easterly.study.queueing import overloaded, queue_services, queue_site

    transports = dict(pair("--transport", text, form) for text in asked["transports"])
    try:
        made = queue_site(nouns, jobs=tuple(asked["jobs"]), arrivals=asked["arrivals"] or "packets",
                          factor=asked["times"] or 1.0, transports=transports)  # fmt: skip
        services = queue_services(nouns, factor=asked["times"] or 1.0)
    except FindingsError as error:
        terminal.refused(error.findings, None, form)
    except (ValueError, KeyError) as error:
        terminal.misused(str(error.args[0]), form)
    return queued.document(made, services), overloaded(made, links_of(nouns), classes_of(nouns, made.offered.queues))


def _three(nouns: Any, found: Any, asked: dict[str, Any], form: str) -> NoReturn:
    """All three witnesses; contradictions are findings."""
    from easterly.study import witnesses
    from easterly.study.naming import classes_of, links_of

    transports = dict(pair("--transport", text, form) for text in asked["transports"])
    try:
        made = witnesses.witness_site(
            nouns, jobs=tuple(asked["jobs"]), arrivals=asked["arrivals"] or "packets", factor=asked["times"] or 1.0,
            transports=transports, hops=asked["hops"] or witnesses.HOPS,
            seed=1 if asked["seed"] is None else asked["seed"],
        )  # fmt: skip
    except FindingsError as error:
        terminal.refused(error.findings, None, form)
    except (ValueError, KeyError) as error:
        terminal.misused(str(error.args[0]), form)
    wrong = witnesses.findings(made, links_of(nouns), classes_of(nouns, made.means.offered.queues))
    result = witnessed.document(made)
    _print(result, [*found, *wrong], form, witnessed.page)
    if asked["report"] is not None:
        from easterly.app.planning import write_text
        from easterly.app.report import witnessing

        with terminal.writing(asked["report"], form):
            write_text(asked["report"], witnessing.page(str(nouns.site.site.name), result))
    sys.exit(terminal.FOUND if wrong else terminal.FINE)


def _packets(nouns: Any, asked: dict[str, Any], form: str) -> tuple[dict[str, Any], PacketPrediction]:
    from easterly.study import packets

    transports = dict(pair("--transport", text, form) for text in asked["transports"])
    replays = {job: Path(folder) for job, folder in (pair("--replay", text, form) for text in asked["replays"])}
    hops, seed = asked["hops"] or packets.MOST_HOPS, 1 if asked["seed"] is None else asked["seed"]
    jobs, steps, routing = tuple(asked["jobs"]), asked["steps"] or 1, asked["routing"] or "hash"
    try:
        made = []
        for each in range(seed, seed + (asked["count"] or 1)):
            wishes = packets.Wishes(jobs, steps, asked["part"], hops, transports, replays, routing, each)
            prepared = packets.prepare(nouns, wishes)
            runs = packets.runs_of(prepared)
            with paced(f"packets, seed {each}", runs.hops, quiet=form == "json") as progress:
                made.append(packets.simulate_site(prepared, runs, progress))
            if not made[-1].outcome.complete:
                break
    except FindingsError as error:
        terminal.refused(error.findings, None, form)
    except OSError as error:
        terminal.misused(f"--replay: {error.filename}: {error.strerror or error}", form)
    except (ValueError, KeyError) as error:
        terminal.misused(str(error.args[0]), form)
    return document.packet(made, nouns.prediction.value, nouns.qos.value, replays), made[0]


def _report(path: Path, site: str, result: dict[str, Any], made: PacketPrediction, plan: QosPlan, form: str) -> None:
    from easterly.app.planning import write_text
    from easterly.app.report import predicted

    with terminal.writing(path, form):
        write_text(path, predicted.page(site, result, made, plan.traffic_class.tolist()))


def pair(option: str, text: str, form: str) -> tuple[str, str]:
    """The two parts of ``CLASS=NAME`` or ``JOB=FOLDER``."""
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        terminal.misused(f"{option}: {text!r} is not {PAIRS[option]}", form)
    return name, value

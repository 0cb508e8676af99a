"""What is tried, and what came out, as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from easterly.app import terminal
from easterly.app.predicting.running import pair
from easterly.app.values import number
from easterly.base.findings import did_you_mean
from easterly.base.units import SHARE, SIZE, TIME, parse

if TYPE_CHECKING:
    from easterly.study.buffers import Meeting, Target, Trial, Tried


@dataclass(frozen=True, slots=True)
class Wanted:
    """Options, read."""

    groups: tuple[str, ...]
    classes: tuple[str, ...]
    senders: int | None
    size_B: int
    target: Target
    transports: dict[str, str]
    seed: int


def wanted(asked: dict[str, Any], form: str) -> Wanted:
    """Read the options; leave where one of them is none."""
    from easterly.study.buffers import Target

    def read(name: str, text: str, dimension: Any) -> float:
        try:
            return float(parse(text, dimension))
        except ValueError as error:
            terminal.misused(f"--{name}: {error}", form)

    wait_s = float("inf") if asked["latency"] is None else read("latency", asked["latency"], TIME)
    size_B = read("bytes", asked["burst"], SIZE)
    if not 1 <= size_B <= 1e9:
        terminal.misused(f"--bytes: {asked['burst']} is not between 1B and 1GB", form)
    return Wanted(
        asked["groups"], asked["classes"], asked["senders"], round(size_B),
        Target(read("loss", asked["loss"], SHARE), wait_s),
        dict(pair("--transport", text, form) for text in asked["transports"]), asked["seed"],
    )  # fmt: skip


def tried(nouns: Any, wishes: Wanted, form: str) -> tuple[list[Tried], int]:
    """Try every meeting that was asked for: those that were tried until somebody stopped it, and how many there are."""
    from easterly.study import buffers
    from easterly.study.packets.transports import transports_of

    plan = nouns.qos.value
    _known("group", wishes.groups, plan.groups.name.tolist(), form)
    _known("class", wishes.classes, plan.traffic_class.tolist(), form)
    try:
        ways, network = transports_of(plan, wishes.transports), nouns.network.value
        every = buffers.meetings(network, plan, ways, size_B=wishes.size_B, senders=wishes.senders)
        chosen = [each for each in every if _asked(each, wishes)]
        if not chosen:
            hint = "say how many with --senders" if wishes.senders is None else "ask for other groups or classes"
            terminal.misused(f"no senders meet at a port, by the plan: {hint}", form)
        made: list[Tried] = []
        with _counting(len(chosen), form) as told, suppress(KeyboardInterrupt):
            made.extend(_one(each, wishes, told) for each in chosen)
        return made, len(chosen)
    except (ValueError, KeyError) as error:
        terminal.misused(str(error.args[0]), form)


def _known(option: str, names: Sequence[str], known: list[str], form: str) -> None:
    for name in names:
        if name not in known:
            terminal.misused(f"--{option}: no {option} {name!r}: {did_you_mean(name, known)}", form)


def _asked(meeting: Meeting, wishes: Wanted) -> bool:
    return (not wishes.groups or meeting.group in wishes.groups) and (
        not wishes.classes or meeting.traffic_class in wishes.classes
    )


def _one(meeting: Meeting, wishes: Wanted, told: Any) -> Tried:
    from easterly.study import buffers

    made = buffers.choose(meeting, wishes.target, seed=wishes.seed)
    told()
    return made


@contextmanager
def _counting(meetings: int, form: str) -> Iterator[Any]:
    from easterly.app.routing.counting import counting

    with counting("ports", quiet=form == "json" or not sys.stderr.isatty()) as told:
        done = 0

        def one() -> None:
            nonlocal done
            done += 1
            if told is not None:
                told(done, meetings)

        yield one


def document(made: Sequence[Tried], count: int, wishes: Wanted) -> dict[str, Any]:
    """All meetings that were tried, of so many, as JSON."""
    return {
        "target": {"loss": number(wishes.target.loss), "wait_s": number(wishes.target.wait_s)},
        "objective": "the last sender ends first, among settings that meet the target",
        "seed": wishes.seed, "complete": len(made) == count, "wanted": count,
        "meetings": [_meeting(each) for each in made],
    }  # fmt: skip


def _meeting(made: Tried) -> dict[str, Any]:
    meeting = made.meeting
    return {
        "group": meeting.group, "class": meeting.traffic_class, "senders": meeting.senders, "size_B": meeting.size_B,
        "transport": meeting.transport.name, "rate_bps": number(meeting.rate_bps), "bound_s": number(meeting.bound_s),
        "planned": _outcome(made.planned), "best": _outcome(made.best),
        "chosen": [
            {"knob": name, "value": number(value), "factor": number(factor)}
            for name, (value, factor) in made.chosen.items()
        ],
        "sweep": [
            {"knob": trial.knob, "value": number(trial.value), "factor": number(trial.factor), **_outcome(trial)}
            for trial in made.sweep
        ],
    }  # fmt: skip


def _outcome(trial: Trial) -> dict[str, Any]:
    names = ("last_s", "mean_s", "loss", "paused", "wait_s", "marked")
    return {**{name: number(getattr(trial, name)) for name in names}, "meets": trial.meets}

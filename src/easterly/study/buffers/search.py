"""Settings of a port against a target, one number after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from easterly.study.buffers.knobs import KNOBS, Knob, applies
from easterly.study.buffers.scenario import Meeting

PASSES = 2
"""Rounds over all numbers."""
SAME = 1e-3
"""Relative difference of completion times that counts as none."""
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Target:
    """What has to hold; among settings with which it does, the one under which the last sender ends first is best.

    Attributes
    ----------
    loss : float [1]
        Share of packets that may be dropped.
    wait_s : float [s]
        Longest wait in the queue at which they meet.
    """

    loss: float = 0.0
    wait_s: float = float("inf")


@dataclass(frozen=True, slots=True)
class Trial:
    """What one setting led to.

    Attributes
    ----------
    knob : str
        What was turned; empty for the plan, and for all that was chosen.
    value : float
    factor : float
        Of the value of the plan.
    last_s, mean_s : float [s]
        Completion of the senders.
    loss, paused : float [1]
        Packets dropped, and the part of the time in which a sender was paused, in the mean.
    wait_s : float [s]
        Longest queue, over the rate of the port.
    marked : float [1]
    meets : bool
        The target.
    """

    knob: str
    value: float
    factor: float
    last_s: float
    mean_s: float
    loss: float
    paused: float
    wait_s: float
    marked: float
    meets: bool

    def rank(self) -> tuple[float, ...]:
        """Better is lower: what meets the target first, by the end of the last; else by how much is lost, and waits."""
        if self.meets:
            return 0.0, self.last_s, self.wait_s
        return 1.0, self.loss, self.wait_s, self.last_s


@dataclass(frozen=True, slots=True)
class Tried:
    """All settings of one meeting that were tried.

    Attributes
    ----------
    meeting : Meeting
        As planned.
    planned, best : Trial
    chosen : dict of str to (float, float)
        Value and factor of every number that differs from the plan.
    sweep : list of Trial
        One number turned at a time, the others as planned.
    """

    meeting: Meeting
    planned: Trial
    best: Trial
    chosen: dict[str, tuple[float, float]]
    sweep: list[Trial]


def choose(meeting: Meeting, target: Target, *, seed: int = 1, told: Told | None = None) -> Tried:
    """Sweep every number of a port, then turn one after the other to where the target is met best.

    Parameters
    ----------
    meeting : Meeting
    target : Target
    seed : int
    told : callable, optional
        Told how many simulations are done.

    Returns
    -------
    Tried

    Notes
    -----
    Coordinate descent from the plan, at most twice over all numbers: the result is no worse than the plan, and no proof
    that nothing is better. A number is left as planned where turning it changes the end of the last by less than a
    thousandth, and the plan meets the target.
    """
    trials = Trials(meeting, target, seed, told)
    planned = trials.run({})
    knobs = [knob for knob in KNOBS if applies(knob, meeting)]
    sweep = [trials.named(knob, factor, {knob.name: factor}) for knob in knobs for factor in distinct(knob, meeting)]
    factors: dict[str, float] = {}
    best = planned
    for _ in range(PASSES):
        before = dict(factors)
        for knob in knobs:
            if knob.tunable:
                factors, best = _turned(trials, knob, factors, best)
        if factors == before:
            break
    turned = trials.turned(factors)
    chosen = {knob.name: (knob.read(turned), factors[knob.name]) for knob in knobs if knob.name in factors}
    return Tried(meeting, planned, best, chosen, sweep)


def _turned(trials: Trials, knob: Knob, factors: dict[str, float], best: Trial) -> tuple[dict[str, float], Trial]:
    """The best setting of one number, the others as they are."""
    for factor in distinct(knob, trials.meeting):
        others = {name: value for name, value in factors.items() if name != knob.name}
        wanted = others | ({knob.name: factor} if factor != 1.0 else {})
        found = trials.run(wanted)
        if _better(found, best):
            factors, best = wanted, found
    return factors, best


def _better(found: Trial, best: Trial) -> bool:
    if found.meets and best.meets:
        return found.last_s < best.last_s * (1 - SAME)
    return found.rank() < best.rank()


def distinct(knob: Knob, meeting: Meeting) -> list[float]:
    """Factors that lead to different values: a probability ends at 1."""
    values = {knob.read(knob.turn(meeting, factor)): factor for factor in reversed(knob.factors)}
    return sorted(values.values())


class Trials:
    """Simulations of a meeting, each made once."""

    def __init__(self, meeting: Meeting, target: Target, seed: int, told: Told | None) -> None:
        self.meeting, self.target, self.seed, self.told = meeting, target, seed, told
        self._made: dict[tuple[tuple[str, float], ...], Trial] = {}

    def named(self, knob: Knob, factor: float, factors: dict[str, float]) -> Trial:
        """A trial of one number."""
        found = self.run({name: value for name, value in factors.items() if value != 1.0})
        return replace(found, knob=knob.name, value=knob.read(knob.turn(self.meeting, factor)), factor=factor)

    def run(self, factors: dict[str, float]) -> Trial:
        """What numbers at these factors of the plan lead to."""
        key = tuple(sorted(factors.items()))
        if key not in self._made:
            self._made[key] = _trial(self.turned(factors), self.target, self.seed)
            if self.told is not None:
                self.told(len(self._made))
        return self._made[key]

    def turned(self, factors: dict[str, float]) -> Meeting:
        """The meeting with numbers at these factors of the plan."""
        made = self.meeting
        for knob in KNOBS:
            if knob.name in factors:
                made = knob.turn(made, factors[knob.name])
        return made


def _trial(meeting: Meeting, target: Target, seed: int) -> Trial:
    outcome = meeting.run(seed)
    port = 2 * meeting.senders + 1
    sent = int(outcome.sent.sum())
    loss = float(outcome.drops.sum()) / max(sent, 1)
    wait_s = float(outcome.most_B[port, meeting.queue]) * 8 / meeting.rate_bps
    last_s = float(outcome.fct_s.max())
    paused_s = outcome.paused_s[2 * np.arange(meeting.senders), meeting.queue].mean()
    return Trial(
        "", float("nan"), 1.0, last_s, float(outcome.fct_s.mean()), loss, float(paused_s) / max(outcome.end_s, 1e-12),
        wait_s, float(outcome.marked.sum()) / max(sent, 1),
        meets=bool(np.isfinite(last_s)) and loss <= target.loss and wait_s <= target.wait_s,
    )  # fmt: skip

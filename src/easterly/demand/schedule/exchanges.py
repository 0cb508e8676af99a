"""Phases of a step as patterns among its cells: flow by flow, or message by message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from easterly.demand.mapping import Group
from easterly.demand.phases import Phase
from easterly.demand.schedule.cells import Cells, by_cell, flows
from easterly.demand.schedule.choose import MESSAGES, messages
from easterly.demand.schedule.pattern import Pattern, empty, labelled, repeated, then
from easterly.demand.training import Step

AT_ONCE = ("pairwise", "bruck", "in-network")
"""Algorithms whose flows are drawn as one message each in any detail."""


@dataclass(frozen=True, slots=True)
class Exchanges:
    """What the cells of a job exchange at one point of a step.

    Attributes
    ----------
    hidden : Pattern
        What goes on beside compute, all occurrences of a step.
    exposed : Pattern
        What compute waits for.
    folded_s : float [s]
        Time of phases that need no network, of a whole step, that is not hidden: it adds to compute.
    """

    hidden: Pattern
    exposed: Pattern
    folded_s: float


def exchanges(step: Step, cells: Cells, phases: Sequence[tuple[int, Phase]], *, by_message: bool) -> Exchanges:
    """Several phases, one after the other.

    Parameters
    ----------
    step : Step
    cells : Cells
    phases : sequence of (int, Phase)
        With their rows of `Purposes`.
    by_message : bool
        Message by message where the algorithm is known that way; else a flow per pair of interfaces.
    """
    hidden, exposed, folded_s = empty(), empty(), 0.0
    for purpose, phase in phases:
        if not len(phase.traffic.src):
            whole_s = phase.times * (phase.latency_s + phase.scaleup_s)
            folded_s += max((1 - phase.hidden) * whole_s, whole_s - phase.window_s)
            continue
        once = labelled(_once(step, cells, phase, by_message), purpose)
        if phase.hidden > 0:
            hidden = then(hidden, repeated(once, phase.times * phase.hidden))
        if phase.hidden < 1:
            exposed = then(exposed, repeated(once, phase.times * (1 - phase.hidden)))
    return Exchanges(hidden, exposed, folded_s)


def by_messages(phase: Phase) -> bool:
    """Whether a phase can be told message by message."""
    return phase.members is not None and phase.size_B > 0 and phase.algorithm in set(MESSAGES) - set(AT_ONCE)


def _once(step: Step, cells: Cells, phase: Phase, by_message: bool) -> Pattern:
    if not by_message or not by_messages(phase):
        return flows(cells, phase)
    assert phase.members is not None
    group = Group.of(phase.axis, cells.layout, np.sort(phase.members, axis=1))
    made = messages(group, phase.collective, phase.size_B, phase.algorithm, step.job.library)
    return by_cell(cells, made)

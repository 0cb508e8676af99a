"""What may be turned at a port: thresholds, shares of memory, headroom, and how hosts answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from easterly.base.columns import floats, indices
from easterly.study.buffers.scenario import Meeting

Turn = Callable[[Meeting, float], Meeting]
Read = Callable[[Meeting], float]


@dataclass(frozen=True, slots=True)
class Knob:
    """One number of a port, a switch or a host.

    Attributes
    ----------
    name, unit : str
    factors : tuple of float
        Of the planned value, that are tried.
    read : callable
        The value, NaN where it does not apply.
    turn : callable
        A meeting with that value times a factor.
    tunable : bool
        Whether it can be set; else it is what hardware has, tried to show what more or less of it would do.
    """

    name: str
    unit: str
    factors: tuple[float, ...]
    read: Read
    turn: Turn
    tunable: bool = True


WIDE = (1 / 8, 1 / 4, 1 / 2, 1.0, 2.0, 4.0, 8.0)


def _at(meeting: Meeting, name: str) -> float:
    """Value of a column of the port at which they meet."""
    return float(getattr(meeting.queues.ports, name)[meeting.senders, meeting.queue])


def _column(*names: str) -> Turn:
    """All ports get that many times what they have."""

    def turn(meeting: Meeting, factor: float) -> Meeting:
        made: dict[str, Any] = {}
        for name in names:
            column = np.array(getattr(meeting.queues.ports, name))
            values = column[:, meeting.queue] * factor
            column[:, meeting.queue] = np.rint(values) if column.dtype.kind == "i" else values
            made[name] = indices(column) if column.dtype.kind == "i" else floats(column)
        return meeting.with_ports(**made)

    return turn


def _most(meeting: Meeting, factor: float) -> Meeting:
    """Probabilities end at 1."""
    made = _column("pmax")(meeting, factor)
    return made.with_ports(pmax=floats(np.minimum(made.queues.ports.pmax, 1.0)))


def _marks(meeting: Meeting, factor: float) -> Meeting:
    return _column("kmin_B", "kmax_B")(meeting, factor)


def _headroom(meeting: Meeting, factor: float) -> Meeting:
    made = _column("headroom_B")(meeting, factor)
    memories = made.queues.memories
    return replace(
        made, queues=replace(made.queues, memories=replace(memories, headroom_B=floats(memories.headroom_B * factor)))
    )


def _memory(meeting: Meeting, factor: float) -> Meeting:
    memories = meeting.queues.memories
    more = replace(memories, lossless_B=floats(memories.lossless_B * factor), lossy_B=floats(memories.lossy_B * factor))
    return replace(meeting, queues=replace(meeting.queues, memories=more))


def _shared(meeting: Meeting) -> float:
    lossless = meeting.queues.ports.lossless[meeting.senders, meeting.queue]
    memories = meeting.queues.memories
    return float((memories.lossless_B if lossless else memories.lossy_B)[0])


def _increase(meeting: Meeting, factor: float) -> Meeting:
    rules = meeting.transport.dcqcn
    more = replace(rules, additive_bps=rules.additive_bps * factor, hyper_bps=rules.hyper_bps * factor)
    return replace(meeting, transport=replace(meeting.transport, dcqcn=more))


def _increase_of(meeting: Meeting) -> float:
    return meeting.transport.dcqcn.additive_bps if meeting.transport.law == "dcqcn" else float("nan")


def _headroom_of(meeting: Meeting) -> float:
    return _at(meeting, "headroom_B") if meeting.queues.ports.lossless[meeting.senders, meeting.queue] else float("nan")


KNOBS = (
    Knob("Kmin and Kmax", "B", WIDE, lambda m: _at(m, "kmin_B"), _marks),
    Knob("Pmax", "1", (1 / 10, 1 / 4, 1.0, 4.0, 10.0), lambda m: _at(m, "pmax"), _most),
    Knob("alpha", "1", WIDE, lambda m: _at(m, "alpha"), _column("alpha")),
    Knob("headroom", "B", (0.25, 0.5, 0.75, 1.0, 1.25), _headroom_of, _headroom),
    Knob("rate increase", "bit/s", (1 / 4, 1.0, 4.0, 16.0), _increase_of, _increase),
    Knob("shared memory", "B", (1 / 8, 1 / 4, 1 / 2, 1.0, 2.0), _shared, _memory, tunable=False),
)
"""In the order in which they are tried."""


def applies(knob: Knob, meeting: Meeting) -> bool:
    """Whether turning it changes anything."""
    value = knob.read(meeting)
    return bool(np.isfinite(value)) and value > 0

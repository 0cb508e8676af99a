"""Patterns: the events of one exchange among ranks, before they have a place in a schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from easterly.demand.schedule.pairs import NO_PAIRS, Amounts, Numbers, Pairs, joined, shifted, through
from easterly.model.schedule import EventKind


@dataclass(frozen=True, slots=True)
class Pattern:
    """Events numbered from 0, what waits for what among them, and where ranks come in and go on.

    Attributes
    ----------
    kind, src, dst, group, round, purpose : (E,) int
    size_B, duration_s, delay_s : (E,) float
        As in `Schedule`.
    after : pairs (event, event)
        The first waits for the second.
    enter : pairs (event, rank)
        The event waits until the rank has come that far.
    leave : pairs (rank, event)
        The rank goes on after the event.
    """

    kind: Numbers
    src: Numbers
    dst: Numbers
    group: Numbers
    round: Numbers
    purpose: Numbers
    size_B: Amounts
    duration_s: Amounts
    delay_s: Amounts
    after: Pairs = NO_PAIRS
    enter: Pairs = NO_PAIRS
    leave: Pairs = NO_PAIRS

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def sends(self) -> int:
        """Messages on the network."""
        return int((self.kind == EventKind.SEND).sum())


COLUMNS = ("kind", "src", "dst", "group", "round", "purpose", "size_B", "duration_s", "delay_s")


def empty() -> Pattern:
    """No events."""
    number, amount = np.empty(0, dtype=np.int64), np.empty(0)
    return Pattern(number, number, number, number, number, number, amount, amount, amount)


def beside(parts: Sequence[Pattern]) -> Pattern:
    """Exchanges that have nothing to do with each other, as one."""
    parts = [part for part in parts if len(part)]
    if len(parts) < 2:
        return parts[0] if parts else empty()
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS}
    starts = np.cumsum([0, *(len(part) for part in parts[:-1])]).tolist()
    both = list(zip(parts, starts, strict=True))
    return Pattern(
        **columns,
        after=joined(*(shifted(part.after, at, at) for part, at in both)),
        enter=joined(*(shifted(part.enter, at, 0) for part, at in both)),
        leave=joined(*(shifted(part.leave, 0, at) for part, at in both)),
    )


def then(first: Pattern, second: Pattern) -> Pattern:
    """One exchange after the other: a rank takes part in the second when it is through with the first."""
    if not len(first) or not len(second):
        return second if not len(first) else first
    at = len(first)
    enter, leave = shifted(second.enter, at, 0), shifted(second.leave, 0, at)
    known, going_on = np.isin(enter[1], first.leave[0]), np.isin(first.leave[0], leave[0])
    whole = beside([first, second])
    return replace(
        whole,
        after=joined(whole.after, through(enter, first.leave)),
        enter=joined(first.enter, (enter[0][~known], enter[1][~known])),
        leave=joined((first.leave[0][~going_on], first.leave[1][~going_on]), leave),
    )


def repeated(pattern: Pattern, times: float) -> Pattern:
    """As many of the same exchange, one after the other, drawn as one: all that each event takes adds up."""
    takes = {name: getattr(pattern, name) * times for name in ("size_B", "duration_s", "delay_s")}
    return replace(pattern, **takes)


def labelled(pattern: Pattern, purpose: int) -> Pattern:
    """The same with a row of `Purposes`."""
    return replace(pattern, purpose=np.full(len(pattern), purpose))

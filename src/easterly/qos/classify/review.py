"""What rules leave to each other: rules that are never hit, that change nothing, and whose order matters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import classify as kernel
from easterly.base.columns import BoolColumn, bools
from easterly.qos.classify.rules import Boxes, Rule, Words, boxes_of

WORK = 100_000
"""Comparisons for each question. Of 10,000 drawn rules of each kind, none needed more."""
CONFLICTS = 100
ABSENT, FOUND, UNDECIDED = 0, 1, 2
TOGETHER = 200
"""Rules per call of the kernel at most, so that it can be interrupted; fewer where each may take long."""
MOST_WORK = 10**8


@dataclass(frozen=True, slots=True)
class Covered:
    """A rule that others make needless.

    Attributes
    ----------
    rule : int
    by : tuple of int
        Of a shadowed rule, earlier rules that hold all its packets together. Of a redundant one, earlier rules that
        take some of its packets, and later ones that give the rest the same effect; none where that is what happens to
        packets without a rule.
    """

    rule: int
    by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two rules of unlike effect that overlap, neither within the other, whose order decides about a packet.

    Attributes
    ----------
    first, second : int
    packet : (D,) uint64
        One that the first decides and that the second would get without it.
    """

    first: int
    second: int
    packet: Words


@dataclass(frozen=True, slots=True)
class Review:
    """What rules leave to each other.

    Attributes
    ----------
    hit : (N,) bool
        Some packet is decided by the rule.
    packet : (N, D) uint64
        Such a packet; 0 where there is none.
    shadowed : tuple of Covered
        Never hit: earlier rules hold all their packets.
    redundant : tuple of Covered
        Hit, and yet nothing changes when one of them alone is removed.
    removable : tuple of int
        Shadowed and redundant rules that can be removed all at once.
    conflicts : tuple of Conflict
        Among the first `overlaps` only as many as were asked for.
    overlaps : int
        Pairs of unlike effect that overlap, neither within the other, whether or not their order decides anything.
    undecided : tuple of int
        Rules whose questions took more work than was allowed.
    """

    hit: BoolColumn
    packet: Words
    shadowed: tuple[Covered, ...]
    redundant: tuple[Covered, ...]
    removable: tuple[int, ...]
    conflicts: tuple[Conflict, ...]
    overlaps: int
    undecided: tuple[int, ...]


def review(
    rules: Sequence[Rule], *, default: str | None = None, work: int = WORK, conflicts: int = CONFLICTS
) -> Review:
    """Find rules that are never hit, that change nothing, and pairs whose order matters.

    Exact: the box of a rule is cut along the edges of others until every part is held by one of them, or a packet is
    found. That can take long for contrived rules, so the work is bounded, and what it did not suffice for is said.

    Parameters
    ----------
    rules : (N,) Rule
    default : str or None
        Effect where no rule matches, such as ``deny``; None for one that no rule has.
    work : int
        Comparisons of a rule with a part of a box, for each question; at most 10^8.
    conflicts : int
        Pairs to examine; 0 for none.

    Returns
    -------
    Review

    Raises
    ------
    ValueError
        Bounds out of range.

    Examples
    --------
    >>> from easterly.qos.classify import parse_rules
    >>> rules = parse_rules('''
    ... permit low  dst 10.0.0.0/9
    ... deny   high dst 10.128.0.0/9
    ... permit all  dst 10.0.0.0/8
    ... ''')
    >>> review(rules).shadowed
    (Covered(rule=2, by=(0, 1)),)
    """
    if not 0 <= work <= MOST_WORK or conflicts < 0:
        raise ValueError(f"work {work} must be within 0 and {MOST_WORK:,}, and conflicts {conflicts} 0 or more")
    boxes = boxes_of(rules)
    effect, rest = _effects(rules, default)
    everyone = np.arange(len(rules), dtype=np.int32)
    status, packet, cover = _asked(everyone, work, lambda some: kernel.hit(*_sides(boxes), some, work))
    shadowed = tuple(Covered(int(r), cover[r]) for r in np.flatnonzero(status == ABSENT))
    redundant, unsure = _redundant(boxes, effect, rest, status, work)
    needless = sorted([each.rule for each in (*shadowed, *redundant)])
    overlaps, found, torn = _conflicts(boxes, effect, conflicts, work)
    undecided = {*np.flatnonzero(status == UNDECIDED).tolist(), *unsure, *torn}
    return Review(
        hit=bools(status == FOUND),
        packet=packet,
        shadowed=shadowed,
        redundant=redundant,
        removable=_removable(boxes, effect, rest, needless, work),
        conflicts=found,
        overlaps=overlaps,
        undecided=tuple(sorted(undecided)),
    )


Answers = tuple[NDArray[np.int8], Words, NDArray[np.int64], NDArray[np.int32]]


def _sides(boxes: Boxes) -> tuple[Words, Words, Words]:
    return boxes.low, boxes.high, boxes.top


def _effects(rules: Sequence[Rule], default: str | None) -> tuple[NDArray[np.int32], int]:
    """Number of each rule's effect, and of the one without a rule; -1 for one that no rule has."""
    number = {effect: i for i, effect in enumerate(dict.fromkeys(rule.effect for rule in rules))}
    rest = -1 if default is None else number.get(default, number.get(f"class {default}", -1))
    return np.array([number[rule.effect] for rule in rules], dtype=np.int32), rest


def _asked(
    rows: NDArray[np.int32], work: int, ask: Callable[[NDArray[np.int32]], Answers]
) -> tuple[NDArray[np.int8], Words, list[tuple[int, ...]]]:
    """Status, packet and cover of every row, a few rows at a time."""
    answers: list[Answers] = [ask(np.ascontiguousarray(some)) for some in _parts(rows, work)]
    if not answers:
        return np.zeros(0, dtype=np.int8), np.zeros((0, 0), dtype=np.uint64), []
    cover = [tuple(rules[a:b].tolist()) for _, _, ptr, rules in answers for a, b in pairwise(ptr)]
    packet = np.concatenate([each[1] for each in answers])
    packet.flags.writeable = False
    return np.concatenate([each[0] for each in answers]), packet, cover


def _parts(rows: NDArray[np.int32], work: int) -> Iterator[NDArray[np.int32]]:
    together = max(1, min(TOGETHER, MOST_WORK // max(work, 1)))
    for begin in range(0, len(rows), together):
        yield rows[begin : begin + together]


def _redundant(
    boxes: Boxes, effect: NDArray[np.int32], rest: int, hit: NDArray[np.int8], work: int
) -> tuple[tuple[Covered, ...], list[int]]:
    """Rules that are hit and whose removal changes nothing, and those of which that is not known."""
    kept = np.ones(len(boxes), dtype=np.uint8)
    rows = np.flatnonzero(hit != ABSENT).astype(np.int32)
    status, _, cover = _asked(rows, work, lambda some: kernel.matters(*_sides(boxes), effect, rest, kept, some, work))
    found = (Covered(int(rows[i]), cover[i]) for i in np.flatnonzero((status == ABSENT) & (hit[rows] == FOUND)))
    return tuple(found), rows[status == UNDECIDED].tolist()


def _removable(boxes: Boxes, effect: NDArray[np.int32], rest: int, needless: Iterable[int], work: int
               ) -> tuple[int, ...]:  # fmt: skip
    """Remove one after the other, the last first, as long as nothing changes."""
    kept = np.ones(len(boxes), dtype=np.uint8)
    for rule in sorted(needless, reverse=True):
        row = np.array([rule], dtype=np.int32)
        if kernel.matters(*_sides(boxes), effect, rest, kept, row, work)[0][0] == ABSENT:
            kept[rule] = 0
    return tuple(np.flatnonzero(kept == 0).tolist())


def _conflicts(boxes: Boxes, effect: NDArray[np.int32], most: int, work: int
               ) -> tuple[int, tuple[Conflict, ...], list[int]]:  # fmt: skip
    """Pairs that overlap, conflicts among the first of them, and rules of pairs that are undecided."""
    count = named = 0
    pairs: list[NDArray[np.int32]] = []
    for begin in range(0, len(boxes), TOGETHER):
        end = min(begin + TOGETHER, len(boxes))
        more, some = kernel.crossing(*_sides(boxes), effect, begin, end, most - named)
        count, named = count + more, named + len(some)
        pairs.append(some)
    rows = np.ascontiguousarray(np.concatenate(pairs) if pairs else np.zeros((0, 2)), dtype=np.int32)
    each = np.arange(len(rows), dtype=np.int32)
    status, packet, _ = _asked(each, work, lambda some: kernel.contested(*_sides(boxes), rows[some], work))
    found = (Conflict(int(rows[i, 0]), int(rows[i, 1]), packet[i]) for i in np.flatnonzero(status == FOUND))
    return count, tuple(found), rows[status == UNDECIDED].ravel().tolist()

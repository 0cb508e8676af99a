"""Search for spreads of works over blocks: candidates, a start, and late acceptance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import random
from easterly.base.columns import IntColumn
from easterly.base.seeds import stream
from easterly.study.place.problem import Problem, rounded
from easterly.study.place.shape import Spread

MEMORY = 40
"""Values that late acceptance remembers."""
MOST_BLOCKS = 64
"""Blocks up to which they trade places in the end."""
PATIENCE = 200
"""Rounds without gain after which a search that has met the bound ends."""
DRAWS = 8
"""Random numbers of one round."""
Score = tuple[float, ...]


def candidates(hosts: int, room: IntColumn, allowed: NDArray[np.bool_], unit: NDArray[np.int32]) -> list[Spread]:
    """Ways to spread so many hosts: the tightest block, then few blocks of one unit, then even parts, then thin ones.

    Parameters
    ----------
    hosts : int
    room : (B,) int
        Free hosts of each block.
    allowed : (B,) bool
    unit : (levels, B) int
        Part of the tree of each block.

    Returns
    -------
    list of Spread
        Each once; empty where there is too little room. First those that a packer would take, last the most scattered.
    """
    left = np.where(allowed, room, 0)
    if left.sum() < hosts:
        return []
    order = np.lexsort((np.arange(len(left)), left))
    made: list[Spread] = [((int(b), hosts),) for b in order if left[b] >= hosts]
    for level in range(1, len(unit)):
        for part in np.unique(unit[level][left > 0]).tolist():
            within = np.where(unit[level] == part, left, 0)
            if within.sum() >= hosts:
                made += [_filled(hosts, within), _even(hosts, within)]
    made.append(_scattered(hosts, left))
    return list(dict.fromkeys(spread for spread in made if spread))


def _filled(hosts: int, room: NDArray[np.int64]) -> Spread:
    """As few blocks as can be: the fullest rooms first, and for the rest the tightest that takes it."""
    taken: dict[int, int] = {}
    left = hosts
    for block in np.lexsort((np.arange(len(room)), -room)).tolist():
        if left <= 0:
            break
        fits = np.flatnonzero(room >= left)
        fits = fits[~np.isin(fits, list(taken))]
        if len(fits):
            block = int(fits[np.argmin(room[fits])])
        taken[int(block)] = min(left, int(room[block]))
        left -= taken[int(block)]
    return tuple(sorted((b, n) for b, n in taken.items() if n))


def _even(hosts: int, room: NDArray[np.int64]) -> Spread:
    """Equal parts on as few blocks as hold them; empty where there are none."""
    for parts in range(2, min(hosts, int((room > 0).sum())) + 1):
        if hosts % parts == 0:
            fits = np.flatnonzero(room >= hosts // parts)
            if len(fits) >= parts:
                chosen = fits[np.lexsort((fits, room[fits]))][:parts]
                return tuple((int(b), hosts // parts) for b in np.sort(chosen))
    return ()


def _scattered(hosts: int, room: NDArray[np.int64]) -> Spread:
    """One host on every block in turn."""
    taken = np.zeros(len(room), dtype=np.int64)
    left = hosts
    while left:
        open_blocks = np.flatnonzero(taken < room)[:left]
        taken[open_blocks] += 1
        left -= len(open_blocks)
    return tuple((int(b), int(taken[b])) for b in np.flatnonzero(taken))


def packed(problem: Problem, *, scatter: bool = False) -> tuple[Spread, ...]:
    """Largest works first, each where the tightest room is; or each as scattered as can be.

    Best-fit decreasing (Johnson 1974), for works that may be cut where no block holds them.
    """
    spreads, room = list(problem.current), np.array(problem.free)
    for row in sorted(problem.moving, key=lambda r: (-problem.works[r].hosts, r)):
        found = candidates(problem.works[row].hosts, room, problem.allowed(row), problem.blocks.unit)
        spreads[row] = found[-1 if scatter else 0]
        for block, hosts in spreads[row]:
            room[block] -= hosts
    return tuple(spreads)


def improve(
    problem: Problem, start: Sequence[Spread], *, rounds: int, seed: int, worst: bool = False, enough: float = 0.0
) -> tuple[Spread, ...]:
    """Late acceptance hill climbing (Burke & Bykov 2017, Eur. J. Oper. Res. 258:1) from a start.

    A round takes one to three works out and puts them back in a drawn way, or lets two works trade a host. It is kept
    if it is no worse than what was held, or than what was held some rounds ago. Of equals, what cuts fewer works, then
    what leaves larger free blocks, then what moves fewer hosts, is better.

    Parameters
    ----------
    problem : Problem
    start : sequence of Spread
    rounds : int
    seed : int
    worst : bool
        Look for the worst instead of the best.

    enough : float
        Value at which the best need not be looked for any further: a bound.

    Returns
    -------
    tuple of Spread
        The best (or worst) that was seen.
    """
    held = best = tuple(start)
    now = top = score(problem, held, worst)
    memory = [now] * MEMORY
    name = stream(seed, "worst" if worst else "best")
    if not problem.moving:
        return held
    gained = 0
    draws = random.uniform(np.array([name], dtype=np.uint64), rounds * DRAWS)[0].reshape(rounds, DRAWS)
    for number, draw in enumerate(draws.tolist()):
        if not worst and top[0] <= rounded(enough) and number - gained > PATIENCE:
            break
        tried = _trade(problem, held, draw) if draw[0] < 0.4 else _replaced(problem, held, draw)
        if tried is None or tried == held:
            continue
        new = score(problem, tried, worst)
        if new <= now or new <= memory[number % MEMORY]:
            held, now = tried, new
            if now < top:
                best, top, gained = held, now, number
        memory[number % MEMORY] = now
    return best


def score(problem: Problem, spreads: tuple[Spread, ...], worst: bool = False) -> Score:
    """What a search compares, less being better: objective, slowdowns, cuts of works, free blocks, hosts that move."""
    steps = problem.steps_s(spreads)
    value = rounded(problem.value(steps))
    mean = rounded(sum(steps[row] / (problem.least_s[row] or 1.0) for row in problem.jobs))
    if worst:
        return (-value, -mean)
    parts = sum(len(spread) for spread in spreads)
    kept = sum(
        min(hosts, now.get(block, 0))
        for spread, now in zip(spreads, map(dict, problem.current), strict=True)
        for block, hosts in spread
    )
    return (value, mean, float(parts), -float((problem.room(spreads).astype(np.int64) ** 2).sum()), -float(kept))


def settled(problem: Problem, spreads: tuple[Spread, ...]) -> tuple[Spread, ...]:
    """The same placement with blocks and works of equal size renamed, so that fewer hosts change.

    Two blocks, or two works, trade places for as long as the score falls.

    Parameters
    ----------
    problem : Problem
    spreads : tuple of Spread
    """
    held, now = spreads, score(problem, spreads)
    gained = True
    while gained:
        gained = False
        for tried in _renamed(problem, held):
            new = score(problem, tried)
            if new < now:
                held, now, gained = tried, new, True
                break
    return held


def _renamed(problem: Problem, spreads: tuple[Spread, ...]) -> Iterator[tuple[Spread, ...]]:
    """Every placement in which two blocks, or two works of equal size, have traded places."""
    moving = problem.moving
    used = sorted({block for row in moving for block, _ in spreads[row]})
    wanted = {row: {block for block, _ in problem.current[row]} for row in moving}
    for row in moving:
        for target in sorted(wanted[row] - {block for block, _ in spreads[row]}):
            for source, _ in spreads[row]:
                if len(used) <= MOST_BLOCKS and problem.free[source] == problem.free[target]:
                    swap = {source: target, target: source}
                    yield tuple(
                        tuple(sorted((swap.get(b, b), n) for b, n in spread)) if r in wanted else spread
                        for r, spread in enumerate(spreads)
                    )
        for other in moving:
            alike = problem.works[other].hosts == problem.works[row].hosts and spreads[other] != spreads[row]
            if alike and wanted[row] & {block for block, _ in spreads[other]}:
                made = list(spreads)
                made[row], made[other] = made[other], made[row]
                yield tuple(made)


def _replaced(problem: Problem, held: tuple[Spread, ...], draw: list[float]) -> tuple[Spread, ...] | None:
    """One to three works in drawn places."""
    moving, spreads, room = problem.moving, list(held), problem.room(held)
    rows = list(dict.fromkeys(moving[int(u * len(moving))] for u in draw[2 : 3 + int(draw[1] * 3)]))
    for row in rows:
        for block, hosts in spreads[row]:
            room[block] += hosts
    for row, u in zip(rows, draw[5:], strict=False):
        found = candidates(problem.works[row].hosts, room, problem.allowed(row), problem.blocks.unit)
        if not found:
            return None
        spreads[row] = found[int(u * len(found))]
        for block, hosts in spreads[row]:
            room[block] -= hosts
    return tuple(spreads)


def _trade(problem: Problem, held: tuple[Spread, ...], draw: list[float]) -> tuple[Spread, ...] | None:
    """One or more hosts of a work go to another block; where it is full, a work there takes theirs."""
    moving = problem.moving
    row = moving[int(draw[1] * len(moving))]
    spread = dict(held[row])
    source = list(spread)[int(draw[2] * len(spread))]
    open_blocks = np.flatnonzero(problem.allowed(row)).tolist()
    target = int(open_blocks[int(draw[3] * len(open_blocks))])
    if target == source:
        return None
    count = 1 + int(draw[4] * draw[4] * spread[source])
    free = int(problem.room(held)[target])
    spreads = list(held)
    if free < count:
        others = [
            r for r in moving if r != row and dict(held[r]).get(target, 0) >= count and problem.allowed(r)[source]
        ]
        if not others:
            return None
        other = others[int(draw[5] * len(others))]
        spreads[other] = _moved(held[other], target, source, count)
    spreads[row] = _moved(held[row], source, target, count)
    return tuple(spreads)


def _moved(spread: Spread, source: int, target: int, count: int) -> Spread:
    """A spread with some hosts of one block in another."""
    found = dict(spread)
    found[source] -= count
    found[target] = found.get(target, 0) + count
    return tuple(sorted((b, n) for b, n in found.items() if n))

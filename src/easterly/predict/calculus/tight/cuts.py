"""Bursts of flows where they are cut: one after the other, or together where they depend on each other in a ring."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from easterly.predict.calculus.tight.linear import Cut, Known, burst_of, pose, within
from easterly.predict.calculus.tight.trees import Piece, tree

Floats = NDArray[np.float64]

STEPS, SETTLED, MARGIN = 30, 1e-9, 1e-9
GROWTH, MOST = 8.0, 1e7
"""Of guesses, in the sum of all bursts."""


def with_bursts(given: Known, after: dict[int, int], root: int) -> Known:
    """Bursts by linear programmes, of all flows that are cut in the tree of a root and in what they depend on.

    Parameters
    ----------
    given : Known
    after : dict of int to int
        The forest.
    root : int

    Returns
    -------
    Known
        Bursts that have no bound remain without.
    """
    needs = _needs(given, after, root)
    found = replace(given, burst_B=dict(given.burst_B))
    left = dict(needs)
    while ready := sorted(cut for cut, others in left.items() if not any(other in left for other in others)):
        for cut in ready:
            found.burst_B[cut] = _burst(found, after, cut)
            del left[cut]
    cyclic = sorted(left)
    return within(_settled(found, after, cyclic) if cyclic else found, after)


def _needs(given: Known, after: dict[int, int], root: int) -> dict[Cut, list[Cut]]:
    """Cuts, and those whose bursts each depends on."""
    made: dict[Cut, list[Cut]] = {}
    front = _cuts(given, after, root)
    while front:
        cut = front.pop()
        if cut not in made:
            made[cut] = _cuts(given, after, given.net.hops(cut[0])[cut[1] - 1])
            front.extend(made[cut])
    return made


def _cuts(given: Known, after: dict[int, int], root: int) -> list[Cut]:
    return [(p.flow, p.first) for p in tree(given.net, after, root).pieces if p.first > 0]


def _piece(cut: Cut) -> Piece:
    return Piece(cut[0], cut[1] - 1, cut[1] - 1)


def _burst(given: Known, after: dict[int, int], cut: Cut) -> float:
    """Burst [B] ahead of a hop; infinite where there is no bound."""
    try:
        return burst_of(pose(given, after, _piece(cut)))[0]
    except OverflowError:
        return np.inf


def _settled(given: Known, after: dict[int, int], cuts: list[Cut]) -> Known:
    """The greatest bursts that are no more than they give, from above.

    What programmes give rises with the bursts and bends down. So a line through one point, by the prices there, is
    above it everywhere, and what is no more than the line gives is no more than where the line meets itself.
    """
    alone = [np.array([given.entry(*cut)[0][0]]) for cut in cuts]
    now: Floats = np.concatenate(alone)
    proven = bool(np.isfinite(now).all())
    scale = float(given.net.burst_B.sum())
    now = now if proven else np.where(np.isfinite(now), now, scale)
    for _ in range(STEPS):
        bursts = {**given.burst_B, **dict(zip(cuts, now.tolist(), strict=True))}
        better = _meets(within(replace(given, burst_B=bursts), after) if proven else given, after, cuts, now)
        if better is None:
            if proven or now.max() > MOST * scale:
                break
            now = now * GROWTH
            continue
        done = proven and bool((better >= now * (1 - SETTLED)).all())
        now, proven = (np.minimum(now, better) if proven else better), True
        if done:
            break
    bursts = {**given.burst_B, **{cut: float(b) if proven else np.inf for cut, b in zip(cuts, now, strict=True)}}
    return replace(given, burst_B=bursts)


def _meets(given: Known, after: dict[int, int], cuts: list[Cut], now: Floats) -> Floats | None:
    """Where the lines at some bursts meet themselves, if they do, and hold there."""
    row = {cut: i for i, cut in enumerate(cuts)}
    grows, level = np.zeros((len(cuts), len(cuts))), np.zeros(len(cuts))
    at = replace(given, burst_B={**given.burst_B, **dict(zip(cuts, now.tolist(), strict=True))})
    for i, cut in enumerate(cuts):
        posed = pose(at, after, _piece(cut))
        level[i], answer = burst_of(posed)
        for stream, bursts in zip(posed.streams, posed.made.bursts, strict=True):
            price = sum(float(answer.price[rows].sum()) for rows in bursts)
            for piece in stream.pieces:
                if (piece.flow, piece.first) in row:
                    grows[i, row[piece.flow, piece.first]] += price
        level[i] -= float(grows[i] @ now)
    meets: Floats = np.asarray(np.linalg.solve(np.eye(len(cuts)) - grows, level) * (1 + MARGIN), dtype=np.float64)
    if not (meets > 0).all() or not (grows @ meets <= meets).all():
        return None
    at = replace(given, burst_B={**given.burst_B, **dict(zip(cuts, meets.tolist(), strict=True))})
    gives = np.array([_burst(at, after, cut) for cut in cuts])
    return meets if (gives <= meets).all() else None

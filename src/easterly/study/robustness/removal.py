"""Parts of a planned network that go: at random, or those first that most shortest paths pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import random, robust
from easterly.base.columns import FloatColumn, IntColumn, floats, ints
from easterly.base.seeds import stream
from easterly.predict.intervals import interval
from easterly.predict.robustness.percolation import half
from easterly.study.robustness.structure import Structure

POINTS = 20
ORDERS = ("random", "targeted")


@dataclass(frozen=True, slots=True)
class Removal:
    """What is left of the hosts while parts of one sort go, in the mean over runs.

    Attributes
    ----------
    part : str
        cables, links, switches, or a role.
    order : str
    count : int
        Parts of that sort.
    runs : int
    removed : (K,) float [1]
        Share of them that is gone.
    largest, largest_half : (K,) float [1]
        Share of all hosts that hang on one component, and the half width of its 95 % interval.
    pairs, pairs_half : (K,) float [1]
        Share of all pairs of hosts that are connected.
    jobs : mapping of str to (K,) float [1]
        The same of the hosts of each job.
    robustness, robustness_half : float [1]
        Mean of `largest` over the shares, as of Schneider et al. 2011.
    """

    part: str
    order: str
    count: int
    runs: int
    removed: FloatColumn
    largest: FloatColumn
    largest_half: FloatColumn
    pairs: FloatColumn
    pairs_half: FloatColumn
    jobs: Mapping[str, FloatColumn]
    robustness: float
    robustness_half: float

    def stands(self, least: float) -> float:
        """Largest share that may go, of those looked at, with this share of what was connected before, in the mean."""
        under = np.flatnonzero(self.largest < least * self.largest[0] - 1e-12)
        return float(self.removed[under[0] - 1]) if len(under) else 1.0


def parts_of(structure: Structure) -> dict[str, int]:
    """Sorts of parts that can go, and how many there are: all cables, those between switches, switches, each role.

    Parameters
    ----------
    structure : Structure

    Returns
    -------
    dict of str to int
    """
    nodes = structure.network.nodes
    roles = nodes.role[structure.switches].tolist()
    fixed = {"cables": structure.cables, "links": len(structure.a), "switches": len(roles)}
    return {name: count for name, count in fixed.items() if count} | {
        role: roles.count(role) for role in dict.fromkeys(roles)
    }


def remove(
    structure: Structure, part: str, *, order: str = "random", runs: int = 10, points: int = POINTS, seed: int = 1,
    jobs: Mapping[str, IntColumn] | None = None,
) -> Removal:  # fmt: skip
    """Remove parts of one sort, and look who is still connected.

    Parameters
    ----------
    structure : Structure
    part : str
        One of `parts_of`.
    order : "random" or "targeted"
        Targeted: those first that most shortest paths between switches pass in the whole network (Brandes 2001); of a
        host's own cable, none do. Equals are drawn.
    runs : int
    points : int
        Shares at which to look, evenly from 0 to 1.
    seed : int
    jobs : mapping of str to (n,) int, optional
        Hosts of each job.

    Returns
    -------
    Removal

    Raises
    ------
    ValueError
        No such part or order, no hosts, no runs.
    """
    known = parts_of(structure)
    if part not in known or order not in ORDERS:
        raise ValueError(f"{part!r} in the order {order!r}: one of {', '.join(known)}, in {' or '.join(ORDERS)}")
    if runs < 1 or points < 1 or not len(structure.network.hosts):
        raise ValueError(
            f"{runs} runs at {points} points on {len(structure.network.hosts)} hosts: at least one of each"
        )
    things, score = _scored(structure, part, order)
    gone = np.round(np.linspace(0, len(things), points + 1)).astype(np.int64)
    given = dict(jobs or {})
    rows = np.array([_run(structure, part, _drawn(things, score, stream(seed, f"{part} {order} {r}")), gone, given)
                     for r in range(runs)])  # fmt: skip
    mean, wide = rows.mean(axis=0), np.stack([half(rows[:, :, i]) for i in range(2)])
    whole = interval(floats(rows[:, 1:, 0].mean(axis=1)))
    return Removal(
        part, order, len(things), runs, floats(gone / len(things)), floats(mean[:, 0]), floats(wide[0]),
        floats(mean[:, 1]), floats(wide[1]), {name: floats(mean[:, 2 + i]) for i, name in enumerate(given)},
        whole.mean, whole.half,
    )  # fmt: skip


def _run(structure: Structure, part: str, order: IntColumn, gone: NDArray[np.int64],
         jobs: Mapping[str, IntColumn]) -> list[list[float]]:  # fmt: skip
    """What is left after so many removals: share of hosts together, of pairs, of the pairs of each job."""
    rows, hosts = [], len(structure.network.hosts)
    for count in gone.tolist():
        cable_up = np.ones(structure.cables, dtype=np.bool_)
        node_up = np.ones(len(structure.network.nodes), dtype=np.bool_)
        (cable_up if part in ("cables", "links") else node_up)[order[:count]] = False
        left = structure.joined(cable_up, node_up)
        rows.append([left.largest / hosts, left.pairs(), *(left.pairs(own) for own in jobs.values())])
    return rows


def _scored(structure: Structure, part: str, order: str) -> tuple[IntColumn, FloatColumn]:
    """What can go, and how much each matters: nothing tells them apart at random."""
    if part == "cables":
        things = ints(np.arange(structure.cables))
    elif part == "links":
        things = structure.fabric_cable
    else:
        things = structure.switches
        if part != "switches":
            things = ints(things[structure.network.nodes.role[things] == part])
    if order == "random":
        return things, floats(np.zeros(len(things)))
    node, edge = robust.betweenness(len(structure.network.nodes), structure.a, structure.b,
                                    np.ones(len(structure.a), dtype=np.bool_), structure.switches)  # fmt: skip
    of_cable = np.zeros(structure.cables)
    of_cable[structure.fabric_cable] = edge
    score = of_cable if part in ("cables", "links") else node
    return things, floats(np.round(score[things], 6))  # sums of shares: equals differ in their last bits


def _drawn(things: IntColumn, score: FloatColumn, name: int) -> IntColumn:
    draw = random.uniform(np.array([name], dtype=np.uint64), len(things))[0]
    return ints(things[np.lexsort((draw, -score))])

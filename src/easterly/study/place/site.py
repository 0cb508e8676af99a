"""Placements of a site: as it is, the best and the worst that are found, and a bound."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from easterly import demand
from easterly.base.columns import IntColumn, bools, ints
from easterly.demand.placement import homes
from easterly.model.blocks import Blocks, blocks_of
from easterly.model.spec.job import Job
from easterly.model.spec.service import Service
from easterly.model.spec.site import Site
from easterly.model.spec.traffic import Hosted
from easterly.study.nouns import Nouns
from easterly.study.place.bound import apart_at_least, least_s
from easterly.study.place.evaluate import Outcome, evaluate
from easterly.study.place.pattern import pattern_of
from easterly.study.place.problem import OBJECTIVES, Problem, objective, rounded
from easterly.study.place.room import Room, rooms
from easterly.study.place.search import improve, packed, score, settled
from easterly.study.place.shape import Shapes, Spread
from easterly.study.place.tenants import Tenancy, tenancy

ROUNDS = 2000
ROUNDING = 1e-12
NAMES = ("current", "best", "worst")


@dataclass(frozen=True, slots=True)
class Placed:
    """One placement of all works.

    Attributes
    ----------
    outcome : Outcome
        As predicted.
    value : float
        Objective.
    rooms : tuple of Room
        What is left free.
    moved : tuple of str
        Works that are elsewhere than now.
    spreads : tuple of Spread
        How works are spread over blocks.
    """

    outcome: Outcome
    value: float
    rooms: tuple[Room, ...]
    moved: tuple[str, ...]
    spreads: tuple[Spread, ...]


@dataclass(frozen=True, slots=True)
class Placing:
    """Placements of a site, compared.

    Attributes
    ----------
    objective : str
    blocks : Blocks
    current, best, worst : Placed
        As it is; the least and the most that were found of the objective.
    bound : float
        No placement has less of the objective.
    least_s : dict of str to float [s]
        Step time that no placement of the job goes below.
    fixed : dict of str to str
        Works that stay where they are, and why.
    tried : int
        Spreads that were looked at by the model of blocks.
    predicted : int
        Placements that were predicted.
    tenants : Tenancy or None
        Who has what in the best placement, and what would be fair; None where no tenant has anything.
    """

    objective: str
    blocks: Blocks
    current: Placed
    best: Placed
    worst: Placed
    bound: float
    least_s: dict[str, float]
    fixed: dict[str, str]
    tried: int
    predicted: int
    tenants: Tenancy | None

    @property
    def gap(self) -> float:
        """How far the best is above the bound, relative to the bound; 0 where only the last bits differ."""
        above = self.best.value / self.bound - 1 if self.bound > 0 else 0.0
        return above if above > ROUNDING else 0.0


def place(nouns: Nouns, *, objective: str = "slowdown", rounds: int = ROUNDS, seed: int = 1) -> Placing:
    """Look for the best and the worst placement of a site's works.

    Works of a fabric may go to any hosts of the model that they have now; a host is never shared, so tenants never
    meet on one. Works that are pinned in the site file stay. A model of blocks (`shape.Shapes`) is searched from the
    current and from a packed placement; what it finds is predicted as a plan is, and best and worst are taken among
    what was predicted. The bound (`bound.least_s`, `bound.apart_at_least`) holds for every placement whose ranks follow
    the order of the blocks.

    Parameters
    ----------
    nouns : Nouns
    objective : str
        One of `OBJECTIVES`.
    rounds : int
        Rounds of each search.
    seed : int
        Of all draws.

    Returns
    -------
    Placing

    Raises
    ------
    FindingsError
        Of any of the verbs.
    ValueError
        No such objective, no rounds, or no job.
    """
    if objective not in OBJECTIVES:
        raise ValueError(f"objective {objective!r}: one of {', '.join(OBJECTIVES)}")
    if rounds < 1:
        raise ValueError(f"{rounds} rounds: at least one")
    problem, fixed = posed(nouns, objective)
    if not problem.jobs:
        raise ValueError("the site has no job to place: step times are what placements are compared by")
    starts, least = (problem.current, packed(problem)), bound(problem)
    improved = [improve(problem, start, rounds=rounds, seed=seed, enough=least) for start in starts]
    found = [settled(problem, _least(problem, improved)), *starts]
    scattered = packed(problem, scatter=True)
    worst = improve(problem, scattered, rounds=rounds, seed=seed, worst=True)
    now = dict(nouns.placement.value.hosts)
    spreads = list(dict.fromkeys([*found, worst, scattered]))
    current = _placed(nouns, problem, now, now, problem.current)
    others = [_placed(nouns, problem, now, to_hosts(problem, now, spread), spread) for spread in spreads
              if spread != problem.current]  # fmt: skip
    made = [current, *others]
    best = min(made, key=lambda each: rounded(each.value))
    return Placing(
        objective=objective, blocks=problem.blocks, current=current, best=best,
        worst=max(made, key=lambda each: rounded(each.value)), bound=least,
        least_s={problem.works[row].name: problem.least_s[row] for row in problem.jobs}, fixed=fixed,
        tried=3 * rounds, predicted=len(made), tenants=tenancy(nouns.site, nouns.network.value, problem, best.spreads),
    )  # fmt: skip


def posed(nouns: Nouns, objective: str) -> tuple[Problem, dict[str, str]]:
    """The problem of a site, and why some works stay where they are."""
    site, network = nouns.site, nouns.network.value
    blocks = blocks_of(network)
    order = np.argsort(blocks.host_idx)
    hosts = {name: ints(rows[np.argsort(order[rows])]) for name, rows in nouns.placement.value.hosts.items()}
    names = [name for name in sorted(hosts) if len(hosts[name]) and "@" not in name]
    works = tuple(
        pattern_of(network, blocks, demand.of_work(site, network, name, hosts), hosts[name]) for name in names
    )
    fixed = {name: why for name in names if (why := _stays(site, blocks, name, hosts[name]))}
    spreads = tuple(_spread(blocks, hosts[name]) for name in names)
    free = np.array(blocks.size)
    for name, rows in hosts.items():
        if name in fixed or name not in names:
            free -= np.bincount(blocks.host_block[rows], minlength=len(free)).astype(free.dtype)
    problem = Problem(
        blocks, Shapes.of(blocks, network.hosts.nic_ptr, network.hosts.nic_node), works, spreads,
        tuple(name not in fixed for name in names), ints(free), (), objective,
    )  # fmt: skip
    return replace(problem, least_s=tuple(_least_s(problem, row) for row in range(len(works)))), fixed


def _stays(site: Site, blocks: Blocks, name: str, hosts: IntColumn) -> str:
    """Why a work stays where it is; empty if it may move."""
    work = next((group[name] for group in (site.jobs, site.services, site.traffic) if name in group), None)
    if isinstance(work, Job) and len(homes(work)) > 1:
        return "has replicas on other fabrics"
    if isinstance(work, Job | Service | Hosted) and work.first_host is not None:
        return "pinned by first_host"
    if isinstance(work, Job | Service | Hosted) and work.on_hosts:
        return "pinned by on_hosts"
    if len(np.unique(blocks.host_type[blocks.host_block[hosts]])) > 1:
        return "runs on hosts of several models"
    return ""


def _spread(blocks: Blocks, hosts: IntColumn) -> Spread:
    found, count = np.unique(blocks.host_block[hosts], return_counts=True)
    return tuple(zip(found.tolist(), count.tolist(), strict=True))


def _least_s(problem: Problem, row: int, *, apart: bool = False) -> float:
    work = problem.works[row]
    if work.kind != "job":
        return 0.0
    room, allowed = problem.free, problem.allowed(row)
    if not problem.movable[row]:
        room = np.zeros(len(problem.blocks), dtype=np.int32)
        for block, hosts in problem.current[row]:
            room[block] = hosts
        allowed = bools(room > 0)
    return least_s(work, problem.blocks, problem.shapes.nics, ints(room), allowed, apart=apart)


def bound(problem: Problem) -> float:
    """Least of the objective that any placement can have.

    The sum of what each job can reach alone, and what is lost because not all works can be whole in blocks of their
    own; of the worst slowdown, the least that a job loses by being cut, if one has to be.
    """
    rows, weight = problem.jobs, [1.0] * len(problem.jobs)
    whole = [problem.least_s[row] for row in rows]
    gpus = [problem.works[row].gpus for row in rows]
    if problem.objective == "gpu-time":
        weight = [float(count) for count in gpus]
    elif problem.objective == "slowdown":
        weight = [count / sum(gpus) / least if least > 0 else 0.0 for count, least in zip(gpus, whole, strict=True)]
    else:
        weight = [1 / least if least > 0 else 0.0 for least in whole]
    loss = {
        row: each * (_least_s(problem, row, apart=True) - least)
        for row, each, least in zip(rows, weight, whole, strict=True)
        if problem.movable[row] and problem.works[row].hosts > 1
    }
    cut = {row: lost for row, lost in loss.items() if lost > 0}
    lost = _lost(problem, cut)
    return objective(problem.objective, gpus, whole, whole) + lost


def _lost(problem: Problem, cut: Mapping[int, float]) -> float:
    """What is lost at least, over all kinds of hosts: what each work loses if it is cut is given."""
    kinds: dict[bytes, list[int]] = {}
    for row in cut:
        kinds.setdefault(problem.allowed(row).tobytes(), []).append(row)
    lost = []
    for rows in kinds.values():
        room, sizes = problem.free[problem.allowed(rows[0])].tolist(), [problem.works[row].hosts for row in rows]
        if problem.objective == "worst":
            some = apart_at_least([1.0] * len(rows), sizes, room) > 1e-9
            lost.append(min(cut[row] for row in rows) if some else 0.0)
        else:
            lost.append(apart_at_least([cut[row] for row in rows], sizes, room))
    return max(lost, default=0.0) if problem.objective == "worst" else math.fsum(lost)


def _least(problem: Problem, found: Sequence[tuple[Spread, ...]]) -> tuple[Spread, ...]:
    return min(found, key=lambda spreads: score(problem, spreads))


def to_hosts(problem: Problem, now: Mapping[str, IntColumn], spreads: Sequence[Spread]) -> dict[str, IntColumn]:
    """Hosts of all works that are spread like this; each keeps those that it has now where it can.

    Parameters
    ----------
    problem : Problem
    now : mapping of str to (n,) int
        Hosts now, in rank order.
    spreads : sequence of Spread
        By work.

    Returns
    -------
    dict of str to (n,) int
        In the order of the blocks, and of the hosts within.
    """
    blocks, names = problem.blocks, [work.name for work in problem.works]
    moving = {names[row]: dict(spreads[row]) for row in problem.moving}
    made = {name: rows for name, rows in now.items() if name not in moving}
    taken = np.zeros(len(blocks.host_block), dtype=np.bool_)
    for hosts in made.values():
        taken[hosts] = True
    kept: dict[str, list[int]] = {}
    for name, spread in moving.items():
        own = {block: [h for h in sorted(now[name].tolist()) if blocks.host_block[h] == block] for block in spread}
        kept[name] = [h for block, count in spread.items() for h in own[block][:count]]
        taken[kept[name]] = True
    for name, spread in moving.items():
        rows = list(kept[name])
        for block, count in spread.items():
            here = count - sum(1 for h in kept[name] if blocks.host_block[h] == block)
            more = [h for h in blocks.hosts(block).tolist() if not taken[h]][:here]
            taken[more] = True
            rows += more
        made[name] = ints(sorted(rows, key=lambda h: (int(blocks.host_block[h]), h)))
    return dict(sorted(made.items()))


def _placed(
    nouns: Nouns, problem: Problem, now: Mapping[str, IntColumn], hosts: Mapping[str, IntColumn],
    spreads: tuple[Spread, ...],
) -> Placed:  # fmt: skip
    outcome = evaluate(nouns, dict(hosts))
    steps = [outcome.step_s.get(work.name, 0.0) for work in problem.works]
    moved = tuple(name for name, rows in sorted(hosts.items()) if sorted(rows.tolist()) != sorted(now[name].tolist()))
    return Placed(outcome, problem.value(steps), rooms(problem.blocks, problem.room(spreads)), moved, spreads)

"""A bad configuration that is pushed to switches in stages: what it takes down before somebody stops it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from easterly.base.columns import IntColumn
from easterly.study.robustness.structure import Structure

WAVES = (0.0, 0.1, 0.5, 1.0)
"""Share of each role after each wave; the first is one switch of each."""
PLANS = ("at-once", "roles", "pods", "waves")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage, and what is left where all switches that were reached until then forward nothing.

    Attributes
    ----------
    name : str
    switches : int
        Reached so far.
    reached : float [1]
        Probability that it comes to this stage.
    largest, pairs : float [1]
        Share of all hosts that hang on one component; of all pairs that are connected.
    cut_off : int
        Hosts that hang on nothing.
    jobs : mapping of str to float [1]
        Share of the pairs of hosts of each job.
    """

    name: str
    switches: int
    reached: float
    largest: float
    pairs: float
    cut_off: int
    jobs: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Rollout:
    """The stages of one plan of pushing.

    Attributes
    ----------
    plan : str
    detect : float [1]
        Probability that a stage is found bad before the next one begins.
    before : float [1]
        Share of all hosts that hang on one component at the beginning.
    stages : tuple of Stage
    """

    plan: str
    detect: float
    before: float
    stages: tuple[Stage, ...]

    @property
    def expected_loss(self) -> float:
        """Share of all hosts that are with the largest set no more, when it is stopped, in the mean."""
        ends = [*(stage.reached for stage in self.stages[1:]), 0.0]
        return sum(
            (stage.reached - later) * (self.before - stage.largest)
            for stage, later in zip(self.stages, ends, strict=True)
        )

    @property
    def first_loss(self) -> float:
        """The same after the first stage: what a bad configuration costs that is found at once."""
        return self.before - self.stages[0].largest


def roll_out(
    structure: Structure, plan: str, *, detect: float = 0.9, jobs: Mapping[str, IntColumn] | None = None
) -> Rollout:
    """Push a configuration with which switches forward nothing, stage by stage.

    Parameters
    ----------
    structure : Structure
    plan : str
        at-once; roles: from the highest tier down, role by role; pods: pod by pod, or unit by unit, then what is in
        none; waves: one switch of each role, a tenth of each, half, all.
    detect : float [1]
        Probability that a stage is found bad before the next one begins.
    jobs : mapping of str to (n,) int, optional
        Hosts of each job.

    Returns
    -------
    Rollout

    Raises
    ------
    ValueError
        No such plan, a probability that is none, no switches or hosts.
    """
    if plan not in PLANS or not 0 <= detect <= 1:
        raise ValueError(f"plan {plan!r} found out with {detect:g}: one of {', '.join(PLANS)}, and a share from 0 to 1")
    if not len(structure.switches) or not len(structure.network.hosts):
        raise ValueError("there are no switches, or no hosts: nothing to push to, or nobody to lose")
    stages, reached, hosts = [], 1.0, len(structure.network.hosts)
    up = np.ones(len(structure.network.nodes), dtype=np.bool_)
    for name, switches in _stages(structure, plan):
        up[switches] = False
        left = structure.joined(node_up=up)
        own = {job: left.pairs(rows) for job, rows in (jobs or {}).items()}
        stages.append(Stage(name, int((~up).sum()), reached, left.largest / hosts, left.pairs(), left.cut_off, own))
        reached *= 1 - detect
    return Rollout(plan, detect, structure.joined().largest / hosts, tuple(stages))


def _stages(structure: Structure, plan: str) -> list[tuple[str, Sequence[int]]]:
    nodes, switches = structure.network.nodes, structure.switches
    if plan == "at-once":
        return [("all", switches.tolist())]
    roles = {
        role: switches[nodes.role[switches] == role].tolist()
        for role in sorted(set(nodes.role[switches].tolist()), key=lambda role: (-_tier(structure, role), role))
    }
    if plan == "roles":
        return list(roles.items())
    if plan == "waves":
        cuts = [[max(1, ceil(share * len(rows) - 1e-9)) for rows in roles.values()] for share in WAVES]
        names = ("one of each role", *(f"{share:.0%} of each role" for share in WAVES[1:]))
        return [
            (name, [v for rows, end in zip(roles.values(), ends, strict=True) for v in rows[:end]])
            for name, ends in zip(names, cuts, strict=True)
        ]
    pods: dict[tuple[int, str, str, int], list[int]] = {}
    for node in switches.tolist():
        pods.setdefault(_pod(structure, node), []).append(node)
    return [(f"{fabric} {word} {number}" if word else f"{fabric}, the rest", pods[last, fabric, word, number])
            for last, fabric, word, number in sorted(pods)]  # fmt: skip


def _tier(structure: Structure, role: str) -> int:
    nodes = structure.network.nodes
    return int(nodes.tier[nodes.role == role].max())


def _pod(structure: Structure, node: int) -> tuple[int, str, str, int]:
    """Where a switch belongs: to a pod, or the unit of hosts that it serves, or, at last, to all."""
    nodes = structure.network.nodes
    pod, unit, fabric = int(nodes.pod[node]), int(nodes.su[node]), str(nodes.fabric[node])
    if pod >= 0:
        return 0, fabric, "pod", pod
    return (0, fabric, "unit", unit) if unit >= 0 else (1, fabric, "", -1)

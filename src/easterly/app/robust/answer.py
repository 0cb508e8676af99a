"""What a site stands, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from easterly.app import terminal
from easterly.app.values import number, numbers
from easterly.base.findings import FindingsError, did_you_mean
from easterly.base.units import SHARE, parse

if TYPE_CHECKING:
    from easterly.study.robustness import Outbreak, Removal, Rollout

FIXED = ("cables",)
"""Removed unless something else is asked for, besides each role of switches."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Options, read."""

    parts: tuple[str, ...]
    orders: tuple[str, ...]
    runs: int
    spread: float
    detect: float
    seed: int


def wanted(asked: dict[str, Any], form: str) -> Wanted:
    """Read the options; leave where one of them is none."""
    try:
        detect = float(parse(asked["detect"], SHARE))
    except ValueError as error:
        terminal.misused(f"--detect: {error}", form)
    if not 0 <= detect <= 1:
        terminal.misused(f"--detect: {asked['detect']} is not between 0% and 100%", form)
    orders = ("random", "targeted") if asked["targeted"] else ("random",)
    return Wanted(asked["parts"], orders, asked["runs"], asked["spread"], detect, asked["seed"])


def document(nouns: Any, wishes: Wanted, form: str) -> dict[str, Any]:
    """Everything that was asked for, worked out."""
    from easterly.study import robustness as study

    try:
        structure = study.structure_of(nouns.network.value)
        known = study.parts_of(structure)
        for part in wishes.parts:
            if part not in known:
                terminal.misused(f"--remove: no {part!r} in this network: {did_you_mean(part, list(known))}", form)
        roles = [name for name in known if name not in ("cables", "links", "switches")]
        names = nouns.site.jobs
        jobs = {name: hosts for name, hosts in nouns.placement.value.hosts.items() if name in names and len(hosts) > 1}
        removals = [
            study.remove(structure, part, order=order, runs=wishes.runs, seed=wishes.seed, jobs=jobs)
            for part in wishes.parts or (*FIXED, *roles)
            for order in wishes.orders
        ]
        spread = {
            name: study.outbreak(study.segments_of(structure, nouns.address.value, flat=flat), spread=wishes.spread,
                                 seed=wishes.seed)
            for name, flat in (("segmented", False), ("flat", True))
        }  # fmt: skip
        rollouts = [study.roll_out(structure, plan, detect=wishes.detect, jobs=jobs) for plan in study.PLANS]
    except FindingsError as error:
        terminal.refused(error.findings, None, form)
    except ValueError as error:
        terminal.misused(str(error.args[0]), form)
    return {
        "hosts": len(structure.network.hosts), "seed": wishes.seed, "parts": known,
        "removals": [_removal(each) for each in removals], "spread": _spread(spread, wishes),
        "rollouts": [_rollout(each) for each in rollouts],
    }  # fmt: skip


def _removal(made: Removal) -> dict[str, Any]:
    return {
        "part": made.part, "order": made.order, "count": made.count, "runs": made.runs,
        "robustness": number(made.robustness), "robustness_half": number(made.robustness_half),
        "stands": {"99%": number(made.stands(0.99)), "90%": number(made.stands(0.9)), "50%": number(made.stands(0.5))},
        "removed": numbers(made.removed), "largest": numbers(made.largest),
        "largest_half": numbers(made.largest_half), "pairs": numbers(made.pairs),
        "pairs_half": numbers(made.pairs_half), "jobs": {name: numbers(row) for name, row in made.jobs.items()},
    }  # fmt: skip


def _spread(made: dict[str, Outbreak], wishes: Wanted) -> dict[str, Any]:
    flat, own = made["flat"].size.mean, made["segmented"].size.mean
    return {
        "reproduction": number(wishes.spread), "factor": number(flat / own) if own else None,
        **{name: _outbreak(each) for name, each in made.items()},
    }  # fmt: skip


def _outbreak(made: Outbreak) -> dict[str, Any]:
    size, course = made.size, made.epidemic
    return {
        "groups": [
            {"name": name, "hosts": hosts, "reach": meets, "limit": number(limit)}
            for name, hosts, meets, limit in zip(made.segments.name.tolist(), made.segments.size.tolist(),
                                                 made.segments.meets.tolist(), made.limit.tolist(), strict=True)
        ],
        "reproduction": number(made.reproduction), "size": number(size.mean), "size_half": number(size.half),
        "worst": number(made.worst), "runs": len(course), "time": numbers(course.time),
        "infected": numbers(course.infected), "infected_half": numbers(course.infected_half),
        "ever": numbers(course.ever),
    }  # fmt: skip


def _rollout(made: Rollout) -> dict[str, Any]:
    return {
        "plan": made.plan, "detect": number(made.detect), "first_loss": number(made.first_loss),
        "expected_loss": number(made.expected_loss),
        "stages": [
            {"name": stage.name, "switches": stage.switches, "reached": number(stage.reached),
             "largest": number(stage.largest), "pairs": number(stage.pairs), "cut_off": stage.cut_off,
             "jobs": {name: number(share) for name, share in stage.jobs.items()}}
            for stage in made.stages
        ],
    }  # fmt: skip


def titles(rows: Sequence[dict[str, Any]]) -> list[str]:
    """What each removal is called.

    >>> titles([{"part": "leaf", "order": "random"}, {"part": "leaf", "order": "targeted"}])
    ['leaf', 'leaf, targeted']
    """
    return [row["part"] + ("" if row["order"] == "random" else f", {row['order']}") for row in rows]

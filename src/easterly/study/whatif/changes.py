"""Why a metric moves between neighbours on a curve: the phase, the link, the part of the bill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from easterly.study.whatif.axes import Axis
from easterly.study.whatif.sweep import Sweep

LEAST = 0.001
"""Part of a step, at least, of what is told."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that a step waits for.

    Attributes
    ----------
    name : str
    before_s, after_s : float [s]
    """

    name: str
    before_s: float
    after_s: float


@dataclass(frozen=True, slots=True)
class Change:
    """What is other at a point than at its neighbour.

    Attributes
    ----------
    before, after : int
        Rows of the sweep.
    job : str
    step_s : tuple of float and float [s]
        Its step as expected, before and after.
    parts : tuple of Part
        What the step waits for longer or shorter, the largest difference first.
    binds : tuple of str and str
        What limits the job, before and after.
    links : tuple of str and str
        The fullest link between switches, before and after.
    """

    before: int
    after: int
    job: str
    step_s: tuple[float, float]
    parts: tuple[Part, ...]
    binds: tuple[str, str]
    links: tuple[str, str]


def changes(sweep: Sweep) -> tuple[Change, ...]:
    """Differences between neighbours along every axis: each sound point and the sound one before it.

    Where an axis has no order, each point and the site as it is.

    Parameters
    ----------
    sweep : Sweep
    """
    found: list[Change] = []
    for before, after in _neighbours(sweep):
        was, now = sweep.records[before], sweep.records[after]
        jobs = {job["name"]: job for job in was["jobs"]}
        found += [
            _change(before, after, jobs[job["name"]], job, (was, now)) for job in now["jobs"] if job["name"] in jobs
        ]
    return tuple(found)


def _neighbours(sweep: Sweep) -> list[tuple[int, int]]:
    """Rows to compare: along each axis from the lowest number to the highest, or in the order given."""
    sound = [row for row in sweep.grid if "metrics" in sweep.records[row]]
    pairs: list[tuple[int, int]] = []
    for place, axis in enumerate(sweep.axes):
        if not axis.ordered:
            pairs += [(0, row) for row in sound]
            continue
        lines: dict[tuple[int | None, ...], list[int]] = {}
        for row in sound:
            at = sweep.points[row].at
            lines.setdefault((*at[:place], *at[place + 1 :]), []).append(row)
        pairs += [pair for line in lines.values() for pair in pairwise(_along(sweep, axis, line))]
    return pairs


def _along(sweep: Sweep, axis: Axis, rows: list[int]) -> list[int]:
    """Rows in the order of the numbers of an axis; as they are where it has none."""
    numbers = sweep.watched(axis.paths[0])
    return rows if np.isnan(numbers[rows]).any() else sorted(rows, key=lambda row: (numbers[row], row))


def _change(before: int, after: int, was: Any, now: Any, records: tuple[Any, Any]) -> Change:
    step_s = (sum(was["parts"].values()), sum(now["parts"].values()))
    least = LEAST * max(step_s)
    links = (_fullest(records[0]), _fullest(records[1]))
    parts = _parts(was["parts"], now["parts"], least)
    return Change(before, after, now["name"], step_s, parts, (was["binds"], now["binds"]), links)


def _parts(was: Mapping[str, float], now: Mapping[str, float], least_s: float) -> tuple[Part, ...]:
    found = [Part(name, was.get(name, 0.0), now.get(name, 0.0)) for name in dict.fromkeys([*was, *now])]
    told = [part for part in found if abs(part.after_s - part.before_s) >= least_s > 0]
    return tuple(sorted(told, key=lambda part: (-abs(part.after_s - part.before_s), part.name)))


def _fullest(record: Mapping[str, Any]) -> str:
    return str(record["links"][0]["link"]) if record["links"] else ""

"""What is varied: axes of values, and the points that they span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from easterly.base.findings import did_you_mean
from easterly.site import setting
from easterly.study.whatif.values import MOST, values

Coordinates = tuple[int | None, ...]
"""Step of each axis; None where the site stays as it is."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of the site: where it stands, and what it is, as written and as the file would have it."""

    path: str
    text: str
    content: Any


Step = tuple[Setting, ...]
"""What is set together."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Values of which a point takes one.

    Attributes
    ----------
    steps : tuple of tuple of Setting
    ordered : bool
        Whether one step leads to the next, so that neighbours are worth comparing.
    """

    steps: tuple[Step, ...]
    ordered: bool = True

    @property
    def paths(self) -> tuple[str, ...]:
        """What it sets."""
        return tuple(s.path for s in self.steps[0])


@dataclass(frozen=True, slots=True)
class Point:
    """A site in which some values are others."""

    at: Coordinates
    settings: Step


def axis(change: str) -> Axis:
    """Axis of one ``PATH=VALUES``.

    Raises
    ------
    setting.Refused
        It cannot be read.

    Examples
    --------
    >>> axis("jobs.pre.batch=512,1024").steps[1]
    (Setting(path='jobs.pre.batch', text='1024', content=1024),)
    """
    path, written = setting.split(change)
    name = ".".join(path)
    return Axis(tuple((Setting(name, text, content),) for text, content in values(written)))


def zipped(axes: Sequence[Axis]) -> Axis:
    """One axis of several that move together; those of one value stay.

    Raises
    ------
    setting.Refused
        They have different numbers of values.
    """
    count = max(len(one.steps) for one in axes)
    odd = next((one for one in axes if len(one.steps) not in (1, count)), None)
    if odd is not None:
        raise setting.Refused(f"--zip: {odd.paths[0]} has {len(odd.steps)} values, others have {count}")
    steps = [[one.steps[i if len(one.steps) > 1 else 0] for one in axes] for i in range(count)]
    return Axis(tuple(tuple(s for step in row for s in step) for row in steps))


def splits(job: str, data: dict[str, Any]) -> Axis:
    """Every way to part the GPUs of a job among tensor, pipeline and data parallelism.

    All ordered factors tp x pp x dp of what the job has of the three now; the other degrees stay. Whether a split is
    sound (heads, layers, batch, memory) is for the rules of the site to say.

    Raises
    ------
    setting.Refused
        There is no such job, or its degrees are no numbers.
    """
    jobs = _map(data.get("jobs"))
    if not isinstance(jobs.get(job), dict):
        raise setting.Refused(f"--splits {job}: no such job: {did_you_mean(job, jobs)}")
    given = _map(jobs[job].get("parallel"))
    degrees = [degree for name in ("tp", "pp", "dp") if isinstance(degree := given.get(name, 1), int) and degree > 0]
    if len(degrees) < 3:
        raise setting.Refused(f"--splits {job}: its parallel has no whole numbers tp, pp and dp")
    total, where = prod(degrees), f"jobs.{job}.parallel"
    return Axis(tuple(
        tuple(Setting(f"{where}.{name}", str(degree), degree) for name, degree in
              (("tp", tp), ("pp", pp), ("dp", total // tp // pp)))
        for tp in _divisors(total) for pp in _divisors(total // tp)
    ), ordered=False)  # fmt: skip


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _divisors(number: int) -> list[int]:
    return [d for d in range(1, number + 1) if number % d == 0]


def points(axes: Sequence[Axis]) -> tuple[Point, ...]:
    """The site as it is; then every point of the grid; then each axis alone, where there are several.

    Raises
    ------
    setting.Refused
        Two axes set the same, or there are too many points.
    """
    _disjoint(axes)
    count = prod(len(one.steps) for one in axes)
    if count > MOST:
        raise setting.Refused(f"that is a grid of {count:,} points, and {MOST:,} are the most")
    grid: list[Coordinates] = [tuple(at) for at in product(*(range(len(one.steps)) for one in axes))]
    alone: list[Coordinates] = [
        tuple(step if other == row else None for other in range(len(axes)))
        for row, one in enumerate(axes) for step in range(len(one.steps))
    ] if len(axes) > 1 else []  # fmt: skip
    return tuple(_point(axes, at) for at in [(None,) * len(axes), *grid, *alone])


def _disjoint(axes: Sequence[Axis]) -> None:
    seen: set[str] = set()
    for path in (path for one in axes for path in one.paths):
        if any(path == other or path.startswith(f"{other}.") or other.startswith(f"{path}.") for other in seen):
            raise setting.Refused(f"--set {path}: set twice")
        seen.add(path)


def _point(axes: Sequence[Axis], at: Coordinates) -> Point:
    chosen = [one.steps[step] for one, step in zip(axes, at, strict=True) if step is not None]
    return Point(at, tuple(s for step in chosen for s in step))


def site_of(point: Point, data: dict[str, Any]) -> dict[str, Any]:
    """The site of a point, in plain values.

    Raises
    ------
    setting.Refused
        A path leads nowhere.
    """
    made = dict(data)
    for one in point.settings:
        path = one.path.split(".")
        _own(made, path[:-1])
        setting.put(made, path, one.content)
    return made


def _own(made: dict[str, Any], path: Sequence[str]) -> None:
    """Copy the maps along a path, so that all else is shared by all points."""
    for step in path:
        if not isinstance(made.get(step), dict):
            return
        made[step] = dict(made[step])
        made = made[step]

"""Points to tasks, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from easterly.base.columns import FloatColumn, floats
from easterly.base.findings import Severity
from easterly.site import setting
from easterly.study.stages import Stages
from easterly.study.sweeps import Done, Task, run
from easterly.study.whatif.axes import Axis, Coordinates, Point, points, site_of
from easterly.study.whatif.metrics import read
from easterly.study.whatif.point import MEASURE

LOST = "E719"
"""Code of points that could not be computed."""
Record = dict[str, Any]
"""What `easterly.study.whatif.point.measure` returned."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A sweep before it is run.

    Attributes
    ----------
    axes : tuple of Axis
    points : tuple of Point
        The site as it is, the grid, each axis alone.
    tasks : tuple of Task
        Of the points whose site can be written down.
    rows : tuple of int
        Point of each task.
    refused : dict of int to str
        Why there is none, by point.
    """

    axes: tuple[Axis, ...]
    points: tuple[Point, ...]
    tasks: tuple[Task, ...]
    rows: tuple[int, ...]
    refused: dict[int, str]


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep that was run.

    Attributes
    ----------
    axes : tuple of Axis
    points : tuple of Point
        The site as it is, the grid, each axis alone.
    records : tuple of dict
        What came of each point: its findings, and where it is sound its metrics and why they are so.
    """

    axes: tuple[Axis, ...]
    points: tuple[Point, ...]
    records: tuple[Record, ...]

    @property
    def base(self) -> Record:
        """What came of the site as it is."""
        return self.records[0]

    @property
    def grid(self) -> range:
        """Rows of the points that were asked for."""
        count = sum(None not in point.at for point in self.points[1:])
        return range(1, 1 + count)

    def line(self, axis: int, at: Coordinates) -> list[int]:
        """Rows along one axis through a point: the other coordinates are the same."""
        rest = [step for other, step in enumerate(at) if other != axis]
        return [
            row for row, point in enumerate(self.points)
            if point.at[axis] is not None and [s for other, s in enumerate(point.at) if other != axis] == rest
        ]  # fmt: skip

    def values(self, metric: str) -> FloatColumn:
        """(P,) a metric of every point; nan where it has none."""
        return floats([float("nan") if (value := read(r, metric)) is None else value for r in self.records])

    def watched(self, path: str) -> FloatColumn:
        """(P,) what stands at a path, in SI units; nan where it is no number, or the point not sound."""
        found = (record.get("watched", {}).get(path) for record in self.records)
        return floats([float("nan") if value is None else value for value in found])


def sweep(
    data: dict[str, Any], axes: Sequence[Axis], *, kept: Stages | None = None, workers: int | None = None,
    cluster: str | None = None, judged: bool = False,
) -> Sweep:  # fmt: skip
    """Try a site with other values.

    Parameters
    ----------
    data : dict
        The site file in plain values.
    axes : sequence of Axis
    kept : Stages, optional
        Where results are kept; nowhere if absent.
    workers, cluster
        Who computes; see `easterly.study.sweeps.run`.
    judged : bool
        Whether intents are decided at every point.

    Raises
    ------
    setting.Refused, SweepError
        See `ask` and `easterly.study.sweeps.run`.

    Examples
    --------
    >>> from easterly.study.whatif.axes import axis
    >>> site = {"version": 1, "site": {"name": "none"}, "fabrics": {}}
    >>> sweep(site, [axis("seed=1,2")], workers=1).values("cost").tolist()
    [0.0, 0.0, 0.0]
    """
    asked = ask(data, axes, judged=judged)
    return answer(asked, run(asked.tasks, kept=kept or Stages(), workers=workers, cluster=cluster))


def ask(data: dict[str, Any], axes: Sequence[Axis], *, judged: bool = False) -> Asked:
    """Tasks of a sweep.

    Parameters
    ----------
    data : dict
        The site file in plain values.
    axes : sequence of Axis
    judged : bool
        Whether intents are decided at every point.

    Raises
    ------
    setting.Refused
        A path leads nowhere at any point, two axes set the same, or there are too many points.
    """
    watch = sorted({path for one in axes for path in one.paths})
    tasks: list[Task] = []
    rows: list[int] = []
    refused: dict[int, str] = {}
    unknown = dict.fromkeys(watch, "")
    every = points(axes)
    for row, point in enumerate(every):
        try:
            made = site_of(point, data)
        except setting.Refused as error:
            refused[row] = str(error)
            continue
        tasks.append(Task(MEASURE, {"site": made, "watch": watch, **({"judged": True} if judged else {})}))
        rows.append(row)
        _settle(unknown, point, made)
    for path, near in unknown.items():
        raise setting.Refused(near or refused.get(1, path))
    return Asked(tuple(axes), every, tuple(tasks), tuple(rows), refused)


def _settle(unknown: dict[str, str], point: Point, made: dict[str, Any]) -> None:
    """Take out the paths that the site of a point may have; note of the others what they might be meant to be."""
    for path in [one.path for one in point.settings if one.path in unknown]:
        near = setting.misnamed(made, path.split("."))
        if near:
            unknown[path] = f"--set {path}: no {path.rpartition('.')[2]!r} there: {near}"
        else:
            del unknown[path]


def answer(asked: Asked, done: Iterable[Done]) -> Sweep:
    """What came of the tasks, in the order of the points.

    Points whose site cannot be written down have the finding E718, those that could not be computed E719.
    """
    records: list[Record] = [{"findings": []} for _ in asked.points]
    for row, why in asked.refused.items():
        records[row] = _without("E718", why, "change what is there, or write it into the site file")
    for one in done:
        row = asked.rows[one.index]
        records[row] = _without(LOST, f"not computed: {one.failed}", "") if one.failed else one.value
    return Sweep(asked.axes, asked.points, tuple(records))


def _without(code: str, message: str, hint: str) -> Record:
    return {"findings": [{"code": code, "severity": Severity.ERROR.value, "at": "", "message": message, "hint": hint}]}

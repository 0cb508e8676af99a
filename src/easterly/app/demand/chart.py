"""One step of a job drawn in characters: a lane for compute and for every axis."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from easterly.base.units import TIME, format_short
from easterly.model.series import StepBars
from easterly.study.demand import Outgoing

CELLS = 64
SHADES = " ,-~=+*#%@"
INDENT = "  "


def steps(made: Outgoing, width: int | None) -> Iterator[str]:
    """Charts of all jobs: how much of each stretch of time every lane is busy, and what is exposed of it."""
    cells = CELLS if width is None else max(16, min(CELLS, width - 40))
    for name in made.works:
        if name in made.paced.steps:
            yield from _step(made.paced.steps[name], cells)
            yield ""


def _step(given: StepBars, cells: int) -> Iterator[str]:
    yield f"{given.owner}: one step of {format_short(given.step_s, TIME, 3)}"
    lanes = list(dict.fromkeys(given.axis.tolist()))
    wide = max(map(len, lanes))
    for axis in sorted(lanes, key=lambda a: (a not in ("compute", "bubble"), lanes.index(a))):
        own = given.axis == axis
        busy_s = math.fsum((given.end_s - given.start_s)[own])
        exposed_s = math.fsum(given.exposed_s[own])
        said = f"{format_short(busy_s, TIME, 3)}"
        if axis == "compute" and (waits_s := math.fsum(given.exposed_s[_between(given)])) > 0:
            said += f", {format_short(waits_s, TIME, 3)} of it waiting"
        if axis not in ("compute", "bubble"):
            said += f", exposed {format_short(exposed_s, TIME, 3)} ({_share(exposed_s, busy_s)})"
        yield f"{INDENT}{axis:<{wide}}  |{_lane(given, own, cells)}|  {said}"


def _between(given: StepBars) -> NDArray[np.bool_]:
    """What is waited for between pieces of a pass, whose bar it makes longer."""
    return np.isin(given.stage, ("forward", "backward"))


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "0 %"


def _lane(given: StepBars, own: NDArray[np.bool_], cells: int) -> str:
    """The darker a character, the longer the lane is busy in its stretch of time."""
    edges = np.linspace(0.0, given.step_s, cells + 1)
    start, end = given.start_s[own][:, None], given.end_s[own][:, None]
    inside = np.clip(np.minimum(end, edges[1:]) - np.maximum(start, edges[:-1]), 0.0, None)
    share = np.minimum(1.0, inside.sum(axis=0) * cells / given.step_s)
    return "".join(SHADES[min(len(SHADES) - 1, math.ceil(s * (len(SHADES) - 1) - 1e-9))] for s in share.tolist())

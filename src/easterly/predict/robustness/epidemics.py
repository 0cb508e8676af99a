"""Something that spreads from neighbour to neighbour, simulated event by event: exact, and seeded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import random, robust
from easterly.base.columns import FloatColumn, floats
from easterly.base.seeds import stream
from easterly.model.robustness import Epidemic, Graph, Segments
from easterly.predict.robustness.percolation import half

Model = Literal["sir", "sis"]
POINTS = 100
MOST_EVENTS = 1e12
"""Of all runs: a day or so."""
LASTING = 100.0
"""Mean times of recovery after which a run of SIS is stopped, unless told otherwise: it may go on for ages."""
START = 1
"""Second name of the stream that chooses who is infected first."""


def simulate(
    graph: Graph | Segments, *, infect: float, recover: float = 1.0, model: Model = "sir",
    start: int | Sequence[int] = 1, runs: int = 100, until: float | None = None, points: int = POINTS, seed: int = 1,
) -> Epidemic:  # fmt: skip
    """Runs of SIR or SIS, with exponential times (Gillespie 1977): what is drawn are the events of the chain itself.

    Parameters
    ----------
    graph : Graph or Segments
        Neighbours one by one, or groups in which everybody meets everybody whom its group reaches.
    infect : float
        Rate at which it crosses from an infected node to one susceptible neighbour.
    recover : float
        Rate at which an infected node recovers; 0 for never.
    model : "sir" or "sis"
        Whether a node that recovered is immune, or susceptible again.
    start : int or sequence of int
        Nodes infected at the beginning: so many that each run draws, or these ones (of segments: a number by group).
    runs : int
    until : float, optional
        When to stop; SIR goes on to its end and SIS to 100 mean times of recovery if absent.
    points : int
        Times at which to look, evenly from 0 to the end of the longest run.
    seed : int
        Runs are named by it and their number.

    Returns
    -------
    Epidemic

    Raises
    ------
    ValueError
        Rates or times that are none, more infected than nodes, no runs.

    Examples
    --------
    >>> from easterly.predict.robustness import from_edges
    >>> two = simulate(from_edges(2, [0], [1]), infect=3.0, start=[0], runs=20_000)
    >>> f"{(two.final == 1).mean():.2f}"  # 3 / (3 + 1)
    '0.75'
    """
    if model not in ("sir", "sis") or runs < 1 or points < 1:
        raise ValueError(f"{runs} runs of {model!r} at {points} points: sir or sis, at least one run and one point")
    if until is not None and not (0 < until < np.inf):
        raise ValueError(f"until is {until:g}: it must be a time above 0")
    streams = np.array([stream(seed, f"run {r}") for r in range(runs)], dtype=np.uint64)
    first = _starts(graph, start, streams)
    given = (infect, recover, model == "sis", first, streams)
    if model == "sis":
        until = _lasting(recover, until, runs * _many(graph))
    elif until is None:  # find its end first
        _, _, end, _ = _run(graph, *given, np.inf, np.zeros(0))
        until = float(end.max()) or 1.0
    time = np.linspace(0.0, until, points + 1)
    infected, ever, end, last = _run(graph, *given, until * (1 + 1e-12), time)
    many = _many(graph)
    how = "event by event" if isinstance(graph, Graph) else "event by event, among groups"
    return Epidemic(
        f"{model.upper()} {how}", many, floats(time), floats(infected.mean(axis=0) / many), half(infected / many),
        floats(ever.mean(axis=0) / many), half(ever / many), floats(last[:, 1] / many), floats(last[:, 2] / many),
        floats(np.where(last[:, 0] > 0, np.inf, end)),
    )  # fmt: skip


def _many(graph: Graph | Segments) -> int:
    return graph.population if isinstance(graph, Segments) else graph.nodes


def _lasting(recover: float, until: float | None, nodes: int) -> float:
    """When runs of SIS stop, which may never end by themselves; `nodes` of all runs."""
    if until is None and recover <= 0:
        raise ValueError("nobody ever recovers: say when to stop (until), or take sir")
    stop = LASTING / recover if until is None else until
    events = 2.0 * recover * stop * nodes  # who recovers was infected before: no more than twice that
    if events > MOST_EVENTS:
        raise ValueError(
            f"up to {events:.2g} events: {MOST_EVENTS:.0g} at most; stop sooner (until), or take fewer runs or nodes"
        )
    return stop


def _run(graph: Graph | Segments, infect: float, recover: float, again: bool, first: NDArray[Any],
         streams: NDArray[np.uint64], until: float, at: FloatColumn) -> Any:  # fmt: skip
    if isinstance(graph, Graph):
        return robust.spread(graph.nodes, graph.a, graph.b, infect, recover, again, first, streams, until, at)
    return robust.spread_groups(graph.size, graph.reach, infect, recover, again, first, streams, until, at)[:4]


def _starts(graph: Graph | Segments, start: int | Sequence[int], streams: NDArray[np.uint64]) -> NDArray[Any]:
    """(R, S) nodes, or (R, G) numbers by group."""
    of_groups = isinstance(graph, Segments)
    many = _many(graph)
    if isinstance(start, int | np.integer):
        if not 0 < start <= many:
            raise ValueError(f"{start:,} infected at the beginning among {many:,} nodes: at least one, and no more")
        drawn = _drawn(int(start), many, streams)
        return _grouped(graph, drawn) if isinstance(graph, Segments) else drawn.astype(np.int32)
    fixed = np.asarray(start, dtype=np.int64 if of_groups else np.int32)
    if fixed.ndim != 1 or not len(fixed) or (of_groups and not fixed.sum()):
        raise ValueError("nobody is infected at the beginning: name some nodes, or a number of them")
    return np.ascontiguousarray(np.broadcast_to(fixed, (len(streams), len(fixed))))


def _drawn(count: int, many: int, streams: NDArray[np.uint64]) -> NDArray[np.int64]:
    """(R, S) distinct nodes of each run."""
    names = random.mix64(np.stack([streams, np.full(len(streams), START, dtype=np.uint64)], axis=1))
    if count == 1:
        return (random.uniform(names, 1) * many).astype(np.int64)
    return np.stack([_distinct(count, many, names[r : r + 1]) for r in range(len(names))])


def _distinct(count: int, many: int, name: NDArray[np.uint64]) -> NDArray[np.int64]:
    """So many distinct numbers below `many`: what is drawn again counts once."""
    if 2 * count > many:
        return np.argsort(random.uniform(name, many)[0], kind="stable")[:count]
    size, found = count, np.zeros(0, dtype=np.int64)
    while len(found) < count:
        size *= 2
        drawn = (random.uniform(name, size)[0] * many).astype(np.int64)
        found = drawn[np.sort(np.unique(drawn, return_index=True)[1])]
    return found[:count]


def _grouped(segments: Segments, drawn: NDArray[np.int64]) -> NDArray[np.int64]:
    group = np.searchsorted(np.cumsum(segments.size), drawn, side="right")
    return np.stack([np.bincount(row, minlength=len(segments.size)) for row in group]).astype(np.int64)

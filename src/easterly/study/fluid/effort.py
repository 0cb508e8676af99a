"""How long computations take: as planned, with jitter, on slow hosts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import maths, random
from easterly.base.columns import FloatColumn, floats
from easterly.base.seeds import stream
from easterly.model.network import Network
from easterly.model.schedule import EventKind, Schedule


def durations_s(
    schedule: Schedule, network: Network, *, jitter: float = 0.0, stragglers: Mapping[str, float] | None = None,
    seed: int = 1,
) -> FloatColumn:  # fmt: skip
    """Time of each event: of computations with jitter, and longer on slow hosts.

    Jitter is log-normal with mean 1, drawn for every computation of every cell by its own name: job, stream, step,
    micro-batch, chunk, purpose, and which of these it is. Cells compute in lockstep, so that one with a slow host is as
    slow as that.

    Parameters
    ----------
    schedule : Schedule
    network : Network
    jitter : float [1]
        Coefficient of variation; its logarithm has the variance ``ln(1 + jitter^2)``.
    stragglers : mapping of str to float [1], optional
        Times that hosts take as long.
    seed : int

    Returns
    -------
    (E,) float [s]
    """
    made = np.array(schedule.duration_s)
    rows = np.flatnonzero((schedule.kind == EventKind.COMPUTE) & (schedule.stream >= 0) & (made > 0))
    if jitter > 0:
        made[rows] *= _drawn(schedule, rows, jitter, seed)
    if stragglers:
        made[rows] *= slow_streams(schedule, network, stragglers)[schedule.stream[rows]]
    return floats(made)


def _drawn(schedule: Schedule, rows: NDArray[np.intp], jitter: float, seed: int) -> NDArray[np.float64]:
    """Factors of mean 1."""
    names = ("stream", "step", "micro_batch", "chunk", "purpose")
    words = np.stack([getattr(schedule, name)[rows].astype(np.int64).view(np.uint64) for name in names], axis=1)
    key = random.mix64(
        np.concatenate([np.full((len(rows), 1), stream(seed, "jitter"), dtype=np.uint64), words], axis=1)
    )
    order = np.argsort(key, kind="stable")  # computations in several parts: the first of a name, the second, ...
    new = np.concatenate([[True], np.diff(key[order].astype(np.int64)) != 0])[: len(rows)]
    start = np.maximum.accumulate(np.where(new, np.arange(len(rows)), 0))
    part = np.empty(len(rows), dtype=np.uint64)
    part[order] = (np.arange(len(rows)) - start).astype(np.uint64)
    normal = random.normal(random.mix64(np.stack([key, part], axis=1)), 1)[:, 0]
    variance = float(maths.log(np.array([1 + jitter * jitter]))[0])
    drawn: NDArray[np.float64] = maths.exp(np.sqrt(variance) * normal - variance / 2)
    return drawn


def slow_streams(schedule: Schedule, network: Network, stragglers: Mapping[str, float]) -> FloatColumn:
    """(S,) times that each stream takes as long: those of its slowest host."""
    factor_of = dict(zip(network.hosts.name.tolist(), [1.0] * len(network.hosts), strict=True)) | dict(stragglers)
    factor = np.array(list(factor_of.values()))
    streams = schedule.streams
    host = network.node_host[streams.node_idx]
    of = np.repeat(np.arange(len(streams)), np.diff(streams.node_ptr))
    slowest = np.full(len(streams), -np.inf)
    np.maximum.at(slowest, of, np.where(host >= 0, factor[host], 1.0))
    return floats(np.where(np.isfinite(slowest), slowest, 1.0))

"""One run with several seeds: what varies, and by how much."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from typing import Annotated, Any, Literal

import numpy as np

from easterly.base.columns import FloatColumn, IndexColumn, floats, indices
from easterly.base.schema import Doc, Unit
from easterly.model.packets import PacketFlows, PacketOutcome, Ports, Transport
from easterly.predict.packet.simulate import simulate
from easterly.predict.packet.statistics import quantile

Place = Literal["processes", "ray"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over runs, and how far from it the mean of all such runs may be."""

    mean: float
    half: float

    @property
    def low(self) -> float:
        """Lower end."""
        return self.mean - self.half

    @property
    def high(self) -> float:
        """Upper end."""
        return self.mean + self.half


@dataclass(frozen=True, slots=True)
class Replications:
    """Runs that differ by their seeds, in the order in which those were given."""

    seed: Annotated[IndexColumn, Doc("(R,) seeds.")]
    fct_s: Annotated[FloatColumn, Unit("s"), Doc("(R, F) completion of every flow in every run.")]
    drops: Annotated[IndexColumn, Doc("(R,) packets.")]
    marks: Annotated[IndexColumn, Doc("(R,) packets.")]
    again: Annotated[IndexColumn, Doc("(R,) packets sent again.")]
    packet_hops: Annotated[IndexColumn, Doc("(R,) packets put on links.")]

    @property
    def mean_s(self) -> FloatColumn:
        """(R,) [s] mean completion of each run."""
        return floats(self.fct_s.mean(axis=1))

    def quantile_s(self, share: float) -> FloatColumn:
        """(R,) [s] completion that this share of the flows of each run does not exceed."""
        return floats([quantile(row, share) for row in self.fct_s])


def simulate_many(
    ports: Ports, flows: PacketFlows, transport: Transport | Sequence[Transport], *, seeds: Iterable[int],
    workers: int = 1, on: Place = "processes", **options: Any,
) -> Replications:  # fmt: skip
    """The same run with several seeds, side by side.

    Parameters
    ----------
    ports : Ports
    flows : PacketFlows
    transport : Transport or sequence of Transport
    seeds : iterable of int
        What is drawn by them: marks and losses with a probability, choices among paths, gaps of sources.
    workers : int
        How many at a time; the result is the same with any number.
    on : "processes" or "ray"
        Where; Ray has to be installed for the latter.
    **options
        As `simulate` takes them.

    Returns
    -------
    Replications

    Raises
    ------
    ValueError
        No seed, or no worker.
    ModuleNotFoundError
        Ray is asked for and not installed.
    """
    given = [int(seed) for seed in seeds]
    if not given or workers < 1:
        raise ValueError(f"{len(given)} seeds and {workers} workers: at least one of each is needed")
    work = [(ports, flows, transport, seed, options) for seed in given]
    if on == "ray":
        rows = _by_ray(work)
    elif workers == 1:
        rows = [_one(each) for each in work]
    else:
        with ProcessPoolExecutor(min(workers, len(given)), mp_context=get_context("spawn")) as pool:
            rows = list(pool.map(_one, work))
    fct_s, counts = np.array([row[0] for row in rows]), np.array([row[1] for row in rows], dtype=np.int64)
    columns = (indices(np.ascontiguousarray(counts[:, i])) for i in range(4))
    return Replications(indices(given), floats(fct_s), *columns)


def interval(values: FloatColumn, level: float = 0.95) -> Interval:
    """Mean of independent runs, with the half width of its confidence interval (Student 1908).

    Parameters
    ----------
    values : (R,) float
        One number of each run.
    level : float [1]
        How often such an interval holds the true mean, where the numbers are normal.

    Returns
    -------
    Interval
        Infinitely wide with one run.

    Raises
    ------
    ValueError
        No run, or a level that is none.

    Examples
    --------
    >>> made = interval(np.array([9.0, 10.0, 11.0]))
    >>> made.mean, round(made.half, 3)
    (10.0, 2.484)
    """
    if not len(values) or not 0 < level < 1:
        raise ValueError(f"an interval of {len(values)} values at level {level}: some values, and a level within 0..1")
    mean = float(np.mean(values))
    if len(values) == 1:
        return Interval(mean, math.inf)
    spread = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return Interval(mean, student(len(values) - 1, level) * spread)


def student(freedom: int, level: float) -> float:
    """The t between minus which and which a variable of Student's law is with this probability.

    >>> round(student(4, 0.95), 4), round(student(1, 0.5), 4)
    (2.7764, 1.0)
    """
    low, high = 0.0, 1.0
    while _within(high, freedom) < level:
        high *= 2.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < level else (low, middle)
    return (low + high) / 2


def _within(t: float, freedom: int) -> float:
    """P(|T| <= t) for a whole number of degrees of freedom (Abramowitz & Stegun 1964, 26.7.3 and 26.7.4)."""
    angle = math.atan2(t, math.sqrt(freedom))
    cosine, sine = math.cos(angle), math.sin(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for k in range(3 if odd else 2, freedom - 1, 2):
        term *= cosine * cosine * (k - 1) / k
        total += term
    return 2.0 / math.pi * (angle + sine * total) if odd else sine * total


def _one(work: tuple[Any, ...]) -> tuple[FloatColumn, tuple[int, int, int, int]]:
    """What is kept of one run: little, as it comes from another process."""
    ports, flows, transport, seed, options = work
    found: PacketOutcome = simulate(ports, flows, transport, seed=seed, **options)
    return found.fct_s, (int(found.drops.sum()), int(found.marks.sum()), int(found.again.sum()), found.packet_hops)


def _by_ray(work: list[tuple[Any, ...]]) -> list[tuple[FloatColumn, tuple[int, int, int, int]]]:
    try:
        ray: Any = import_module("ray")
    except ImportError:
        raise ModuleNotFoundError("runs on Ray need it installed: pip install ray") from None
    remote = ray.remote(_one)
    found: list[tuple[FloatColumn, tuple[int, int, int, int]]] = ray.get([remote.remote(each) for each in work])
    return found

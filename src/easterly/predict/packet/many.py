"""One run with several seeds: what varies, and by how much."""

from __future__ import annotations

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

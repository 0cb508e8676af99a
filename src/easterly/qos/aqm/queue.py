"""Any algorithm at work: packet by packet, or over columns of packets."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly.base.columns import indices
from easterly.qos.aqm.packets import NS_PER_S, Ecn, Fates, Offered, Taken, Verdict

Scalar = TypeVar("Scalar", bound=np.generic)


class Core(Protocol):
    """What the compiled queues have in common."""

    def offer(
        self, time: int, size_B: int, flow: int = 0, colour: int = 0, ecn: int = 0, draw: float = -1.0
    ) -> tuple[int, list[int]]:
        """A packet arrives."""

    def take(self, time: int) -> tuple[tuple[int, int, int, bool] | None, list[int]]:
        """The line is free."""

    def run(
        self,
        time: NDArray[np.int64],
        size_B: NDArray[np.int64],
        rate_bps: int,
        ticks_per_s: int,
        flow: NDArray[np.int32] | None = None,
        colour: NDArray[np.int8] | None = None,
        ecn: NDArray[np.uint8] | None = None,
        draw: NDArray[np.float64] | None = None,
    ) -> tuple[NDArray[np.int8], NDArray[np.int64], NDArray[np.int64]]:
        """All of a run."""

    @property
    def state(self) -> dict[str, Any]:
        """What it remembers."""


class Algorithm(ABC):
    """Parameters of a queue; frozen. `queue` puts them to work."""

    @abstractmethod
    def _start(self, seed: int, entity: int) -> Core:
        """Make the compiled queue."""

    def queue(self, *, seed: int = 0, entity: int = 0) -> Queue:
        """An empty queue under these parameters.

        Parameters
        ----------
        seed, entity : int
            Names of the random draws: the draw of an arrival depends on them and on its number, on nothing else.

        Returns
        -------
        Queue
        """
        return Queue(self._start(seed, entity))


class Queue:
    """A queue to step through by hand; time is in ns and never runs backwards."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def offer(
        self, time_ns: int, size_B: int, *, flow: int = 0, colour: int = 0, ecn: Ecn | int = 0, draw: float = -1.0
    ) -> Offered:
        """A packet arrives.

        Parameters
        ----------
        time_ns, size_B : int
        flow : int
            Queue of fair queueing, class of WRED; the others do not look at it.
        colour : int
            Drop precedence, 0 to 2: green, yellow, red. Only WRED looks at it.
        ecn : Ecn
        draw : float
            Uniform in [0, 1), instead of one that is drawn.

        Returns
        -------
        Offered

        Raises
        ------
        ValueError
            Time that runs backwards, a number out of range.
        """
        verdict, lost = self._core.offer(time_ns, size_B, flow, colour, int(ecn), draw)
        return Offered(Verdict(verdict), tuple(lost))

    def take(self, time_ns: int) -> Taken:
        """The line is free: the next packet to send.

        Parameters
        ----------
        time_ns : int

        Returns
        -------
        Taken
            `number` is -1 where there is nothing to send.
        """
        packet, lost = self._core.take(time_ns)
        return Taken(lost=tuple(lost)) if packet is None else Taken(*packet, lost=tuple(lost))

    @property
    def state(self) -> dict[str, Any]:
        """All that the algorithm remembers, times in ns."""
        return self._core.state


def serve(
    algorithm: Algorithm,
    time_ns: ArrayLike,
    size_B: ArrayLike,
    *,
    rate_bps: int,
    flow: ArrayLike | None = None,
    colour: ArrayLike | None = None,
    ecn: ArrayLike | None = None,
    draw: ArrayLike | None = None,
    seed: int = 0,
    entity: int = 0,
) -> Fates:
    """Send packets through a queue and a line of constant rate, until the queue is empty.

    The same compiled code as `Queue`: a packet is taken from the queue when the line is free, and is not part of the
    backlog while it is being sent. At one instant the line becomes free before a packet arrives. Transmission times
    are exact: fractions of a ns are carried on, and times are rounded up.

    Parameters
    ----------
    algorithm : Algorithm
    time_ns, size_B : (N,) int
        In order of time.
    rate_bps : int
    flow, colour, ecn, draw : (N,), optional
        As in `Queue.offer`.
    seed, entity : int

    Returns
    -------
    Fates

    Raises
    ------
    ValueError
        Columns of different lengths, times out of order, numbers out of range.

    Examples
    --------
    >>> from easterly.qos.aqm import TailDrop, serve
    >>> fates = serve(TailDrop(limit_packets=1), [0, 0, 0], [1250, 1250, 1250], rate_bps=10_000_000)
    >>> fates.verdict.tolist(), fates.departure_ns.tolist()
    ([0, 0, 2], [1000000, 2000000, -1])
    """
    core = algorithm._start(seed, entity)
    verdict, departure_ns, backlog_B = core.run(
        column(time_ns, np.int64, "time_ns"),
        column(size_B, np.int64, "size_B"),
        rate_bps,
        NS_PER_S,
        optional(flow, np.int32, "flow"),
        optional(colour, np.int8, "colour"),
        optional(ecn, np.uint8, "ecn"),
        optional(draw, np.float64, "draw"),
    )
    return Fates(verdict, indices(departure_ns), indices(backlog_B))


def column(values: ArrayLike, dtype: type[Scalar], name: str) -> NDArray[Scalar]:
    """A column of `dtype`, made only where no value changes.

    Raises
    ------
    ValueError
        Numbers that `dtype` cannot hold.
    """
    given = np.atleast_1d(np.asarray(values))
    with np.errstate(invalid="ignore"):
        made = np.ascontiguousarray(given, dtype=dtype)
    if given.size and not np.array_equal(made, given):
        raise ValueError(f"{name} has numbers that are not {np.dtype(dtype).name}: round them, or give another unit")
    return made


def optional(values: ArrayLike | None, dtype: type[Scalar], name: str) -> NDArray[Scalar] | None:
    """The column, where there is one."""
    return None if values is None else column(values, dtype, name)

"""One scheduler before a link, step by step or over columns of packets."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly.base.columns import IndexColumn, indices
from easterly.base.schema import Doc, Unit

TICKS_PER_S = 1_000_000_000
"""Time is in whole nanoseconds."""


class Choice(NamedTuple):
    """What a link is to do next: serve `queue`, or ask again at `time_ns`; None where only an arrival helps."""

    queue: int | None
    time_ns: int | None


class Sent(NamedTuple):
    """A packet that went onto the link."""

    queue: int
    size_B: int


@dataclass(frozen=True, slots=True)
class Departures:
    """When packets leave a link, and in which order."""

    departure_ns: Annotated[
        IndexColumn,
        Unit("ns"),
        Doc("(N,) last bit of each packet sent, rounded up; -1 where the packet was refused, or held back for ages."),
    ]
    order: Annotated[IndexColumn, Doc("(M,) packets that left, first to last.")]

    @property
    def refused(self) -> IndexColumn:
        """Packets that the scheduler did not take."""
        return indices(np.flatnonzero(self.departure_ns < 0))


_FRACTIONS = {
    "denominator": {"virtual_time": "virtual_time_B", "start": "start_B", "finish": "finish_B"},
    "tokens_per_byte": {"tokens": "tokens_B", "ctokens": "ctokens_B"},
    "credit_per_bit": {"credit": "credit_bit"},
    "avgidle_per_tick": {"avgidle": "avgidle_ns"},
}
"""What the kernel holds as multiples of some part of a byte, bit or nanosecond."""


def _over(value: Any, per: int) -> Any:
    return [Fraction(v, per) for v in value] if isinstance(value, list) else Fraction(value, per)


class _Kernel(Protocol):
    def arrive(self, time: int, queue: int, size: int) -> bool: ...
    def next(self, time: int) -> tuple[int, int]: ...
    def send(self, time: int) -> tuple[int, int]: ...
    def state(self) -> dict[str, Any]: ...
    def run(
        self, time: NDArray[np.int64], queue: NDArray[np.int32], size: NDArray[np.int64], link_bps: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]: ...


class Scheduler:
    """Queues before a link, and the rule by which the link chooses among them.

    Made by the functions of this package (`drr`, `wfq`, `htb`, ...). Step by step, time must not fall; in one
    nanosecond arrivals come before the link chooses. `departures` starts from rest and leaves the steps alone.

    Examples
    --------
    >>> from easterly.qos.scheduling import drr
    >>> link = drr([500, 500])
    >>> for queue, size_B in ((0, 400), (0, 400), (1, 300)):
    ...     _ = link.arrive(queue, size_B, time_ns=0)
    >>> [link.send(0) for _ in range(4)]
    [Sent(queue=0, size_B=400), Sent(queue=1, size_B=300), Sent(queue=0, size_B=400), None]
    """

    def __init__(self, kernel: _Kernel, link_bps: int | None = None) -> None:
        self._kernel = kernel
        self._link_bps = link_bps

    def arrive(self, queue: int, size_B: int, time_ns: int) -> bool:
        """Put a packet at the tail of a queue; False if the scheduler refuses it."""
        return self._kernel.arrive(time_ns, queue, size_B)

    def next(self, time_ns: int) -> Choice:
        """Which queue the link serves now, or when to ask again."""
        queue, when = self._kernel.next(time_ns)
        return Choice(None if queue < 0 else queue, None if when < 0 else when)

    def send(self, time_ns: int) -> Sent | None:
        """Take the packet that `next` chooses; None where there is nothing to send now."""
        queue, size_B = self._kernel.send(time_ns)
        return None if queue < 0 else Sent(queue, size_B)

    @property
    def state(self) -> dict[str, Any]:
        """Everything that is remembered, exactly: sizes, deficits, credits, tags, and how many packets are `queued`."""
        state = self._kernel.state()
        for unit, names in _FRACTIONS.items():
            if (per := state.pop(unit, None)) is not None:
                for name, better in names.items():
                    if name in state:
                        state[better] = _over(state.pop(name), per)
        return state

    def departures(
        self, time_ns: ArrayLike, queue: ArrayLike, size_B: ArrayLike, *, link_bps: int | None = None
    ) -> Departures:
        """Send columns of packets over one link.

        Parameters
        ----------
        time_ns : (N,) int [ns]
            Arrivals; never falling.
        queue : (N,) int
        size_B : (N,) int [B]
            What a packet takes on the link, with all headers.
        link_bps : int, optional [bit/s]
            That of the scheduler, if it was made for a link.

        Returns
        -------
        Departures

        Raises
        ------
        ValueError
            Columns of different lengths, times that fall, no such queue, impossible sizes; no rate, or another than the
            scheduler was made for.
        """
        rate = self._link_bps if link_bps is None else link_bps
        if rate is None:
            raise ValueError("the rate of the link is not known: give link_bps")
        if self._link_bps not in (None, rate):
            raise ValueError(f"link_bps is {rate}, but the scheduler was made for {self._link_bps}; make another")
        columns = (
            _whole("time_ns", time_ns, np.int64),
            _whole("queue", queue, np.int32),
            _whole("size_B", size_B, np.int64),
        )
        departure, order = self._kernel.run(*columns, bits_per_second("link_bps", rate))
        return Departures(indices(departure), indices(order))


def _whole(name: str, values: ArrayLike, dtype: type[np.int32] | type[np.int64]) -> NDArray[Any]:
    """Integers as one type, none of them changed by that."""
    given = np.asarray(values)
    if given.ndim != 1:
        raise ValueError(f"{name} has {given.ndim} dimensions, not one")
    made = np.ascontiguousarray(given, dtype=dtype)
    if given.dtype != dtype and not np.array_equal(made, given):
        raise ValueError(f"{name} holds what is no whole number of {np.iinfo(dtype).bits} bits")
    return made


def counts(name: str, values: ArrayLike, least: int, most: int) -> list[int]:
    """Whole numbers, one per queue, within limits."""
    given = np.asarray(values)
    if given.ndim != 1 or given.size == 0:
        raise ValueError(f"{name} must be a list with one entry per queue")
    for i, value in enumerate(given.tolist()):
        if value != int(value) or not least <= value <= most:
            raise ValueError(f"{name}[{i}] is {value}, not a whole number within {least}..{most}")
    return [int(value) for value in given.tolist()]


def bits_per_second(name: str, rate: float) -> int:
    """A rate as a whole number of bits per second."""
    if not 1 <= rate <= 1 << 50 or rate != int(rate):
        raise ValueError(f"{name} is {rate}, not a whole number of bits per second within 1..2^50")
    return int(rate)

"""A schedule in the making: blocks of events and what waits for what, put in order at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import dag
from easterly.base.columns import floats, indices, ints
from easterly.demand.schedule.pairs import Numbers, Pairs, distinct, joined
from easterly.demand.schedule.pattern import COLUMNS, Pattern
from easterly.model.schedule import EventKind, Purposes, Schedule, Streams

_NUMBERS = {
    "kind": EventKind.JOIN, "src": -1, "dst": -1, "stream": -1, "purpose": 0, "step": 0, "micro_batch": -1, "chunk": -1,
    "group": -1, "round": 0,
}  # fmt: skip
_AMOUNTS = {"size_B": 0.0, "duration_s": 0.0, "delay_s": 0.0, "earliest_s": 0.0}


class Circle(ValueError):
    """Events that wait for each other.

    Attributes
    ----------
    events : list of int
        Each waits for the next, and the last for the first.
    """

    def __init__(self, events: list[int]) -> None:
        super().__init__(f"{len(events)} events wait for each other")
        self.events = events


class Draft:
    """Events without an order.

    Attributes
    ----------
    count : int
        Events so far.
    """

    def __init__(self) -> None:
        self.count = 0
        self._blocks: list[dict[str, NDArray[Any]]] = []
        self._waits: list[Pairs] = []

    def add(self, count: int, columns: Mapping[str, ArrayLike]) -> Numbers:
        """Append events.

        Parameters
        ----------
        count : int
        columns : mapping of str to (count,) or scalar
            Columns of `Schedule`; what is not given has its neutral value.

        Returns
        -------
        (count,) int
            Their numbers.
        """
        block = {}
        for defaults, dtype in ((_NUMBERS, np.int32), (_AMOUNTS, np.float64)):
            for name, neutral in defaults.items():
                block[name] = np.broadcast_to(np.asarray(columns.get(name, neutral), dtype=dtype), count)
        self._blocks.append(block)
        self.count += count
        return np.arange(self.count - count, self.count)

    def repeat(self, pattern: Pattern, copies: int, columns: Mapping[str, ArrayLike]) -> Numbers:
        """Append copies of a pattern.

        Parameters
        ----------
        pattern : Pattern
        copies : int
        columns : mapping of str to (copies,) or scalar
            What is the same for all events of a copy.

        Returns
        -------
        (copies,) int
            Number of the first event of each copy.
        """
        size = len(pattern)
        tiled = {name: np.tile(getattr(pattern, name), copies) for name in COLUMNS}
        spread = {name: np.repeat(np.broadcast_to(value, copies), size) for name, value in columns.items()}
        numbers = self.add(size * copies, {**tiled, **spread})
        first = numbers[::size] if size else np.zeros(copies, dtype=np.int64)
        self.wait(placed(pattern.after[0], first), placed(pattern.after[1], first))
        return first

    def wait(self, events: Numbers, before: Numbers) -> None:
        """Let events wait for others, one by one."""
        self._waits.append((events.astype(np.int32), before.astype(np.int32)))

    def schedule(self, purposes: Purposes, streams: Streams) -> Schedule:
        """Everything in an order in which events come after what they wait for.

        Raises
        ------
        Circle
            If events wait for each other.
        """
        event, before = joined(*self._waits)
        ptr, idx = rows(event, before, self.count)
        order = dag.order(ptr, idx)
        if len(order) < self.count:
            raise Circle(_circle(ptr, idx, order))
        place = np.empty(self.count, dtype=np.int32)
        place[order] = np.arange(self.count, dtype=np.int32)
        ptr, idx = rows(place[event], place[before], self.count)
        columns: dict[str, Any] = {name: ints(self._column(name)[order]) for name in _NUMBERS}
        columns |= {name: floats(self._column(name)[order]) for name in _AMOUNTS}
        return Schedule(**columns, pred_ptr=indices(ptr), pred_idx=ints(idx), purposes=purposes, streams=streams)

    def _column(self, name: str) -> NDArray[Any]:
        return np.concatenate([np.empty(0, dtype=np.int32), *(block[name] for block in self._blocks)])


def _circle(ptr: Numbers, idx: NDArray[np.int32], order: NDArray[np.int32]) -> list[int]:
    """One circle among the events that have no place in an order: they all wait for another one of them."""
    stuck = np.ones(len(ptr) - 1, dtype=np.bool_)
    stuck[order] = False
    way, at = [int(np.argmax(stuck))], {}
    while way[-1] not in at:
        at[way[-1]] = len(way) - 1
        before = idx[ptr[way[-1]] : ptr[way[-1] + 1]]
        way.append(int(before[stuck[before]][0]))
    return way[at[way[-1]] : -1]


def placed(local: Numbers, first: Numbers) -> Numbers:
    """Numbers of events of a pattern in each of its copies, copy by copy."""
    return (first[:, None] + local).ravel()


def rows(event: NDArray[Any], before: NDArray[Any], count: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Predecessors as CSR, each once, ascending.

    Parameters
    ----------
    event, before : (D,) int
        The first waits for the second.
    count : int
        Events.
    """
    keys = distinct(event.astype(np.int64) * max(count, 1) + before)
    ptr = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(keys // max(count, 1), minlength=count), out=ptr[1:])
    return ptr, (keys % max(count, 1)).astype(np.int32)

"""Writing down what a run does: asked for before it begins, fetched in batches, kept or handed on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import packet
from easterly.base.columns import floats, frozen, ints
from easterly.model.packet_records import Depths, Recorded, Recording, Series, Trace
from easterly.model.port_queues import CLASSES
from easterly.predict.packet.ticks import TICK_S, ticks


class Sink(Protocol):
    """Takes what is written down."""

    def put(self, table: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Rows of a table."""

    def end_batch(self) -> None:
        """What was put so far belongs together."""

    def flush(self) -> None:
        """What was put so far is to be safe."""


DEPTH, TRACE = 1, 2
"""Bits of what is watched at a link, as the kernel has them."""
COUNTERS = ("backlog_B", "sent_B", "drops", "marks", "paused_ps")
OF_FLOWS = ("packets", "sent", "again", "marked", "timeouts", "reordered", "delivered_ps")


class Book:
    """What a run has written so far.

    Parameters
    ----------
    made : Simulation
        Not yet begun.
    wanted : Recording
    links : int
        How many there are.
    facts : mapping
        Columns of flows that are told with each: `start_ps` and `ideal_s` have to be among them.
    sink : Sink, optional
        Gets all rows as they are fetched; they are kept here if absent. Gets flows as they are done, too.

    Raises
    ------
    ValueError
        A link, flow or group that is none.
    """

    def __init__(
        self, made: packet.Simulation, wanted: Recording, links: int, facts: Mapping[str, NDArray[Any]],
        sink: Sink | None = None,
    ) -> None:  # fmt: skip
        self.made, self.wanted, self.facts, self.sink = made, wanted, facts, sink
        self.sampled = _chosen("links", wanted.links, links) if wanted.every_s > 0 else ints([])
        self.kept: dict[str, list[Mapping[str, NDArray[Any]]]] = {"series": [], "trace": []}
        self.waiting = np.zeros(0, dtype=np.int64)
        group = ints([]) if wanted.group is None else ints(wanted.group)
        made.record(
            ticks(wanted.every_s), self.sampled, group, int(group.max(initial=-1)) + 1, _watched(wanted, links),
            _traced(wanted, len(facts["start_ps"])), wanted.most_samples, wanted.most_sights, sink is not None,
        )  # fmt: skip

    def fetch(self, *, last: bool = False) -> bool:
        """Fetch what was written since; whether there was anything."""
        samples, sights = self._samples(), self._sights()
        if len(samples["time_ps"]):
            self._put("series", samples)
        if len(sights["time_ps"]):
            self._put("trace", sights)
        if self.sink is not None:
            self._put_flows(last)
            self.sink.end_batch()
        return bool(len(samples["time_ps"]) or len(sights["time_ps"]))

    def go_on(self) -> None:
        """Take up a run that was restored: flows that have arrived, and whose numbers may change, are to be told."""
        of_flow = self.made.flows()
        self.waiting = np.flatnonzero((of_flow["delivered_ps"] >= 0) & (of_flow["acknowledged_ps"] < 0))

    def flush(self) -> None:
        """Have the sink keep what it was given."""
        if self.sink is not None:
            self.sink.flush()

    def close(self) -> Recorded:
        """All that was kept; the rest goes to the sink."""
        self.fetch(last=True)
        depths = _depths(self.made.depths()) if self.wanted.depth_links is not None else None
        if self.sink is None:
            return Recorded(self._series(), depths, self._trace())
        if depths is not None:
            of = np.repeat(np.arange(len(depths)), np.diff(depths.ptr))
            self.sink.put("depths", {
                "link": depths.link[of], "traffic_class": depths.traffic_class[of], "from_B": depths.from_B,
                "to_B": depths.to_B, "time_s": depths.time_s,
            })  # fmt: skip
        return Recorded(None, depths, None)

    def _samples(self) -> Mapping[str, Any]:
        return self.made.samples()

    def _sights(self) -> Mapping[str, Any]:
        return self.made.sights()

    def _put(self, table: str, columns: Mapping[str, Any]) -> None:
        if self.sink is None:
            self.kept[table].append(columns)
        elif table == "trace":
            self.sink.put(table, columns)
        else:
            self._put_series(columns)

    def _put_series(self, columns: Mapping[str, NDArray[np.int64]]) -> None:
        """One row per sample and link; classes and groups in tables of their own."""
        assert self.sink is not None
        time_ps, links = columns["time_ps"], len(self.sampled)
        rows: dict[str, Any] = {"time_ps": np.repeat(time_ps, links), "link": np.tile(self.sampled, len(time_ps))}
        self.sink.put("ports", rows | {name: columns[name].ravel() for name in COUNTERS})
        at, which = np.nonzero(columns["class_B"])
        if len(at):
            self.sink.put("classes", {
                "time_ps": time_ps[at], "link": self.sampled[which // CLASSES], "traffic_class": which % CLASSES,
                "waiting_B": columns["class_B"][at, which],
            })  # fmt: skip
        for table, name, key in (("groups", "packets", "group"), ("memories", "memory_B", "memory")):
            values = columns[name]
            if values.shape[1]:
                which = np.tile(np.arange(values.shape[1]), len(time_ps))
                self.sink.put(table, {"time_ps": np.repeat(time_ps, values.shape[1]), key: which, name: values.ravel()})

    def _put_flows(self, last: bool) -> None:
        """Flows whose numbers do not change any more, in the order in which they arrived; in the end, all others."""
        assert self.sink is not None
        self.waiting = np.concatenate([self.waiting, self.made.arrived()["flow"]])
        if not len(self.waiting) and not last:
            return
        of_flow: Mapping[str, Any] = self.made.flows()
        final = of_flow["acknowledged_ps"][self.waiting] >= 0
        told, self.waiting = self.waiting[final], self.waiting[~final]
        if last:
            never = np.flatnonzero(of_flow["delivered_ps"] < 0)
            told = np.concatenate([told, self.waiting, never])
            self.waiting = self.waiting[:0]
        if len(told):
            there, start_ps = of_flow["delivered_ps"][told], self.facts["start_ps"][told]
            fct_s = np.where(there < 0, np.inf, (there - start_ps) * TICK_S)
            counts = {name: of_flow[name][told] for name in OF_FLOWS}
            facts = {name: values[told] for name, values in self.facts.items()}
            with np.errstate(divide="ignore", invalid="ignore"):
                slowdown = fct_s / self.facts["ideal_s"][told]
            self.sink.put("flows", {"flow": told, "fct_s": fct_s, "slowdown": slowdown} | facts | counts)

    def _series(self) -> Series | None:
        if not self.wanted.every_s > 0:
            return None
        found = _joined(self.kept["series"] or [self._samples()])
        shape = (len(found["time_ps"]), len(self.sampled), CLASSES)
        return Series(
            floats(found["time_ps"] * TICK_S), self.sampled, frozen(found["backlog_B"]),
            frozen(found["class_B"].reshape(shape)), frozen(found["sent_B"]), frozen(found["drops"]),
            frozen(found["marks"]), floats(found["paused_ps"] * TICK_S), frozen(found["packets"]),
            frozen(found["memory_B"]),
        )  # fmt: skip

    def _trace(self) -> Trace | None:
        if self.wanted.trace_links is None:
            return None
        found = _joined(self.kept["trace"] or [self._sights()])
        order = np.argsort(found["time_ps"], kind="stable")
        return Trace(**{name: frozen(values[order]) for name, values in found.items()}, untold=self.made.untold)


def _joined(pieces: list[Mapping[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


def _chosen(name: str, which: NDArray[np.int32] | None, count: int) -> NDArray[np.int32]:
    if which is None:
        return np.arange(count, dtype=np.int32)
    if len(which) and not 0 <= which.min() <= which.max() < count:
        raise ValueError(f"{name} names one that is none: there are {count:,}")
    return ints(which)


def _watched(wanted: Recording, links: int) -> NDArray[np.uint8]:
    if wanted.depth_links is None and wanted.trace_links is None:
        return np.zeros(0, dtype=np.uint8)
    made = np.zeros(links, dtype=np.uint8)
    for name, bit in (("depth_links", DEPTH), ("trace_links", TRACE)):
        which = getattr(wanted, name)
        if which is not None:
            made[_chosen(name, which, links)] |= bit
    return made


def _traced(wanted: Recording, flows: int) -> NDArray[np.uint8]:
    if wanted.trace_flows is None:
        return np.zeros(0, dtype=np.uint8)
    made = np.zeros(flows, dtype=np.uint8)
    made[_chosen("trace_flows", wanted.trace_flows, flows)] = 1
    return made


def _depths(found: Any) -> Depths:
    ptr = np.searchsorted(found["gauge"], np.arange(len(found["link"]) + 1))
    total_ps = np.add.reduceat(np.append(found["time_ps"], 0), ptr[:-1]) * (np.diff(ptr) > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_B = floats(found["integral_Bps"] / total_ps)
    return Depths(
        ints(found["link"]), ints(found["traffic_class"]), mean_B, frozen(found["most_B"]), frozen(ptr),
        frozen(found["from_B"]), frozen(found["to_B"]), floats(found["time_ps"] * TICK_S),
    )  # fmt: skip

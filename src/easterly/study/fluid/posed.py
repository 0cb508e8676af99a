"""Activities: everything that takes time, what it waits for, what it sends, and over which links."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import random
from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, floats, indices, ints
from easterly.model.demand import DemandSet
from easterly.model.routing import Paths, Policy, rows_of
from easterly.model.schedule import EventKind, Schedule
from easterly.study.fluid.effort import durations_s
from easterly.study.fluid.lanes import Lanes, lanes_of
from easterly.study.fluid.paths import FLOWLETS, chosen, entries, ways_of
from easterly.study.fluid.site import Prepared
from easterly.study.fluid.tunnels import over, tunnels_of


@dataclass(frozen=True, slots=True)
class Sends:
    """Messages and steady flows, before they have a way.

    Attributes
    ----------
    src, dst, connections : (S,) int
    activity : (S,) int
    part : (S,) float [1]
        Part of the activity's bytes.
    number : (S,) int
        Which of the messages of its pair it is.
    """

    src: IntColumn
    dst: IntColumn
    connections: IntColumn
    activity: IntColumn
    part: FloatColumn
    number: IndexColumn


@dataclass(frozen=True, slots=True)
class Posed:
    """Activities of a run: those of the schedule, then what others send all the time.

    Attributes
    ----------
    lanes : Lanes
    pred_ptr, pred_idx : CSR
        What each waits for.
    delay_s, earliest_s : (A,) float [s]
    size_bit : (A,) float [bit]
        What links carry: more than the data, where transfers do not reach the line rate.
    cap_bps : (A,) float [bit/s]
        Infinite where only links limit it.
    connections : (A,) int
    traffic_class : (A,) int
    owner : (A,) int
        Row of `Work`.
    sends : Sends
    paths : Paths
        A row per activity.
    """

    lanes: Lanes
    pred_ptr: IndexColumn
    pred_idx: IntColumn
    delay_s: FloatColumn
    earliest_s: FloatColumn
    size_bit: FloatColumn
    cap_bps: FloatColumn
    connections: IntColumn
    traffic_class: IntColumn
    owner: IntColumn
    sends: Sends
    paths: Paths

    def __len__(self) -> int:
        return len(self.delay_s)


def pose(prepared: Prepared) -> Posed:
    """Activities of a site, on the ways of its network as it is."""
    made, wishes, nouns = prepared.schedule, prepared.wishes, prepared.nouns
    network, demands = nouns.network.value, nouns.demands.value
    lanes = lanes_of(made, network)
    steady = prepared.steady.flow
    takes_s = durations_s(made, network, jitter=wishes.jitter, stragglers=wishes.stragglers, seed=wishes.seed)
    first, count = lanes.first, len(lanes.first)
    row_of = {str(name): row for row, name in enumerate(demands.work.name)}
    owner = np.array([row_of[str(name)] for name in prepared.owner], dtype=np.int64)
    flows, phases = demands.flows, demands.phases
    size_bit = np.bincount(lanes.activity, _sent_bit(made, prepared.reach), count)
    connections = np.bincount(lanes.activity, np.where(made.kind == EventKind.SEND, made.connections, 0), count)
    ptr, idx = _waits(made, lanes)
    sends = _sends(made, lanes, demands, steady)
    posed = Posed(
        lanes, indices(np.concatenate([ptr, np.full(len(steady), ptr[-1])])), ints(idx),
        floats(np.concatenate([(made.delay_s + takes_s)[first], np.zeros(len(steady))])),
        floats(np.concatenate([made.earliest_s[first], prepared.steady.begin_s])),
        floats(np.concatenate([size_bit, prepared.steady.rate_bps * prepared.steady.lasts_s])),
        floats(np.concatenate([_cap_bps(prepared, first, size_bit), prepared.steady.rate_bps])),
        ints(np.maximum(np.concatenate([connections, flows.connections[steady]]), 1)),
        ints(np.concatenate([made.traffic_class[first], phases.traffic_class[flows.phase[steady]]])),
        ints(np.concatenate([
            owner[made.purpose[first]], [row_of[str(name)] for name in phases.owner[flows.phase[steady]]],
        ])),
        sends, Paths(indices([0]), ints([]), floats([])),
    )  # fmt: skip
    return with_ways(posed, prepared, nouns.policy.value)


def _sent_bit(made: Schedule, reach: FloatColumn) -> NDArray[np.float64]:
    return np.where(made.kind == EventKind.SEND, made.size_B * 8 / reach[made.purpose], 0.0)


def _cap_bps(prepared: Prepared, first: IntColumn, size_bit: NDArray[Any]) -> NDArray[np.float64]:
    """Most that each activity sends: what takes a time at least is no faster."""
    least_s = prepared.least_s[prepared.schedule.purpose[first]]
    made = np.full(len(first), np.inf)
    np.divide(size_bit, least_s, out=made, where=(least_s > 0) & (size_bit > 0))
    return made


def _waits(made: Schedule, lanes: Lanes) -> tuple[NDArray[np.int64], NDArray[np.signedinteger[Any]]]:
    """What activities wait for, each once."""
    if not lanes.merged:
        return made.pred_ptr, made.pred_idx
    event = np.repeat(np.arange(len(made)), np.diff(made.pred_ptr))
    count = len(lanes.first)
    key = np.sort(lanes.activity[event].astype(np.int64) * count + lanes.activity[made.pred_idx])
    key = key[np.diff(key, prepend=-1) > 0]
    return np.searchsorted(key // count, np.arange(count + 1)), key % count


def _sends(made: Schedule, lanes: Lanes, demands: DemandSet, steady: IntColumn) -> Sends:
    rows = np.flatnonzero((made.kind == EventKind.SEND) & (made.src != made.dst))
    activity, size_B = lanes.activity[rows], made.size_B[rows]
    whole_B = np.bincount(activity, size_B, len(lanes.first))[activity]
    part = np.divide(size_B, whole_B, out=np.ones(len(rows)), where=whole_B > 0)
    flows = demands.flows
    src, dst = (np.concatenate([a[rows], b[steady]]) for a, b in ((made.src, flows.src), (made.dst, flows.dst)))
    return Sends(
        ints(src), ints(dst), ints(np.concatenate([made.connections[rows], flows.connections[steady]])),
        ints(np.concatenate([activity, len(lanes.first) + np.arange(len(steady))])),
        floats(np.concatenate([part, np.ones(len(steady))])), indices(_number(src, dst)),
    )  # fmt: skip


def _number(src: NDArray[np.int64], dst: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which of the messages between its ends each is."""
    order = np.lexsort((np.arange(len(src)), dst, src))
    new = np.ones(len(src), dtype=np.bool_)
    new[1:] = (np.diff(src[order]) != 0) | (np.diff(dst[order]) != 0)
    made = np.empty(len(src), dtype=np.int64)
    made[order] = np.arange(len(src)) - np.maximum.accumulate(np.where(new, np.arange(len(src)), 0))
    return made


def with_ways(posed: Posed, prepared: Prepared, policy: Policy) -> Posed:
    """The same on the ways that a policy has; no entries where there is no way."""
    return replace(posed, paths=ways(posed.sends, len(posed), prepared, policy))


def ways(sends: Sends, count: int, prepared: Prepared, policy: Policy) -> Paths:
    """Links of each activity, and the shares of its bytes on them."""
    network, wishes = prepared.nouns.network.value, prepared.wishes
    number = sends.number % FLOWLETS if wishes.routing == "flowlet" else np.zeros(len(sends.src), dtype=np.int64)
    pair, of_pair = _pairs(sends, number, len(network.nodes))
    found = ways_of(
        network, policy, sends.src[pair], sends.dst[pair], sends.connections[pair], routing=wishes.routing,
        number=number[pair], seed=prepared.nouns.site.seed, draw=wishes.seed - 1,
    )  # fmt: skip
    if wishes.allocation:
        between = tunnels_of(prepared.nouns, wishes.allocation)
        there = over(between, network, sends.src[pair], sends.dst[pair], policy.alive)
        found = chosen(np.diff(there.ptr) > 0, there, found)
    first, of_bundle = _bundles(sends, of_pair, count)
    members = np.flatnonzero(np.isin(sends.activity, first))
    bundle = of_bundle[sends.activity[members]]
    made = _summed(found, of_pair[members], bundle, sends.part[members], len(first))
    return rows_of(made, indices(of_bundle))


def _pairs(sends: Sends, number: NDArray[np.int64], nodes: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One message of each pair of interfaces, and the pair of each message."""
    key = (sends.src.astype(np.int64) * nodes + sends.dst) * (1 + int(sends.connections.max(initial=0)))
    key = (key + sends.connections) * FLOWLETS + number
    _, first, of = np.unique(key, return_index=True, return_inverse=True)
    return first, of.ravel()


def _bundles(
    sends: Sends, of_pair: NDArray[np.int64], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:  # fmt: skip
    """Activities that send by different pairs: the first of each kind, and the kind of each."""
    words = np.stack([of_pair.astype(np.uint64), sends.part.view(np.uint64)], axis=1)
    digest = np.zeros(count, dtype=np.uint64)
    np.add.at(digest, sends.activity, random.mix64(words))
    _, first, of = np.unique(digest, return_index=True, return_inverse=True)
    return first, of.ravel()


def _summed(
    found: Paths, pair: NDArray[np.int64], bundle: NDArray[np.int64], part: FloatColumn, count: int
) -> Paths:  # fmt: skip
    """Shares of bundles of pairs on links; no entries where one of the pairs has no way."""
    of, link, share = entries(found, pair)
    lost = np.zeros(count, dtype=np.bool_)
    lost[bundle[np.diff(found.ptr)[pair] == 0]] = True
    width = 1 + int(link.max(initial=0))
    key, at = np.unique(bundle[of] * np.int64(width) + link, return_inverse=True)
    total = np.bincount(at.ravel(), share * part[of], len(key))
    row = key // width
    kept = ~lost[row]
    row = row[kept]
    ptr = np.searchsorted(row, np.arange(count + 1))
    return Paths(indices(ptr), ints((key % width)[kept]), floats(total[kept]))

"""All queues of a network as stations: packets, or whole messages at once, that come at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import queue as kernel
from easterly.base.columns import FloatColumn, bools, floats, ints
from easterly.model.packets import PacketFlows, Ports
from easterly.model.port_queues import CLASSES, PacketQueues
from easterly.model.port_waits import PortWaits
from easterly.model.stations import Band, ErrorClass, Stations
from easterly.predict.queueing.columns import log
from easterly.predict.queueing.levels import Classes, fifo_wait, summed, waits

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
METHOD = "M/G/1 at every queue (Cobham), less what links before have set apart already"
BATCHES = "M^X/G/1 at every queue, less what links before have set apart already"
LEVELS = (0.5, 0.99)
TAILS = "exact at queues of one class and one length that senders fill; else an exponential of the same mean"
EXACT = "exact where packets come from their senders: Poisson, and what is sent goes on to its end"
WEIGHTED = "between first and last of the weighted classes (Coffman & Mitrani 1980)"
BETWEEN = (
    "between pairs of packets that shared no link before, as in a switch of slots (Karol, Hluchyj & Morgan 1987), and "
    "packets that no link has set apart, a quarter wider either way: two cases that are known, and no theorem"
)
WIDER = 0.25
"""Of a band that is no theorem."""
UNKNOWN = "not known where a shaper delays, nor where messages come whole over links before"


@dataclass(frozen=True, slots=True)
class _Hops:
    """Flows on links, one row for each hop.

    Attributes
    ----------
    flow, link, before, of : (H,) int
        The link before it on its way, -1 for none; row of its queue.
    rate : (H,) float [1/s]
    each_s : (H,) float [s]
    more : (H,) float [1]
        Packets ahead of one in its own message, in the mean.
    """

    flow: Rows
    link: Rows
    before: Rows
    of: Rows
    rate: Floats
    each_s: Floats
    more: Floats


def port_waits(
    ports: Ports, queues: PacketQueues | None, flows: PacketFlows, rate_bps: ArrayLike, packet_B: ArrayLike, *,
    batch: ArrayLike = 1.0,
) -> PortWaits:  # fmt: skip
    """Mean wait and quantiles at every queue that flows pass.

    Every flow is a Poisson process of its own, of packets or of messages whose packets come all at once. At queues that
    senders fill this is M/G/1 by priority, exactly (Cobham 1954; Gaver 1959 with messages). Behind other links packets
    of one link come one behind the other, and so do not wait for each other again: of the wait at one queue, the part
    is taken off that they would have had on a link of their own. That is exact for a tree of links of one speed and
    packets of one length (Shalmon & Kaplan 1984), and in light traffic; else the truth is nearer to the wait of
    packets that no link has set apart.

    Parameters
    ----------
    ports : Ports
    queues : PacketQueues, optional
        Of ports that have classes; all others are first in, first out.
    flows : PacketFlows
        On the links that they take: see `hashed_ways`. Their sizes and starts are not read.
    rate_bps, packet_B : (F,) or one [bit/s], [B]
        Of each flow, on the wire.
    batch : (F,) or one [1]
        Packets of a message that come at once.

    Returns
    -------
    PortWaits

    Raises
    ------
    ValueError
        A number out of its range.

    Notes
    -----
    Nothing answers: rates do not fall where queues are long, nothing is dropped, and nobody is paused.

    Examples
    --------
    >>> from easterly.predict.packet.star import star_flows, star_ports
    >>> made = port_waits(star_ports(3, 8e9, 0.0), None, star_flows(np.arange(2), 2, 1), [2e9, 2e9], 1000)
    >>> np.round(made.stations.Wq * 1e6, 4)  # packets of 1 us: at both senders, and where they meet
    array([0.1667, 0.1667, 0.3333])
    """
    rate, size_B, at_once = (
        _wide(name, each, len(flows), least)
        for name, each, least in (("rate_bps", rate_bps, 0), ("packet_B", packet_B, 1), ("batch", batch, 1))
    )
    hops, link, place, strict, shaper_bps = _laid(ports, queues, flows, rate / 8 / size_B, size_B, at_once)
    classes = _classes(hops, link, place, strict)
    wait, first, known = _waited(ports, hops, classes, link, shaper_bps)
    stations = _stations(classes, known, wait, first, single=bool((at_once == 1).all()))
    flow_s = _of_flows(ports, flows, hops, wait)
    row_place = np.where(place < 0, -1, place)
    load = floats(classes.load)
    return PortWaits(ints(link), ints(row_place), load, floats(classes.port_load), first, stations, flow_s)


def _waited(
    ports: Ports, hops: _Hops, classes: Classes, link: Rows, shaper_bps: Floats
) -> tuple[Floats, NDArray[np.bool_], Band]:
    """(Q,) mean wait [s], whether senders fill the queue, and the band of the wait."""
    alike, low, high = waits(classes)
    with np.errstate(invalid="ignore"):
        part, least = _apart(ports, hops, classes, len(link))
        least = np.minimum(least, _met_before(hops, classes, len(link)))
        first = bools(part >= 1)
        wait = alike * part
        slow = classes.load * ports.rate_bps[link] >= shaper_bps
        wait[slow] = np.inf
        return wait, first, _band(classes, first, alike, low * least, high, wait, np.isfinite(shaper_bps))


def _wide(name: str, values: ArrayLike, count: int, least: float) -> Floats:
    made = np.ascontiguousarray(np.broadcast_to(np.asarray(values, dtype=float), count))
    bad = ~((made >= least) & np.isfinite(made))
    if bad.any():
        raise ValueError(f"{name} is {made[bad][0]:g}: from {least:g} up, and finite")
    return made


def _laid(
    ports: Ports, queues: PacketQueues | None, flows: PacketFlows, rate: Floats, size_B: Floats, batch: Floats
) -> tuple[_Hops, Rows, Rows, NDArray[np.bool_], Floats]:
    """Hops, and of each queue its link, class (-1: none), whether it is strict, and its shaper [bit/s]."""
    flow = np.repeat(np.arange(len(flows)), np.diff(flows.ptr))
    link = flows.link.astype(np.int64)
    before = np.concatenate([[-1], link[:-1]]) if len(link) else link
    before[flows.ptr[:-1][np.diff(flows.ptr) > 0]] = -1
    row = np.full(len(ports), -1)
    if queues is not None:
        row[queues.ports.link] = np.arange(len(queues.ports))
    own = np.zeros(len(flows), dtype=np.int64) if flows.traffic_class is None else flows.traffic_class.astype(np.int64)
    key = link * CLASSES + np.where(row[link] < 0, 0, own[flow])
    used, of = np.unique(key, return_inverse=True)
    at, place = row[used // CLASSES], used % CLASSES
    strict, shaper_bps = np.zeros(len(used), dtype=bool), np.full(len(used), np.inf)
    if queues is not None:
        strict = queues.ports.strict[at, place] & (at >= 0)
        shaper_bps = np.where(at < 0, np.nan, queues.ports.shaper_bps[at, place])
        shaper_bps = np.where(np.isnan(shaper_bps), np.inf, shaper_bps)
    each_s = size_B[flow] * 8 / ports.rate_bps[link]
    hops = _Hops(flow, link, before, of, rate[flow], each_s, (batch[flow] - 1) / 2)
    return hops, used // CLASSES, np.where(at < 0, -1, place), strict, shaper_bps


def _classes(hops: _Hops, link: Rows, place: Rows, strict: NDArray[np.bool_]) -> Classes:
    count, work = len(link), hops.rate * hops.each_s
    port = np.unique(link, return_inverse=True)[1]
    load, rate = summed(hops.of, work, count), summed(hops.of, hops.rate, count)
    rest, own = summed(hops.of, work * hops.each_s / 2, count), summed(hops.of, work * hops.more, count)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_s, own_s = (np.where(rate > 0, sums / rate, 0.0) for sums in (load, own))
    level = np.where(strict, CLASSES - 1 - place, CLASSES)
    least = np.full(count, np.inf)
    np.minimum.at(least, hops.of, hops.each_s)
    most = np.zeros(count)
    np.maximum.at(most, hops.of, hops.each_s)
    return Classes(port, level, rate, load, mean_s, own_s, rest, bools(least == most))


def _apart(ports: Ports, hops: _Hops, classes: Classes, count: int) -> tuple[Floats, Floats]:
    """(Q,) part of the wait that is left, where packets that came over one link are one behind the other; the least.

    Of the wait of what came over link i, so much is gone as it would wait on a link alone, where nothing else is on
    link i; where link i is full of others, as it would wait if only two packets met. Between them, by its load.
    """
    late = np.flatnonzero(hops.before >= 0)
    part, least = np.ones(count), np.ones(count)
    if not len(late):
        return part, least
    slower = np.minimum(1.0, ports.rate_bps[hops.link[late]] / ports.rate_bps[hops.before[late]])
    used, via = np.unique(hops.link[late] * len(ports) + hops.before[late], return_inverse=True)
    rate, each_s, more = hops.rate[late], hops.each_s[late] * slower, hops.more[late]
    tree_s = fifo_wait(via, rate, each_s, more, len(used))
    own = summed(via, rate * each_s, len(used))
    busy = summed(hops.link, hops.rate * hops.each_s, len(ports))
    port = classes.port[hops.of]
    all_s = fifo_wait(port, hops.rate, hops.each_s, hops.more, classes.ports)
    load = summed(port, hops.rate * hops.each_s, classes.ports)
    free = np.maximum(1 - load[port[late]], 0) / np.maximum(1 - own[via], 1e-300)
    with np.errstate(invalid="ignore", divide="ignore"):
        alone = tree_s[via] / all_s[port[late]]
        full = np.where(more > 0, alone, alone / free)
        others = np.clip((np.minimum(busy[hops.before[late]], 1) - own[via]) / (1 - own[via]), 0, 1)
        gone = alone + others * (2 - others) * (full - alone)
    for made, each in ((part, gone), (least, full)):
        with np.errstate(invalid="ignore", divide="ignore"):
            lost = summed(hops.of[late], rate * np.nan_to_num(each, posinf=0), count) / classes.rate
        made -= np.where(classes.rate > 0, lost, 0.0)
    return np.clip(part, 0, 1), np.clip(least, 0, 1)


def _met_before(hops: _Hops, classes: Classes, count: int) -> Floats:
    """(Q,) part of the wait that is left at least: of pairs that have shared no link before, anywhere on their ways.

    Those that parted and meet again may be set apart still; pairs that shared several links are counted several times.
    """
    start = np.flatnonzero(hops.before < 0)
    depth = np.arange(len(hops.of)) - np.repeat(start, np.diff(np.append(start, len(hops.of))))
    own = np.repeat(np.arange(len(hops.of)), depth)
    back = np.arange(len(own)) - np.repeat(np.cumsum(depth) - depth, depth) + 1
    links = int(hops.link.max(initial=0)) + 1
    port, over = classes.port[hops.of[own]], hops.link[own - back]
    pairs, which = np.unique(port * links + over, return_inverse=True)
    shared = summed(which, (hops.rate * hops.each_s)[own], len(pairs))[which] / summed(
        classes.port, classes.load, classes.ports
    )[port]  # fmt: skip
    lost = summed(hops.of[own], hops.rate[own] * shared, count)
    made: Floats = np.clip(1 - np.divide(lost, classes.rate, out=np.zeros(count), where=classes.rate > 0), 0, 1)
    return made


def _band(
    classes: Classes, first: NDArray[np.bool_], alike: Floats, low: Floats, high: Floats, wait: Floats,
    shaped: NDArray[np.bool_],
) -> Band:  # fmt: skip
    single = classes.own_s == 0
    exact = first & (classes.peers == 1)
    ends = (
        np.where(exact, wait, np.where(first, low, low * (1 - WIDER))),
        np.where(exact, wait, np.where(first, high, np.maximum(high, alike) * (1 + WIDER))),
    )
    delayed = (np.bincount(classes.port, shaped) > 0)[classes.port] if len(shaped) else shaped
    known = (first | single) & ~delayed & np.isfinite(wait)
    used = [text for text, some in (
        (EXACT, (known & exact).any()), (WEIGHTED, (known & (classes.peers > 1)).any()),
        (BETWEEN, (known & ~first).any()), (UNKNOWN, (~known & np.isfinite(wait)).any()),
    ) if some]  # fmt: skip
    low_s, high_s = (floats(np.where(known, end, np.nan)) for end in ends)
    return Band(low_s, high_s, "; ".join(used) or "nothing waits")


def _stations(classes: Classes, known: Band, wait: Floats, first: NDArray[np.bool_], *, single: bool) -> Stations:
    rate, time = classes.rate, wait + classes.mean_s
    with np.errstate(invalid="ignore"):
        numbers = [np.where(rate > 0, rate * each, 0.0) for each in (wait, time)]
    busy = np.minimum(classes.port_load, 1.0)
    P_wait = np.where(first & single, busy, np.nan)
    at = np.stack([_tail(classes, wait, first, share) for share in LEVELS])
    if not single:
        at[:, np.isfinite(wait)] = np.nan
    over = f"{int(np.isinf(wait).sum())} queues get more than they can send" if np.isinf(wait).any() else ""
    error = ErrorClass.EXACT if np.array_equal(known.low, known.high) else ErrorClass.TWO_MOMENT
    return Stations(
        METHOD if single else BATCHES, error, entering=rate + 0, rho=busy, P_wait=P_wait, L=numbers[1], Lq=numbers[0],
        W=time, Wq=wait + 0, P_loss=np.zeros(len(wait)), levels=LEVELS, Wq_at=at,
        quantiles=TAILS if single else "not known where messages come whole",
        reasons=(over,) if over else (), known=known,
    )  # fmt: skip


def _tail(classes: Classes, wait: Floats, first: NDArray[np.bool_], share: float) -> Floats:
    """Quantile of an exponential behind the probability of waiting, or of M/D/1 where it is one."""
    load = classes.port_load
    meets = np.clip(load, 1e-300, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        made = np.where(meets > 1 - share, wait / meets * log(meets / (1 - share)), 0.0)
    made = np.where(np.isinf(wait), np.inf, np.where(wait > 0, made, 0.0))
    alone = first & classes.same & (classes.port_load == classes.load) & (load < 1) & (load > 0)
    if alone.any():
        own, which = np.unique(load[alone], return_inverse=True)
        made[alone] = kernel.md1_quantile(own, np.full(own.size, 1 - share))[which] * classes.mean_s[alone]
    return made


def _of_flows(ports: Ports, flows: PacketFlows, hops: _Hops, wait: Floats) -> FloatColumn:
    if not len(flows):
        return floats([])
    return floats(np.bincount(hops.flow, wait[hops.of] + hops.each_s + ports.delay_s[hops.link], len(flows)))

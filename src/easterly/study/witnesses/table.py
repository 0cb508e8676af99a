"""Queues with three answers each: the mean by formulae, waits of packets, the bound; and where they contradict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, IntColumn, TextColumn, bools, floats, texts
from easterly.model.bounds import Bounds
from easterly.model.port_queues import CLASSES
from easterly.model.port_waits import PortWaits
from easterly.predict.queueing.levels import summed
from easterly.study.witnesses.statistics import Measured, half_width

FEWEST, FEWEST_WAITED = 100, 30
"""Samples of a queue, and packets that waited, from which on its mean is judged."""
RISK = 1e-3
"""Probability that of all means of a run one is called wrong that is right."""
ROUND_S = 2e-12
"""Of a delay: two ticks of the simulation."""
AGREES, OUTSIDE, FEW, UNKNOWN, UNLIKE = "agrees", "outside", "too few packets", "not known", "not comparable"
HOLDS, EXCEEDED, NO_BOUND, NOTHING = "holds", "exceeded", "no bound", "nothing came"


@dataclass(frozen=True, slots=True)
class MeanGroups:
    """Queues of one class together: a mean of many is surer than one of few.

    Attributes
    ----------
    queue : (N,) int
        As in `PortWaits`.
    first : (N,) bool
        Those that senders fill, or those behind other links.
    queues : (N,) int
    mean_s, low_s, high_s : (N,) float [s]
        By formulae, and the band, of all packets that are expected.
    simulated_s, half_s : (N,) float [s]
    status : (N,) str
    """

    queue: IntColumn
    first: BoolColumn
    queues: IntColumn
    mean_s: FloatColumn
    low_s: FloatColumn
    high_s: FloatColumn
    simulated_s: FloatColumn
    half_s: FloatColumn
    status: TextColumn


@dataclass(frozen=True, slots=True)
class Witnesses:
    """One traffic, and its queues by three answers. Waits are from joining a queue until the first bit leaves.

    Attributes
    ----------
    what : str
        What was sent.
    unlike : str
        Why means are not comparable; empty where they are.
    void : str
        Why bounds do not hold; empty where they do.
    waits : PortWaits or None
        Means by formulae; none where there is none of such traffic.
    link, queue : (Q,) int
    measured : Measured
    half_s : (Q,) float [s]
        Of the interval that holds the simulated mean.
    bound_s : (Q,) float [s]
        Longest wait; infinite for no bound.
    level : float [1]
        Of each interval.
    mean_status, bound_status : (Q,) str
    groups : MeanGroups or None
    hops : int
        Packet-hops.
    """

    what: str
    unlike: str
    void: str
    waits: PortWaits | None
    link: IntColumn
    queue: IntColumn
    measured: Measured
    half_s: FloatColumn
    bound_s: FloatColumn
    level: float
    mean_status: TextColumn
    bound_status: TextColumn
    groups: MeanGroups | None
    hops: int

    def __len__(self) -> int:
        return len(self.link)

    @property
    def contradictions(self) -> int:
        """Answers that cannot all be right."""
        found = int((self.mean_status == OUTSIDE).sum() + (self.bound_status == EXCEEDED).sum())
        return found + (0 if self.groups is None else int((self.groups.status == OUTSIDE).sum()))


def judge_means(
    waits: PortWaits, found: Measured, messages: IndexColumn
) -> tuple[FloatColumn, TextColumn, MeanGroups, float]:
    """Whether simulated means are within their bands.

    A mean is outside where all of its interval is. Intervals are so wide that of all that are looked at together,
    queues and groups of them, one is wrong by chance with a probability of `RISK` at most (Bonferroni 1936).

    Parameters
    ----------
    waits : PortWaits
    found : Measured
        Of the same queues.
    messages : (Q,) int
        That came there: packets of one are no samples of their own.

    Returns
    -------
    half_s : (Q,) float [s]
    status : (Q,) str
    groups : MeanGroups
    level : float [1]
    """
    band = waits.stations.band
    known = ~(np.isnan(band.low) | np.isnan(band.high))
    sure = (found.waited >= FEWEST_WAITED) | (waits.first & (found.packets * waits.port_load >= 10 * FEWEST_WAITED))
    apart = samples(waits, found, messages)
    many = (apart >= FEWEST) & (found.count > 0).all(axis=1) & sure
    keys, which = np.unique(waits.queue.astype(np.int64) * 2 + waits.first, return_inverse=True)
    level = 1 - RISK / max(int((known & many).sum()) + len(keys), 1)
    half_s = half_width(found.count, found.sum_s, level)
    status = _status(band.apart(found.mean_s - half_s, found.mean_s + half_s), known, many)
    return (
        floats(half_s),
        status,
        _groups(waits, found, apart, keys, which, known & _told(waits, apart), level),
        level,
    )


def samples(waits: PortWaits, found: Measured, messages: IndexColumn) -> FloatColumn:
    """(Q,) how many waits of each queue are apart, so that one knows nothing of the other.

    A queue forgets in about 1 / (1 - sqrt(rho))^2 services (Cohen 1982, III.7.3): fewer packets than that, or one
    message that comes whole, are one sample.

    Parameters
    ----------
    waits : PortWaits
    found : Measured
    messages : (Q,) int
    """
    return floats(np.minimum(found.packets, messages) * (1 - np.sqrt(np.minimum(waits.port_load, 1))) ** 2)


def _told(waits: PortWaits, messages: FloatColumn) -> NDArray[np.bool_]:
    """(Q,) queues that a group may stand for: all, but of messages that come whole only those where enough came."""
    return (messages >= FEWEST) | (not np.isnan(waits.stations.Wq_at).any())


def _status(apart: NDArray[np.bool_], known: NDArray[np.bool_], many: NDArray[np.bool_]) -> TextColumn:
    return texts(np.select([~known, ~many, apart], [UNKNOWN, FEW, OUTSIDE], AGREES))


def _groups(
    waits: PortWaits, found: Measured, apart: FloatColumn, keys: NDArray[np.int64], which: NDArray[np.intp],
    known: NDArray[np.bool_], level: float,
) -> MeanGroups:  # fmt: skip
    count, of = len(keys), waits.stations
    weight = np.where(known, of.entering, 0.0)
    total = summed(which, weight, count)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_s, low_s, high_s = (
            np.bincount(which, weight * np.nan_to_num(each, posinf=0.0), count) / total
            for each in (of.Wq, of.band.low, of.band.high)
        )
    packets, sum_s = np.zeros((count, found.count.shape[1]), dtype=np.int64), np.zeros((count, found.count.shape[1]))
    np.add.at(packets, which[known], found.count[known])
    np.add.at(sum_s, which[known], found.sum_s[known])
    waited = np.bincount(which, np.where(known, found.waited, 0), count)
    half_s = half_width(packets, sum_s, level)
    with np.errstate(invalid="ignore", divide="ignore"):
        simulated_s = sum_s.sum(axis=1) / packets.sum(axis=1)
    outside = (simulated_s - half_s > high_s) | (simulated_s + half_s < low_s)
    alone = summed(which, np.where(known, apart, 0.0), count)
    status = _status(outside, total > 0, (waited >= FEWEST_WAITED) & (alone >= FEWEST))
    queues = np.bincount(which, known, count)
    return MeanGroups(
        _ints(keys // 2), bools(keys % 2), _ints(queues), floats(mean_s), floats(low_s), floats(high_s),
        floats(simulated_s), floats(half_s), status,
    )  # fmt: skip


def _ints(values: NDArray[np.generic]) -> IntColumn:
    return np.asarray(values, dtype=np.int32)


def judge_bounds(bound_s: FloatColumn, found: Measured, most_B: FloatColumn, bound_B: FloatColumn) -> TextColumn:
    """Whether the longest wait of each queue, and what waited at most, are within their bounds.

    Parameters
    ----------
    bound_s : (Q,) float [s]
    found : Measured
    most_B, bound_B : (Q,) float [B]

    Returns
    -------
    (Q,) str
    """
    over = found.most_s > bound_s * (1 + 1e-12) + ROUND_S
    over |= most_B > bound_B * (1 + 1e-12)
    never = np.isnan(found.most_s) & (most_B == 0)
    return texts(np.select([never, over, np.isinf(bound_s)], [NOTHING, EXCEEDED, NO_BOUND], HOLDS))


def backlogs(link: IntColumn, queue: IntColumn, most_B: FloatColumn, several: tuple[Bounds, ...]
             ) -> tuple[FloatColumn, FloatColumn]:  # fmt: skip
    """(Q,), (Q,) [B] what waited at most, and its least bound; of ports with classes.

    Parameters
    ----------
    link, queue : (Q,) int
    most_B : (L, 8) float [B]
    several : tuple of Bounds
    """
    bound_B = np.full(len(link), np.inf)
    for each in several:
        bound_B = np.minimum(bound_B, _found(link, queue, each, each.queues.backlog_B))
    own = queue >= 0
    return floats(np.where(own, most_B[link, np.maximum(queue, 0)], 0.0)), floats(np.where(own, bound_B, np.inf))


def longest_waits(
    link: IntColumn, queue: IntColumn, service_s: FloatColumn, several: tuple[Bounds, ...]
) -> FloatColumn:
    """(Q,) [s] longest wait of each queue: the least of several bounds of its delay, less the shortest service.

    Parameters
    ----------
    link, queue : (Q,) int
    service_s : (Q,) float [s]
    several : tuple of Bounds
        That all hold.
    """
    made = np.full(len(link), np.inf)
    for each in several:
        made = np.minimum(made, _found(link, queue, each, each.queues.delay_s))
    return floats(made - service_s)


def _found(link: IntColumn, queue: IntColumn, of: Bounds, values: FloatColumn) -> FloatColumn:
    """Values of bounds at these queues; infinite where there are none."""
    keys, own = _key(of.queues.link, of.queues.queue), _key(link, queue)
    if not len(keys):
        return floats(np.full(len(own), np.inf))
    order = np.argsort(keys)
    at = order[np.minimum(np.searchsorted(keys[order], own), len(keys) - 1)]
    return floats(np.where(keys[at] == own, values[at], np.inf))


def _key(link: IntColumn, queue: IntColumn) -> NDArray[np.int64]:
    return link.astype(np.int64) * CLASSES + np.maximum(queue, 0)

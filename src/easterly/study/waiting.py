"""What waits, as a stage of the plan: means at random and worst cases, of as many connections as it has time for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import IntColumn, TextColumn, bools, floats, indices, texts
from easterly.base.findings import FindingsError
from easterly.demand import schedule
from easterly.model.demand import DemandSet
from easterly.model.waiting import ClassWaits, SenderWaits, Waiting, WaitWitness
from easterly.study.bounds import SiteBounds, bound_site
from easterly.study.naming import classes_of
from easterly.study.nouns import Nouns
from easterly.study.queueing import SiteQueues, queue_site

PLAN_CONNECTIONS = 200_000
"""Connections up to which a plan looks at its queues where nobody says otherwise: a second for 20,000 to 50,000."""
EVENTS = 300_000
"""Events of all steps up to which their worst cases are a part of a plan."""
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Both:
    """Means, and worst cases where there are some; one network, and one class for each of its queues."""

    nouns: Nouns
    means: SiteQueues
    worst: SiteBounds | None
    unbounded: str


def waiting(nouns: Nouns, most: int) -> WaitWitness | None:
    """What formulae and bounds say of a site, kept between runs; none where nobody asked, or nothing is sent.

    Parameters
    ----------
    nouns : Nouns
    most : int
        Connections up to which queues are looked at; 0 for none.
    """
    if most == 0 or connections(nouns.demands.value) == 0:
        return None
    hosts = nouns.placement.value.hosts
    reads = (
        nouns.network, nouns.policy, nouns.demands, nouns.prediction, nouns.qos, nouns.site.seed, most,
        nouns.part("jobs", "classes", "hardware", "fabrics"), sorted(hosts), *(hosts[name] for name in sorted(hosts)),
    )  # fmt: skip
    return nouns.stages.run("waiting", reads, lambda: _made(nouns, most)).value


def connections(demands: DemandSet) -> int:
    """Connections over which demands are sent: of each pair of interfaces and class the most of any phase."""
    flows = demands.flows
    sends = np.flatnonzero(flows.src != flows.dst)
    ends = (flows.src[sends], flows.dst[sends], demands.phases.traffic_class[flows.phase[sends]])
    columns = tuple(np.asarray(each, dtype=np.int64) for each in ends)
    pair = np.ravel_multi_index(columns, tuple(1 + int(each.max(initial=0)) for each in columns))
    _, which = np.unique(pair, return_inverse=True)
    count = np.zeros(int(which.max(initial=-1)) + 1, dtype=np.int64)
    np.maximum.at(count, which, np.maximum(flows.connections[sends], 1))
    return int(np.add.reduce(count))


def _made(nouns: Nouns, most: int) -> WaitWitness:
    count = connections(nouns.demands.value)
    if count > most:
        return WaitWitness(None, (
            f"there are {count:,} connections, and a plan looks at the queues of {most:,}: "
            "easterly predict --method queueing, and --method bounds, look at those of all"
        ))  # fmt: skip
    try:
        means = queue_site(nouns)
    except ValueError as error:
        return WaitWitness(None, str(error))
    both = Both(nouns, means, *_worst(nouns))
    stations = means.waits.stations
    return WaitWitness(
        Waiting(
            _classes(both), _senders(both), stations.method, stations.quantiles,
            both.worst.bounds.method if both.worst else "", both.unbounded,
        ), "",
    )  # fmt: skip


def _worst(nouns: Nouns) -> tuple[SiteBounds | None, str]:
    """One step of every job at its worst, or why it is not looked at."""
    network, hosts = nouns.network.value, nouns.placement.value.hosts
    jobs = [name for name in nouns.site.jobs if name in hosts]
    if not jobs:
        return None, "no job has hosts, and worst cases are those of one step"
    events = sum(schedule.size_of(schedule.step_of(nouns.site, network, name, hosts)) for name in jobs)
    if events > EVENTS:
        return None, (
            f"steps have {events:,} events, and a plan looks at {EVENTS:,}: "
            "easterly predict --method bounds looks at all"
        )
    try:
        found = bound_site(nouns)
    except FindingsError as error:
        return None, error.findings[0].message
    except ValueError as error:
        return None, str(error)
    return found, found.bounds.why


def _classes(both: Both) -> ClassWaits:
    """A row for each class that has a queue with something in it, in the order of the queues."""
    waits, queues = both.means.waits, both.means.offered.queues
    mean = _by(waits.queue, queues.in_switches(waits.link))
    worst: dict[int, Rows] = {}
    if both.worst is not None:
        table = both.worst.bounds.queues
        worst = _by(table.queue, queues.in_switches(table.link))
    used, named = sorted({*mean, *worst}), classes_of(both.nouns, queues)
    none = np.zeros(0, dtype=np.intp)
    rows = [
        (named[q], *_mean(both, mean.get(q, none)), *_bound(both, worst.get(q, none)),
         _passed(both, mean.get(q, none), worst.get(q, none)))
        for q in used
    ]  # fmt: skip
    columns = zip(*rows, strict=True) if rows else [()] * 14
    name, mean_s, p99_s, link, over, delay_s, at, needs_B, safe_B, room_B, needs, beyond, lossless, passed = columns
    return ClassWaits(
        texts(name), indices(passed), floats(mean_s), floats(p99_s), texts(link), indices(over), floats(delay_s),
        texts(at), floats(needs_B), floats(safe_B), floats(room_B), texts(needs), indices(beyond), bools(lossless),
    )  # fmt: skip


def _by(labels: NDArray[np.integer], kept: NDArray[np.bool_]) -> dict[int, Rows]:
    """Rows that are kept, by their labels."""
    rows = np.flatnonzero(kept)
    return {label: rows[labels[rows] == label] for label in np.unique(labels[rows]).tolist()}


def _passed(both: Both, mean: Rows, worst: Rows) -> int:
    """Queues that something passes: at random, in a step, or both."""
    used = [both.means.waits.link[mean]]
    if both.worst is not None:
        used.append(both.worst.bounds.queues.link[worst])
    return len(np.unique(np.concatenate(used)))


def _mean(both: Both, rows: Rows) -> tuple[float, float, str, int]:
    """Mean wait, 99 % and link of the queue that waits longest in the mean, and how many are overloaded."""
    if not len(rows):
        return np.nan, np.nan, "", 0
    waits = both.means.waits
    of, ids = waits.stations, both.nouns.network.value.link_ids
    r = int(rows[np.argmax(of.Wq[rows])])
    return float(of.Wq[r]), float(of.Wq_at[1, r]), str(ids[waits.link[r]]), int(np.isinf(of.Wq[rows]).sum())


def _bound(both: Both, rows: Rows) -> tuple[float, str, float, float, float, str, int, bool]:
    """Worst delay and its link; most that waits where most of what is safe is needed, that link; how many need more."""
    if both.worst is None or not len(rows):
        return np.nan, "", np.nan, np.nan, np.nan, "", 0, False
    table, ids = both.worst.bounds.queues, both.nouns.network.value.link_ids
    slow = int(rows[np.argmax(table.delay_s[rows])])
    part = np.nan_to_num(table.backlog_B[rows] / np.where(table.safe_B[rows] > 0, table.safe_B[rows], np.nan), nan=0.0)
    full = int(rows[np.lexsort((table.link[rows], -table.backlog_B[rows], -part))[0]])
    return (
        float(table.delay_s[slow]), str(ids[table.link[slow]]), float(table.backlog_B[full]),
        float(table.safe_B[full]), float(table.room_B[full]), str(ids[table.link[full]]),
        int(table.beyond[rows].sum()), bool(table.lossless[full]),
    )  # fmt: skip


def _senders(both: Both) -> SenderWaits:
    """A row for each job, service and traffic, and each class in which it sends."""
    what, worst = both.means.offered, both.worst
    mean = _by_sender(what.owner, what.traffic_class)
    most = {} if worst is None else _by_sender(worst.owner, worst.talk.traffic_class)
    classes, none = both.nouns.demands.value.classes, np.zeros(0, dtype=np.intp)
    rows = [
        (owner, classes[c], *_on_the_way(both.means, mean.get((owner, c), none)),
         *_slowest(both, most.get((owner, c), none)))
        for owner, c in sorted({*mean, *most})
    ]  # fmt: skip
    columns = zip(*rows, strict=True) if rows else [()] * 9
    owner, named, count, mean_s, slowest_s, nic_s, network_s, src, dst = columns
    return SenderWaits(
        texts(owner), texts(named), indices(count), floats(mean_s), floats(slowest_s), floats(nic_s),
        floats(network_s), texts(src), texts(dst),
    )  # fmt: skip


def _by_sender(owner: TextColumn, traffic_class: IntColumn) -> dict[tuple[str, int], Rows]:
    names, of = np.unique(owner, return_inverse=True)
    labels = of * (1 + int(traffic_class.max(initial=0))) + traffic_class
    found = _by(labels, np.ones(len(labels), dtype=bool))
    return {(str(names[of[rows[0]]]), int(traffic_class[rows[0]])): rows for rows in found.values()}


def _on_the_way(means: SiteQueues, rows: Rows) -> tuple[int, float, float]:
    """Connections, mean time of a packet over all of them, and on the slowest."""
    if not len(rows):
        return 0, np.nan, np.nan
    what, flow_s = means.offered, means.waits.flow_s[rows]
    sent = what.rate_bps[rows] / what.packet_B[rows]
    return len(rows), float((flow_s * sent).sum() / sent.sum()), float(flow_s.max())


def _slowest(both: Both, rows: Rows) -> tuple[float, float, str, str]:
    """Worst time in a NIC, and in the network with the ends of that connection."""
    if both.worst is None or not len(rows):
        return np.nan, np.nan, "", ""
    found, talk, name = both.worst.bounds, both.worst.talk, both.nouns.network.value.nodes.name
    r = int(rows[np.argmax(found.network_s[rows])])
    return float(found.nic_s[rows].max()), float(found.network_s[r]), str(name[talk.src[r]]), str(name[talk.dst[r]])

"""The three witnesses of a site: of its traffic at random, where all can be compared, and of its steps as sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, TextColumn, floats, indices, ints, texts
from easterly.model.bounds import Bounds
from easterly.model.packet_records import Recording
from easterly.model.packets import PacketOutcome, Transport
from easterly.model.port_queues import CLASSES
from easterly.predict.packet import simulate
from easterly.study.bounds import SiteBounds, bound_site
from easterly.study.nouns import Nouns
from easterly.study.packets.paths import pose
from easterly.study.packets.site import prepare, runs_of
from easterly.study.packets.wishes import Wishes
from easterly.study.queueing import SiteQueues, queue_site
from easterly.study.witnesses.envelopes import bounds_of
from easterly.study.witnesses.open_loop import OpenRun, run_open, sojourns
from easterly.study.witnesses.statistics import Measured, half_width, measured
from easterly.study.witnesses.table import UNLIKE, Witnesses, backlogs, judge_bounds, judge_means, longest_waits

HOPS = 500_000
"""Packet-hops of each of both runs where nobody says otherwise."""
BUSY = 0.999
"""Load of the busiest port from which on nothing is stationary within a run."""

UNLIKE_BY = 1.5
"""Factor by which squares of the lengths of messages may differ from what is expected, for means to be judged."""


@dataclass(frozen=True, slots=True)
class SiteWitnesses:
    """What three answers say of a site.

    Attributes
    ----------
    means : SiteQueues
    random : Witnesses
        Each connection at its mean rate, at random and without control.
    steps : Witnesses or None
        The steps of the jobs and all else, as hosts send them; none where no job has hosts.
    part : float [1]
        Of each message of the steps.
    """

    means: SiteQueues
    random: Witnesses
    steps: Witnesses | None
    part: float

    @property
    def contradictions(self) -> int:
        """Answers that cannot all be right."""
        return self.random.contradictions + (0 if self.steps is None else self.steps.contradictions)


def witness_site(
    nouns: Nouns, *, jobs: tuple[str, ...] = (), arrivals: str = "packets", factor: float = 1.0,
    transports: Mapping[str, str] | None = None, hops: int = HOPS, seed: int = 1,
) -> SiteWitnesses:  # fmt: skip
    """Mean, distribution and bound of every queue of a site, and whether they contradict.

    Parameters
    ----------
    nouns : Nouns
    jobs, arrivals, factor, transports
        As in `queue_site`; `factor` is of the traffic at random alone.
    hops : int
        Packet-hops of each run.
    seed : int

    Returns
    -------
    SiteWitnesses

    Raises
    ------
    FindingsError
        As in `prepare`.
    ValueError
        As in `queue_site`; more comes than a port sends, so that no run has a mean.
    """
    means = queue_site(nouns, jobs=jobs, arrivals=arrivals, factor=factor, transports=transports)
    steps, part = None, 1.0
    random = at_random(means, hops=hops, seed=seed)
    if any(name in nouns.placement.value.hosts for name in nouns.site.jobs):
        steps, part = as_sent(nouns, Wishes(jobs=jobs, hops=hops, transports=transports or {}, seed=seed))
    return SiteWitnesses(means, random, steps, part)


def at_random(means: SiteQueues, *, hops: int = HOPS, seed: int = 1) -> Witnesses:
    """All three of traffic at random: every one can be compared with the others.

    Parameters
    ----------
    means : SiteQueues
    hops : int
    seed : int

    Returns
    -------
    Witnesses

    Raises
    ------
    ValueError
        More comes than a port sends.
    """
    waits = means.waits
    if not len(waits):
        raise ValueError("nothing is sent: there is no queue to speak of")
    top = int(np.argmax(waits.port_load))
    if waits.port_load[top] > BUSY or np.isinf(waits.stations.Wq).any():
        raise ValueError(
            f"a port gets {waits.port_load[top]:.4g} of what it sends: no run has a mean; take smaller rates (--times)"
        )
    run = run_open(means, hops=hops, seed=seed)
    found = measured(run.sojourns.row, run.sojourns.from_s, run.sojourns.wait_s, len(waits), run.lasts_s)
    both = bounds_of(means, run.sent, run.at_s, run.size_B)
    half_s, status, groups, level = judge_means(waits, found, _messages(means, run))
    void = _void(run.outcome)
    bound_s, held = _bounded(waits.link, waits.queue, _least_s(means), run.outcome, both, found)
    return Witnesses(
        f"{means.arrivals} at random, each connection at its mean rate", void, void, waits, waits.link, waits.queue,
        found, half_s, bound_s, level, texts([UNLIKE] * len(waits)) if void else status, held, None if void else groups,
        run.outcome.packet_hops,
    )  # fmt: skip


def _bounded(
    link: IntColumn, queue: IntColumn, least_s: FloatColumn, outcome: PacketOutcome, several: tuple[Bounds, ...],
    found: Measured,
) -> tuple[FloatColumn, TextColumn]:  # fmt: skip
    """Longest waits that may be, and whether they were kept; where a run broke their conditions, there are none."""
    if _void(outcome):
        several = ()
    bound_s = longest_waits(link, queue, least_s, several)
    return bound_s, judge_bounds(bound_s, found, *backlogs(link, queue, floats(outcome.most_B), several))


def _messages(means: SiteQueues, run: OpenRun) -> IndexColumn:
    """(Q,) messages that came to each queue, as many as count; none where those that came are unlike what is expected.

    Messages of unlike lengths count as so many of one length (Kish 1965, 8.2); where the long and rare ones have not
    come, or too many of them, a run says nothing of a mean that they make.
    """
    what, waits = means.offered, means.waits
    length = what.message_packets if means.arrivals == "messages" else np.ones(len(what.flows))
    came = np.bincount(run.sent, minlength=len(what.flows))
    due = what.rate_bps * means.factor / 8 / what.packet_B / length * run.lasts_s
    seen, fourth, expected = (_by_queue(means, each) for each in (came * length**2, came * length**4, due * length**2))
    with np.errstate(invalid="ignore", divide="ignore"):
        alike = (seen > expected / UNLIKE_BY) & (seen < expected * UNLIKE_BY)
        count = np.where(alike, seen**2 / fourth, 0.0)
    return indices(np.floor(count) if len(waits) else count)


def _by_queue(means: SiteQueues, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(Q,) sums of what connections have."""
    flows, waits = means.offered.flows, means.waits
    assert flows.traffic_class is not None
    long = np.diff(flows.ptr)
    made = np.zeros((len(means.offered.ports), CLASSES))
    np.add.at(made, (flows.link, np.repeat(flows.traffic_class, long)), np.repeat(values, long))
    return np.where(waits.queue < 0, made.sum(axis=1)[waits.link], made[waits.link, np.maximum(waits.queue, 0)])


def _least_s(means: SiteQueues) -> FloatColumn:
    """(Q,) [s] shortest service at each queue."""
    what, waits = means.offered, means.waits
    shortest_B = float(what.packet_B.min())
    return floats(shortest_B * 8 / what.ports.rate_bps[waits.link])


def _void(outcome: PacketOutcome) -> str:
    """Why a run is not one that bounds and formulae speak of; empty if it is."""
    for count, what in (
        (int(outcome.drops.sum()), "packets were dropped"), (int(outcome.pauses.sum()), "times senders were paused"),
        (int(outcome.again.sum()), "packets were sent again"), (int(not outcome.complete), "run did not end"),
    ):  # fmt: skip
        if count:
            return f"{count:,} {what}"
    return ""


def as_sent(nouns: Nouns, wishes: Wishes) -> tuple[Witnesses, float]:
    """Steps of jobs and all else as hosts send them, with windows and answers: packets against the bound.

    Parameters
    ----------
    nouns : Nouns
    wishes : Wishes

    Returns
    -------
    Witnesses
        Means have no formula: see `unlike`.
    float [1]
        Part of each message that was simulated.
    """
    part = runs_of(prepare(nouns, wishes)).posed[0][0].part
    made = bound_site(nouns, jobs=wishes.jobs, part=part, transports=wishes.transports)
    prepared, table = made.prepared, made.bounds.queues
    posed = pose(
        made.talk, part, nouns.network.value, nouns.policy.value, prepared.queues, "hash", nouns.site.seed
    )  # fmt: skip
    look = Recording(trace_links=_busiest(made, wishes.hops), most_sights=8 * wishes.hops)
    outcome = simulate(
        made.ports, posed.flows, prepared.transports, messages=made.talk.messages, queues=prepared.queues,
        routes=posed.routes, seed=wishes.seed, recording=look,
    )  # fmt: skip
    assert outcome.recorded is not None
    assert outcome.recorded.trace is not None
    seen = sojourns(outcome.recorded.trace, table.link, table.queue, made.ports.rate_bps)
    lasts_s = max(float(seen.from_s.max(initial=0.0)), 1e-12)
    found = measured(seen.row, seen.from_s, seen.wait_s, len(table), lasts_s)
    least_s = floats(_shortest_B(prepared.transports) * 8 / made.ports.rate_bps[table.link])
    bound_s, held = _bounded(table.link, table.queue, least_s, outcome, (made.bounds,), found)
    none = texts([UNLIKE] * len(table))
    return Witnesses(
        "steps and all else as hosts send them", _unlike(prepared.transports), _void(outcome), None, table.link,
        table.queue, found, floats(half_width(found.count, found.sum_s, 0.95)), bound_s, 0.95, none,
        held, None, outcome.packet_hops,
    ), part  # fmt: skip


def _busiest(made: SiteBounds, hops: int) -> IntColumn:
    """Links of most packets, so many that these are `hops` at most: their packets are looked at one by one."""
    long = np.diff(made.flows.ptr)
    packets = np.bincount(made.flows.link, np.repeat(made.envelopes.packets, long), len(made.ports))
    long = np.diff(made.flows.back_ptr)
    packets += np.bincount(made.flows.back_link, np.repeat(made.envelopes.packets, long), len(made.ports))
    order = np.argsort(-packets, kind="stable")
    kept = order[(np.cumsum(packets[order]) <= hops) & (packets[order] > 0)]
    return ints(np.sort(kept if len(kept) else order[:1]))


def _shortest_B(transports: list[Transport]) -> float:
    """What every packet has at least on the wire."""
    return float(min(min(each.ack_B, each.header_B) for each in transports))


def _unlike(transports: list[Transport]) -> str:
    laws = sorted({each.law for each in transports})
    return (
        "messages of steps wait for each other and come together, and windows and rates of "
        f"{' and '.join(laws)} hold back what would queue: no formula has these arrivals"
    )

"""Runs of a site, and what they come to."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import FloatColumn, TextColumn, floats, texts
from easterly.base.units import TIME, format_short
from easterly.model.network import Network
from easterly.model.packet_prediction import PacketPrediction
from easterly.model.packets import Ports
from easterly.predict.packet import simulate
from easterly.predict.packet.ideal import ideal_of
from easterly.predict.packet.simulate import Progress
from easterly.study.packets import results
from easterly.study.packets.paths import Posed
from easterly.study.packets.results import Run
from easterly.study.packets.site import Prepared, Runs
from easterly.study.packets.waits import waits_of


def simulate_site(prepared: Prepared, runs: Runs, progress: Progress | None = None) -> PacketPrediction:
    """Step times of the jobs of a site by simulation of packets.

    Parameters
    ----------
    prepared : Prepared
    runs : Runs
    progress : callable, optional
        As for `predict.packet.simulate`, over all runs; False ends the one that is on its way, and all that follow.

    Returns
    -------
    PacketPrediction
    """
    made: list[Run] = []
    for sent in runs.posed:
        done = sum(run.outcome.packet_hops for run in made)
        made.append(_run(prepared, sent, _from(progress, done)))
        if not made[-1].outcome.complete:
            break
    return _concluded(prepared, made)


def _from(progress: Progress | None, done: int) -> Progress | None:
    """Progress of a run, where others have done so much before."""
    return None if progress is None else lambda now_s, left, hops: progress(now_s, left, done + hops)


def _run(prepared: Prepared, sent: Posed, progress: Progress | None) -> Run:
    network = prepared.nouns.network.value
    links, count = network.links, len(network.links)
    none = np.full(count, -1)
    delay_s = floats(links.delay_s + network.nodes.delay_s[links.dst])
    ports = Ports(links.capacity_bps, delay_s, none, none, none, floats(np.ones(count)), floats(np.zeros(count)))
    outcome = simulate(
        ports, sent.flows, prepared.transports, messages=sent.talk.messages, queues=prepared.queues,
        routes=sent.routes, seed=prepared.wishes.seed, progress=progress,
    )  # fmt: skip
    return Run(sent.part, sent.talk, outcome, _alone_s(ports, sent, prepared))


def _alone_s(ports: Ports, sent: Posed, prepared: Prepared) -> FloatColumn:
    """(E,) time of each event of messages on an empty network: the longest way, all its bytes at the slowest link."""
    talk, flows, messages = sent.talk, sent.flows, sent.talk.messages
    carried = np.flatnonzero(messages.connection >= 0)
    flow, event = messages.connection[carried], talk.event[carried]
    alone = ideal_of(ports, flows, flow, messages.size_B[carried], prepared.transports, talk.traffic_class[flow])
    longest_s = np.zeros(len(prepared.schedule))
    np.maximum.at(longest_s, event, alone.delay_s + alone.ahead_s)
    return floats(longest_s + np.bincount(event, alone.train_s, len(longest_s)))


def _concluded(prepared: Prepared, runs: list[Run]) -> PacketPrediction:
    nouns, jobs, first = prepared.nouns, prepared.jobs, runs[0]
    network, classes = nouns.network.value, nouns.demands.value.classes
    times = [results.step_times(prepared.schedule, run, len(jobs), prepared.wishes.steps) for run in runs]
    step_s, spread_s, fixed_s = results.whole([run.part for run in runs], times)
    owner = prepared.owner[results.purpose_of(prepared.schedule, first.talk)]
    work = nouns.demands.value.work
    tenant_of = dict(zip(work.name.tolist(), work.tenant.tolist(), strict=True))
    tenant = texts([tenant_of.get(str(name), "") for name in owner])
    ended_s = _last_s(first)
    busy_s = first.outcome.sent_B * 8 / network.links.capacity_bps
    return PacketPrediction(
        texts(jobs), step_s, spread_s, fixed_s, times[0], prepared.wishes.steps, first.part,
        results.phases(prepared.schedule, first, prepared.owner, texts(classes), network.nodes.name),
        results.spans(prepared.schedule, first), waits_of(prepared.schedule, runs, len(jobs)),
        results.groups(texts(classes)[first.talk.traffic_class], first, prepared.transports),
        results.groups(tenant, first, prepared.transports),
        _names(network), floats(np.minimum(busy_s / ended_s, 1.0)), texts(owner),
        _left_out(prepared), first.outcome, sum(run.outcome.packet_hops for run in runs),
    )  # fmt: skip


def _left_out(prepared: Prepared) -> TextColumn:
    """What has an interval that is longer than the time in which others send."""
    phases = prepared.nouns.demands.value.phases
    rows = np.flatnonzero(phases.every_s >= prepared.until_s)
    return texts([f"{phases.owner[r]} {phases.axis[r]}, every {format_short(phases.every_s[r], TIME)}" for r in rows])


def _last_s(run: Run) -> float:
    """[s] when the last message was there; of a run that was broken off, when that was."""
    if not run.outcome.complete:
        return max(run.outcome.end_s, 1e-12)
    assert run.outcome.done_s is not None
    return float(run.outcome.done_s.max(initial=1e-12, where=np.isfinite(run.outcome.done_s)))


def _names(network: Network) -> TextColumn:
    """(L,) links by their ends."""
    ends = zip(network.nodes.name[network.links.src], network.nodes.name[network.links.dst], strict=True)
    return texts([f"{src}>{dst}" for src, dst in ends])

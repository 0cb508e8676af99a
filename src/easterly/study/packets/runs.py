"""Runs of a site, and what they come to."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import FloatColumn, TextColumn, bools, floats, ints, texts
from easterly.base.units import TIME, format_short
from easterly.model.network import Network
from easterly.model.packet_prediction import PacketPrediction, PacketWaits
from easterly.model.packet_records import Recording
from easterly.model.packets import Ports
from easterly.predict.packet import simulate
from easterly.predict.packet.ideal import ideal_of
from easterly.predict.packet.simulate import Progress
from easterly.study.nouns import Nouns
from easterly.study.packets import results
from easterly.study.packets.paths import Posed
from easterly.study.packets.results import Run
from easterly.study.packets.site import Beginning, Prepared, Runs
from easterly.study.packets.waits import waits_of
from easterly.study.packets.watch import longest_B, recording, waiting


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
    made: list[list[Run]] = [[] for _ in runs.posed]
    complete = True
    for number, posed in reversed(list(enumerate(runs.posed))):  # the largest last: others say where it is worth a look
        for sent in reversed(posed):
            done = sum(run.outcome.packet_hops for own in made for run in own)
            last = number == 0 and sent is posed[0]
            look = _look(prepared, sent, made[0]) if last else None
            made[number].insert(0, _run(prepared, number, sent, look, _from(progress, done)))
            complete = made[number][0].outcome.complete
            if not complete:
                break
        if not complete:
            break
    return _concluded(prepared, made)


def _look(prepared: Prepared, sent: Posed, made: list[Run]) -> Recording:
    nouns = prepared.nouns
    before = [run.outcome for run in made]
    return recording(nouns.network.value, nouns.loads.value, before, prepared.first.until_s * sent.part)


def _from(progress: Progress | None, done: int) -> Progress | None:
    """Progress of a run, where others have done so much before."""
    return None if progress is None else lambda now_s, left, hops: progress(now_s, left, done + hops)


def _run(
    prepared: Prepared, number: int, sent: Posed, look: Recording | None, progress: Progress | None
) -> Run:  # fmt: skip
    network = prepared.nouns.network.value
    links, count = network.links, len(network.links)
    none = np.full(count, -1)
    delay_s = floats(links.delay_s + network.nodes.delay_s[links.dst])
    ports = Ports(links.capacity_bps, delay_s, none, none, none, floats(np.ones(count)), floats(np.zeros(count)))
    outcome = simulate(
        ports, sent.flows, prepared.transports, messages=sent.talk.messages, queues=prepared.queues,
        routes=sent.routes, seed=prepared.wishes.seed, progress=progress, recording=look,
    )  # fmt: skip
    return Run(
        sent.part, sent.talk, outcome, _alone_s(ports, sent, prepared, len(prepared.beginnings[number].schedule))
    )


def _alone_s(ports: Ports, sent: Posed, prepared: Prepared, events: int) -> FloatColumn:
    """(E,) time of each event of messages on an empty network: the longest way, all its bytes at the slowest link."""
    talk, flows, messages = sent.talk, sent.flows, sent.talk.messages
    carried = np.flatnonzero(messages.connection >= 0)
    flow, event = messages.connection[carried], talk.event[carried]
    alone = ideal_of(ports, flows, flow, messages.size_B[carried], prepared.transports, talk.traffic_class[flow])
    longest_s = np.zeros(events)
    np.maximum.at(longest_s, event, alone.delay_s + alone.ahead_s)
    return floats(longest_s + np.bincount(event, alone.train_s, len(longest_s)))


def _concluded(prepared: Prepared, made: list[list[Run]]) -> PacketPrediction:
    nouns, jobs = prepared.nouns, prepared.jobs
    network, classes = nouns.network.value, nouns.demands.value.classes
    rows = [number for number, own in enumerate(made) if own]
    begun, first = prepared.beginnings[rows[0]], made[rows[0]][0]
    steps = [_steps(prepared, prepared.beginnings[row], made[row]) for row in rows]
    passes = [prepared.beginnings[row].passes for row in rows]
    step_s, spread_s, fixed_s = results.all_passes(prepared.passes, passes, steps)
    owner = begun.owner[results.purpose_of(begun.schedule, first.talk)]
    work = nouns.demands.value.work
    tenant_of = dict(zip(work.name.tolist(), work.tenant.tolist(), strict=True))
    tenant = texts([tenant_of.get(str(name), "") for name in owner])
    ended_s, times = _last_s(first), results.times_of(first)
    busy_s = first.outcome.sent_B * 8 / network.links.capacity_bps
    of_class = ints(prepared.queues.of_class)
    simulated_s = results.step_times(begun.schedule, first, len(jobs), prepared.wishes.steps)
    return PacketPrediction(
        texts(jobs), step_s, spread_s, fixed_s, simulated_s, prepared.wishes.steps, first.part,
        floats(begun.passes / prepared.passes),
        results.phases(begun.schedule, times, begun.owner, texts(classes), network.nodes.name),
        results.spans(begun.schedule, times), _waits(prepared, begun, made[rows[0]]),
        results.groups(texts(classes)[first.talk.traffic_class], first, prepared.transports),
        results.groups(tenant, first, prepared.transports),
        waiting(first.outcome, of_class, ended_s), results.slowdowns(times),
        longest_B(first.outcome, nouns.qos.value, of_class),
        _names(network), floats(np.minimum(busy_s / ended_s, 1.0)), texts(owner),
        _left_out(nouns, begun.until_s), first.outcome, sum(run.outcome.packet_hops for own in made for run in own),
    )  # fmt: skip


def _waits(prepared: Prepared, begun: Beginning, made: list[Run]) -> PacketWaits:
    """What steps wait for; nothing of those of which only the first passes were laid out: more of these is bubble."""
    found = waits_of(begun.schedule, made, len(prepared.jobs))
    kept = (begun.passes == prepared.passes)[found.job]
    return PacketWaits(
        ints(found.job[kept]), texts(found.axis[kept]), texts(found.stage[kept]), texts(found.collective[kept]),
        bools(found.inside[kept]), floats(found.share[kept]),
    )  # fmt: skip


def _steps(prepared: Prepared, begun: Beginning, made: list[Run]) -> results.Estimate:
    times = [results.step_times(begun.schedule, run, len(prepared.jobs), prepared.wishes.steps) for run in made]
    return results.estimate([run.part for run in made], times)


def _left_out(nouns: Nouns, until_s: float) -> TextColumn:
    """What has an interval that is longer than the time in which others send."""
    phases = nouns.demands.value.phases
    rows = np.flatnonzero(phases.every_s >= until_s)
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

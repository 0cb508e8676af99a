"""What a job sends beside its axes: checkpoints, training data, evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from easterly.demand import collectives
from easterly.demand.ends import Ends
from easterly.demand.layout import Ranks, Traffic
from easterly.demand.phases import Phase
from easterly.demand.saving import Saving
from easterly.demand.traffic import storage
from easterly.demand.traffic.way import limit
from easterly.demand.training.step import Step

TOKEN_B = 4
"""Bytes of a token of training data, as a 32-bit number."""


def checkpoint(step: Step, ends: Ends, saved: Saving | None) -> Iterator[Phase]:
    """One burst per interval from the ranks that hold the state to the store.

    With ZeRO every rank writes its shard; without, the first replica writes all. Storage servers send each other the
    copies or coded pieces at the same time.
    """
    spec = step.job.checkpoint
    if spec is None or saved is None or spec.to is None:
        return
    writers = _writers(step)
    traffic = ends.traffic(storage.to_store(ends, step.layout.interfaces(writers), spec.to, saved.size_B))
    if len(traffic.src):
        made = _burst("checkpoint", traffic, saved.size_B / writers.size)
        yield replace(made, stage="checkpoint", every_s=saved.every_s)


def written_bps(step: Step, ends: Ends) -> float:
    """Rate of a checkpoint: what the interfaces of its writers, its store, and links to another place can move."""
    nics, spec = step.layout.interfaces(_writers(step)), step.job.checkpoint
    own_bps = ends.total_bps(nics)
    if spec is None or spec.to is None:
        return own_bps
    rate_bps = min(own_bps, storage.takes_bps(ends, spec.to) or own_bps)
    if ends.places(spec.to) <= {step.job.fabric}:
        return rate_bps
    moved = ends.traffic(storage.to_store(ends, nics, spec.to, 1.0))
    way_bps = limit(ends.network, moved).rate_bps / max(1.0, float(np.cumsum(np.append(0.0, moved.amount))[-1]))
    return min(rate_bps, way_bps or rate_bps)  # without a way, which E701 says, as if there were one


def _writers(step: Step) -> Ranks:
    return step.grid if step.job.zero else step.grid[:, :1, :1]


def reading(step: Step, ends: Ends) -> Iterator[Phase]:
    """Sequences of one step, from the store to the first stage: one reader per replica, ahead of their use."""
    spec = step.job.data
    if spec is None or spec.source is None:
        return
    each_B = TOKEN_B * step.seq if spec.sample is None else spec.sample
    readers = step.layout.interfaces(step.grid[0, :, :, 0])
    traffic = ends.traffic(storage.from_store(ends, readers, spec.source, step.job.batch * each_B))
    if len(traffic.src):
        made = _burst("data", traffic, each_B)
        yield step.hide(made, "data", times=1.0, hidden=1.0, window_s=step.effort.compute_s)


def evaluation(step: Step, phases: Sequence[Phase]) -> Iterator[Phase]:
    """Forward passes between steps, as their mean per step."""
    spec = step.job.evaluate
    if spec is not None:
        share = spec.batches / spec.every
        yield from (replace(p, stage="evaluate", times=p.times * share) for p in phases if p.stage == "forward")


def _burst(axis: str, traffic: Traffic, message_B: float) -> Phase:
    return Phase(
        axis=axis, collective="send", algorithm="direct", times=1.0, latency_s=collectives.NETWORK_HOP_S,
        scaleup_s=0.0, scaleup_B=0.0, traffic=traffic, message_B=message_B,
    )  # fmt: skip

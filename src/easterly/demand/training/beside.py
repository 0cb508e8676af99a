"""What a job sends beside its axes: checkpoints, training data, evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from easterly.base.columns import IntColumn
from easterly.demand import collectives
from easterly.demand.ends import nodes_of
from easterly.demand.layout import Traffic
from easterly.demand.phases import Phase
from easterly.demand.saving import Saving
from easterly.demand.spread import spread
from easterly.demand.training.step import Step
from easterly.model.network import Network

TOKEN_B = 4
"""Bytes of a token of training data, as a 32-bit number."""


def checkpoint(step: Step, network: Network, hosts: Mapping[str, IntColumn], saved: Saving | None) -> Iterator[Phase]:
    """One burst per interval from the ranks that hold the state to the store.

    With ZeRO every rank writes its shard; without, the first replica writes all.
    """
    spec = step.job.checkpoint
    if spec is None or saved is None or spec.to is None:
        return
    store = nodes_of(network, hosts, spec.to)
    writers = step.grid if step.job.zero else step.grid[:, :1, :1]
    nics = _nics(step, writers.ravel())
    if len(store) and len(nics):
        traffic = spread(nics, store, saved.size_B, step.layout.nic_bps)
        made = _burst("checkpoint", traffic, saved.size_B / writers.size)
        yield replace(made, stage="checkpoint", every_s=saved.every_s)


def reading(step: Step, network: Network, hosts: Mapping[str, IntColumn]) -> Iterator[Phase]:
    """Sequences of one step, from the store to the first stage: one reader per replica, ahead of their use."""
    spec = step.job.data
    if spec is None or spec.source is None:
        return
    store = nodes_of(network, hosts, spec.source)
    readers = step.grid[0, :, :, 0].ravel()
    nics = _nics(step, readers)
    if len(store) and len(nics):
        each_B = TOKEN_B * step.seq if spec.sample is None else spec.sample
        traffic = spread(store, nics, step.job.batch * each_B, step.layout.nic_bps)
        made = _burst("data", traffic, each_B)
        yield step.hide(made, "data", times=1.0, hidden=1.0, window_s=step.effort.compute_s)


def evaluation(step: Step, phases: Sequence[Phase]) -> Iterator[Phase]:
    """Forward passes between steps, as their mean per step."""
    spec = step.job.evaluate
    if spec is not None:
        share = spec.batches / spec.every
        yield from (replace(p, stage="evaluate", times=p.times * share) for p in phases if p.stage == "forward")


def _nics(step: Step, ranks: np.ndarray[tuple[int], np.dtype[np.int64]]) -> IntColumn:
    """Interfaces of the hosts of some ranks, each once, by host and number."""
    rows = np.unique(step.layout.host(ranks))
    nics: IntColumn = step.layout.nic_node[rows].ravel()
    return nics


def _burst(axis: str, traffic: Traffic, message_B: float) -> Phase:
    return Phase(
        axis=axis, collective="send", algorithm="direct", times=1.0, latency_s=collectives.NETWORK_HOP_S,
        scaleup_s=0.0, scaleup_B=0.0, traffic=traffic, message_B=message_B,
    )  # fmt: skip

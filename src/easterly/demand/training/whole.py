"""The whole of a training job: its axes, what it does beside them, its compute and its checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from easterly.base.columns import IntColumn
from easterly.base.findings import FindingsError
from easterly.demand.ends import nodes_of
from easterly.demand.layout import Layout
from easterly.demand.phases import Effort, Phase
from easterly.demand.saving import Saving, saving
from easterly.demand.training import beside
from easterly.demand.training.axes import phases
from easterly.demand.training.degrees import misfits
from easterly.demand.training.effort import effort
from easterly.demand.training.step import Step
from easterly.model.network import Network
from easterly.model.spec.job import Job
from easterly.model.spec.transformer import ModelSpec


def demand(
    job: Job, model: ModelSpec, network: Network, hosts: Mapping[str, IntColumn], peak_FLOPs: float
) -> tuple[Effort, list[Phase]]:
    """Compute of a job, and every phase of its communication.

    Parameters
    ----------
    job : Job
    model : ModelSpec
    network : Network
    hosts : mapping of str to (H,) int
        Hosts of the job, and of the stores that it names.
    peak_FLOPs : float [FLOP/s]
        Peak of one GPU.

    Raises
    ------
    FindingsError
        E620 experts that cannot be spread over the ranks, or a state that cannot be over the replicas.
    """
    faults = list(misfits(job))
    if faults:
        raise FindingsError(faults)
    layout = Layout.of(network, hosts[job.name])
    step = Step(job, model, layout, effort(job, model, peak_FLOPs))
    saved = saving(job, model, _store_bps(step, network, hosts))
    axes = phases(step)
    made = [
        *axes, *beside.evaluation(step, axes), *beside.reading(step, network, hosts),
        *beside.checkpoint(step, network, hosts, saved),
    ]  # fmt: skip
    return _with_checkpoints(step.effort, saved), made


def _store_bps(step: Step, network: Network, hosts: Mapping[str, IntColumn]) -> float:
    """What the interfaces of the writers, and those of the store, can move."""
    nics = step.layout.nic_bps
    own = float(nics[step.layout.nic_node.ravel()].sum())
    spec = step.job.checkpoint
    store = nodes_of(network, hosts, spec.to) if spec is not None and spec.to is not None else ()
    return min(own, float(nics[store].sum())) if len(store) else own


def _with_checkpoints(made: Effort, saved: Saving | None) -> Effort:
    if saved is None:
        return made
    return replace(
        made, checkpoint_B=saved.size_B, checkpoint_s=saved.write_s, checkpoint_every_s=saved.every_s,
        goodput=saved.goodput,
    )  # fmt: skip

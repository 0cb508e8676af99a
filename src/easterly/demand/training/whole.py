"""The whole of a training job: its axes, what it does beside them, its compute and its checkpoints."""

from __future__ import annotations

from dataclasses import replace

from easterly.base.columns import BoolColumn
from easterly.base.findings import FindingsError
from easterly.demand.ends import Ends
from easterly.demand.layout import Layout
from easterly.demand.phases import Effort, Phase
from easterly.demand.placement import homes
from easterly.demand.reach import with_reach
from easterly.demand.saving import Saving, saving
from easterly.demand.training import beside, geo
from easterly.demand.training.axes import phases
from easterly.demand.training.degrees import misfits
from easterly.demand.training.effort import effort
from easterly.demand.training.step import Step
from easterly.model.spec.hardware import HostType
from easterly.model.spec.job import Job
from easterly.model.spec.transformer import ModelSpec


def demand(
    job: Job, model: ModelSpec, ends: Ends, host: HostType, alive: BoolColumn | None = None
) -> tuple[Effort, list[Phase]]:
    """Compute of a job, and every phase of its communication.

    Parameters
    ----------
    job : Job
    model : ModelSpec
    ends : Ends
        With the hosts of the job, of its replicas on other fabrics, and of the stores that it names.
    host : HostType
        Of its first host.
    alive : (L,) bool, optional
        Links that are up; all if absent. Interfaces without any are not used.

    Raises
    ------
    FindingsError
        E214 the catalog has no such GPU, E612 the GPU has no arithmetic of the job's number format, E620 experts that
        cannot be spread over the ranks, or a state that cannot be over the replicas.
    """
    faults = list(misfits(job))
    if faults:
        raise FindingsError(faults)
    layouts = [Layout.of(ends.network, ends.hosts[name], alive) for name in homes(job)]
    one = effort(job, model, host)
    steps = [Step(job, model, layout, one) for layout in layouts]
    saved = saving(job, model, beside.written_bps(steps[0], ends), len(layouts))
    axes = geo.everywhere([phases(step) for step in steps])
    made = [
        *axes, *beside.evaluation(steps[0], axes), *geo.exchange(steps, ends), *beside.reading(steps[0], ends),
        *beside.checkpoint(steps[0], ends, saved),
    ]  # fmt: skip
    return _whole(one, saved, len(layouts)), [with_reach(phase, layouts[0]) for phase in made]


def _whole(one: Effort, saved: Saving | None, replicas: int) -> Effort:
    """Effort of all replicas together, with the figures of the checkpoints."""
    made = replace(one, gpus=one.gpus * replicas, flop=one.flop * replicas, tokens=one.tokens * replicas)
    if saved is None:
        return made
    return replace(
        made, checkpoint_B=saved.size_B, checkpoint_s=saved.write_s, checkpoint_every_s=saved.every_s,
        goodput=saved.goodput,
    )  # fmt: skip

"""One optimiser step of a job on its hosts: what every axis of parallelism needs to know."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from easterly.demand import transformer
from easterly.demand.layout import Layout, Ranks
from easterly.demand.mapping import Group, run
from easterly.demand.phases import Effort, Phase
from easterly.model.spec.job import Job
from easterly.model.spec.transformer import ModelSpec


@dataclass(frozen=True, slots=True)
class Step:
    """A job, the shape of its model, where its ranks are, and the compute of one step.

    Attributes
    ----------
    job : Job
    model : ModelSpec
    layout : Layout
    effort : Effort
    """

    job: Job
    model: ModelSpec
    layout: Layout
    effort: Effort

    @property
    def seq(self) -> int:
        """Tokens of a sequence."""
        return self.job.seq or self.model.seq

    @property
    def micro_batches(self) -> float:
        """Micro-batches per step and pipeline."""
        return transformer.micro_batches(self.job)

    @property
    def grid(self) -> Ranks:
        """(pp, dp, cp, tp) rank at each place."""
        plan = self.job.parallel
        ranks = np.arange(plan.gpus)
        if plan.order == "tp-cp-pp-dp":
            return ranks.reshape(plan.dp, plan.pp, plan.cp, plan.tp).swapaxes(0, 1)
        return ranks.reshape(plan.pp, plan.dp, plan.cp, plan.tp)

    @property
    def layers(self) -> int:
        """Layers of the longest stage, which sets the pace."""
        plan = self.job.parallel
        return -(-self.model.layers // (plan.pp * plan.interleave)) * plan.interleave

    @property
    def tokens(self) -> float:
        """Tokens of a micro-batch on one context-parallel rank."""
        return self.job.micro_batch * self.seq / self.job.parallel.cp

    @property
    def activation_B(self) -> float:
        """Activations between two layers for one micro-batch, on one context-parallel rank: ``b s h e / c``."""
        return self.tokens * self.model.hidden * self.bytes_each

    @property
    def bytes_each(self) -> int:
        """Bytes of one activation on the wire."""
        return transformer.BYTES[self.job.act_dtype or self.job.dtype]

    def group(self, axis: str, members: Ranks) -> Group:
        """Groups from an array whose last axis are the members of a group."""
        return Group.of(axis, self.layout, members.reshape(-1, members.shape[-1]))

    def hide(self, phase: Phase, stage: str, *, times: float, hidden: float, window_s: float) -> Phase:
        """A phase at its place in the step, with what may be hidden of it."""
        return replace(phase, stage=stage, times=times, hidden=hidden, window_s=window_s)

    def window_s(self, stage: str) -> float:
        """Compute of a stage of the step, all micro-batches together."""
        return {"forward": self.effort.forward_s, "backward": self.effort.backward_s}[stage]

    def collective(self, group: Group, collective: str, size_B: float, algorithm: str = "auto") -> Phase:
        """One collective of all groups of an axis, by the settings of the job's library."""
        return replace(run(group, collective, size_B, algorithm, self.job.library), size_B=size_B)

"""Tensor parallelism: activations are summed twice per layer and direction."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.demand.parameters import layers_with_experts
from easterly.demand.phases import Phase
from easterly.demand.training.step import Step


def tensor(step: Step) -> Iterator[Phase]:
    """Two all-reduces of ``b s h e / c`` per layer, micro-batch and direction, two more where everything is recomputed.

    With sequence parallelism each is a reduce-scatter and an all-gather of the same bytes (Korthikanti et al. 2022,
    arXiv 2205.05198, section 4.2.2; the all-gather that its backward pass repeats is hidden behind compute there, and
    not counted). A layer of experts has one of its own, and a second one only where experts are cut (``etp``).
    """
    plan = step.job.parallel
    if plan.tp == 1:
        return
    group = step.group("tp", step.grid)
    each = summed_per_pass(step) * step.micro_batches
    passes = {"forward": 1, "backward": 2 if step.job.recompute == "full" else 1}
    names = ("reduce-scatter", "all-gather") if step.job.sequence_parallel else ("all-reduce",)
    for stage, count in passes.items():
        for name in names:
            made = step.collective(group, name, step.activation_B)
            yield step.hide(made, stage, times=each * count, hidden=step.job.overlap.tp, window_s=step.window_s(stage))


def summed_per_pass(step: Step) -> float:
    """Sums of activations over tensor-parallel ranks in one pass through the longest stage."""
    cut = (step.job.parallel.etp or 1) > 1
    with_experts = 0.0 if cut else layers_with_experts(step.model) / step.model.layers
    return step.layers * (2.0 - with_experts)

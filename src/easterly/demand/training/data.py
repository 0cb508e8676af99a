"""Data parallelism: gradients summed over replicas, and weights gathered where they are sharded."""

from __future__ import annotations

import math
from collections.abc import Iterator

from easterly.demand import transformer
from easterly.demand.layout import Ranks
from easterly.demand.mapping import Group
from easterly.demand.phases import Phase
from easterly.demand.stages import expert_params
from easterly.demand.training.step import Step


def data(step: Step) -> Iterator[Phase]:
    """Gradients and weights of everything but the routed experts, whose replicas are fewer (`expert`)."""
    plan = step.job.parallel
    if plan.dp * plan.cp == 1:
        return
    shard = (step.model.params - expert_params(step.model)) / (plan.tp * plan.pp)
    replicas = step.grid.transpose(0, 3, 1, 2).reshape(-1, plan.dp * plan.cp)
    yield from exchanged(step, "dp", replicas, shard)


def exchanged(step: Step, axis: str, replicas: Ranks, params: float) -> Iterator[Phase]:
    """What replicas of the same parameters exchange in one step, by ZeRO stage.

    Without ZeRO an all-reduce of the gradients; stages 1 and 2 a reduce-scatter of the gradients and an all-gather of
    the weights; stage 3 gathers the weights twice per micro-batch instead (Rajbhandari et al. 2020, section 7).
    Gradients are summed over micro-batches on each GPU and exchanged once. Where the state is sharded over fewer ranks
    than there are replicas (hybrid sharding), the shards are summed between those groups.

    Parameters
    ----------
    step : Step
    axis : str
    replicas : (G, n) int
        Ranks that hold the same parameters.
    params : float
        Parameters on each of them before any sharding.
    """
    job, count = step.job, replicas.shape[-1]
    grad_B, weight_B = params * transformer.BYTES[job.grad_dtype], params * transformer.BYTES[job.dtype]
    if job.zero == 0:
        yield _gradients(step, step.group(axis, replicas), "all-reduce", grad_B)
        return
    within = min(job.parallel.shard or count, count)
    inner = step.group(axis, replicas.reshape(-1, within))
    yield _gradients(step, inner, "reduce-scatter", grad_B)
    if within < count:
        across = replicas.reshape(-1, count // within, within).swapaxes(1, 2)
        yield _gradients(step, step.group(axis, across), "all-reduce", grad_B / within)
    yield from _weights(step, inner, weight_B)


def _gradients(step: Step, group: Group, collective: str, size_B: float) -> Phase:
    """Gradients, in buckets where the library has some, beside the backward pass of the last micro-batch."""
    bucket_B = step.job.library.bucket
    count = max(1, math.ceil(size_B / bucket_B)) if bucket_B else 1
    made = step.collective(group, collective, size_B / count, step.job.collective)
    window_s = window_at_the_end(step, "backward")
    return step.hide(made, "optimiser", times=float(count), hidden=step.job.overlap.dp, window_s=window_s)


def window_at_the_end(step: Step, stage: str) -> float:
    """Compute beside which gradients leave at the end of a step, or weights arrive at its beginning.

    One pass of the last micro-batch; with v chunks on p stages, the passes of the last p micro-batches through the
    chunks that are still to come: ``((v-1) p + 1)`` passes of a chunk (Narayanan et al. 2021, section 2.2).
    """
    plan = step.job.parallel
    passes = min((plan.interleave - 1) * plan.pp + 1, plan.interleave * step.micro_batches)
    return step.window_s(stage) * passes / (plan.interleave * step.micro_batches)


def _weights(step: Step, group: Group, size_B: float) -> Iterator[Phase]:
    """Weights gathered again: once, beside the forward pass of the first micro-batch; or in every pass (stage 3)."""
    made = step.collective(group, "all-gather", size_B, step.job.collective)
    if step.job.zero < 3:
        window_s = window_at_the_end(step, "forward")
        yield step.hide(made, "optimiser", times=1.0, hidden=step.job.overlap.dp, window_s=window_s)
        return
    for stage in ("forward", "backward"):
        times = step.micro_batches
        yield step.hide(made, stage, times=times, hidden=step.job.overlap.dp, window_s=step.window_s(stage))

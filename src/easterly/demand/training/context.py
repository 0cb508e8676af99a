"""Context parallelism: every rank needs the keys and values of the whole sequence."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.demand.phases import Phase
from easterly.demand.training.step import Step


def context(step: Step) -> Iterator[Phase]:
    """Keys and values gathered once per layer and micro-batch forward; backward again, and their gradients scattered.

    ``2 b s n_kv d_h e / min(t, n_kv)`` on each tensor-parallel rank (Llama 3, arXiv 2407.21783, section 3.3.2); a
    ring that passes them on instead moves the same bytes in c-1 hops (Liu et al. 2023, arXiv 2310.01889).
    """
    plan = step.job.parallel
    if plan.cp == 1:
        return
    group = step.group("cp", step.grid.swapaxes(2, 3))
    size_B = _keys_and_values_B(step)
    times = step.layers * step.micro_batches
    for stage, name in (("forward", "all-gather"), ("backward", "all-gather"), ("backward", "reduce-scatter")):
        repeats = 2 if stage == "backward" and name == "all-gather" and step.job.recompute == "full" else 1
        made = step.collective(group, name, size_B)
        yield step.hide(made, stage, times=times * repeats, hidden=step.job.overlap.cp, window_s=step.window_s(stage))


def _keys_and_values_B(step: Step) -> float:
    """Keys and values of one layer for all parts of a sequence, on one tensor-parallel rank."""
    shape = step.model
    if shape.mla is not None:
        return float(step.job.micro_batch * step.seq * (shape.mla.kv_rank + shape.mla.rope) * step.bytes_each)
    heads = shape.kv_heads or shape.heads
    size = shape.head_dim or shape.hidden // shape.heads
    return 2.0 * step.job.micro_batch * step.seq * heads * size * step.bytes_each / min(step.job.parallel.tp, heads)

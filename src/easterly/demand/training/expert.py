"""Expert parallelism: tokens travel to the experts that they were routed to, and back."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.demand import transformer
from easterly.demand.layout import Ranks
from easterly.demand.mapping.exchange import pairwise
from easterly.demand.parameters import layers_with_experts
from easterly.demand.phases import Phase
from easterly.demand.stages import expert_params
from easterly.demand.training.data import exchanged
from easterly.demand.training.step import Step
from easterly.model.spec.transformer import MoE


def expert(step: Step) -> Iterator[Phase]:
    """Dispatch and combine of ``tokens k h e`` per layer of experts, micro-batch and direction; gradients of experts.

    Where a token may visit few hosts, it goes once to each of them and is copied there (DeepSeek-V3, arXiv 2412.19437,
    section 3.2.2).

    Ranks that share the experts of a layer are neighbours within a stage, so that they fill hosts first. The tokens
    of a micro-batch are spread over the tensor-parallel ranks (sequence parallelism). Replicas of an expert are
    ``tp cp dp / (ep etp)`` ranks.
    """
    plan, moe = step.job.parallel, step.model.moe
    if moe is None:
        return
    places = _places(step)
    if plan.ep > 1:
        yield from _exchanged_tokens(step, places.swapaxes(2, 3))
    replicas = places.transpose(0, 2, 3, 1)
    if replicas.shape[-1] > 1:
        params = expert_params(step.model) / (plan.pp * plan.ep * (plan.etp or 1))
        yield from exchanged(step, "edp", replicas.reshape(-1, replicas.shape[-1]), params)


def _places(step: Step) -> Ranks:
    """(pp, replicas, ep, etp) rank at each place of the experts."""
    plan = step.job.parallel
    return step.grid.reshape(plan.pp, -1, plan.ep, plan.etp or 1)


def _copies(moe: MoE) -> float:
    """Copies of a token that leave for other hosts, over those if every expert got its own."""
    return 1.0 if moe.max_hosts is None else min(1.0, moe.max_hosts / moe.top_k)


def _exchanged_tokens(step: Step, members: Ranks) -> Iterator[Phase]:
    moe, plan = step.model.moe, step.job.parallel
    assert moe is not None
    group = step.group("ep", members)
    tokens = step.tokens / plan.tp * moe.top_k
    times = step.layers * layers_with_experts(step.model) / step.model.layers * step.micro_batches
    for stage in ("forward", "backward"):
        repeats = 2 if stage == "backward" and step.job.recompute == "full" else 1
        for each_B in (step.bytes_each, transformer.BYTES[step.job.dtype]):
            size_B = tokens * step.model.hidden * each_B
            made = pairwise(group, "all-to-all", size_B, remote=_copies(moe), imbalance=min(moe.imbalance, group.ranks))
            yield step.hide(
                made, stage, times=times * repeats, hidden=step.job.overlap.ep, window_s=step.window_s(stage)
            )

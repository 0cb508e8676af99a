"""Which layers a pipeline stage has, and which parameters that puts on each of its GPUs."""

from __future__ import annotations

from dataclasses import dataclass

from easterly.demand import parameters as count
from easterly.model.spec.job import Parallel
from easterly.model.spec.transformer import ModelSpec


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a pipeline.

    Attributes
    ----------
    number : int
    dense, sparse : int
        Layers without and with experts.
    first, last : bool
        It has the embedding; it has the output matrix.
    """

    number: int
    dense: int
    sparse: int
    first: bool
    last: bool

    @property
    def layers(self) -> int:
        """All its layers."""
        return self.dense + self.sparse


def stages(model: ModelSpec, pp: int, interleave: int = 1) -> tuple[Stage, ...]:
    """Layers dealt to pp x v chunks in order; chunk c is on stage c mod p (Narayanan et al. 2021, section 2.2).

    Where they do not divide, chunks at both ends are shorter, as embedding and output matrix stand there: Llama 3
    405B leaves one layer out of the first and one out of the last (arXiv 2407.21783, section 3.3.2).

    >>> from easterly.model.catalog import models
    >>> [stage.layers for stage in stages(models.lookup("llama3-405b"), 16)]
    [7, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 7]
    """
    dense, sparse, layer = [0] * pp, [0] * pp, 0
    for chunk, size in enumerate(dealt(model.layers, pp * interleave)):
        with_experts = sum(count.has_experts(model, i) for i in range(layer, layer + size))
        sparse[chunk % pp] += with_experts
        dense[chunk % pp] += size - with_experts
        layer += size
    return tuple(Stage(i, dense[i], sparse[i], i == 0, i == pp - 1) for i in range(pp))


def dealt(layers: int, chunks: int) -> list[int]:
    """Layers of each chunk; what is missing is taken from the last, the first, the last but one, ...

    >>> dealt(30, 4), dealt(61, 16)[:3], dealt(61, 16)[-3:]
    ([7, 8, 8, 7], [3, 4, 4], [4, 3, 3])
    """
    size = [-(-layers // chunks)] * chunks
    for step in range(size[0] * chunks - layers):
        size[-1 - step // 2 if step % 2 == 0 else step // 2] -= 1
    return size


@dataclass(frozen=True, slots=True)
class Shard:
    """Parameters of one GPU before ZeRO shards anything.

    Attributes
    ----------
    dense : float
        What every token passes; replicated among ``dp x cp`` ranks.
    expert : float
        Routed experts; replicated among `expert_replicas`.
    """

    dense: float
    expert: float

    @property
    def params(self) -> float:
        """Both."""
        return self.dense + self.expert


def shard(model: ModelSpec, plan: Parallel, stage: Stage) -> Shard:
    """Parameters on each GPU of a stage; the last has a copy of a tied embedding, to multiply with.

    Parameters
    ----------
    model : ModelSpec
        Where its stated parameters differ from those of its shape, every part is scaled to the stated ones.
    plan : Parallel
    stage : Stage
    """
    part, scale = count.parameters(model), count.scale(model)
    dense = stage.dense * part.dense + stage.sparse * part.sparse
    dense += part.embedding * (stage.first + (stage.last and not (stage.first and model.tied)))
    expert = stage.sparse * part.experts / (plan.ep * (plan.etp or 1))
    return Shard(dense * scale / plan.tp, expert * scale)


def shard_params(model: ModelSpec, tp: int, pp: int, ep: int = 1, etp: int = 1) -> float:
    """Mean parameters of a GPU, as if all stages were equal: dense over tp x pp, experts over pp x ep x etp."""
    experts = expert_params(model)
    return (model.params - experts) / (tp * pp) + experts / (pp * ep * etp)


def expert_params(model: ModelSpec) -> float:
    """Parameters of all routed experts."""
    if model.moe is None:
        return 0.0
    return count.layers_with_experts(model) * count.parameters(model).experts * count.scale(model)


def expert_replicas(plan: Parallel) -> float:
    """GPUs of a stage that hold the same experts: ``tp cp dp / (ep etp)`` (Megatron Core, parallel folding)."""
    return plan.tp * plan.cp * plan.dp / (plan.ep * (plan.etp or 1))

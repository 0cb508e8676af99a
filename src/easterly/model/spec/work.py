"""Work that the cluster does: training jobs and inference services."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Compute, Count, CountOrZero, Frequency, Frozen, Named, Share


class ModelSpec(Frozen):
    """A transformer, by its shape."""

    params: Annotated[float, Field(gt=0), Unit("1"), Doc("Parameters.")]
    layers: Annotated[Count, Doc("Layers.")]
    hidden: Annotated[Count, Doc("Hidden size.")]
    heads: Annotated[Count, Doc("Attention heads.")]
    kv_heads: Annotated[Count | None, Doc("Key/value heads; as many as heads if absent.")] = None
    seq: Annotated[Count, Doc("Training sequence length.")] = 8192
    vocab: Annotated[Count, Doc("Vocabulary.")] = 128256


class Parallel(Frozen):
    """Degrees of parallelism; their product is the number of GPUs."""

    tp: Annotated[Count, Doc("Tensor parallel.")] = 1
    pp: Annotated[Count, Doc("Pipeline parallel.")] = 1
    dp: Annotated[Count, Doc("Data parallel.")] = 1
    interleave: Annotated[Count, Doc("Model chunks per pipeline stage.")] = 1

    @property
    def gpus(self) -> int:
        """GPUs that the job takes."""
        return self.tp * self.pp * self.dp


class Job(Named):
    """A training job."""

    tenant: Annotated[str | None, Doc("Tenant.")] = None
    fabric: Annotated[str, Doc("Fabric it runs on.")]
    traffic_class: Annotated[str, Field(alias="class"), Doc("Traffic class.")]
    model: Annotated[str | ModelSpec, Doc("A name of the catalog, or a shape.")]
    parallel: Annotated[Parallel, Doc("Degrees of parallelism.")]
    batch: Annotated[Count, Doc("Sequences per optimiser step.")]
    micro_batch: Annotated[Count, Doc("Sequences per micro-batch.")] = 1
    seq: Annotated[Count | None, Doc("Sequence length; the model's if absent.")] = None
    dtype: Annotated[Literal["bf16", "fp16", "fp32", "fp8"], Doc("Number format of weights and activations.")] = "bf16"
    grad_dtype: Annotated[Literal["bf16", "fp16", "fp32"], Doc("Number format in which gradients are summed.")] = "fp32"
    zero: Annotated[int, Field(ge=0, le=3), Doc("ZeRO stage (1: distributed optimiser).")] = 1
    recompute: Annotated[Literal["none", "selective", "full"], Doc("Activations recomputed in the backward pass.")] = (
        "selective"
    )
    mfu: Annotated[Share | None, Doc("Efficiency of the compute part, of the GPU's peak.")] = None
    peak: Annotated[Compute | None, Doc("Peak of one GPU; the host's if absent.")] = None
    collective: Annotated[
        Literal["auto", "ring", "hierarchical"], Doc("Algorithm of the data-parallel collectives.")
    ] = "auto"
    first_host: Annotated[
        CountOrZero | None, Doc("First host of the job in its fabric; packed in the order of names if absent.")
    ] = None
    connections: Annotated[
        Count, Doc("Connections (queue pairs) per pair of interfaces; they spread over equal-cost paths.")
    ] = 4


class Load(Frozen):
    """What users ask of a service."""

    requests: Annotated[Frequency, Doc("Requests.")]
    prompt: Annotated[Count, Doc("Mean prompt.")] = 1024
    output: Annotated[Count, Doc("Mean answer.")] = 256
    prefix_hit: Annotated[Share, Doc("Share of the prompt whose cache is already where it is needed.")] = 0.0


class Replicas(Frozen):
    """Sizes of the pools of a disaggregated service."""

    prefill: Annotated[Count, Doc("Prefill replicas.")] = 1
    decode: Annotated[Count, Doc("Decode replicas.")] = 1


class Service(Named):
    """An inference service: prefill replicas hand key/value caches to decode replicas over the fabric."""

    tenant: Annotated[str | None, Doc("Tenant.")] = None
    fabric: Annotated[str | None, Doc("Fabric it runs on; the only one if absent.")] = None
    traffic_class: Annotated[str, Field(alias="class"), Doc("Traffic class.")]
    model: Annotated[str | ModelSpec, Doc("A name of the catalog, or a shape.")]
    dtype: Annotated[Literal["bf16", "fp16", "fp32", "fp8"], Doc("Number format of the cache.")] = "bf16"
    tp: Annotated[Count | None, Doc("Tensor parallel per replica; the GPUs of a host if absent.")] = None
    replicas: Annotated[Replicas, Doc("Pool sizes.")] = Replicas()
    load: Annotated[Load, Doc("Offered load.")]
    first_host: Annotated[CountOrZero | None, Doc("First host in its fabric; packed after the jobs if absent.")] = None

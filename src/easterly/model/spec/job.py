"""Training jobs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Compute, Count, CountOrZero, Frozen, Named, Rate, Share, Size, Time
from easterly.model.spec.needs import Needs, OnHosts
from easterly.model.spec.time import Begins
from easterly.model.spec.transformer import Dtype, ModelSpec

Algorithm = Literal["auto", "ring", "tree", "halving-doubling", "hierarchical", "in-network", "parameter-server"]


class Parallel(Frozen):
    """Degrees of parallelism; tp x cp x pp x dp is the number of GPUs, and experts share the ranks of dp and cp."""

    tp: Annotated[Count, Doc("Tensor parallel.")] = 1
    pp: Annotated[Count, Doc("Pipeline parallel.")] = 1
    dp: Annotated[Count, Doc("Data parallel.")] = 1
    cp: Annotated[Count, Doc("Context parallel: each sequence is cut into that many parts.")] = 1
    ep: Annotated[Count, Doc("Expert parallel: ranks among which the experts of a layer are spread.")] = 1
    etp: Annotated[Count | None, Doc("Tensor parallel inside an expert; 1 if absent.")] = None
    sp: Annotated[
        bool | None, Doc("Sequence parallel beside tensor parallel; on unless everything is recomputed, if absent.")
    ] = None
    interleave: Annotated[Count, Doc("Model chunks per pipeline stage.")] = 1
    order: Annotated[
        Literal["tp-cp-dp-pp", "tp-cp-pp-dp"],
        Doc("Order in which ranks are numbered, the axis whose ranks are neighbours first; the last crosses pods."),
    ] = "tp-cp-dp-pp"
    shard: Annotated[
        Count | None, Doc("Replicas among which ZeRO shards the state (hybrid sharding); all of dp if absent.")
    ] = None

    @property
    def gpus(self) -> int:
        """GPUs that the job takes."""
        return self.tp * self.pp * self.dp * self.cp


class Library(Frozen):
    """Settings of the collective library, named after NCCL's."""

    ib_tc: Annotated[
        Annotated[int, Field(ge=0, le=255)] | None, Unit("1"), Doc("NCCL_IB_TC; from the class's code point if absent.")
    ] = None
    qps: Annotated[Count | None, Doc("NCCL_IB_QPS_PER_CONNECTION; `connections` of the job if absent.")] = None
    protocol: Annotated[Literal["simple", "ll", "ll128"], Doc("Protocol.")] = "simple"
    pxn: Annotated[bool, Doc("Traffic changes rails inside its host (PXN), not in the fabric.")] = True
    nvls: Annotated[bool, Doc("Switches of the scale-up domain reduce (NVLS).")] = False
    sharp: Annotated[bool, Doc("Switches of the fabric reduce (SHARP).")] = False
    servers: Annotated[Count | None, Doc("Shards of a parameter server; one per host if absent.")] = None
    bucket: Annotated[Size | None, Doc("Gradients per all-reduce or reduce-scatter; all at once if absent.")] = None


class Overlap(Frozen):
    """How much of each axis's communication is hidden behind compute, at most."""

    tp: Annotated[Share, Doc("Tensor parallel.")] = 0.0
    pp: Annotated[Share, Doc("Pipeline parallel.")] = 0.0
    cp: Annotated[Share, Doc("Context parallel.")] = 0.9
    ep: Annotated[Share, Doc("Expert parallel.")] = 0.0
    dp: Annotated[Share, Doc("Data parallel.")] = 1.0


class Checkpoint(Frozen):
    """Saving the state of a job."""

    to: Annotated[str | None, Doc("Store: a name of `traffic`; a service's, or a WAN site; no flows if absent.")] = None
    every: Annotated[Time | None, Doc("Interval; the best one for `mtbf` (Young, Daly) if absent.")] = None
    size: Annotated[Size | None, Doc("Size; weights, master copy and optimiser state if absent.")] = None
    rate: Annotated[Rate | None, Doc("Rate that the store takes in; what its interfaces can if absent.")] = None
    mtbf: Annotated[Time | None, Doc("Mean time between failures of one GPU with its share of everything else.")] = None
    restart: Annotated[Time, Doc("Time from a failure until training goes on, without reading the state.")] = 300.0
    asynchronous: Annotated[bool, Doc("Training goes on while the state is written.")] = True


class Data(Frozen):
    """Reading training data."""

    source: Annotated[str | None, Field(alias="from"), Doc("Store; no flows if absent.")] = None
    sample: Annotated[Size | None, Doc("Bytes of one sequence; 4 per token if absent.")] = None


class Evaluation(Frozen):
    """Evaluation between steps: forward passes only."""

    every: Annotated[Count, Doc("Steps between evaluations.")]
    batches: Annotated[Count, Doc("Batches of the size of a step.")] = 1


class Geo(Frozen):
    """Replicas of the whole job on other fabrics, kept together over the WAN."""

    fabrics: Annotated[tuple[str, ...], Doc("Other fabrics; each holds one more replica.")]
    every: Annotated[Count, Doc("Steps between exchanges; 1 for every step.")] = 1
    dtype: Annotated[Literal["bf16", "fp16", "fp32", "fp8"], Doc("Number format of what is exchanged.")] = "fp32"
    compress: Annotated[float, Field(ge=1), Unit("1"), Doc("Factor by which it is made smaller.")] = 1.0
    topology: Annotated[Literal["ring", "star"], Doc("Ring of fabrics, or all through the first.")] = "ring"


class Job(Named):
    """A training job."""

    tenant: Annotated[str | None, Doc("Tenant.")] = None
    fabric: Annotated[str, Doc("Fabric it runs on.")]
    traffic_class: Annotated[str, Field(alias="class"), Doc("Traffic class.")]
    model: Annotated[str | ModelSpec, Doc("A name of the catalog, or a shape.")]
    parallel: Annotated[Parallel, Doc("Degrees of parallelism.")]
    batch: Annotated[Count, Doc("Sequences per optimiser step.")]
    micro_batch: Annotated[Count, Doc("Sequences per micro-batch.")] = 1
    accumulate: Annotated[Count | None, Doc("Micro-batches per step; batch / (dp x micro_batch) if absent.")] = None
    seq: Annotated[Count | None, Doc("Sequence length; the model's if absent.")] = None
    tokens: Annotated[
        float | None, Field(gt=0), Unit("1"), Doc("Tokens of the whole training; tells how many days it takes.")
    ] = None
    dtype: Annotated[Dtype, Doc("Number format of weights and arithmetic.")] = "bf16"
    act_dtype: Annotated[Dtype | None, Doc("Number format of activations on the wire; `dtype` if absent.")] = None
    grad_dtype: Annotated[Literal["bf16", "fp16", "fp32"], Doc("Number format in which gradients are summed.")] = "fp32"
    optimizer: Annotated[
        Literal["adam", "adam-bf16", "adam-8bit", "sgd", "adafactor"],
        Doc("Optimiser; decides the state per parameter."),
    ] = "adam"
    zero: Annotated[int, Field(ge=0, le=3), Doc("ZeRO stage (1: distributed optimiser, 3: FSDP).")] = 1
    recompute: Annotated[Literal["none", "selective", "full"], Doc("Activations recomputed in the backward pass.")] = (
        "selective"
    )
    attention: Annotated[
        Literal["fused", "unfused"] | None,
        Doc(
            "Whether scores stay on the chip (FlashAttention) or pass through its memory, as until about 2022; "
            "as in the step times that the GPU's curve comes from, if absent."
        ),
    ] = None
    mfu: Annotated[
        Share | None, Doc("Efficiency of the compute part, of the GPU's peak; from the GPU's curve if absent.")
    ] = None
    peak: Annotated[Compute | None, Doc("Peak of one GPU; the host's if absent.")] = None
    period: Annotated[Time | None, Doc("Step time that is wanted; what it would need is checked.")] = None
    collective: Annotated[
        Algorithm,
        Doc(
            "Algorithm of the data-parallel collectives; rings where it cannot do what is asked: trees and switches do "
            "all-reduce alone, and ZeRO needs others."
        ),
    ] = "auto"
    library: Annotated[Library, Doc("Settings of the collective library.")] = Library()
    overlap: Annotated[Overlap, Doc("Communication hidden behind compute.")] = Overlap()
    checkpoint: Annotated[Checkpoint | None, Doc("Saving the state; none if absent.")] = None
    data: Annotated[Data | None, Doc("Reading training data; not counted if absent.")] = None
    evaluate: Annotated[Evaluation | None, Doc("Evaluation; none if absent.")] = None
    geo: Annotated[Geo | None, Doc("Replicas on other fabrics; none if absent.")] = None
    begins: Begins = 0.0
    steps: Annotated[
        Count | None, Doc("Steps after which it is done, in a simulation of flows; it goes on if absent.")
    ] = None
    first_host: Annotated[
        CountOrZero | None, Doc("First host of the job in its fabric; packed in the order of names if absent.")
    ] = None
    on_hosts: OnHosts = ()
    needs: Annotated[Needs, Doc("What it needs on its hosts besides GPUs.")] = Needs()
    connections: Annotated[
        Count, Doc("Connections (queue pairs) per pair of interfaces; they spread over equal-cost paths.")
    ] = 4

    @property
    def sequence_parallel(self) -> bool:
        """Whether ranks of a tensor-parallel group share the activations between its matrices."""
        given = self.parallel.sp
        return self.recompute != "full" if given is None else given

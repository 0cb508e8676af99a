"""Published step times and rates of training, and what compute and closed forms of communication predict for them.

The arithmetic is `easterly.demand.compute`; communication is not its business, and is written out here at what
nccl-tests measure for each size. Sums of ``b s h e`` on NVLink (with sequence parallelism a reduce-scatter and an
all-gather each), four per layer and micro-batch and six with full recomputation, none of them hidden; activations to
the next stage, once per chunk, micro-batch and direction; both stretched by the pipeline's fill and drain, as compute
is; and gradients over the network where there are replicas.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easterly.demand import transformer
from easterly.demand.collectives import PUBLISHED
from easterly.demand.compute import Compute, compute
from easterly.demand.facts import model_of
from easterly.demand.reach import NETWORK_SHARE, SCALEUP_SHARE
from easterly.demand.roofline import roofline
from easterly.demand.stages import shard_params
from easterly.model.catalog import gpus
from easterly.model.spec.hardware import HostType
from easterly.model.spec.job import Job

A100 = HostType.model_validate({"gpus": 8, "nics": 8, "nic_rate": "200Gb/s", "gpu": "a100-sxm-80"})
H100 = HostType.model_validate({"gpus": 8, "nics": 8, "nic_rate": "400Gb/s", "gpu": "h100-sxm"})
HOP_s, BASE_s = 3.4e-6, 8.4e-6
"""Latencies of NCCL's own tables: of a hop between two GPUs of a host, and of a collective."""


@dataclass(frozen=True)
class Point:
    """One published run: ``seconds`` per step, or ``tera`` FLOP/s per GPU."""

    label: str
    job: Job
    host: HostType = A100
    seconds: float = 0.0
    tera: float = 0.0


def job(model, *, tp=8, pp=1, v=1, dp=1, batch=1, micro_batch=1, **more):
    fields = {
        "fabric": "f", "class": "t", "model": model, "batch": batch, "micro_batch": micro_batch, "seq": 2048,
        "parallel": {"tp": tp, "pp": pp, "dp": dp, "interleave": v, **more.pop("parallel", {})},
        "attention": "unfused", "zero": 0, "recompute": "full",
    }  # fmt: skip
    return Job.model_validate({**fields, **more})


def _korthikanti():
    """Table 5 of arXiv 2205.05198: no sequence parallelism with full recomputation, which is the default."""
    rows = [
        ("megatron-22b", 1, 1, 4, 4, 1.42, 1.10), ("megatron-175b", 8, 3, 64, 1, 18.13, 13.75),
        ("megatron-530b", 35, 3, 280, 1, 49.05, 37.83), ("megatron-1t", 64, 1, 512, 1, 94.42, 71.49),
    ]  # fmt: skip
    for model, pp, v, batch, micro_batch, full, selective in rows:
        for recompute, seconds in (("full", full), ("selective", selective)):
            made = job(model, pp=pp, v=v, batch=batch, micro_batch=micro_batch, recompute=recompute)
            yield Point(f"{model} {recompute}", made, seconds=seconds)


def _narayanan():
    """Table 1 of arXiv 2104.04473 with the micro-batches of its scripts (Megatron-LM, examples/sc21)."""
    rows = [
        ("megatron-1.7b", 1, 1, 1, 32, 512, 16, 137), ("megatron-3.6b", 2, 1, 1, 64, 512, 16, 138),
        ("megatron-7.5b", 4, 1, 1, 128, 512, 16, 142), ("megatron-18b", 8, 1, 1, 256, 1024, 8, 135),
        ("megatron-39b", 8, 2, 1, 512, 1536, 4, 138), ("megatron-76b", 8, 4, 3, 1024, 1792, 2, 140),
        ("megatron-145b", 8, 8, 2, 1536, 2304, 2, 148), ("megatron-310b", 8, 16, 2, 1920, 2160, 1, 155),
        ("megatron-530b", 8, 35, 3, 2520, 2520, 1, 163), ("megatron-1t", 8, 64, 1, 3072, 3072, 1, 163),
    ]  # fmt: skip
    for model, tp, pp, v, count, batch, micro_batch, tera in rows:
        made = job(model, tp=tp, pp=pp, v=v, dp=count // tp // pp, batch=batch, micro_batch=micro_batch)
        yield Point(f"{model} on {count}", made, tera=tera)


def _llama(dp, tera):
    """Table 4 of arXiv 2407.21783: 16 Mi tokens a step; no recomputation; chunks of one layer (section 3.3.2)."""
    made = job(
        "llama3-405b", pp=16, v=8, dp=dp, batch=2048, seq=8192, recompute="none", attention="fused", zero=1
    )  # fmt: skip
    return Point(f"llama3-405b on {128 * dp} H100", made, H100, tera=tera)


FITTED = tuple(_korthikanti())
UNSEEN = (
    *_narayanan(),
    Point("megatron-530b, 8 replicas", job("megatron-530b", pp=35, v=3, dp=8, batch=2240, recompute="selective"),
          seconds=39.15),  # section 6.3 of arXiv 2205.05198
)  # fmt: skip
LLAMA_FITTED, LLAMA_UNSEEN = _llama(64, 430), _llama(128, 400)
OTHER_SOFTWARE = (  # Smith et al. 2022, arXiv 2201.11990; BigScience 2022, arXiv 2211.05100: Megatron with DeepSpeed
    *(Point(f"MT-NLG on {2240 // 8 * dp}", job("megatron-530b", pp=35, dp=dp, batch=1920), seconds=seconds)
      for dp, seconds in ((8, 60.1), (10, 50.2), (12, 44.4))),
    Point("BLOOM on 384", job("bloom-176b", tp=4, pp=12, dp=8, batch=2048, micro_batch=2), tera=150),
)  # fmt: skip


def predicted(point: Point) -> tuple[float, Compute]:
    """Seconds of one step, and the compute of it."""
    job, model = point.job, model_of(point.job)
    made = compute(job, model, roofline(job, point.host))
    waits_s = tensor_s(point) + pipeline_s(point)
    stretch = 1 + made.bubble_s / (made.forward_s + made.backward_s)
    return made.total_s + waits_s * stretch + gradients_s(point), made


def sum_s(job: Job, host: HostType, size_B: float) -> float:
    """One sum of activations over the tensor-parallel ranks of a host, by rings."""
    tp, parts = job.parallel.tp, 2 if job.sequence_parallel else 1
    sent_B = 2 / parts * (tp - 1) / tp * size_B
    rate_Bps = gpus.lookup(host.gpu).scaleup_bps / 8 * SCALEUP_SHARE
    hops = 2 / parts * (tp - 1)
    wire_B = float(PUBLISHED.scaleup.wire_B(np.array(sent_B)))
    return parts * (BASE_s + hops * HOP_s + wire_B / rate_Bps) if tp > 1 else 0.0


def tensor_s(point: Point) -> float:
    """All sums of the longest stage."""
    job, model = point.job, model_of(point.job)
    each_s = sum_s(job, point.host, job.micro_batch * job.seq * model.hidden * 2)
    count = (6 if job.recompute == "full" else 4) * -(-model.layers // job.parallel.pp)
    return count * transformer.micro_batches(job) * each_s


def pipeline_s(point: Point) -> float:
    """Activations and gradients of one boundary, all chunks of a stage together."""
    job, model = point.job, model_of(point.job)
    plan = job.parallel
    sent_B = plan.interleave * job.micro_batch * job.seq * model.hidden * 2 / plan.tp
    wire_B = float(PUBLISHED.network.wire_B(np.array(sent_B)))
    each_s = wire_B * 8 / (point.host.nic_rate * NETWORK_SHARE)
    return 2 * transformer.micro_batches(job) * each_s if plan.pp > 1 else 0.0


def gradients_s(point: Point) -> float:
    """An all-reduce of 32-bit gradients over the network, not hidden; behind compute where ZeRO spreads them."""
    if point.job.zero:
        return 0.0
    plan, model = point.job.parallel, model_of(point.job)
    share = 2 * (plan.dp - 1) / plan.dp
    return share * 4 * shard_params(model, plan.tp, plan.pp) * 8 / point.host.nic_rate


def error(point: Point) -> float:
    """Predicted over published, less one: of seconds, or of the rate that they mean."""
    seconds, _ = predicted(point)
    if point.seconds:
        return seconds / point.seconds - 1
    job, model = point.job, model_of(point.job)
    flop = transformer.step_FLOP(model, job.batch, job.seq, job.recompute)
    return flop / seconds / job.parallel.gpus / 1e12 / point.tera - 1


def table(points=FITTED) -> list[tuple[str, float, float, float]]:
    """Label, predicted, published, relative error; in seconds or TFLOP/s per GPU."""
    return [
        (p.label, (1 + error(p)) * (p.seconds or p.tera), p.seconds or p.tera, error(p)) for p in points
    ]  # fmt: skip


def errors(points=FITTED) -> tuple[float, float]:
    """Mean and worst absolute error."""
    each = [abs(error(point)) for point in points]
    return sum(each) / len(each), max(each)


if __name__ == "__main__":
    for group in (FITTED, UNSEEN, (LLAMA_FITTED, LLAMA_UNSEEN), OTHER_SOFTWARE):
        for label, ours, theirs, off in table(group):
            print(f"{label:32s} {ours:8.2f} {theirs:8.2f} {off:+.1%}")
        print("mean {:.2%}, worst {:.2%}".format(*errors(group)))

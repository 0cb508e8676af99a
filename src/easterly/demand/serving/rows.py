"""The figures of all services of a site, as columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from easterly.base.columns import floats, ints, texts
from easterly.demand.serving.figures import Figures
from easterly.demand.serving.rates import cache_B, cache_rate_bps, users_bps
from easterly.demand.serving.times import found, prompt_FLOP, step_parts
from easterly.demand.serving.weights import fitting, sequence_B, weights
from easterly.model.serving import Services

P99 = 0.99
"""Quantile that is shown where no objective names one."""


def table(rows: Sequence[dict[str, Any]]) -> Services:
    """Rows as columns."""
    makers: dict[str, Any] = {"IntColumn": ints, "FloatColumn": floats, "TextColumn": texts}
    kinds = {f.name: next(kind for kind in makers if kind in str(f.type)) for f in fields(Services)}
    return Services(**{name: makers[kind]([row[name] for row in rows]) for name, kind in kinds.items()})


def row(run: Figures) -> dict[str, Any]:
    """One service as a row of `Services`."""
    return {**_asked(run), **_memory(run), **(_times(run) if run.engine.known else _unknown(run))}


def _asked(run: Figures) -> dict[str, Any]:
    service, load = run.service, run.service.load
    moved_B = cache_B(service, run.model) if run.apart else 0.0
    lane = min(run.prefill.tp * run.prefill.pp, run.decode.tp * run.decode.pp)
    inwards, outwards = users_bps(service)
    return {
        "name": service.name, "mode": service.mode, "requests_hz": load.requests,
        "prompt_hz": load.requests * load.prompt * (1 - found(service)), "output_hz": load.requests * load.output,
        "prefill_replicas": run.prefill.replicas, "prefill_gpus": run.prefill.gpus,
        "decode_replicas": run.decode.replicas, "decode_gpus": run.decode.gpus,
        "cache_B": moved_B, "cache_nic_s": moved_B * 8 / run.nic_bps,
        "cache_s": moved_B * 8 / (run.engine.nic_bps * lane), "cache_bps": cache_rate_bps(service, run.model),
        "users_in_bps": inwards, "users_out_bps": outwards,
    }  # fmt: skip


def _memory(run: Figures) -> dict[str, Any]:
    service, model = run.service, run.model
    held = max(weights(service, model, pool).gpu_B for pool in (run.prefill, run.decode))
    limit = fitting(service, model, run.engine, run.decode)
    return {
        "weights_B": held, "memory_B": run.engine.memory_B * service.memory,
        "decode_limit": limit if service.batch is None else min(limit, float(service.batch)),
    }  # fmt: skip


def _unknown(run: Figures) -> dict[str, Any]:
    """Times of GPUs that nobody describes."""
    whole = {"prefill_needed", "decode_needed"}
    told = {"decode_binds", *_asked(run), *_memory(run)}
    times = {f.name: math.nan for f in fields(Services) if f.name not in told | whole}
    return {**times, **dict.fromkeys(whole, -1), "decode_binds": ""}


def _times(run: Figures) -> dict[str, Any]:
    prefill, decode = run.needed
    crowded = run.crowd
    return {
        **_first(run), **_then(run), "prefill_needed": prefill, "decode_needed": decode,
        "capacity_hz": run.capacity_hz, "peak_hz": crowded.peak_hz, "overload_s": crowded.overload_s,
        "backlog": crowded.backlog, "backlog_s": crowded.wait_s,
    }  # fmt: skip


def _first(run: Figures) -> dict[str, Any]:
    count, prompts, load = run.prefill.replicas, run.prompts, run.service.load
    quantile = run.service.slo.ttft.quantile if run.service.slo.ttft else P99
    known = load.prompt * found(run.service)
    work = prompt_FLOP(run.model, floats([load.prompt - known]), floats([known]))
    return {
        "prefill_flop": float(work[0]), "prefill_s": prompts.mean_s, "prefill_utilisation": prompts.utilisation(count),
        "wait_s": prompts.wait(count).mean_s, "ttft_mean_s": prompts.ttft_mean_s(count, run.ahead_s(count)),
        "ttft_quantile": quantile, "ttft_s": run.ttft_s(count, quantile),
    }  # fmt: skip


def _then(run: Figures) -> dict[str, Any]:
    service, count, answers = run.service, run.decode.replicas, run.answers
    quantile = service.slo.itl.quantile if service.slo.itl else P99
    mean = answers.mean(count, run.free)
    context = service.load.prompt + service.load.output / 2
    each_B = sequence_B(service, run.model, run.decode, context) / run.decode.lanes
    return {
        "decode_sequences": mean, "decode_utilisation": answers.utilisation(count, run.free),
        "decode_binds": _binds(run, mean), "itl_mean_s": answers.itl_mean_s(count, run.free),
        "itl_quantile": quantile, "itl_s": run.itl_s(count, quantile), "caches_B": mean * each_B,
    }  # fmt: skip


def _binds(run: Figures, sequences: float) -> str:
    """The largest part of a step with that many sequences; with the most that fit where they pile up."""
    if not run.answers.limit:
        return "memory"
    count = min(max(1.0, sequences), float(run.answers.limit))
    parts = {name: float(part[0]) for name, part in step_parts(run.answers.bench, floats(np.array([count]))).items()}
    return max(sorted(parts), key=lambda name: parts[name])

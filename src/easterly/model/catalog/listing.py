"""The catalog as tables in Markdown: what can be named in a site file instead of being written out."""

from __future__ import annotations

from collections.abc import Sequence

from easterly.base.units import RATE, SIZE, format_short
from easterly.model.catalog import gpus, models
from easterly.model.spec.transformer import ModelSpec


def markdown() -> str:
    """Models and GPUs, each with its figures and their source.

    Examples
    --------
    >>> [line for line in markdown().splitlines() if line.startswith("| `gpt3-175b`")][0][:36]
    '| `gpt3-175b` | 174.6 B | 96 | 12288'
    """
    return "\n\n".join([
        "# The catalog",
        "Names that a site file can use: `model:` of jobs and services, `gpu:` of host types. Figures are those of the sources.",
        "## Models",
        _table(("model", "parameters", "layers", "hidden", "heads", "key/value heads", "experts", "source"), _models()),
        "## GPUs",
        "Dense peaks in 16 bits and in 8; scale-up rate per GPU and direction.",
        _table(("GPU", "16-bit peak", "FP8 peak", "memory", "memory rate", "scale-up", "source"), _gpus()),
    ]) + "\n"  # fmt: skip


def _models() -> list[tuple[str, ...]]:
    return [_model(name, models.lookup(name)) for name in models.names()]


def _model(name: str, spec: ModelSpec) -> tuple[str, ...]:
    experts = "" if spec.moe is None else f"{spec.moe.top_k} of {spec.moe.experts}"
    heads = "latent" if spec.mla is not None else str(spec.kv_heads or spec.heads)
    return (f"`{name}`", f"{spec.params / 1e9:.4g} B", str(spec.layers), str(spec.hidden), str(spec.heads), heads,
            experts, models.source(name))  # fmt: skip


def _gpus() -> list[tuple[str, ...]]:
    return [_gpu(gpus.lookup(name)) for name in gpus.names()]


def _gpu(gpu: gpus.Gpu) -> tuple[str, ...]:
    eight = gpu.peak_FLOPs.get("fp8")
    return (
        f"`{gpu.name}`", _tera(gpu.half_FLOPs), _tera(eight) if eight else "", format_short(gpu.memory_B, SIZE),
        f"{format_short(gpu.memory_Bps, SIZE)}/s", format_short(gpu.scaleup_bps, RATE), gpu.source,
    )  # fmt: skip


def _tera(rate: float) -> str:
    return f"{rate / 1e12:.4g} TFLOP/s"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

"""Public models by name: the shapes that the formulae of demand need.

Only dense transformers: a mixture of experts does not fit `ModelSpec`, whose parameters are all at work for
every token.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.schema import Doc
from easterly.model.spec.transformer import ModelSpec

_LLAMA = "The Llama 3 Herd of Models, arXiv 2407.21783, table 3; parameters counted from the shape"
_GPT3 = "Brown et al. 2020, arXiv 2005.14165, table 2.1"
_MEGATRON = "Korthikanti et al. 2022, arXiv 2205.05198, table 3; parameters counted from the shape"


@dataclass(frozen=True, slots=True)
class Entry:
    """A model and where its shape was published."""

    spec: Annotated[ModelSpec, Doc("Shape.")]
    source: Annotated[str, Doc("Public source.")]


def _llama(params: float, layers: int, hidden: int, heads: int) -> Entry:
    shape = ModelSpec(params=params, layers=layers, hidden=hidden, heads=heads, kv_heads=8, seq=8192, vocab=128256)
    return Entry(shape, _LLAMA)


def _gpt(params: float, layers: int, hidden: int, heads: int, vocab: int, source: str) -> Entry:
    return Entry(ModelSpec(params=params, layers=layers, hidden=hidden, heads=heads, seq=2048, vocab=vocab), source)


_MODELS = {
    "llama3-8b": _llama(8_030_261_248, 32, 4096, 32),
    "llama3-70b": _llama(70_553_706_496, 80, 8192, 64),
    "llama3-405b": _llama(405_853_388_800, 126, 16384, 128),
    "gpt3-175b": _gpt(174_591_683_584, 96, 12288, 96, 50257, _GPT3),
    "megatron-22b": _gpt(22_074_261_504, 48, 6144, 64, 51200, _MEGATRON),
    "megatron-175b": _gpt(174_615_822_336, 96, 12288, 96, 51200, _MEGATRON),
    "megatron-530b": _gpt(529_600_778_240, 105, 20480, 128, 51200, _MEGATRON),
    "megatron-1t": _gpt(1_008_038_707_200, 128, 25600, 160, 51200, _MEGATRON),
}


def names() -> tuple[str, ...]:
    """Names of all models, sorted."""
    return tuple(sorted(_MODELS))


def lookup(name: str) -> ModelSpec:
    """Find the shape of a model by its name.

    Raises
    ------
    KeyError
        If the catalog has no model of that name; `names` lists those that it has.

    Examples
    --------
    >>> lookup("llama3-405b").layers, lookup("llama3-405b").kv_heads
    (126, 8)
    """
    return _MODELS[name].spec


def source(name: str) -> str:
    """Where the shape of a model was published."""
    return _MODELS[name].source

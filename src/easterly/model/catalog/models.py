"""Public models by name: the shapes that the formulae of demand need, with their sources.

``params`` is the published number, to the digits that were published; where a source gives a shape and a rounded
name, it is counted from the shape. ``seq`` is the sequence length of the (main part of the) training, or the context
length where only that is published. Local attention windows are not part of the shape: models that mix them with full
attention (Gemma 2, gpt-oss, Llama 4) are taken to attend to everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.schema import Doc
from easterly.model.spec.transformer import MLA, ModelSpec, MoE

_LLAMA2 = "Touvron et al. 2023, arXiv 2307.09288, and its model cards"
_LLAMA = "The Llama 3 Herd of Models, arXiv 2407.21783, table 3; parameters counted from the shape"
_LLAMA4 = "Meta 2025, model cards of Llama 4; text part"
_GPT3 = "Brown et al. 2020, arXiv 2005.14165, table 2.1"
_MEGATRON = "Korthikanti et al. 2022, arXiv 2205.05198, table 3; parameters counted from the shape"
_SC21 = "Narayanan et al. 2021, arXiv 2104.04473, table 1; parameters counted from the shape"
_MIXTRAL = "Jiang et al. 2024, arXiv 2401.04088, and its model cards"
_QWEN25 = "Qwen2.5 Technical Report, arXiv 2412.15115, and its model cards"
_QWEN3 = "Qwen3 Technical Report, arXiv 2505.09388, tables 1 and 2, and its model cards"
_GEMMA = "Gemma Team 2024, arXiv 2403.08295, tables 1 and 2"
_GEMMA2 = "Gemma Team 2024, arXiv 2408.00118, tables 1 and 2"
_FALCON = "Almazrouei et al. 2023, arXiv 2311.16867, and its model cards"
_GPT_OSS = "OpenAI 2025, gpt-oss model card, arXiv 2508.10925, table 1"


@dataclass(frozen=True, slots=True)
class Entry:
    """A model and where its shape was published."""

    spec: Annotated[ModelSpec, Doc("Shape.")]
    source: Annotated[str, Doc("Public source.")]


def _entry(source: str, **shape: object) -> Entry:
    return Entry(ModelSpec.model_validate(shape), source)


def _llama(params: float, layers: int, hidden: int, heads: int, ffn: int) -> Entry:
    return _entry(
        _LLAMA, params=params, layers=layers, hidden=hidden, heads=heads, kv_heads=8, ffn=ffn, gated=True, seq=8192,
        vocab=128256,
    )  # fmt: skip


def _llama2(params: float, layers: int, hidden: int, heads: int, kv_heads: int, ffn: int) -> Entry:
    return _entry(
        _LLAMA2, params=params, layers=layers, hidden=hidden, heads=heads, kv_heads=kv_heads, ffn=ffn, gated=True,
        seq=4096, vocab=32000,
    )  # fmt: skip


def _gpt(params: float, layers: int, hidden: int, heads: int, vocab: int, source: str) -> Entry:
    return _entry(
        source, params=params, layers=layers, hidden=hidden, heads=heads, seq=2048, vocab=vocab, tied=True
    )  # fmt: skip


def _sc21(layers: int, hidden: int, heads: int) -> Entry:
    """``12 L h^2 (1 + 13/(12 h)) + (V + s) h`` parameters (its equation 2)."""
    params = 12 * layers * hidden**2 + 13 * layers * hidden + (51200 + 2048) * hidden
    return _gpt(params, layers, hidden, heads, 51200, _SC21)


def _qwen(source: str, params: float, layers: int, hidden: int, heads: int, kv_heads: int, **more: object) -> Entry:
    return _entry(
        source, params=params, layers=layers, hidden=hidden, heads=heads, kv_heads=kv_heads, head_dim=128, gated=True,
        **{"seq": 4096, "vocab": 151936, **more},
    )  # fmt: skip


def _gemma(source: str, params: float, layers: int, hidden: int, heads: int, kv_heads: int, **more: object) -> Entry:
    return _entry(
        source, params=params, layers=layers, hidden=hidden, heads=heads, kv_heads=kv_heads, gated=True, tied=True,
        seq=8192, vocab=256128, **more,
    )  # fmt: skip


def _gpt_oss(params: float, active: float, layers: int, experts: int) -> Entry:
    return _entry(
        _GPT_OSS, params=params, active=active, layers=layers, hidden=2880, heads=64, kv_heads=8, head_dim=64,
        ffn=2880, gated=True, seq=131072, vocab=201088, moe=MoE(experts=experts, top_k=4),
    )  # fmt: skip


_DENSE = {
    "llama2-7b": _llama2(6.738e9, 32, 4096, 32, 32, 11008),
    "llama2-13b": _llama2(13.016e9, 40, 5120, 40, 40, 13824),
    "llama2-70b": _llama2(68.977e9, 80, 8192, 64, 8, 28672),
    "llama3-8b": _llama(8_030_261_248, 32, 4096, 32, 14336),
    "llama3-70b": _llama(70_553_706_496, 80, 8192, 64, 28672),
    "llama3-405b": _llama(405_853_388_800, 126, 16384, 128, 53248),
    "mistral-7b": _entry(
        "Jiang et al. 2023, arXiv 2310.06825, table 1, and its model card",
        params=7.242e9, layers=32, hidden=4096, heads=32, kv_heads=8, ffn=14336, gated=True, seq=8192, vocab=32000,
    ),
    "gpt3-175b": _gpt(174_591_683_584, 96, 12288, 96, 50257, _GPT3),
    "opt-175b": _gpt(175e9, 96, 12288, 96, 50272, "Zhang et al. 2022, arXiv 2205.01068, table 1, and its model card"),
    "bloom-176b": _gpt(176.247e9, 70, 14336, 112, 250880, "BigScience 2022, arXiv 2211.05100, and its model card"),
    "palm-540b": _entry(
        "Chowdhery et al. 2022, arXiv 2204.02311, table 1", params=540.35e9, layers=118, hidden=18432, heads=48,
        kv_heads=1, head_dim=256, ffn=73728, gated=True, tied=True, seq=2048, vocab=256000,
    ),
    "falcon-40b": _entry(
        _FALCON, params=40e9, layers=60, hidden=8192, heads=128, kv_heads=8, head_dim=64, tied=True, seq=2048,
        vocab=65024,
    ),
    "falcon-180b": _entry(
        _FALCON, params=180e9, layers=80, hidden=14848, heads=232, kv_heads=8, head_dim=64, tied=True, seq=2048,
        vocab=65024,
    ),
    "gemma-7b": _gemma(_GEMMA, 8.538e9, 28, 3072, 16, 16, head_dim=256, ffn=24576),
    "gemma2-9b": _gemma(_GEMMA2, 9.242e9, 42, 3584, 16, 8, head_dim=256, ffn=14336),
    "gemma2-27b": _gemma(_GEMMA2, 27.227e9, 46, 4608, 32, 16, head_dim=128, ffn=36864),
    "qwen2.5-7b": _qwen(_QWEN25, 7.61e9, 28, 3584, 28, 4, ffn=18944, vocab=152064),
    "qwen2.5-32b": _qwen(_QWEN25, 32.5e9, 64, 5120, 40, 8, ffn=27648, vocab=152064),
    "qwen2.5-72b": _qwen(_QWEN25, 72.7e9, 80, 8192, 64, 8, ffn=29568, vocab=152064),
    "qwen3-8b": _qwen(_QWEN3, 8.2e9, 36, 4096, 32, 8, ffn=12288),
    "qwen3-32b": _qwen(_QWEN3, 32.8e9, 64, 5120, 64, 8, ffn=25600),
    "megatron-1.7b": _sc21(24, 2304, 24),
    "megatron-3.6b": _sc21(30, 3072, 32),
    "megatron-7.5b": _sc21(36, 4096, 32),
    "megatron-18b": _sc21(40, 6144, 48),
    "megatron-39b": _sc21(48, 8192, 64),
    "megatron-76b": _sc21(60, 10240, 80),
    "megatron-145b": _sc21(80, 12288, 96),
    "megatron-310b": _sc21(96, 16384, 128),
    "megatron-22b": _gpt(22_074_261_504, 48, 6144, 64, 51200, _MEGATRON),
    "megatron-175b": _gpt(174_615_822_336, 96, 12288, 96, 51200, _MEGATRON),
    "megatron-530b": _gpt(529_600_778_240, 105, 20480, 128, 51200, _MEGATRON),
    "megatron-1t": _gpt(1_008_038_707_200, 128, 25600, 160, 51200, _MEGATRON),
}  # fmt: skip

_SPARSE = {
    "mixtral-8x7b": _entry(
        _MIXTRAL, params=46.7e9, active=12.9e9, layers=32, hidden=4096, heads=32, kv_heads=8, ffn=14336, gated=True,
        seq=32768, vocab=32000, moe=MoE(experts=8, top_k=2),
    ),
    "mixtral-8x22b": _entry(
        "Mistral AI 2024, model card of Mixtral 8x22B", params=141e9, active=39e9, layers=56, hidden=6144, heads=48,
        kv_heads=8, ffn=16384, gated=True, seq=65536, vocab=32768, moe=MoE(experts=8, top_k=2),
    ),
    "grok-1": _entry(
        "xAI 2024, open release of Grok-1", params=314e9, layers=64, hidden=6144, heads=48, kv_heads=8, head_dim=128,
        ffn=32768, gated=True, tied=True, seq=8192, vocab=131072, moe=MoE(experts=8, top_k=2),
    ),
    "deepseek-v2": _entry(
        "DeepSeek-AI 2024, arXiv 2405.04434, section 3.1.2", params=236e9, active=21e9, layers=60, hidden=5120,
        heads=128, ffn=12288, gated=True, seq=4096, vocab=102400,
        moe=MoE(experts=160, top_k=6, ffn=1536, shared=2, dense_layers=1, max_hosts=3),
        mla=MLA(kv_rank=512, rope=64, q_rank=1536),
    ),
    "deepseek-v3": _entry(
        "DeepSeek-AI 2024, arXiv 2412.19437, section 4.2", params=671e9, active=37e9, layers=61, hidden=7168,
        heads=128, ffn=18432, gated=True, seq=4096, vocab=129280,
        moe=MoE(experts=256, top_k=8, ffn=2048, shared=1, dense_layers=3, max_hosts=4),
        mla=MLA(kv_rank=512, rope=64, q_rank=1536),
    ),
    "qwen3-30b-a3b": _qwen(
        _QWEN3, 30.5e9, 48, 2048, 32, 4, active=3.3e9, ffn=768, moe=MoE(experts=128, top_k=8)
    ),
    "qwen3-235b-a22b": _qwen(
        _QWEN3, 235e9, 94, 4096, 64, 4, active=22e9, ffn=1536, moe=MoE(experts=128, top_k=8)
    ),
    "llama4-scout": _entry(
        _LLAMA4, params=109e9, active=17e9, layers=48, hidden=5120, heads=40, kv_heads=8, head_dim=128, ffn=8192,
        gated=True, seq=8192, vocab=202048, moe=MoE(experts=16, top_k=1, shared=1),
    ),
    "llama4-maverick": _entry(
        _LLAMA4, params=400e9, active=17e9, layers=48, hidden=5120, heads=40, kv_heads=8, head_dim=128, ffn=16384,
        gated=True, seq=8192, vocab=202048, moe=MoE(experts=128, top_k=1, ffn=8192, shared=1, every=2),
    ),
    "gpt-oss-20b": _gpt_oss(20.9e9, 3.6e9, 24, 32),
    "gpt-oss-120b": _gpt_oss(116.8e9, 5.1e9, 36, 128),
}  # fmt: skip

_MODELS = _DENSE | _SPARSE


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

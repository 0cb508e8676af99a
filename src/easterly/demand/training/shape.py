"""What of a model is routed experts."""

from __future__ import annotations

from easterly.model.spec.transformer import ModelSpec


def layers_with_experts(model: ModelSpec) -> int:
    """Layers that have experts instead of one feed-forward part."""
    moe = model.moe
    return 0 if moe is None else len(range(moe.dense_layers, model.layers, moe.every))


def expert_params(model: ModelSpec) -> float:
    """Parameters of all routed experts."""
    moe = model.moe
    if moe is None:
        return 0.0
    inner = moe.ffn or model.ffn or 4 * model.hidden
    return float(layers_with_experts(model) * moe.experts * (3 if model.gated else 2) * model.hidden * inner)

"""``easterly calc kv``."""

from __future__ import annotations

from typing import Any

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.base.units import RATE, SIZE, TIME

DTYPES = ("bf16", "fp16", "fp32", "fp8")


@click.command("kv", cls=asking.Calculator)
@click.option("--model", help="A model of the catalog; or give its shape.")
@click.option("--layers", type=asking.Count(), help="Layers.")
@click.option("--kv-heads", type=asking.Count(), help="Key/value heads.")
@click.option("--head", type=asking.Count(), help="Size of one head.")
@click.option("--kv-rank", type=asking.Count(), help="Latent attention (MLA): size of the compressed key and value.")
@click.option("--rope", type=asking.Count(), help="Latent attention: size of the key's part with the position.")
@click.option("--dtype", type=asking.Named(DTYPES), default="bf16", show_default=True, help="Numbers of the cache.")
@click.option("--tokens", type=asking.Count(), default=1, show_default=True, help="Tokens whose cache is moved.")
@click.option("--rate", type=asking.Quantity(RATE), help="Rate at which it is moved.")
@terminal.format_option
def command(model: str | None, dtype: str, tokens: int, rate: float | None, form: str, **shape: int | None) -> None:
    """Bytes of key/value cache per token, and the time to move that of some TOKENS at a RATE.

    2 x layers x key/value heads x head size x bytes; layers x (kv-rank + rope) x bytes with latent attention.
    """
    from easterly.demand.transformer import kv_token_B

    token_B = float(kv_token_B(_shape(model, shape), dtype))
    size_B = token_B * tokens
    time_s = None if rate is None else size_B * 8 / rate
    if form == "json":
        from easterly.app.values import number

        made = {"model": model, "dtype": dtype, "tokens": tokens, "token_B": number(token_B), "size_B": number(size_B)}
        terminal.emit_json({**made, "time_s": None if time_s is None else number(time_s)})
        return
    from easterly.app.calc import answer
    from easterly.base.units import format_short

    answer.title(f"key/value cache of {model or 'the given shape'} in {dtype}")
    rows = [
        ("token", f"{token_B:,.0f}B", "per token, all layers"),
        ("cache", format_short(size_B, SIZE), f"of {tokens:,} tokens"),
    ]
    if rate is not None and time_s is not None:
        rows.append(("time", format_short(time_s, TIME), f"at {answer.rate(rate)}, nothing else on the way"))
    answer.facts(rows)


def _shape(model: str | None, shape: dict[str, int | None]) -> Any:
    """The model of that name, or the one that is described."""
    from easterly.base.findings import did_you_mean
    from easterly.model.catalog import models

    if model is None:
        return _described(shape)
    if any(value is not None for value in shape.values()):
        raise ValueError("give a model or its shape, not both")
    if model not in models.names():
        raise ValueError(f"the catalog has no model {model!r}: {did_you_mean(model, models.names())}")
    return models.lookup(model)


def _described(shape: dict[str, int | None]) -> Any:
    from easterly.model.spec.transformer import MLA, ModelSpec

    layers, heads, head, rank, rope = (shape[name] for name in ("layers", "kv_heads", "head", "kv_rank", "rope"))
    if layers and rank and rope and not heads and not head:
        latent = MLA(kv_rank=rank, rope=rope)
        return ModelSpec(params=1, layers=layers, hidden=128, heads=1, mla=latent)
    if layers and heads and head and not rank and not rope:
        return ModelSpec(params=1, layers=layers, hidden=heads * head, heads=heads)
    raise ValueError("give --model, or --layers with --kv-heads and --head, or --layers with --kv-rank and --rope")

"""``easterly calc memory``."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.base.units import SIZE

DTYPES = ("bf16", "fp16", "fp32", "fp8")
WHAT = ("everything on every rank", "optimiser state sharded", "gradients too", "weights too (FSDP)")


@click.command("memory", cls=asking.Calculator)
@click.option("--params", type=asking.Count(), required=True, help="Parameters on one GPU before ZeRO, such as 7.5e9.")
@click.option("--ranks", type=asking.Count(), default=1, show_default=True, help="Data-parallel ranks.")
@click.option("--weights", type=asking.Named(DTYPES), default="bf16", show_default=True, help="Numbers of the weights.")
@click.option(
    "--gradients", type=asking.Named(DTYPES), help="Numbers of the gradients; those of the weights if absent."
)
@click.option("--memory", "memory_B", type=asking.Quantity(SIZE), help="Memory of one GPU, to tell which stage fits.")
@terminal.format_option
def command(params: int, ranks: int, weights: str, gradients: str | None, memory_B: float | None, form: str) -> None:
    """Bytes of weights, gradients and Adam's state on one GPU, for ZeRO stages 0 to 3; activations come on top.

    2 + 2 + 12 bytes per parameter in bf16; each stage divides one more of the three by the number of ranks.
    """
    from easterly.demand.transformer import BYTES, state_B

    each = BYTES[weights], BYTES[gradients or weights]
    sizes_B = [float(state_B(float(params), ranks, stage, *each)) for stage in range(4)]
    if form == "json":
        from easterly.app.values import number

        stages = [{"zero": stage, "state_B": number(size_B), "fits": None if memory_B is None else size_B <= memory_B}
                  for stage, size_B in enumerate(sizes_B)]  # fmt: skip
        terminal.emit_json({"params": params, "ranks": ranks, "weights": weights, "gradients": gradients or weights,
                            "stages": stages})  # fmt: skip
        return
    from easterly.app.calc import answer
    from easterly.base.units import format_short

    answer.title(f"{params:,} parameters, {ranks:,} data-parallel ranks, {weights} weights")
    fits = ["" if memory_B is None else "fits" if size_B <= memory_B else "does not fit" for size_B in sizes_B]
    rows = zip(range(4), sizes_B, WHAT, fits, strict=True)
    answer.facts([(f"ZeRO {z}", format_short(b, SIZE), f"{what:<26}{fit}".rstrip()) for z, b, what, fit in rows])

"""``easterly calc wcmp``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.base.counts import counted

if TYPE_CHECKING:
    from easterly.route.hashing import Reduced

    WeightsType = click.ParamType[list[float]]
else:
    WeightsType = click.ParamType


class Weights(WeightsType):
    """Numbers from 0 on, with commas between."""

    name = "weights"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[float]:
        """Read the text."""
        if isinstance(value, list):
            return value
        try:
            numbers = [float(word) for word in str(value).split(",")]
        except ValueError:
            raise asking.Misread(f"{value!r} is not a list of numbers", "E203", "write 31.7,20.1,10", param) from None
        if not all(0 <= x <= asking.LARGEST for x in numbers) or not any(numbers) or any(map(math.isnan, numbers)):
            raise asking.Misread(f"weights {value!r} must be from 0 on, not all of them 0", "E206", "", param)
        return numbers


@click.command("wcmp", cls=asking.Calculator)
@click.option(
    "--weights", type=Weights(), required=True, help="Weight of each link, such as its capacity: 31.7,20.1,10."
)
@click.option("--table", type=asking.Count(1, 2**24), required=True, help="Entries that the switch has for them.")
@click.option("--bound", type=float, default=1.0, help="Oversubscription that is good enough, such as 1.05.")
@click.option("--drop", is_flag=True, help="Links of little weight may go without an entry.")
@terminal.format_option
def command(weights: list[float], table: int, bound: float, drop: bool, form: str) -> None:
    """Entries of a TABLE that stand for WEIGHTS with the least oversubscription.

    The oversubscription is by how much the busiest link carries more than its share by weight. The smallest table
    among the best is taken, or the smallest that reaches the bound.
    """
    from easterly.route.hashing import reduce_weights

    fit = reduce_weights(weights, table, error=bound, keep=not drop)
    sizes = {error: _size(weights, error, not drop) for error in (1.10, 1.05, 1.01)}
    if form == "json":
        from easterly.app.values import number

        terminal.emit_json({
            "weights": [number(w) for w in weights], "table": table, "entries": fit.entries.tolist(),
            "size": fit.size, "oversubscription": number(fit.error),
            "size_for": [{"oversubscription": error, "size": size} for error, size in sizes.items()],
        })  # fmt: skip
    else:
        _print(weights, table, fit, sizes)


def _size(weights: list[float], error: float, keep: bool) -> int | None:
    """Smallest table that reaches an error; None where 65,536 entries do not."""
    from easterly.route.hashing import reduce_weights

    try:
        fit = reduce_weights(weights, 65536, error=error, keep=keep)
    except ValueError:
        return None
    return fit.size if fit.error <= error else None


def _print(weights: list[float], table: int, fit: Reduced, sizes: dict[float, int | None]) -> None:
    from easterly.app.calc import answer

    whole = sum(weights)
    answer.title(f"{counted(len(weights), 'link')} in a table of {table:,}")
    rows = [
        ("size", f"{fit.size:,}", "entries used"),
        ("over", f"{fit.error - 1:.2%}", "max (n_i / sum n) / (w_i / sum w) - 1: the busiest link beyond its share"),
    ]
    rows += [(f"for {error - 1:.0%}", "-" if size is None else f"{size:,}", "entries would do")
             for error, size in sizes.items()]  # fmt: skip
    answer.facts(rows)
    answer.table(
        ["weight", "share", "entries", "gets", "over"],
        [[f"{w:.6g}", f"{w / whole:.2%}", str(n), f"{got:.2%}", f"{got * whole / w - 1:+.2%}" if w else "-"]
         for w, n, got in zip(weights, fit.entries.tolist(), fit.share.tolist(), strict=True)],
    )  # fmt: skip

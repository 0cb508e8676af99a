"""Answers about stations as people and programs read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import answer
from easterly.app.values import number

if TYPE_CHECKING:
    from easterly.base.columns import FloatColumn
    from easterly.model.stations import Stations

FIELDS = ("rho", "P_wait", "Lq", "Wq", "L", "W", "P_loss", "entering")
MEANING = {
    "rho": "share of the servers' time that is used",
    "P_wait": "probability that one who enters waits",
    "Lq": "mean number that waits",
    "Wq": "mean wait",
    "L": "mean number in the system",
    "W": "mean time in the system",
    "P_loss": "share that is turned away or gives up",
    "entering": "customers that enter, per unit of time",
}


def value(column: FloatColumn) -> Any:
    """A number, or a list of numbers; null where it is infinite or not known."""
    return number(float(column)) if column.ndim == 0 else [value(part) for part in column]


def document(made: Stations) -> dict[str, Any]:
    """The noun as JSON."""
    found: dict[str, Any] = {"method": made.method, "error": made.error.value}
    found |= {name: value(getattr(made, name)) for name in FIELDS}
    found["quantiles"] = [
        {"level": level, "Wq": _row(made.Wq_at, i), "W": _row(made.W_at, i)} for i, level in enumerate(made.levels)
    ]
    band = made.band
    found["band"] = {"low": value(band.low), "high": value(band.high), "source": band.source}
    return found | {"quantiles_are": made.quantiles, "reasons": list(made.reasons)}


def _row(table: FloatColumn, i: int) -> Any:
    return value(table[i]) if table.size else None


def show(asked: dict[str, Any], made: Stations, form: str, title: str, names: tuple[str, ...] = ()) -> None:
    """Print an answer; the question comes first in JSON."""
    if form == "json":
        terminal.emit_json({**asked, **document(made)})
        return
    answer.title(f"{title}: {made.method}, {made.error.value}")
    if made.W.ndim == 0:
        _facts(made)
    else:
        _rows(made, names)
    for reason in made.reasons:
        click.echo(f"{answer.INDENT}note: {reason}")


def _facts(made: Stations) -> None:
    rows = [(name, text(float(getattr(made, name))), MEANING[name]) for name in FIELDS]
    low, high = float(made.band.low), float(made.band.high)
    if low < high:
        rows.append(("Wq within", f"{text(low)} to {text(high)}", made.band.source))
    for i, level in enumerate(made.levels):
        for name, table in (("Wq", made.Wq_at), ("W", made.W_at)):
            if table.size:
                rows.append((f"{name} {percent(level)}", text(float(table[i])), made.quantiles))
    answer.facts([row for row in rows if not (row[0] == "P_loss" and row[1] == "0")])


def _rows(made: Stations, names: tuple[str, ...]) -> None:
    heads = ("", *(name for name in FIELDS if name != "P_loss" or made.P_loss.any()))
    labels = names or tuple(str(i + 1) for i in range(made.W.shape[-1]))
    table = [[label, *(text(float(getattr(made, name)[i])) for name in heads[1:])] for i, label in enumerate(labels)]
    answer.table(heads, table)
    columns = [(f"{name} {percent(level)}", tails[j]) for name, tails in (("Wq", made.Wq_at), ("W", made.W_at))
               if tails.size for j, level in enumerate(made.levels)]  # fmt: skip
    if columns:
        rows = [[label, *(text(float(column[i])) for _, column in columns)] for i, label in enumerate(labels)]
        answer.table(("", *(head for head, _ in columns)), rows)
        click.echo(f"{answer.INDENT}quantiles: {made.quantiles}")


def text(amount: float) -> str:
    """Seven digits: as many as tables of queueing theory give.

    >>> text(0.2560777938), text(float("inf")), text(float("nan"))
    ('0.2560778', 'infinite', 'not known')
    """
    if amount != amount:
        return "not known"
    return "infinite" if amount == float("inf") else f"{amount:.7g}"


def percent(level: float) -> str:
    """A level as people say it.

    >>> percent(0.99), percent(0.999)
    ('p99', 'p99.9')
    """
    return f"p{100 * level:.10g}"

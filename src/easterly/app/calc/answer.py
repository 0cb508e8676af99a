"""Answers of calculators as people read them: a title, aligned facts with a remark each, a table."""

from __future__ import annotations

from collections.abc import Sequence

import click

from easterly.app.columns import Column, lines
from easterly.base.counts import counted as counted
from easterly.base.units import RATE, SIZE, TIME, format_short

INDENT = "  "


def title(text: str) -> None:
    """What was asked."""
    click.echo(text)


def facts(rows: Sequence[tuple[str, str, str]]) -> None:
    """Name, value, and what is worth saying of it; empty remarks are left out."""
    columns = (Column("name"), Column("value"), Column("remark"))
    for cells in lines(columns, rows, None)[1:]:
        click.echo(f"{INDENT}{'  '.join(cells)}".rstrip())


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows under their heads, all but the first column to the right."""
    click.echo()
    columns = [Column(head, right=i > 0) for i, head in enumerate(heads)]
    for cells in lines(columns, rows, None):
        click.echo(f"{INDENT}{'  '.join(cells)}".rstrip())


def span(low_s: float, high_s: float) -> str:
    """Two times, or one where they are the same.

    >>> span(0.0161, 0.0264), span(1e-6, 1e-6)
    ('16.1ms to 26.4ms', '1us')
    """
    low, high = format_short(low_s, TIME), format_short(high_s, TIME)
    return low if low == high else f"{low} to {high}"


def bytes_per_s(rate_Bps: float) -> str:
    """A rate in bytes, as benchmarks of collectives print it.

    >>> bytes_per_s(157.33e9)
    '157.3GB/s'
    """
    return f"{format_short(rate_Bps, SIZE)}/s"


def rate(rate_bps: float) -> str:
    """A rate in bits."""
    return format_short(rate_bps, RATE)

"""Columns of text for a terminal: numbers whole, one column that gives way, nothing ever wrapped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

GAP = 2
NARROWEST = 12


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is set."""

    head: str
    right: bool = False
    gives_way: bool = False


def lines(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None) -> list[list[str]]:
    """Cells padded to common widths, the heads first; the column that gives way is cut in its middle.

    Parameters
    ----------
    columns : sequence of Column
    rows : sequence of sequences of str
        As many cells as columns.
    width : int or None
        Width of the terminal; None for no limit, where nobody is looking at a screen.

    Returns
    -------
    list of list of str
        One entry per row and one for the heads (left out where all are empty).

    Examples
    --------
    >>> columns = [Column("Link", gives_way=True), Column("Used", right=True)]
    >>> ["  ".join(row) for row in lines(columns, [("leaf-0:swp1>spine-0:swp1", "9 %")], 22)]
    ['Link              Used', 'leaf-0:s…-0:swp1   9 %']
    """
    heads = [column.head for column in columns]
    table = [heads, *map(list, rows)] if any(heads) else [list(row) for row in rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(columns))]
    over = sum(widths) + GAP * (len(widths) - 1) - width if width is not None else 0
    for i, column in enumerate(columns):
        if column.gives_way and over > 0:
            cut = min(over, max(0, widths[i] - NARROWEST))
            widths[i], over = widths[i] - cut, over - cut
    return [[_fit(text, w, c.right) for text, w, c in zip(row, widths, columns, strict=True)] for row in table]


def elide(text: str, width: int) -> str:
    """Text of at most `width` characters, cut in the middle: the ends of a link id are what tells it apart.

    >>> elide("train-host-100:nic0", 9)
    'trai…nic0'
    """
    if len(text) <= width:
        return text
    tail = (width - 1) // 2
    return f"{text[: width - 1 - tail]}\u2026{text[len(text) - tail :]}"


def _fit(text: str, width: int, right: bool) -> str:
    cut = elide(text, width)
    return cut.rjust(width) if right else cut.ljust(width)

"""Columns of numbers in files: one number an interval, read from and written to comma-separated values."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from easterly.base.columns import FloatColumn, floats


def read(path: Path, name: str | None = None) -> tuple[str, FloatColumn]:
    """One column of a file: the named one, or the last.

    A first line that holds no number names the columns.

    Parameters
    ----------
    path : Path
    name : str, optional
        Name of the column, or its number from 1 on.

    Returns
    -------
    name : str
    values : (T,) float

    Raises
    ------
    ValueError
        A file that cannot be read, a column that is missing, a cell that is no number: with its line.
    """
    try:
        rows = [row for row in csv.reader(path.read_text(encoding="utf-8").splitlines()) if any(map(str.strip, row))]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not rows:
        raise ValueError(f"{path} is empty: write one number to a line, the counts of one interval after the other")
    heads = [] if _is_number(rows[0][-1]) else [head.strip() for head in rows[0]]
    at = _place(path, heads, len(rows[0]), name)
    first = 1 if heads else 0
    return (heads[at] if heads else f"column {at + 1}"), floats(
        [_value(path, i, row, at) for i, row in enumerate(rows[first:], first + 1)]
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _place(path: Path, heads: list[str], width: int, name: str | None) -> int:
    if name is None:
        return width - 1
    if name in heads:
        return heads.index(name)
    if name.isdigit() and 1 <= int(name) <= width:
        return int(name) - 1
    raise ValueError(f"{path} has no column {name!r}: {', '.join(heads) or f'1 to {width}'}")


def _value(path: Path, line: int, row: list[str], at: int) -> float:
    if at >= len(row) or not _is_number(row[at]):
        raise ValueError(f"{path}, row {line}: {','.join(row)[:60]!r} has no number in column {at + 1}")
    return float(row[at])


def text(interval_s: float, name: str, values: FloatColumn) -> str:
    """Values by the begin of their interval, in nine digits.

    >>> print(text(0.1, "packets", floats([3, 5])), end="")
    time_s,packets
    0,3
    0.1,5
    """
    starts = np.arange(len(values)) * interval_s
    rows = (f"{t:.9g},{x:.9g}\n" for t, x in zip(starts.tolist(), values.tolist(), strict=True))
    return f"time_s,{name}\n" + "".join(rows)

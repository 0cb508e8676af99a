"""Traffic matrices in long CSV: ``tm,src,dst,demand``, one row per matrix and pair.

A column `demand` has no unit: ``--unit Gb/s`` names it. Without one the demands are ratios, good for comparing loads
but not for holding them against capacities. A column `demand_bps` is in bit/s, whatever unit is named.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from easterly.model.matrix import TrafficMatrices
from easterly.site.formats.demands import MOST_MATRICES, Demands
from easterly.site.formats.values import Units, Values, number, shown, whole

HEADER = ["tm", "src", "dst", "demand"]
IN_BPS = [*HEADER[:-1], "demand_bps"]
HEADERS = (sorted(HEADER), sorted(IN_BPS))


def is_header(text: str) -> bool:
    """Whether a file starts as such a matrix."""
    first = text.lstrip("\ufeff").partition("\n")[0]
    return sorted(word.strip().strip('"') for word in first.split(",")) in HEADERS


def read(text: str, demands: Demands, values: Values) -> None:
    """Read matrices; what is wrong goes to the findings, with lines."""
    rows = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        header = [word.strip() for word in next(rows, [])]
        if sorted(header) not in HEADERS:
            hint = "the first line must be tm,src,dst,demand, or demand_bps where that is in bit/s"
            demands.found.error("E122", f"the columns are {shown(','.join(header))}", hint=hint, line=1)
            return
        in_bps = "demand_bps" in header
        if in_bps:
            values = Values(values.found, Units(rate_bps=1.0))
        elif values.units.rate_bps is None:
            demands.unit = None
            message = "the demands have no unit: they are taken as ratios"
            demands.found.note("E121", message, hint="name the unit, if they are rates: --unit Gb/s")
        order = [header.index(name) for name in (IN_BPS if in_bps else HEADER)]
        for row in rows:
            if row:
                _row(row, order, rows.line_num, demands, values)
    except csv.Error as error:
        demands.found.error("E122", f"not CSV: {error}", line=rows.line_num)


def _row(row: list[str], order: list[int], line: int, demands: Demands, values: Values) -> None:
    if len(row) != len(HEADER):
        message = f"a row has {len(HEADER)} fields, this one {len(row)}"
        demands.found.error("E122", message, hint="the file may be cut short", line=line)
        return
    tm, src, dst, demand = (row[i].strip() for i in order)
    at = f"row/{line}"
    try:
        matrix = whole(tm, highest=MOST_MATRICES - 1)
    except (ValueError, OverflowError):
        message = f"{shown(tm)} is no number of a matrix, from 0 to {MOST_MATRICES - 1:,}"
        demands.found.error("E122", message, at=at, line=line)
        return
    demands.add(src, dst, _demand(demand, at, line, demands, values), tm=matrix, at=at, line=line)


def _demand(text: str, at: str, line: int, demands: Demands, values: Values) -> float | None:
    """A rate; a plain number where the matrix has no unit."""
    if demands.unit is not None:
        return values.rate(text, code="E131", what="demand", at=at, line=line)
    try:
        if number(text) >= 0:
            return number(text)
    except (ValueError, OverflowError):
        pass
    demands.found.error("E131", f"demand {shown(text)} is no number from 0 up", at=at, line=line)
    return None


def write(matrices: TrafficMatrices) -> str:
    """Text of matrices; the head of the last column names bit/s, where the demands have a unit."""
    return "".join(f"{line}\n" for line in _written(matrices))


def _written(matrices: TrafficMatrices) -> Iterator[str]:
    yield ",".join(HEADER if matrices.unit is None else IN_BPS)
    names = [_quoted(name) for name in matrices.places]
    columns = (matrices.tm, matrices.src, matrices.dst, matrices.demand)
    for tm, src, dst, demand in zip(*(column.tolist() for column in columns), strict=True):
        yield f"{tm},{names[src]},{names[dst]},{demand!r}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if set(name) & set(',"') else name

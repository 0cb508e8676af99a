"""Bandwidth functions in CSV: ``src,dst,fair_share,rate``, one row per point of a curve.

A ``*`` stands for every place, so that one curve serves many demands. Rates have a unit of their own (``10Gb/s``), that
of ``--unit``, or are in bit/s in a column `rate_bps`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from easterly.base.columns import IndexColumn, IntColumn, floats, indices
from easterly.base.findings import Finding, FindingsError
from easterly.model.allocation import Curves
from easterly.site.formats.found import Found
from easterly.site.formats.importing import Imported
from easterly.site.formats.matching import hint_for, index_for
from easterly.site.formats.opening import content, decoded
from easterly.site.formats.values import Units, Values, fit_name, number, parse_units, shown

HEADER = ("src", "dst", "fair_share", "rate")
IN_BPS = (*HEADER[:-1], "rate_bps")
ANY = "*"
Pair = tuple[str, str]


@dataclass(slots=True)
class _Drawn:
    """A curve while it is read: its points after (0, 0), and the line of the first."""

    line: int
    points: list[tuple[float, float]] = field(default_factory=list)


def read_curves(
    path: str | Path, imported: Imported, src: IntColumn, dst: IntColumn, *, unit: str | None = None
) -> tuple[Curves, tuple[Finding, ...]]:
    r"""Read bandwidth functions and give each demand its own: that of its pair, of its sender, of its receiver, of all.

    Parameters
    ----------
    path : path or str
        With the columns `src`, `dst`, `fair_share`, and `rate` or `rate_bps`, in any order. The points of a curve
        ascend; it begins at (0, 0), which may be left out.
    imported : Imported
        With the network, which is named as in the file of curves. Where its capacities have no unit, neither may
        the rates.
    src, dst : (K,) int
        Nodes of the demands.
    unit : str, optional
        Of rates without one.

    Returns
    -------
    Curves
        One row per demand; no points where the file has no curve for it.
    tuple of Finding
        Warnings about curves that no demand has.

    Raises
    ------
    FindingsError
        E121, E122, E125, E131 to E134 for what is wrong with the file, each with its line.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from easterly.base.columns import ints
    >>> from easterly.site.formats import read
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "n.json").write_text('''{"nodes": [{"id": "a"}, {"id": "b"}],
    ... "links": [{"source": "a", "target": "b", "capacity": "10Gb/s"}]}''')
    >>> _ = (folder / "c.csv").write_text("src,dst,fair_share,rate\na,*,1,2Gb/s\na,*,10,5Gb/s\n")
    >>> curves, _ = read_curves(folder / "c.csv", read(folder / "n.json"), ints([0, 1]), ints([1, 0]))
    >>> curves.ptr.tolist(), curves.share.tolist(), curves.rate_bps.tolist()
    ([0, 2, 2], [1.0, 10.0], [2000000000.0, 5000000000.0])
    """
    found = Found(str(path))
    data = content(Path(path), found)
    text = None if data is None else decoded(data, found)
    units = Units() if imported.unitless else parse_units(unit)
    values = Values(found, units, ratio=imported.unitless)
    drawn = _drawn(text, found, values) if text is not None else {}
    if imported.unitless and values.stated:
        message = "the rates of the curves have a unit, and the capacities have none"
        found.error("E121", message, hint="name that of the capacities: --unit Gb/s")
    place = _places(drawn, imported, found)
    if found.failed:
        raise FindingsError(found.all())
    return _given(drawn, place, src, dst, found), found.all()


def _drawn(text: str, found: Found, values: Values) -> dict[Pair, _Drawn]:
    """Curves by their ends."""
    rows, drawn = csv.reader(text.splitlines(keepends=True), strict=True), dict[Pair, _Drawn]()
    try:
        header = [word.strip() for word in next(rows, [])]
        if sorted(header) not in (sorted(HEADER), sorted(IN_BPS)):
            hint = "the first line must be src,dst,fair_share,rate, or rate_bps where that is in bit/s"
            found.error("E122", f"the columns are {shown(','.join(header))}", hint=hint, line=1)
            return drawn
        if "rate_bps" in header:
            values.stated = True
            values = Values(found, Units(rate_bps=1.0))
        order = [header.index(name) for name in (IN_BPS if "rate_bps" in header else HEADER)]
        for row in rows:
            if row:
                _point(row, order, rows.line_num, drawn, found, values)
    except csv.Error as error:
        found.error("E122", f"not CSV: {error}", line=rows.line_num)
    if not drawn and not found.failed:
        found.error("E133", "the file has no curve", hint="write one row per point: src,dst,fair_share,rate")
    return drawn


def _point(
    row: list[str], order: list[int], line: int, drawn: dict[Pair, _Drawn], found: Found, values: Values
) -> None:
    if len(row) != len(HEADER):
        message = f"a row has {len(HEADER)} fields, this one {len(row)}"
        found.error("E122", message, hint="the file may be cut short", line=line)
        return
    src, dst, share_text, rate_text = (row[i].strip() for i in order)
    for name in (src, dst):
        if fit_name(name) is None:
            found.error("E122", f"{shown(name)} cannot be the name of a place", line=line)
            return
    rate = values.rate(rate_text, code="E131", what="rate", line=line)
    share = _share(share_text, line, found)
    if share is None or rate is None:
        return
    curve = drawn.setdefault((src, dst), _Drawn(line))
    before = curve.points[-1] if curve.points else (0.0, 0.0)
    if share == 0 and rate == 0 and not curve.points:
        return
    if share <= before[0]:
        hint = "write the points of a curve in the order of their fair shares"
        found.error("E122", f"fair share {share:g} does not come after {before[0]:g}", hint=hint, line=line)
    elif rate < before[1]:
        message = f"rate {rate_text} is less than at fair share {before[0]:g}"
        found.error("E122", message, hint="a curve never falls: more share, more rate", line=line)
    else:
        curve.points.append((share, rate))


def _share(text: str, line: int, found: Found) -> float | None:
    try:
        if number(text) >= 0:
            return number(text)
    except (ValueError, OverflowError):
        pass
    found.error("E122", f"fair share {shown(text)} is no number from 0 up", line=line)
    return None


def _places(drawn: dict[Pair, _Drawn], imported: Imported, found: Found) -> dict[str, int]:
    """Row of every place of the curves; those that are no nodes are errors, at the line that first names them."""
    first: dict[str, int] = {}
    for pair, curve in drawn.items():
        for name in pair:
            if name != ANY:
                first.setdefault(name, curve.line)
    index = index_for(imported, tuple(first))
    for name, line in first.items():
        if name not in index:
            message = f"the curves name {shown(name)}, which is no node of the network"
            found.error("E125", message, hint=hint_for(name, index), line=line)
    return index


def _given(drawn: dict[Pair, _Drawn], place: dict[str, int], src: IntColumn, dst: IntColumn, found: Found) -> Curves:
    """The curve of each demand."""
    by_row = {tuple(-1 if name == ANY else place[name] for name in pair): pair for pair in drawn}
    none, used = _Drawn(0), set[Pair]()
    rows: list[list[tuple[float, float]]] = []
    for a, b in zip(src.tolist(), dst.tolist(), strict=True):
        pair = next((by_row[ends] for ends in ((a, b), (a, -1), (-1, b), (-1, -1)) if ends in by_row), None)
        rows.append((drawn[pair] if pair is not None else none).points)
        used |= {pair} if pair is not None else set()
    for pair, curve in drawn.items():
        if pair not in used:
            hint = "nothing need be done, unless other places were meant"
            found.warning("E138", f"no demand takes the curve of {pair[0]} to {pair[1]}", hint=hint, line=curve.line)
    points = np.array([point for row in rows for point in row], dtype=np.float64).reshape(-1, 2)
    return Curves(_ptr(rows), floats(points[:, 0]), floats(points[:, 1]))


def _ptr(rows: list[list[tuple[float, float]]]) -> IndexColumn:
    return indices(np.cumsum([0, *(len(row) for row in rows)]))

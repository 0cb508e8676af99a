"""REPETITA topologies (``.graph``) and demands (``.demands``) (Gay, Schaus & Vissicchio 2017, arXiv:1710.08665).

Units: bandwidths are in kbit/s and delays in us, by the convention of its data sets; ``--unit`` overrides it.
Nodes are told by their numbers in the list, counted from 0; demands name them so.
"""

from __future__ import annotations

from collections.abc import Iterator

from easterly.site.formats.demands import Demands
from easterly.site.formats.draft import Arc, Draft
from easterly.site.formats.found import Found
from easterly.site.formats.values import Units, Values, lines_of, number, shown, whole

UNITS = Units(rate_bps=1e3, time_s=1e-6)
Line = tuple[int, list[str]]


def read_graph(text: str, draft: Draft, values: Values) -> None:
    """Read a topology into a draft; what is wrong goes to its findings, with lines."""
    lines = lines_of(text)
    labels: dict[str, str] = {}
    for i, (line, words) in enumerate(_section(lines, "NODES", ("label", "x", "y"), draft.found)):
        place = draft.place(str(i), at=f"node/{i}", line=line)
        if place is not None:
            labels[place.key] = words[0]
            place.longitude, place.latitude = _degrees(words[1], 180), _degrees(words[2], 90)
            if None in (place.longitude, place.latitude):
                place.longitude = place.latitude = None
    columns = ("label", "src", "dest", "weight", "bw", "delay")
    for line, words in _section(lines, "EDGES", columns, draft.found):
        _edge(words, line, draft, values)
    draft.label(labels)
    for line, words in lines:
        draft.found.error("E122", f"unexpected text {shown(' '.join(words))}", line=line)


def read_demands(text: str, demands: Demands, values: Values) -> None:
    """Read a traffic matrix; places are the numbers of the nodes in their ``.graph``."""
    lines = lines_of(text)
    for line, (label, src, dst, bw) in _section(lines, "DEMANDS", ("label", "src", "dest", "bw"), demands.found):
        at = f"demand/{label}"
        rate_bps = values.rate(bw, code="E131", what="demand", at=at, line=line)
        ends = [_node(end, at, line, demands.found) for end in (src, dst)]
        if ends[0] is not None and ends[1] is not None:
            demands.add(ends[0], ends[1], rate_bps, at=at, line=line)


def _section(lines: Iterator[Line], title: str, columns: tuple[str, ...], found: Found) -> Iterator[Line]:
    """Rows of a section: its title with their number, a line of headings, the rows."""
    line, words = next(lines, (0, [""]))
    if not line and found.failed:  # the section before it was cut short, and has been told of
        return
    try:
        count = whole(words[1]) if words[0] == title and len(words) == 2 else -1
    except (ValueError, OverflowError):
        count = -1
    if count < 0:
        found.error("E122", f"expected a line {title!r} with a number", line=line or None)
        return
    next(lines, None)
    for i in range(count):
        last = line
        line, words = next(lines, (0, []))
        if not words:
            hint = "the file is cut short, or its number is wrong"
            found.error("E122", f"{title} announces {count:,} rows, {i:,} follow", hint=hint, line=last)
            return
        if len(words) == len(columns):
            yield line, words
        else:
            message = f"a row of {title} has {len(columns)} words ({' '.join(columns)}), this one {len(words)}"
            found.error("E122", message, line=line)


def _edge(words: list[str], line: int, draft: Draft, values: Values) -> None:
    label, src, dst, weight, bw, delay = words
    at = f"edge/{label}"
    ends = [_node(end, at, line, draft.found) for end in (src, dst)]
    capacity_bps = values.rate(bw, code="E126", what="bw", at=at, line=line)
    cost = values.plain(weight, code="E128", what="weight", at=at, line=line)
    delay_s = values.time(delay, at=at, line=line)
    if ends[0] is not None and ends[1] is not None:
        draft.arc(Arc(ends[0], ends[1], at, line, capacity_bps, both=False, cost=cost or 0.0, delay_s=delay_s))


def _node(word: str, at: str, line: int, found: Found) -> str | None:
    """Key of a node, which is its number without leading zeros."""
    try:
        return str(whole(word))
    except (ValueError, OverflowError):
        found.error("E125", f"{shown(word)} is no number of a node", at=at, line=line)
        return None


def _degrees(word: str, limit: float) -> float | None:
    try:
        value = number(word)
    except (ValueError, OverflowError):
        return None
    return value if abs(value) <= limit else None

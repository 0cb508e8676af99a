"""Flows of HPCC's simulator (``flow.txt``): their number, then ``src dst class port size start`` for each.

Sizes are in bytes, starts in seconds. What follows the flows is for people, as in the file that comes with it.
"""

from __future__ import annotations

from easterly.model.workload import Workload
from easterly.site.formats.flows.rows import LARGEST_FLOW_B, MOST_FLOWS, Flow, ends_differ, number_of, workload
from easterly.site.formats.found import Found
from easterly.site.formats.values import number, shown

LATEST_S = 1e6


def read(text: str, name: str, found: Found) -> Workload | None:
    """Read flows; what is wrong goes to the findings, with lines."""
    lines = [(line, content.split()) for line, content in enumerate(text.splitlines(), start=1) if content.strip()]
    if not lines:
        found.error("E133", "the file is empty", line=1)
        return None
    count = number_of(" ".join(lines[0][1]), "number of flows", "", lines[0][0], found, 0, MOST_FLOWS)
    rows = lines[1 : count + 1]
    if len(rows) < count:
        message = f"fewer flows than the {count:,} that the first line says"
        found.error("E122", message, hint="it may be cut short", line=lines[-1][0])
    return workload([_flow(words, line, found) for line, words in rows], name, found)


def _flow(words: list[str], line: int, found: Found) -> Flow:
    at = f"flow/{line}"
    if len(words) != 6:
        found.error("E122", f"a flow has 6 fields, this one {len(words)}", at=at, line=line)
        return Flow(0, 1, 1)
    ends = [number_of(word, "node", at, line, found) for word in words[:2]]
    traffic_class = number_of(words[2], "class", at, line, found, 0, 7)
    size_B = number_of(words[4], "size", at, line, found, 1, LARGEST_FLOW_B)
    number_of(words[3], "port", at, line, found, 0, 65535)
    try:
        start_s = number(words[5])
        if not 0 <= start_s <= LATEST_S:
            raise ValueError
    except (ValueError, OverflowError):
        found.error("E122", f"start {shown(words[5])} is no time from 0 to {LATEST_S:,.0f} s", at=at, line=line)
        start_s = 0.0
    flow = Flow(ends[0], ends[1], size_B, start_s, traffic_class)
    ends_differ(flow, at, line, found)
    return flow


def write(flows: Workload) -> str:
    """Text of flows, in the order of their starts, as the simulator wants it.

    Raises
    ------
    ValueError
        Flows that wait for others, which the format has no word for.
    """
    if len(flows.after_idx):
        raise ValueError("flow.txt has no word for flows that wait for others")
    columns = (flows.src, flows.dst, flows.traffic_class, flows.size_B, flows.start_s)
    rows = sorted(zip(*(column.tolist() for column in columns), strict=True), key=lambda row: row[4])
    return f"{len(rows)}\n" + "".join(f"{a} {b} {c} 100 {size_B} {start_s!r}\n" for a, b, c, size_B, start_s in rows)

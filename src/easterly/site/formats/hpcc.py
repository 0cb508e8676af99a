"""Topologies of the simulator of HPCC (``topology.txt``): nodes by number, of which some are switches, and cables.

The first line has the numbers of nodes, switches and cables, the second the switches; then a line for each cable: both
ends, rate (``100Gbps``), delay (``0.001ms``) and the share of packets that it loses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from easterly.model.network import Network, NodeKind
from easterly.site.formats.draft import MOST_LINKS, MOST_NODES, Arc, Draft
from easterly.site.formats.found import Found
from easterly.site.formats.values import lines_of, number, shown, whole

_QUANTITY = re.compile(r"([\d.]+(?:[eE][+-]?\d{1,3})?)([a-zA-Z]*)")
RATES = {"bps": 1.0, "Kbps": 1e3, "kbps": 1e3, "Mbps": 1e6, "Gbps": 1e9, "Tbps": 1e12}
TIMES = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "ps": 1e-12}
Words = Iterator[tuple[int, list[str]]]


def read(text: str, draft: Draft) -> None:
    """Read a topology into a draft; what is wrong goes to its findings, with lines."""
    found = draft.found
    lines = lines_of(text)
    counts = _numbers(lines, 3, found, "nodes, switches and cables")
    if counts is None or not _sized(counts, found):
        return
    nodes, switches, cables = counts
    chosen: list[int] = []
    while len(chosen) < switches:
        row = _numbers(lines, None, found, f"{switches} switches")
        if row is None:
            return
        chosen += row
    if len(set(chosen)) != switches or any(switch >= nodes for switch in chosen):
        found.error("E122", f"the switches are not {switches} different numbers below {nodes}", line=2)
        return
    _nodes(nodes, set(chosen), draft)
    for _ in range(cables):
        line, words = next(lines, (0, []))
        if not words:
            found.error("E122", f"fewer cables than the {cables} that the first line says", hint="it may be cut short")
            return
        _cable(words, line, set(chosen), nodes, draft)


def _numbers(lines: Words, count: int | None, found: Found, what: str) -> list[int] | None:
    line, words = next(lines, (1, []))
    try:
        made = [whole(word) for word in words]
        if not made or (count is not None and len(made) != count):
            raise ValueError
    except (ValueError, OverflowError):
        found.error("E122", f"{shown(' '.join(words))} are no numbers of {what}", line=line)
        return None
    return made


def _sized(counts: list[int], found: Found) -> bool:
    nodes, switches, cables = counts
    if nodes > MOST_NODES or cables > MOST_LINKS:
        found.error("E132", f"at most {MOST_NODES:,} nodes and {MOST_LINKS:,} cables are read", line=1)
    elif switches > nodes:
        found.error("E122", f"{switches} of {nodes} nodes are switches", line=1)
    return not found.failed


def _nodes(nodes: int, switches: set[int], draft: Draft) -> None:
    for i in range(nodes):
        place = draft.place(str(i), at=f"node/{i}", line=None)
        if place is None:
            continue
        if i in switches:
            place.name = f"switch{i}"
            place.columns.update(kind=int(NodeKind.SWITCH), role="leaf", tier=1)
        else:
            place.name = f"host{i}:nic0"
            place.columns.update(kind=int(NodeKind.NIC), role="nic", tier=0, device=f"host{i}")


def _cable(words: list[str], line: int, switches: set[int], nodes: int, draft: Draft) -> None:
    found, at = draft.found, f"cable/{line}"
    if len(words) != 5:
        found.error("E122", f"a cable has 5 fields, this one {len(words)}", at=at, line=line)
        return
    try:
        ends = [str(whole(word, 0, nodes - 1)) for word in words[:2]]
        lost = number(words[4])
    except (ValueError, OverflowError):
        found.error("E122", f"{shown(' '.join(words))} is no cable: two nodes, rate, delay, loss", at=at, line=line)
        return
    rate_bps, delay_s = _quantity(words[2], RATES), _quantity(words[3], TIMES)
    if rate_bps is None or rate_bps <= 0:
        found.error("E126", f"rate {shown(words[2])} is none, such as 100Gbps", at=at, line=line)
    elif delay_s is None:
        found.error("E131", f"delay {shown(words[3])} is none, such as 0.001ms", at=at, line=line)
    else:
        if lost > 0:
            found.warning("E130", f"that the cable loses {lost:g} of its packets is left out", at=at, line=line)
        draft.arc(Arc(ends[0], ends[1], at, line, rate_bps, True, delay_s=delay_s))


def _quantity(text: str, units: dict[str, float]) -> float | None:
    match = _QUANTITY.fullmatch(text)
    try:
        return number(match[1]) * units[match[2]] if match and match[2] in units else None
    except (ValueError, OverflowError):
        return None


def write(network: Network) -> str:
    """Text of a network: interfaces and routers of the WAN are hosts, by the order of their nodes."""
    switch = [i for i, kind in enumerate(network.nodes.kind.tolist()) if kind == NodeKind.SWITCH]
    links = network.links
    rows = list(zip(links.src.tolist(), links.dst.tolist(), links.capacity_bps.tolist(), links.delay_s.tolist(),
                    links.reverse.tolist(), strict=True))  # fmt: skip
    cables = [row for at, row in enumerate(rows) if row[4] < 0 or at < row[4]]
    lines = [f"{len(network.nodes)} {len(switch)} {len(cables)}", " ".join(map(str, switch))]
    lines += [f"{a} {b} {rate_bps:.12g}bps {delay_s * 1e9:.12g}ns 0" for a, b, rate_bps, delay_s, _ in cables]
    return "\n".join(lines) + "\n"

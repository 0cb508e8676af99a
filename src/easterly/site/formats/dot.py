"""Graphviz DOT: a picture of the devices, with tiers in rows, spines above leaves, and the rate of every cable.

An undirected graph; where a link has one direction only, a directed one in which cables point both ways. Parallel
cables are edges of their own. Hosts are boxes, switches and routers are ellipses, fabrics are clusters.
"""

from __future__ import annotations

from collections.abc import Iterator

from easterly.base.units import RATE, TIME, format_short
from easterly.model.network import Network, NodeKind


def write(network: Network) -> str:
    """Text of a graph, by devices."""
    directed = bool((network.links.reverse < 0).any())
    lines = [
        f"{'digraph' if directed else 'graph'} {quoted(network.name)} {{",
        "  graph [rankdir=TB, ranksep=1.2];",
        "  node [shape=ellipse];",
        "  edge [fontsize=9];",
    ]
    tiers = _tiers(network)
    loose = _loose(network, tiers)
    fabrics = sorted({fabric for fabric, _ in tiers.values()})
    for number, fabric in enumerate(fabrics):
        clustered = fabric != "" and len(fabrics) > 1
        inner = list(_ranks(network, {d: tier for d, (own, tier) in tiers.items() if own == fabric}, loose))
        if clustered:
            inner = [f"subgraph cluster_{number} {{", f"  label={label(fabric)};", *(f"  {x}" for x in inner), "}"]
        lines += [f"  {line}" for line in inner]
    lines += [f"  {line}" for line in _edges(network, {device: tier for device, (_, tier) in tiers.items()}, directed)]
    return "\n".join([*lines, "}\n"])


def quoted(text: str) -> str:
    r"""Any text as an identifier.

    Examples
    --------
    >>> print(quoted('a "b" \\ c'))
    "a \"b\" \\ c"
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def label(text: str) -> str:
    """Any text as a label, in which entities have a meaning."""
    return quoted(text.replace("&", "&amp;"))


def _tiers(network: Network) -> dict[str, tuple[str, int]]:
    """Fabric and tier of each device: hosts below tier 0 or 1 of the switches, routers of the WAN in no tier."""
    nodes = network.nodes
    out: dict[str, tuple[str, int]] = {}
    for device, fabric, tier, kind in zip(
        *(column.tolist() for column in (nodes.device, nodes.fabric, nodes.tier, nodes.kind)), strict=True
    ):
        out.setdefault(device, (fabric, -2 if kind == NodeKind.NIC else tier))
    return out


def _loose(network: Network, tiers: dict[str, tuple[str, int]]) -> set[int]:
    """Tiers that make no row: the WAN, which has none, and those with links inside, such as rings and tori."""
    device = network.nodes.device.tolist()
    ends = zip(network.links.src.tolist(), network.links.dst.tolist(), strict=True)
    return {-1, *(tiers[device[a]][1] for a, b in ends if tiers[device[a]] == tiers[device[b]])}


def _ranks(network: Network, tiers: dict[str, int], loose: set[int]) -> Iterator[str]:
    """Nodes, tier by tier from the top, each in a row; those of loose tiers go wherever the layout puts them."""
    hosts = set(network.hosts.name.tolist())
    for tier in sorted(set(tiers.values()), reverse=True):
        row = [_node(device, device in hosts) for device, own in tiers.items() if own == tier]
        yield from row if tier in loose else (f"{{ rank=same; {' '.join(row)} }}",)


def _node(device: str, host: bool) -> str:
    attributes = [*(["shape=box"] if host else []), *([f"label={label(device)}"] if "&" in device else [])]
    return f"{quoted(device)} [{', '.join(attributes)}];" if attributes else f"{quoted(device)};"


def _edges(network: Network, tiers: dict[str, int], directed: bool) -> Iterator[str]:
    """One edge per cable, from the upper end to the lower, as layouts put the first end of an edge above the second."""
    links, device = network.links, network.nodes.device.tolist()
    arrow = "->" if directed else "--"
    for row, back in enumerate(links.reverse.tolist()):
        if 0 <= back < row:
            continue
        ends = [device[links.src[row]], device[links.dst[row]]]
        rows = [row] if back < 0 else [row, back]
        if back >= 0 and tiers[ends[0]] < tiers[ends[1]]:
            ends, rows = ends[::-1], rows[::-1]
        texts = list(dict.fromkeys(_label(network, r) for r in rows))
        both = ", dir=both" if directed and back >= 0 else ""
        yield f"{quoted(ends[0])} {arrow} {quoted(ends[1])} [label={label(' / '.join(texts))}{both}];"


def _label(network: Network, row: int) -> str:
    """Rate of a link, and its delay where it has one that matters: from 10 us up."""
    rate, delay_s = format_short(float(network.links.capacity_bps[row]), RATE), float(network.links.delay_s[row])
    return f"{rate}, {format_short(delay_s, TIME)}" if delay_s >= 1e-5 else rate

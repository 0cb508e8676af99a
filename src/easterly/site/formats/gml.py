"""GML, as the Internet Topology Zoo and networkx write it.

Units: as in GraphML, `LinkSpeedRaw` of the Topology Zoo is in bit/s, `LinkSpeed` in its `LinkSpeedUnits`, `LinkLabel`
may be a rate; ``capacity`` and ``delay`` need ``--unit``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from easterly.model.network import Network
from easterly.site.formats.attributes import Reader
from easterly.site.formats.draft import Draft
from easterly.site.formats.gmltree import Block, escape
from easterly.site.formats.native import graph_attributes, link_attributes, node_attributes
from easterly.site.formats.values import Values, fit_name, shown

_INDENT = "  "


def read(root: Block, draft: Draft, values: Values) -> None:
    """Read a topology into a draft; what is wrong goes to its findings, with lines."""
    graphs = list(root.all("graph"))
    if not graphs:
        draft.found.error("E122", "the file has no graph [ ... ]", line=root.line)
        return
    if len(graphs) > 1:
        message = "the file has a second graph"
        draft.found.error("E122", message, hint="keep one graph per file", line=graphs[1].line)
        return
    graph = graphs[0]
    attributes = Block(graph.line, [pair for pair in graph.pairs if pair[0] not in ("node", "edge")]).attributes()
    names = (fit_name(attributes.get(key)) for key in ("name", "Network", "label"))
    draft.name = next((name for name in names if name), draft.name)
    reader = Reader(draft, values, attributes)
    _nodes(graph, reader)
    both = attributes.get("directed") != 1
    for i, (key, edge) in enumerate(pair for pair in graph.pairs if pair[0] == "edge"):
        _edge(edge, f"{key}/{i}", reader, both, graph.line)


def _nodes(graph: Block, reader: Reader) -> None:
    """All nodes; they are named by their labels where these tell them apart, as people know the places by them."""
    labels: dict[str, Any] = {}
    for node in (value for key, value in graph.pairs if key == "node"):
        attributes = node.attributes() if isinstance(node, Block) else {}
        line = node.line if isinstance(node, Block) else graph.line
        if "id" not in attributes:
            reader.draft.found.error("E122", "a node is no list with an id", line=line)
            continue
        place = reader.node(attributes["id"], attributes, f"node/{shown(attributes['id'])}", line)
        if place is not None:
            labels[place.key] = attributes.get("label")
    reader.draft.label(labels)


def _edge(edge: Any, at: str, reader: Reader, both: bool, line: int) -> None:
    attributes = edge.attributes() if isinstance(edge, Block) else {}
    line = edge.line if isinstance(edge, Block) else line
    if "source" not in attributes or "target" not in attributes:
        reader.draft.found.error("E122", "an edge is no list with source and target", at=at, line=line)
        return
    ends = [fit_name(attributes[end]) or shown(attributes[end]) for end in ("source", "target")]
    reader.link(ends[0], ends[1], attributes, both=both, at=at, line=line)


def write(network: Network) -> str:
    """Text of a network: directed, with every column as an attribute; ``networkx.read_gml`` reads it."""
    pairs = list(zip(network.links.src.tolist(), network.links.dst.tolist(), strict=True))
    parallel = len(set(pairs)) < len(pairs)
    head = {"directed": 1, **({"multigraph": 1} if parallel else {}), **graph_attributes(network)}
    lines = ["graph [", *_rows(head, 1)]
    for i, (name, row) in enumerate(zip(network.nodes.name.tolist(), node_attributes(network), strict=True)):
        lines += [f"{_INDENT}node [", *_rows({"id": i, "label": name, **row}, 2), f"{_INDENT}]"]
    for i, ((src, dst), row) in enumerate(zip(pairs, link_attributes(network), strict=True)):
        own = {"source": src, "target": dst, **({"key": i} if parallel else {}), **row}
        lines += [f"{_INDENT}edge [", *_rows(own, 2), f"{_INDENT}]"]
    return "\n".join([*lines, "]\n"])


def _rows(row: dict[str, Any], depth: int) -> Iterator[str]:
    for key, value in row.items():
        yield f"{_INDENT * depth}{key} {_value(value)}"


def _value(value: Any) -> str:
    """A value as text; a real number always has a point, as some readers want one."""
    if isinstance(value, str):
        return f'"{escape(value)}"'
    text = repr(value)
    return text.replace("e", ".0e") if isinstance(value, float) and "e" in text and "." not in text else text

"""GraphML, as networkx, yEd and the Internet Topology Zoo write it (Brandes et al. 2002, LNCS 2265).

Units: `LinkSpeedRaw` of the Topology Zoo is in bit/s, `LinkSpeed` in its `LinkSpeedUnits`, `LinkLabel` may be
a rate. Other attributes are read as in node-link JSON: ``capacity`` and ``delay`` need ``--unit``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from easterly.model.network import Network
from easterly.site.formats.attributes import Attributes, Reader
from easterly.site.formats.draft import Draft
from easterly.site.formats.found import Found
from easterly.site.formats.native import graph_attributes, link_attributes, node_attributes
from easterly.site.formats.values import Values, fit_name
from easterly.site.formats.xml import Element

_BOOLEAN = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Key:
    """A declared attribute: for what (node, edge, graph, all), its name, its default."""

    of: str
    name: str
    default: str | None


def read(root: Element, draft: Draft, values: Values) -> None:
    """Read a topology into a draft; what is wrong goes to its findings, with lines."""
    graph = root.first("graph")
    if graph is None:
        draft.found.error("E122", "the file has no <graph>", line=root.line)
        return
    keys = {key.attributes.get("id", ""): _key(key) for key in root.all("key")}
    attributes = _attributes(graph, "graph", keys, draft.found)
    draft.name = fit_name(attributes.get("name") or attributes.get("Network") or attributes.get("label")) or draft.name
    reader = Reader(draft, values, attributes)
    _nodes(graph, keys, reader)
    directed = graph.attributes.get("edgedefault") == "directed"
    for i, edge in enumerate(graph.all("edge")):
        _edge(edge, f"edge/{i}", keys, reader, directed)
    for unread in (*graph.all("hyperedge"), *(n for node in graph.all("node") for n in node.all("graph"))):
        draft.found.error("E122", f"a <{unread.tag}> has no meaning in a network", line=unread.line)


def _nodes(graph: Element, keys: dict[str, Key], reader: Reader) -> None:
    """All nodes; they are named by their labels where these tell them apart, as people know the places by them."""
    labels: dict[str, Any] = {}
    for node in graph.all("node"):
        key = node.attributes.get("id")
        attributes = _attributes(node, "node", keys, reader.draft.found)
        place = reader.node(key, attributes, f"node/{key}", node.line)
        if place is not None:
            labels[place.key] = attributes.get("label")
    if not reader.native:
        reader.draft.label(labels)


def _edge(edge: Element, at: str, keys: dict[str, Key], reader: Reader, directed: bool) -> None:
    ends = [edge.attributes.get(end) for end in ("source", "target")]
    if ends[0] is None or ends[1] is None:
        reader.draft.found.error("E122", "an <edge> needs source and target", at=at, line=edge.line)
        return
    own = _BOOLEAN.get(edge.attributes.get("directed", ""), directed)
    attributes = _attributes(edge, "edge", keys, reader.draft.found)
    reader.link(ends[0], ends[1], attributes, both=not own, at=at, line=edge.line)


def _key(key: Element) -> Key:
    of, name = key.attributes.get("for", "all"), key.attributes.get("attr.name", key.attributes.get("id", ""))
    return Key(of, name, key.value("default"))


def _attributes(element: Element, of: str, keys: dict[str, Key], found: Found) -> Attributes:
    """Attributes of an element by their declared names, with the defaults of those it does not have."""
    attributes: Attributes = {k.name: k.default for k in keys.values() if k.of in (of, "all") and k.default is not None}
    for data in element.all("data"):
        key = keys.get(data.attributes.get("key", ""))
        if key is None:
            found.error("E122", "a <data> names a key that is not declared", line=data.line)
        elif data.text:
            attributes[key.name] = data.text
    return attributes


def write(network: Network) -> str:
    """Text of a network: directed, with every column as an attribute; ``networkx.read_graphml`` reads it."""
    names = network.nodes.name.tolist()
    pairs = list(zip(network.links.src.tolist(), network.links.dst.tolist(), strict=True))
    parallel = len(set(pairs)) < len(pairs)
    nodes, links = node_attributes(network), link_attributes(network)
    declared = [("graph", graph_attributes(network)), *(("node", n) for n in nodes), *(("edge", e) for e in links)]
    keys = {(of, name): value for of, row in declared for name, value in row.items()}
    ids = {key: f"d{i}" for i, key in enumerate(keys)}
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
            *(_declaration(ids[key], key[0], key[1], value) for key, value in keys.items()),
            '<graph edgedefault="directed">',
            *_data("graph", graph_attributes(network), ids),
            *_elements("node", ids, ((f"id={quoteattr(n)}", row) for n, row in zip(names, nodes, strict=True))),
            *_elements("edge", ids, _edges(names, pairs, links, parallel)),
            "</graph>",
            "</graphml>\n",
        ]
    )


def _edges(
    names: list[str], pairs: list[tuple[int, int]], rows: list[dict[str, Any]], parallel: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    for i, ((src, dst), row) in enumerate(zip(pairs, rows, strict=True)):
        key = f'id="{i}" ' if parallel else ""
        yield f"{key}source={quoteattr(names[src])} target={quoteattr(names[dst])}", row


def _declaration(key: str, of: str, name: str, value: Any) -> str:
    kind = "string" if isinstance(value, str) else "double" if isinstance(value, float) else "long"
    return f'<key id="{key}" for="{of}" attr.name="{name}" attr.type="{kind}"/>'


def _elements(tag: str, ids: dict[tuple[str, str], str], rows: Iterable[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    for head, row in rows:
        yield f"<{tag} {head}>{''.join(_data(tag, row, ids))}</{tag}>"


def _data(of: str, row: dict[str, Any], ids: dict[tuple[str, str], str]) -> Iterator[str]:
    for name, value in row.items():
        text = escape(value) if isinstance(value, str) else repr(value)
        yield f'<data key="{ids[of, name]}">{text}</data>'

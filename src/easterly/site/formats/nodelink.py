"""Node-link JSON: ``{"nodes": [{"id": ...}], "links": [{"source": ..., "target": ...}]}``, as networkx and D3 have it.

Rates and delays have no unit in this format: they need ``--unit``, unless they are named with their unit
(`capacity_bps`, `delay_s`, `length_m`) or written with it (``"400Gb/s"``, ``"20ms"``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from easterly.model.network import Network
from easterly.site.formats.attributes import Reader
from easterly.site.formats.draft import Draft
from easterly.site.formats.found import Found
from easterly.site.formats.native import graph_attributes, link_attributes, node_attributes
from easterly.site.formats.values import Values, fit_name, shown

LISTS = ("links", "edges")
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def read(text: str, draft: Draft, values: Values) -> None:
    """Read a topology into a draft; what is wrong goes to its findings, with lines."""
    document = _parse(text, draft.found)
    if document is None:
        return
    nodes = document.get("nodes")
    key = next((name for name in LISTS if isinstance(document.get(name), list)), None)
    if not isinstance(nodes, list) or key is None:
        hint = 'node-link JSON has "nodes" and "links" (or "edges")'
        draft.found.error("E122", "the file has no list of nodes and of links", hint=hint, line=1)
        return
    graph = document.get("graph") if isinstance(document.get("graph"), dict) else {}
    assert isinstance(graph, dict)
    draft.name = fit_name(graph.get("name")) or draft.name
    reader = Reader(draft, values, graph)
    for i, (node, line) in enumerate(_with_lines(nodes, text, "nodes")):
        _node(node, f"nodes/{i}", line, reader)
    both = document.get("directed") is not True
    for i, (link, line) in enumerate(_with_lines(document[key], text, key)):
        _link(link, f"{key}/{i}", line, reader, both)


def _parse(text: str, found: Found) -> dict[str, Any] | None:
    """The document, if it is a JSON object."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        found.error("E122", f"not JSON: {error.msg.lower()}", line=error.lineno)
    except (ValueError, RecursionError) as error:
        reason = "too deeply nested" if isinstance(error, RecursionError) else "a number has too many digits"
        found.error("E122", f"not read: {reason}")
    else:
        if isinstance(document, dict):
            return document
        found.error("E122", "the file is JSON, but no object with nodes and links", line=1)
    return None


def _node(node: Any, at: str, line: int | None, reader: Reader) -> None:
    if not isinstance(node, dict) or "id" not in node:
        reader.draft.found.error("E122", "a node is no object with an id", at=at, line=line)
        return
    reader.node(node["id"], node, at, line)


def _link(link: Any, at: str, line: int | None, reader: Reader, both: bool) -> None:
    if not isinstance(link, dict) or "source" not in link or "target" not in link:
        reader.draft.found.error("E122", "a link is no object with source and target", at=at, line=line)
        return
    ends = [fit_name(link[end]) or shown(link[end]) for end in ("source", "target")]
    reader.link(ends[0], ends[1], link, both=both, at=at, line=line)


def _with_lines(items: list[Any], text: str, key: str) -> Iterator[tuple[Any, int | None]]:
    """Items of a list of the document with the lines where they start; without, if these cannot be told."""
    lines = _lines(text, key)
    return zip(items, lines if len(lines) == len(items) else [None] * len(items), strict=True)


def _lines(text: str, key: str) -> list[int | None]:
    """Line of each item of the list under a key of the outermost object.

    The parser of the standard library keeps no places, so the text is gone through a second time.
    """
    line, seen = 1, 0
    found: list[int | None] = []
    try:
        starts = _starts(text, key)
    except RecursionError:  # as deep as the first reading just could go
        return []
    for at in starts:
        line += text.count("\n", seen, at)
        seen = at
        found.append(line)
    return found


def _starts(text: str, key: str) -> list[int]:
    starts: list[int] = []
    at = _skip(text, _skip(text, 0) + 1)
    while text[at] == '"':
        name, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        if name == key and text[at] == "[":
            starts, at = _items(text, at)
        else:
            _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        at = _skip(text, at + 1) if text[at] == "," else at
    return starts


def _items(text: str, at: int) -> tuple[list[int], int]:
    """Places of the items of the list that starts here, and the place behind it."""
    starts: list[int] = []
    at = _skip(text, at + 1)
    while text[at] != "]":
        starts.append(at)
        _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        at = _skip(text, at + 1) if text[at] == "," else at
    return starts, at + 1


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def write(network: Network) -> str:
    """Text of a network: directed, one line per node and link; ``networkx.node_link_graph`` reads it.

    Every column of the network is carried, as attributes named like the columns, so that reading it back gives
    the same network.
    """
    names = network.nodes.name.tolist()
    pairs = list(zip(network.links.src.tolist(), network.links.dst.tolist(), strict=True))
    parallel = len(set(pairs)) < len(pairs)
    nodes = ({"id": name, **row} for name, row in zip(names, node_attributes(network), strict=True))
    links = (
        {"source": names[src], "target": names[dst], **({"key": i} if parallel else {}), **row}
        for i, ((src, dst), row) in enumerate(zip(pairs, link_attributes(network), strict=True))
    )
    head = f'{{"directed": true, "multigraph": {json.dumps(parallel)}, "graph": {_dump(graph_attributes(network))},\n'
    return f'{head}"nodes": [{_rows(nodes)}],\n"edges": [{_rows(links)}]}}\n'


def _rows(items: Iterable[dict[str, Any]]) -> str:
    return "\n" + ",\n".join(_dump(item) for item in items) + "\n"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

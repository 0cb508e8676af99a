"""Files of traces: which rank each is of, and its nodes."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from easterly.site.formats.chakra import wire
from easterly.site.formats.chakra.attributes import attribute
from easterly.site.formats.chakra.nodes import Node, NodeError, of_message, of_object, of_row
from easterly.site.formats.found import Found

LARGEST_B = {"et": 256 * 2**20, "json": 64 * 2**20}
"""Bytes of one file that are read, unpacked."""

MOST_NODES = 2_000_000

_NAME = re.compile(r"(?P<name>.*?)\.?(?P<rank>\d{1,7})\.(?P<form>et|json)(\.gz)?", re.DOTALL)
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class File:
    """A file of a trace: its path, the name of the trace, the rank, and whether it is JSON."""

    path: Path
    name: str
    rank: int
    is_json: bool


def named(path: Path) -> File | None:
    """What the name of a file says: ``NAME.<rank>.et``, ``NAME.<rank>.json``, each perhaps with ``.gz``.

    >>> named(Path("run/gpt.12.et.gz")).rank
    12
    """
    match = _NAME.fullmatch(path.name)
    return None if match is None else File(path, match["name"], int(match["rank"]), match["form"] == "json")


@dataclass(slots=True)
class Content:
    """What a file holds."""

    nodes: list[Node]
    interface: str = ""


def content(file: File, found: Found) -> Content | None:
    """Nodes of one file in their order; none, with findings, if it is damaged."""
    largest_B = LARGEST_B["json" if file.is_json else "et"]
    with file.path.open("rb") as source:
        data = _unpacked(source.read(largest_B + 1), largest_B, found)
    if data is None:
        return None
    if not data.strip():
        found.error("E133", "the file is empty", hint="fetch or write it again")
        return None
    return _of_json(data, found) if file.is_json else _of_messages(data, found)


def _unpacked(data: bytes, largest_B: int, found: Found) -> bytes | None:
    """Bytes of a file, out of their gzip members if there are some; never more than `largest_B`."""
    parts, left = [], largest_B + 1
    while data[:2] == b"\x1f\x8b":
        unpacker = zlib.decompressobj(wbits=31)
        try:
            parts.append(unpacker.decompress(data, left))
        except zlib.error as error:
            found.error("E122", f"not gzip: {error}")
            return None
        left -= len(parts[-1])
        if left <= 0:
            break
        if not unpacker.eof:
            found.error("E122", "the packed file is cut short", hint="fetch or write it again")
            return None
        data = unpacker.unused_data
    whole = b"".join(parts) if parts else data
    if len(whole) > largest_B:
        found.error("E132", f"the file has more than {largest_B:,} bytes")
        return None
    return whole


def _of_messages(data: bytes, found: Found) -> Content | None:
    """Metadata, then nodes; the metadata of old and of new traces differ, and only our own is looked into."""
    nodes: list[Node] = []
    interface, begin = "", 0
    try:
        for number, (at, message) in enumerate(wire.messages(data)):
            begin = at
            if number == 0:
                interface = _interface(message)
            else:
                nodes.append(of_message(message))
            if len(nodes) > MOST_NODES:
                found.error("E132", f"at most {MOST_NODES:,} nodes are read")
                return None
            begin = 0
    except (wire.WireError, NodeError) as error:
        within = error.at if isinstance(error, wire.WireError) else 0
        _damaged(found, str(error), f"bytes/{begin + within}", nodes)
        return None
    return Content(nodes, interface)


def _interface(metadata: bytes) -> str:
    for number, kind, raw in wire.fields(metadata):
        if number == 2 and kind == wire.BYTES and isinstance(raw, bytes):
            name, value = attribute(raw)
            if name == "interface" and isinstance(value, str):
                return value[:256]
    return ""


def _damaged(found: Found, why: str, at: str, nodes: list[Node]) -> None:
    after = f" after node {nodes[-1].number}" if nodes else ""
    hint = "fetch or write it again, with Chakra 0.0.4 or newer"
    found.error("E122", f"not a trace{after}: {why}", hint=hint, at=at)


def _of_json(data: bytes, found: Found) -> Content | None:
    try:
        source = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found.error("E134", f"byte 0x{data[error.start]:02x} is not UTF-8", hint="save the file as UTF-8")
        return None
    nodes: list[Node] = []
    try:
        documents = list(_documents(source))
        interface = documents[0].get("interface", "")
        nodes.extend(make(row) for row, make in _rows(documents))
    except json.JSONDecodeError as error:
        found.error("E122", f"not JSON: {error.msg.lower()}", line=error.lineno)
    except RecursionError:
        found.error("E122", "not read: too deeply nested")
    except (NodeError, ValueError) as error:
        _damaged(found, str(error) if isinstance(error, NodeError) else "a number is none", "nodes", nodes)
    else:
        return Content(nodes, interface[:256] if isinstance(interface, str) else "")
    return None


def _behind_space(source: str, at: int) -> int:
    found = _SPACE.match(source, at)
    return found.end() if found else at


def _documents(source: str) -> Iterator[dict[str, Any]]:
    """JSON objects, one behind the other."""
    at = _behind_space(source, 0)
    while at < len(source):
        document, at = _DECODER.raw_decode(source, at)
        if not isinstance(document, dict):
            raise NodeError("the file is JSON, but no objects")
        yield document
        at = _behind_space(source, at)


def _rows(documents: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], Any]]:
    """Entries of nodes, and how to read them: those of ``workload_graph``, or the messages after the metadata."""
    graph = documents[0].get("workload_graph")
    if graph is None:
        yield from ((row, of_object) for row in documents[1:])
        return
    if not isinstance(graph, list) or not all(isinstance(row, dict) for row in graph):
        raise NodeError("workload_graph is no list of nodes")
    yield from ((row, of_row) for row in graph)

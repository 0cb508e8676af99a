"""Nodes of a trace, as they stand in a file."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

from easterly.site.formats.chakra import wire
from easterly.site.formats.chakra.attributes import Attribute, attribute, text

MICRO_S = 1e-6
LARGEST = (1 << 63) - 1
MOST_DEPS = 4_000_000


class NodeError(ValueError):
    """A node that says what no node can."""


@dataclass(slots=True)
class Node:
    """One node.

    Attributes
    ----------
    number, kind : int
        As in the file.
    deps : list of int
        Numbers of the nodes that it depends on, for data or control.
    duration_s : float [s]
    values : dict
        Attributes by name.
    inputs : str
        Values of the inputs, as text.
    """

    number: int = 0
    kind: int = 0
    deps: list[int] = field(default_factory=list)
    duration_s: float = 0.0
    values: dict[str, Attribute] = field(default_factory=dict)
    inputs: str = ""

    def amount(self, name: str) -> float:
        """An attribute that counts something; 0 if absent."""
        value = self.values.get(name, 0)
        if isinstance(value, (int, float)) and 0 <= value < math.inf:
            return float(value)
        raise NodeError(f"{name} is {_shown(value)}, not a number from 0 up")

    def whole(self, name: str, below: int = 1 << 31) -> int:
        """An attribute that numbers something; -1 if absent."""
        if name not in self.values:
            return -1
        value = self.values[name]
        if isinstance(value, int) and 0 <= value < below:
            return int(value)
        raise NodeError(f"{name} is {_shown(value)}, not a number from 0 to {below - 1}")


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else shown[:37] + "..."


def of_message(data: bytes) -> Node:
    """A node from the bytes of its message (``et_def.proto``, Node).

    Raises
    ------
    WireError, NodeError
        If the bytes are none.
    """
    node = Node()
    for number, kind, raw in wire.fields(data):
        if number in (1, 3, 7):
            _scalar(node, number, kind, raw)
        elif number in (4, 5):
            if len(node.deps) + (len(raw) if isinstance(raw, bytes) else 1) > MOST_DEPS:
                raise NodeError(f"more than {MOST_DEPS:,} dependencies")
            node.deps += wire.packed(raw) if isinstance(raw, bytes) else [raw]
        elif number == 8 and isinstance(raw, bytes):
            node.inputs = next((text(n, k, v) for n, k, v in wire.fields(raw) if n == 1), "")
        elif number == 10:
            if not isinstance(raw, bytes):
                raise wire.WireError(f"an attribute has the wire type {kind}", 0)
            name, value = attribute(raw)
            node.values[name] = value
    return checked(node)


def _scalar(node: Node, number: int, kind: int, raw: wire.Value) -> None:
    if kind != wire.VARINT or not isinstance(raw, int):
        raise wire.WireError(f"field {number} of a node has the wire type {kind}", 0)
    if number == 1:
        node.number = raw
    elif number == 3:
        node.kind = raw
    else:
        node.duration_s = raw * MICRO_S


def checked(node: Node) -> Node:
    """The node, if its numbers are some; a duration in seconds beside that in microseconds counts."""
    for number in (node.number, *node.deps):
        if not 0 <= number <= LARGEST:
            raise NodeError(f"{number} is no number of a node")
    if not 0 <= node.kind <= 10:
        raise NodeError(f"there is no node of type {node.kind}")
    if "duration_s" in node.values:
        node.duration_s = node.amount("duration_s")
    return node


KINDS = {
    "INVALID_NODE": 0, "METADATA_NODE": 1, "MEM_LOAD_NODE": 2, "MEM_STORE_NODE": 3, "COMP_NODE": 4, "COMM_SEND_NODE": 5,
    "COMM_RECV_NODE": 6, "COMM_COLL_NODE": 7, "STORAGE_NODE": 8, "BATCH_NODE": 9, "CHECKPOINT_NODE": 10,
}  # fmt: skip
_HEAD = {"Id", "Name", "NodeType", "runtime", "data_deps", "ctrl_deps", "inputs"}


def of_row(row: dict[str, Any]) -> Node:
    """A node from an entry of ``workload_graph``: attributes stand beside its number, type and time."""
    values = {name: _plain(value) for name, value in row.items() if name not in _HEAD}
    deps = [_whole(d) for name in ("data_deps", "ctrl_deps") for d in _list(row.get(name, []))]
    runtime_s = _real(row.get("runtime", 0)) * MICRO_S
    return checked(Node(_whole(row.get("Id")), _kind(row.get("NodeType", 0)), deps, runtime_s, values))


def of_object(row: dict[str, Any]) -> Node:
    """A node from the JSON of its message, as the mapping of Protocol Buffers to JSON has it."""
    values: dict[str, Attribute] = {}
    for one in _list(row.get("attr", [])):
        if not isinstance(one, dict) or not isinstance(one.get("name"), str):
            raise NodeError("an attribute has no name")
        values[one["name"]] = next((_typed(key, v) for key, v in one.items() if key.endswith(("Val", "List"))), None)
    deps = [_whole(d) for name in ("dataDeps", "ctrlDeps") for d in _list(row.get(name, []))]
    inputs = row.get("inputs")
    told = inputs.get("values") if isinstance(inputs, dict) else ""
    runtime_s = _real(row.get("durationMicros", 0)) * MICRO_S
    node = Node(_whole(row.get("id", 0)), _kind(row.get("type", 0)), deps, runtime_s, values)
    node.inputs = told if isinstance(told, str) else ""
    return checked(node)


def _typed(key: str, value: Any) -> Attribute:
    """A value whose key names its type: 64-bit numbers are text there."""
    if isinstance(value, dict):
        return [int(v) for v in _list(value.get("values", [])) if isinstance(v, (int, bool))]
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,20}", value) and "string" not in key:
        return int(value)
    return _plain(value)


def _plain(value: Any) -> Attribute:
    if isinstance(value, list):
        return [int(v) for v in value if isinstance(v, int)]
    return value if isinstance(value, (bool, int, float, str)) else None


def _list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise NodeError(f"{_shown(value)} is no list")


def _whole(value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(r"\d{1,20}", value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise NodeError(f"{_shown(value)} is no whole number")


def _real(value: Any) -> float:
    if isinstance(value, str) and re.fullmatch(r"\d{1,20}", value):
        value = int(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < math.inf:
        return float(value)
    raise NodeError(f"{_shown(value)} is no time")


def _kind(value: Any) -> int:
    if isinstance(value, str) and value in KINDS:
        return KINDS[value]
    return _whole(value)

"""From traces to files."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from easterly.model.traces import TraceKind, Traces
from easterly.site.formats.chakra import wire
from easterly.site.formats.chakra.attributes import BOOL, BOOLS, DOUBLE, INT32, INT64, STRING, UINT64, put_attribute
from easterly.site.formats.chakra.nodes import MICRO_S

VERSION = "0.0.4"
_TYPES = {
    "num_ops": INT64, "tensor_size": UINT64, "comm_size": INT64, "comm_type": INT64, "comm_src": INT32,
    "comm_dst": INT32, "comm_tag": INT32, "pg_name": STRING, "is_cpu_op": BOOL, "duration_s": DOUBLE, "size_B": DOUBLE,
    "involved_dim": BOOLS,
}  # fmt: skip
"""Types that the readers of Chakra and ASTRA-sim expect of these attributes."""

_COLUMNS = (
    "node", "kind", "on_cpu", "duration_s", "operations", "tensor_B", "size_B", "src", "dst", "tag", "collective",
    "group", "dimensions",
)  # fmt: skip


def write(
    traces: Traces, folder: str | Path, name: str, *, form: str = "et", compress: bool = False
) -> tuple[Path, ...]:
    """Write a file for each rank: ``NAME.<rank>.et``.

    Times are in whole microseconds and sizes in whole bytes in this format; `duration_s` and `size_B` say them exactly.

    Parameters
    ----------
    traces : Traces
    folder : path
        Made if it is not there.
    name : str
    form : str
        ``et`` for messages, ``json`` for ``{"workload_graph": [...]}``.
    compress : bool
        Pack with gzip; ``.gz`` is appended.

    Returns
    -------
    tuple of Path
        By rank.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    encode, written = {"et": _messages, "json": _json}[form], []
    first = np.searchsorted(traces.rank, np.arange(traces.ranks + 1)).tolist()
    for rank in range(traces.ranks):
        data = encode(str(traces.interface[rank]), list(_nodes(traces, first[rank], first[rank + 1])))
        path = folder / f"{name}.{rank}.{form}{'.gz' if compress else ''}"
        _replace(path, gzip.compress(data, mtime=0) if compress else data)
        written.append(path)
    return tuple(written)


def _replace(path: Path, data: bytes) -> None:
    """Write a whole file or none."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


Value = bool | int | float | str | list[bool]


@dataclass(frozen=True, slots=True)
class _Node:
    """A node to be written: durations in whole microseconds."""

    number: int
    kind: TraceKind
    deps: list[int]
    duration_us: int
    values: dict[str, Value]


def _messages(interface: str, nodes: list[_Node]) -> bytes:
    told = wire.put(2, put_attribute("interface", STRING, interface)) if interface else b""
    return b"".join([wire.put_message(wire.put(1, VERSION.encode()) + told), *map(_message, nodes)])


def _message(node: _Node) -> bytes:
    fields = [wire.put(1, node.number), wire.put(2, f"{node.kind.name}_NODE".encode()), wire.put(3, int(node.kind))]
    fields += [wire.put(5, b"".join(map(wire.put_varint, node.deps)))] if node.deps else []
    fields += [wire.put(7, node.duration_us)] if node.duration_us else []
    fields += [wire.put(10, put_attribute(key, _TYPES[key], value)) for key, value in node.values.items()]
    return wire.put_message(b"".join(fields))


def _json(interface: str, nodes: list[_Node]) -> bytes:
    graph = [
        {"Id": n.number, "Name": f"{n.kind.name}_NODE", "NodeType": int(n.kind), "data_deps": n.deps,
         "runtime": n.duration_us, **n.values}
        for n in nodes
    ]  # fmt: skip
    return json.dumps({"interface": interface, "workload_graph": graph}, indent=1).encode() + b"\n"


def _nodes(traces: Traces, first: int, last: int) -> Iterator[_Node]:
    """Nodes of one rank."""
    begin, end = int(traces.dep_ptr[first]), int(traces.dep_ptr[last])
    deps = traces.node[traces.dep_idx[begin:end]].tolist()
    ptr = (traces.dep_ptr[first : last + 1] - begin).tolist()
    for at, row in enumerate(_rows(traces, first, last)):
        yield _Node(row["node"], TraceKind(row["kind"]), deps[ptr[at] : ptr[at + 1]], *_timed(traces, row))


def _rows(traces: Traces, first: int, last: int) -> Iterator[dict[str, Any]]:
    columns = {name: getattr(traces, name)[first:last].tolist() for name in _COLUMNS}
    return (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))


def _timed(traces: Traces, row: dict[str, Any]) -> tuple[int, dict[str, Value]]:
    """Duration in microseconds, and the attributes that a node of this kind has."""
    kind, duration_us = row["kind"], round(row["duration_s"] * 1e6)
    values: dict[str, Value] = {"is_cpu_op": row["on_cpu"]}
    if row["duration_s"] != duration_us * MICRO_S:
        values["duration_s"] = row["duration_s"]
    if kind == TraceKind.COMP:
        counted = {"num_ops": row["operations"], "tensor_size": row["tensor_B"]}
        values |= {name: round(amount) for name, amount in counted.items() if amount > 0}
    if kind in (TraceKind.COMM_SEND, TraceKind.COMM_RECV):
        values |= {"comm_src": row["src"], "comm_dst": row["dst"], "comm_tag": row["tag"]}
    if kind == TraceKind.COMM_COLL:
        values["comm_type"] = row["collective"]
        values |= {"pg_name": str(traces.groups.name[row["group"]])} if row["group"] >= 0 else {}
        flags = [bool(row["dimensions"] >> place & 1) for place in range(row["dimensions"].bit_length())]
        values |= {"involved_dim": flags} if row["group"] == -2 else {}
    if kind in (TraceKind.COMM_SEND, TraceKind.COMM_RECV, TraceKind.COMM_COLL):
        values["comm_size"] = round(row["size_B"])
        values |= {} if row["size_B"] == values["comm_size"] else {"size_B": row["size_B"]}
    return duration_us, values

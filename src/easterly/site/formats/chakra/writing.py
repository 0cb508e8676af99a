"""From traces to files."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from easterly.model.traces import TraceKind, Traces
from easterly.site.formats.chakra import wire
from easterly.site.formats.chakra.attributes import BOOL, DOUBLE, INT32, INT64, STRING, UINT64, put_attribute

VERSION = "0.0.4"
_TYPES = {
    "num_ops": INT64, "tensor_size": UINT64, "comm_size": INT64, "comm_type": INT64, "comm_src": INT32,
    "comm_dst": INT32, "comm_tag": INT32, "pg_name": STRING, "is_cpu_op": BOOL, "duration_s": DOUBLE, "size_B": DOUBLE,
}  # fmt: skip
"""Types that the readers of Chakra and ASTRA-sim expect of these attributes."""


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
    written = []
    first = np.searchsorted(traces.rank, np.arange(traces.ranks + 1))
    for rank in range(traces.ranks):
        rows = range(int(first[rank]), int(first[rank + 1]))
        data = (_json if form == "json" else _messages)(traces, rank, rows)
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


def _messages(traces: Traces, rank: int, rows: range) -> bytes:
    told = put_attribute("interface", STRING, str(traces.interface[rank]))
    parts = [wire.put_message(wire.put(1, VERSION.encode()) + (wire.put(2, told) if traces.interface[rank] else b""))]
    for row, number, deps, values in _nodes(traces, rows):
        kind = TraceKind(int(traces.kind[row]))
        fields = [wire.put(1, number), wire.put(2, f"{kind.name}_NODE".encode()), wire.put(3, int(kind))]
        fields += [wire.put(5, b"".join(map(wire.put_varint, deps)))] if deps else []
        fields += [wire.put(7, _micros(float(traces.duration_s[row])))] if traces.duration_s[row] > 0 else []
        fields += [wire.put(10, put_attribute(key, _TYPES[key], value)) for key, value in values.items()]
        parts.append(wire.put_message(b"".join(fields)))
    return b"".join(parts)


def _json(traces: Traces, rank: int, rows: range) -> bytes:
    graph = []
    for row, number, deps, values in _nodes(traces, rows):
        kind = TraceKind(int(traces.kind[row]))
        head = {"Id": number, "Name": f"{kind.name}_NODE", "NodeType": int(kind), "data_deps": deps}
        graph.append({**head, "runtime": _micros(float(traces.duration_s[row])), **values})
    document = {"interface": str(traces.interface[rank]), "workload_graph": graph}
    return json.dumps(document, indent=1).encode() + b"\n"


def _micros(time_s: float) -> int:
    return round(time_s * 1e6)


def _nodes(traces: Traces, rows: range) -> Iterator[tuple[int, int, list[int], dict[str, Any]]]:
    """Row, number, numbers of dependencies and attributes of each node."""
    for row in rows:
        deps = traces.dep_idx[traces.dep_ptr[row] : traces.dep_ptr[row + 1]]
        yield row, int(traces.node[row]), traces.node[deps].tolist(), _attributes(traces, row)


def _attributes(traces: Traces, row: int) -> dict[str, Any]:
    """Attributes that the kind of a node has."""
    kind, values = int(traces.kind[row]), {"is_cpu_op": bool(traces.on_cpu[row])}
    given: dict[str, Any] = dict(values)
    duration_s, size_B = float(traces.duration_s[row]), float(traces.size_B[row])
    if duration_s != _micros(duration_s) * 1e-6:
        given["duration_s"] = duration_s
    if kind == TraceKind.COMP:
        given |= _counted(num_ops=traces.operations[row], tensor_size=traces.tensor_B[row])
    elif kind in (TraceKind.COMM_SEND, TraceKind.COMM_RECV):
        given |= {"comm_src": int(traces.src[row]), "comm_dst": int(traces.dst[row]), "comm_tag": int(traces.tag[row])}
    elif kind == TraceKind.COMM_COLL:
        given["comm_type"] = int(traces.collective[row])
        group = int(traces.group[row])
        given |= {"pg_name": str(traces.groups.name[group])} if group >= 0 else {}
    if kind in (TraceKind.COMM_SEND, TraceKind.COMM_RECV, TraceKind.COMM_COLL):
        given["comm_size"] = round(size_B)
        given |= {} if size_B == round(size_B) else {"size_B": size_B}
    return given


def _counted(**amounts: np.float64) -> dict[str, int]:
    return {name: round(float(amount)) for name, amount in amounts.items() if amount > 0}

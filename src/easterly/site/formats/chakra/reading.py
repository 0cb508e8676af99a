"""From files to traces."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from easterly.base.columns import bools, floats, indices, ints, texts
from easterly.base.findings import Finding, FindingsError
from easterly.model.traces import TraceGroups, TraceKind, Traces
from easterly.site.formats.chakra.files import MOST_NODES, File, content, named
from easterly.site.formats.chakra.nodes import Node, NodeError
from easterly.site.formats.found import Found

MOST_DEPS, MOST_RANKS = 20_000_000, 1_000_000


def read(
    source: str | Path | Iterable[str | Path], *, groups: str | Path | None = None
) -> tuple[Traces, tuple[Finding, ...]]:
    """Read the traces of all ranks of a job.

    Parameters
    ----------
    source : path or paths
        A folder with the files of one trace, or the files.
    groups : path, optional
        JSON with the ranks of each process group by name, as ASTRA-sim takes it; groups in the traces are known anyway.

    Returns
    -------
    Traces
    tuple of Finding
        Warnings and notes.

    Raises
    ------
    FindingsError
        E120 no files of traces, or of several; E122, E133, E134 a damaged or empty file; E132 too much; E666 numbers of
        nodes that stand twice or are missing. Each names its file and node.
    OSError
        If a file cannot be read.
    """
    rows = _Rows()
    findings: list[Finding] = []
    notes: list[Finding] = []
    for file in _files(source):
        found = Found(str(file.path))
        rows.take(file, found)
        (findings if found.failed else notes).extend(found.all())
    if groups is not None:
        found = Found(str(groups))
        rows.name_groups(_groups_of_file(Path(groups), found))
        findings.extend(found.all())
    if findings:
        raise FindingsError(findings)
    return rows.traces(), tuple(notes)


def _files(source: str | Path | Iterable[str | Path]) -> list[File]:
    """Files of one trace, by rank."""
    single = isinstance(source, (str, Path))
    paths = [Path(path) for path in ([source] if isinstance(source, (str, Path)) else source)]
    if single and paths[0].is_dir():
        files = [file for path in sorted(paths[0].iterdir()) if (file := named(path)) is not None and path.is_file()]
    else:
        files = [_known(path) for path in paths]
    names = sorted({file.name for file in files})
    if len(names) != 1:
        what = f"traces {', '.join(names[:4])}" if names else "no traces"
        hint = "give the files of one of them" if names else "the files are called NAME.<rank>.et"
        raise FindingsError([Finding("E120", "", f"there are {what}", hint, file=str(paths[0]) if paths else "")])
    return sorted(files, key=lambda file: file.rank)


def _known(path: Path) -> File:
    file = named(path)
    if file is None:
        what = "the name of the file has no rank" if path.exists() else "there is no such file or folder"
        raise FindingsError([Finding("E120", "", what, "the files are called NAME.<rank>.et", file=str(path))])
    return file


@dataclass(slots=True)
class _Rows:
    """Nodes of all files so far."""

    columns: list[tuple[Any, ...]] = field(default_factory=list)
    ptr: list[int] = field(default_factory=lambda: [0])
    deps: list[int] = field(default_factory=list)
    groups: dict[str, list[int]] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    interfaces: dict[int, str] = field(default_factory=dict)

    def take(self, file: File, found: Found) -> None:
        """Append the nodes of a file."""
        if file.rank in self.interfaces:
            found.error("E122", f"there is another file of rank {file.rank}", hint="remove one of them")
            return
        if file.rank >= MOST_RANKS:
            found.error("E132", f"ranks are read up to {MOST_RANKS - 1:,}")
            return
        self.interfaces[file.rank] = ""
        held = content(file, found)
        if held is None:
            return
        self.interfaces[file.rank] = held.interface
        total = sum(len(node.deps) for node in held.nodes) + len(self.deps)
        if len(self.columns) + len(held.nodes) > MOST_NODES or total > MOST_DEPS:
            found.error("E132", f"at most {MOST_NODES:,} nodes and {MOST_DEPS:,} dependencies are read")
            return
        self._append(file.rank, held.nodes, found)

    def _append(self, rank: int, nodes: Sequence[Node], found: Found) -> None:
        first, row = len(self.columns), {}
        for place, node in enumerate(nodes):
            if node.number in row:
                hint = "numbers of nodes are unique within a file"
                found.error("E666", f"node {node.number} stands twice", hint=hint, at=f"nodes/{node.number}")
            row[node.number] = first + place
        for node in nodes:
            self._one(rank, node, row, found)

    def _one(self, rank: int, node: Node, row: dict[int, int], found: Found) -> None:
        missing = [dep for dep in node.deps if dep not in row]
        if missing:
            message = f"node {node.number} depends on node {missing[0]}, which is not in the file"
            found.error("E666", message, hint="the file may be cut short", at=f"nodes/{node.number}")
        self.deps.extend(sorted({row[dep] for dep in node.deps if dep in row}))
        self.ptr.append(len(self.deps))
        try:
            self.columns.append(self._values(rank, node))
        except NodeError as error:
            found.error("E122", f"node {node.number}: {error}", at=f"nodes/{node.number}")
            self.columns.append((rank, node.number, 0, False, 0.0, 0.0, 0.0, 0.0, -1, -1, -1, -1, -1, 0))
        if node.kind == TraceKind.METADATA:
            self.name_groups(_groups_of_text(node.inputs))

    def _values(self, rank: int, node: Node) -> tuple[Any, ...]:
        size_B = node.amount("size_B") if "size_B" in node.values else node.amount("comm_size")
        is_coll = node.kind == TraceKind.COMM_COLL
        return (
            rank, node.number, node.kind, _on_cpu(node), node.duration_s, node.amount("num_ops"),
            node.amount("tensor_size"), size_B, node.whole("comm_src"), node.whole("comm_dst"),
            node.whole("comm_tag", 1 << 63), max(node.whole("comm_type"), 0) if is_coll else -1, self._group(node),
            _dimensions(node),
        )  # fmt: skip

    def _group(self, node: Node) -> int:
        """Row of the group that a node names; -2 where it names dimensions instead, -1 for neither."""
        name = node.values.get("pg_name")
        if isinstance(name, (str, int)) and str(name) != "":
            return self.used.setdefault(str(name)[:256], len(self.used))
        return -2 if node.values.get("involved_dim") else -1

    def name_groups(self, groups: dict[str, list[int]]) -> None:
        """Tell the ranks of groups."""
        self.groups.update(groups)

    def traces(self) -> Traces:
        """All that was read, as columns."""
        table = list(zip(*self.columns, strict=True)) or [()] * 14
        return Traces(
            rank=ints(table[0]), node=indices(table[1]), kind=ints(table[2]), on_cpu=bools(table[3]),
            duration_s=floats(table[4]), operations=floats(table[5]), tensor_B=floats(table[6]),
            size_B=floats(table[7]), src=ints(table[8]), dst=ints(table[9]), tag=indices(table[10]),
            collective=ints(table[11]), group=ints(table[12]), dimensions=indices(table[13]),
            dep_ptr=indices(self.ptr), dep_idx=ints(self.deps), groups=self._groups(),
            interface=texts([self.interfaces.get(rank, "") for rank in range(max(self.interfaces) + 1)]),
        )  # fmt: skip

    def _groups(self) -> TraceGroups:
        """Groups that nodes name, in the order in which they do; those that nobody tells the ranks of are empty."""
        members = [self.groups.get(name, []) for name in self.used]
        ptr = [0]
        for ranks in members:
            ptr.append(ptr[-1] + len(ranks))
        return TraceGroups(texts([*self.used, ""])[:-1], indices(ptr), ints([r for m in members for r in m]))


def _on_cpu(node: Node) -> bool:
    return bool(node.values.get("is_cpu_op", False))


def _dimensions(node: Node) -> int:
    """Dimensions that take part, as bits; 0 where none is named."""
    flags = node.values.get("involved_dim")
    if not isinstance(flags, list):
        return 0
    if len(flags) > 62:
        raise NodeError(f"involved_dim has {len(flags)} dimensions")
    return sum(1 << i for i, flag in enumerate(flags) if flag)


def _groups_of_text(told: str) -> dict[str, list[int]]:
    """Process groups of a PyTorch job: JSON within the inputs of a metadata node; nothing if it is none."""
    begin, end = told.find("[{"), told.rfind("}]")
    try:
        entries = json.loads(told[begin : end + 2]) if 0 <= begin < end else []
    except (ValueError, RecursionError):
        return {}
    return {
        str(one["pg_name"])[:256]: _ranks(one["ranks"])
        for one in entries
        if isinstance(one, dict) and "pg_name" in one and _ranks(one.get("ranks"))
    }


def _ranks(value: Any) -> list[int]:
    """Ranks in a list; none if something else is in it."""
    if isinstance(value, list) and all(isinstance(r, int) and 0 <= r < MOST_RANKS for r in value):
        return [int(r) for r in value]
    return []


def _groups_of_file(path: Path, found: Found) -> dict[str, list[int]]:
    """``{"1": [0, 1, 2, 3], ...}``."""
    try:
        document = json.loads(path.read_bytes()[: 1 << 26])
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or not all(_ranks(ranks) for ranks in document.values()):
        found.error("E122", "the file is no JSON object of lists of ranks by the name of their group")
        return {}
    return {str(name)[:256]: _ranks(ranks) for name, ranks in document.items()}

"""Execution traces: what each rank of a job did, and what it waited for, as other tools exchange it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, IntColumn, TextColumn
from easterly.base.schema import Doc, Unit


class TraceKind(IntEnum):
    """What a node of a trace is; the numbers are Chakra's."""

    INVALID = 0
    METADATA = 1
    MEM_LOAD = 2
    MEM_STORE = 3
    COMP = 4
    COMM_SEND = 5
    COMM_RECV = 6
    COMM_COLL = 7
    STORAGE = 8
    BATCH = 9
    CHECKPOINT = 10


class TraceCollective(IntEnum):
    """Kinds of collectives; the numbers are Chakra's."""

    ALL_REDUCE = 0
    REDUCE = 1
    ALL_GATHER = 2
    GATHER = 3
    SCATTER = 4
    BROADCAST = 5
    ALL_TO_ALL = 6
    REDUCE_SCATTER = 7
    REDUCE_SCATTER_BLOCK = 8
    BARRIER = 9


@dataclass(frozen=True, slots=True)
class TraceGroups:
    """Groups of ranks that collectives name.

    The ranks of group g are ``member_idx[member_ptr[g]:member_ptr[g + 1]]``.
    """

    name: Annotated[TextColumn, Doc("Name of the process group, unique.")]
    member_ptr: Annotated[IndexColumn, Doc("CSR pointer into `member_idx`.")]
    member_idx: Annotated[IntColumn, Doc("Ranks.")]

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True, slots=True)
class Traces:
    """Nodes of the traces of all ranks, rank by rank in the order of their files.

    A node begins when the nodes that it depends on are done: ``dep_idx[dep_ptr[n]:dep_ptr[n + 1]]``, rows of this
    table. Columns that do not apply hold -1, or 0 for amounts.
    """

    rank: Annotated[IntColumn, Doc("Rank that the node belongs to.")]
    node: Annotated[IndexColumn, Doc("Its number in the trace of its rank.")]
    kind: Annotated[IntColumn, Doc("A `TraceKind`.")]
    on_cpu: Annotated[BoolColumn, Doc("Whether it runs on the host's processor.")]
    duration_s: Annotated[FloatColumn, Unit("s"), Doc("Time that it takes.")]
    operations: Annotated[FloatColumn, Unit("FLOP"), Doc("Arithmetic that it does.")]
    tensor_B: Annotated[FloatColumn, Unit("B"), Doc("Bytes of memory that it touches.")]
    size_B: Annotated[FloatColumn, Unit("B"), Doc("Bytes of a message; of a collective what each rank puts in.")]
    src: Annotated[IntColumn, Doc("Sending rank.")]
    dst: Annotated[IntColumn, Doc("Receiving rank.")]
    tag: Annotated[IndexColumn, Doc("Tells messages between the same ranks apart.")]
    collective: Annotated[IntColumn, Doc("A `TraceCollective`.")]
    group: Annotated[IntColumn, Doc("Row of `groups`; -1 for all ranks, -2 for those of the dimensions.")]
    dimensions: Annotated[IndexColumn, Doc("Dimensions of the network that take part, as bits from the first on.")]
    dep_ptr: Annotated[IndexColumn, Doc("CSR pointer into `dep_idx`.")]
    dep_idx: Annotated[IntColumn, Doc("Rows that the node depends on.")]
    groups: Annotated[TraceGroups, Doc("Process groups.")]
    interface: Annotated[TextColumn, Doc("Network interface of each rank, where the traces tell; else empty.")]

    def __len__(self) -> int:
        return len(self.rank)

    def __repr__(self) -> str:
        return f"<Traces: {len(self):,} nodes of {self.ranks:,} ranks>"

    @property
    def ranks(self) -> int:
        """Number of ranks."""
        return len(self.interface)

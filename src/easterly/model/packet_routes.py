"""Where packets go when paths have choices, and links that fail, as a simulation of packets takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn
from easterly.base.schema import Doc, Unit

Pick = Literal["hash", "random", "flow-turns", "switch-turns", "least", "least-random", "two-choices"]
PICKS = ("hash", "random", "flow-turns", "switch-turns", "least", "least-random", "two-choices", "back")
"""In the order of the kernel's numbers; the last is the end of a table."""
Happening = Literal["down", "hold", "up", "rate", "loss", "bit-errors"]
HAPPENINGS = ("down", "hold", "up", "rate", "loss", "bit-errors", "avoid", "trust", "tables")
"""The same; the last three are what switches learn."""


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """What happens to a link, in one direction."""

    at_s: Annotated[float, Unit("s"), Doc("When.")]
    link: Annotated[int, Doc("Row of the links.")]
    what: Annotated[
        Happening,
        Doc(
            "``down``: what waits and what is on the link is lost, and the port refuses; ``hold``: what waits, and what comes, "
            "is held until it is ``up``; ``rate``, ``loss`` of packets, ``bit-errors``: from now on."
        ),
    ]
    value: Annotated[float, Unit("as `what` says"), Doc("Rate [bit/s], loss [1] or errors per bit [1].")] = 0.0


@dataclass(frozen=True, slots=True)
class Manner:
    """How switches, and hosts with several interfaces, choose among equals."""

    pick: Annotated[
        Pick,
        Doc(
            "By hash of the flow; at random or in turns of the flow or of the switch for each packet; the shortest queue, "
            "ties by hash or at random; the shorter of two drawn."
        ),
    ] = "hash"
    gap_s: Annotated[
        float, Unit("s"), Doc("A flow keeps its choice until it was idle for longer: flowlets; 0: none.")
    ] = 0.0
    modulo: Annotated[bool, Doc("Hash mod w instead of one of w regions of its range (RFC 2992).")] = False
    resilient: Annotated[bool, Doc("When a link fails, only its own flows move.")] = False
    polarised: Annotated[bool, Doc("All switches hash with one seed, as they should not.")] = False


@dataclass(frozen=True, slots=True)
class Names:
    """What is hashed, where it is not the mixed name of a connection: values of one hash function with seed 0."""

    value: Annotated[NDArray[np.uint64], Doc("(F, 2) of each flow, and of its acknowledgements.")]
    seed: Annotated[NDArray[np.uint64], Doc("(N,) what the seed of each node adds to a value.")]
    bits: Annotated[int, Doc("Width of the values.")] = 32


@dataclass(frozen=True, slots=True)
class PacketRoutes:
    """Paths with choices: links, groups of continuations, and what they pick by.

    In `route`, -1 ends a path and ``-2 - g`` stands for group g: the path goes on at one of its members.
    """

    route: Annotated[IntColumn, Doc("Links, ends and groups.")]
    path: Annotated[IndexColumn, Doc("(F, 2) where each flow begins in `route`, and its acknowledgements.")]
    ptr: Annotated[IndexColumn, Doc("(G + 1,) members of group g: member[ptr[g]:ptr[g + 1]].")]
    member: Annotated[IndexColumn, Doc("Where in `route` each begins.")]
    weight: Annotated[FloatColumn, Unit("1"), Doc("Of each member.")]
    manner: Annotated[IntColumn, Doc("(G,) row of the columns below.")]
    table: Annotated[IntColumn, Doc("(G,) table of the group; -1 in lists of flows.")]
    pick: Annotated[IntColumn, Doc("(M,) row of `PICKS`.")]
    modulo: Annotated[IntColumn, Doc("(M,) 1: hash mod w.")]
    added: Annotated[IntColumn, Doc("(M,) 1: the seed is added to the name, not mixed with it.")]
    resilient: Annotated[IntColumn, Doc("(M,) 1: only flows of a failed member move.")]
    bits: Annotated[IntColumn, Doc("(M,) width of the hash.")]
    seed: Annotated[NDArray[np.uint64], Doc("(M,) of the hash.")]
    gap_ps: Annotated[IndexColumn, Unit("ps"), Doc("(M,) idle time after which a flow chooses anew.")]
    name: Annotated[NDArray[np.uint64], Doc("(F, 2) what is hashed.")]
    watched: Annotated[bool, Doc("Whether picks and changes are counted.")] = False

    def __len__(self) -> int:
        return len(self.path)


@dataclass(frozen=True, slots=True)
class PacketFaults:
    """What becomes of links, and when switches learn of it: rows in the order of time."""

    at_s: Annotated[FloatColumn, Unit("s"), Doc("(E,) when.")]
    what: Annotated[IntColumn, Doc("(E,) row of `HAPPENINGS`.")]
    link: Annotated[IntColumn, Doc("(E,) link; of tables, which.")]
    value: Annotated[FloatColumn, Unit("as `what` says"), Doc("(E,) rate [bit/s], loss [1] or errors per bit [1].")]
    table_ptr: Annotated[
        IndexColumn, Doc("(T + 1,) new members number t: groups group[table_ptr[t]:table_ptr[t + 1]].")
    ]
    group: Annotated[IntColumn, Doc("Group of `PacketRoutes`.")]
    ptr: Annotated[IndexColumn, Doc("Members of group r: member[ptr[r]:ptr[r + 1]].")]
    member: Annotated[IndexColumn, Doc("Where in `route` each begins.")]
    weight: Annotated[FloatColumn, Unit("1"), Doc("Of each member.")]

    def __len__(self) -> int:
        return len(self.at_s)


@dataclass(frozen=True, slots=True)
class Fates:
    """Packets that were lost on their way, and what choices did."""

    cut: Annotated[IndexColumn, Doc("(L,) that waited before a link or were on it when it went down.")]
    refused: Annotated[IndexColumn, Doc("(L,) that came to a link that was down.")]
    lost: Annotated[IndexColumn, Doc("(L,) lost on the link by chance.")]
    without_way: Annotated[int, Doc("That found no next hop.")]
    of_flow: Annotated[IndexColumn, Doc("(F,) cut or refused.")]
    changes: Annotated[
        IndexColumn, Doc("(F,) packets that went another way than the one before; empty if not watched.")
    ]
    picked: Annotated[IndexColumn, Doc("Packets by member of `PacketRoutes`; empty if not watched.")]

"""Next hops: what every switch does with a packet for every other one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import IndexColumn, IntColumn
from easterly.base.schema import Doc


@dataclass(frozen=True, slots=True)
class Forwarding:
    """One row per switch and destination that has a way, by switch and then by destination."""

    node: Annotated[IntColumn, Doc("(E,) switch.")]
    target: Annotated[IntColumn, Doc("(E,) destination, a switch.")]
    ptr: Annotated[IndexColumn, Doc("(E+1,) CSR pointer into `link`.")]
    link: Annotated[IntColumn, Doc("Links of all cheapest ways, in their order.")]
    backup: Annotated[
        IntColumn,
        Doc("(E,) link of a way around the only next hop, without loop (RFC 5286); -1 where there is none or no need."),
    ]
    seed: Annotated[IntColumn, Doc("(N,) seed of the hash by which each node of the network chooses.")]

    def __len__(self) -> int:
        return len(self.node)

"""What links count for in protocols that count hops, and where that does not give the plan's next hops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import IntColumn
from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class AsHops:
    """AS hops that each link counts for where BGP runs on it, so that fewest hops are least cost."""

    count: Annotated[IntColumn, Unit("1"), Doc("(L,) hops, 1 and more; 1 where BGP does not run.")]
    router: Annotated[IntColumn, Doc("(K,) routers whose next hops are not the plan's all the same.")]
    target: Annotated[IntColumn, Doc("(K,) a router that announces hosts' prefixes, towards which that is so.")]

"""Neighbours behind tunnels: FRR tells its kernel of a tenant's route, and of the neighbour it leads to, in two steps.

When the way that is chosen for a route changes, FRR 8.4 first learns the neighbour of the new way and then, from a
queue, forgets that of the old one, which mostly is the same (its issue 12391, mended in 8.5). The route stays without
its neighbour until the sessions begin anew, and packets are lost.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from easterly.app.lab.running import Running
from easterly.app.lab.spaces import Space, together
from easterly.base.counts import counted
from easterly.base.schema import Doc

EVERY_S = 0.2
PATIENCE_S = 3.0
"""Neighbours that are to come have come by then: routes and they are milliseconds apart."""


@dataclass(frozen=True, slots=True)
class Tunnels:
    """Next hops of tenants' routes that are behind tunnels."""

    count: Annotated[int, Doc("How many there are.")]
    lacking: Annotated[tuple[str, ...], Doc("Those whose neighbour the kernel does not know.")]


def seen(lab: Running) -> Tunnels:
    """What the kernels know.

    Parameters
    ----------
    lab : Running

    Returns
    -------
    Tunnels
        Of all tables that have a namespace of their own.
    """
    tables = [name for name in lab.spaces if "/" in name]
    found = together(lambda name: _known(lab.spaces[name]), tables)
    lacking = [f"{name}: {hop}" for name, hops in zip(tables, found, strict=True) for hop, there in hops if not there]
    return Tunnels(sum(map(len, found)), tuple(lacking))


def waited(lab: Running, *, seconds: float, said: Callable[[str], None] = lambda stage: None) -> tuple[str, ...]:
    """Wait until all neighbours are there; where they do not come, begin the router's sessions anew.

    Parameters
    ----------
    lab : Running
    seconds : float [s]
        After which it is given up.
    said : callable, optional
        Told what is being waited for.

    Returns
    -------
    tuple of str
        Routers whose sessions were begun anew.
    """
    end, cleared = time.monotonic() + seconds, dict[str, float]()
    begun = time.monotonic()
    while (now := time.monotonic()) < end:
        lacking = seen(lab).lacking
        if not lacking:
            break
        said(f"{counted(len(lacking), 'neighbour')} behind tunnels to come")
        for node in dict.fromkeys(each.partition("/")[0] for each in lacking):
            if now - cleared.get(node, begun) > PATIENCE_S:
                folder = lab.record.folder / node
                lab.spaces[node].run("vtysh", "--vty_socket", str(folder), "-c", "clear bgp *")
                cleared[node] = now
        time.sleep(EVERY_S)
    return tuple(cleared)


def _known(space: Space) -> list[tuple[str, bool]]:
    """Next hops of a table that tunnels lead to, and whether the kernel has their neighbour and where that is."""
    told: list[dict[str, Any]] = json.loads(space.shows("ip", "-j", "neigh", "show") or "[]")
    macs = {(row["dev"], row["dst"]): row["lladdr"] for row in told if "lladdr" in row}
    behind: list[dict[str, Any]] = json.loads(space.shows("bridge", "-j", "fdb", "show") or "[]")
    ends = {row["mac"] for row in behind if "dst" in row}
    return [(f"{hop} on {dev}", macs.get((dev, hop)) in ends) for dev, hop in dict.fromkeys(_hops(space))]


def _hops(space: Space) -> Iterator[tuple[str, str]]:
    for family in ("-4", "-6"):
        rows: list[dict[str, Any]] = json.loads(space.shows("ip", family, "-j", "route", "show") or "[]")
        for row in rows:
            for hop in row.get("nexthops", [row]):
                if "onlink" in hop.get("flags", ()) and "gateway" in hop:
                    yield hop["dev"], hop["gateway"]

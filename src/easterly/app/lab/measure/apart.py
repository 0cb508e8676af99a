"""Whom tenants do not reach: packets that are sent all the same, and counted wherever a host receives any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from easterly.app.lab.measure.flows import Flow, burst, several
from easterly.app.lab.measure.of_site import Port
from easterly.app.lab.measure.wire import Frame, tapped
from easterly.app.lab.measure.within import Within
from easterly.app.lab.running import Running
from easterly.base.schema import Doc

PACKETS, FIRST = 20, 50_000
MOST = 200
"""Trials; more pairs of tables than that are not tried."""
REACHED = "a table has ways to its own hosts: the same packets, counted in the same places"
APART = "no table has a way to another's hosts unless the plan joins them, and no host of the lab got any of these"


@dataclass(frozen=True, slots=True)
class Trial:
    """Packets from one table to an address of another, or of the same."""

    src_table: Annotated[str, Doc("Table of the sender.")]
    dst_table: Annotated[str, Doc("Table of the address.")]
    flow: Annotated[Flow, Doc("Packets.")]


def trials(own: Mapping[str, Sequence[Port]], joined: set[tuple[str, str]]) -> list[Trial]:
    """From one host of each table to one of every table that it is not joined to, itself included, in each family.

    Parameters
    ----------
    own : mapping of str to sequence of Port
        Ports of hosts by table.
    joined : set of (str, str)
        Tables that may reach each other, of which nothing is said here.
    """
    ends = list(_pairs(own, joined))[:MOST]
    return [
        Trial(a, b, several(1, src.host, dst.host, src.address, dst.address, first=FIRST + i)[0])
        for i, (a, b, src, dst) in enumerate(ends)
    ]  # fmt: skip


def _pairs(
    own: Mapping[str, Sequence[Port]], joined: set[tuple[str, str]]
) -> Iterator[tuple[str, str, Port, Port]]:  # fmt: skip
    for a, sending in own.items():
        for b, receiving in own.items():
            for family in (4, 6):
                found = ((src, dst) for src in sending for dst in reversed(receiving)
                         if src.host != dst.host and src.family == dst.family == family)  # fmt: skip
                pair = next(found, None)
                if pair and (a, b) not in joined:
                    yield a, b, *pair


def counted(lab: Running, tried: Sequence[Trial]) -> Counter[int]:
    """Send the packets of all trials; those that any host receives, by source port."""
    hosts = {host: lab.spaces[host] for host in lab.hosts}
    flows = [each.flow for each in tried]
    with tapped(hosts) as told:
        burst(lab.spaces, flows, packets=PACKETS, reachable=False, slowest_bps=lab.slowest_bps)
        return received(flows, told())


def received(flows: Sequence[Flow], frames: Sequence[Frame]) -> Counter[int]:
    """Packets of flows among the frames that were received, by source port."""
    keys = {(each.src_address, each.dst_address, each.src_port, each.dst_port) for each in flows}
    found = [frame.headers for frame in frames if not frame.sent]
    return Counter(
        each.src_port for each in found if each and (each.src, each.dst, each.src_port, each.dst_port) in keys
    )


def compared(tried: Sequence[Trial], arrived: Mapping[int, int]) -> list[Within]:
    """Packets that were received by any host: all within a table, none between tables.

    Parameters
    ----------
    tried : sequence of Trial
    arrived : mapping of int to int
        From `received`.
    """
    sums: Counter[tuple[str, str]] = Counter()
    counts: Counter[tuple[str, str]] = Counter()
    for each in tried:
        counts[each.src_table, each.dst_table] += PACKETS
        sums[each.src_table, each.dst_table] += arrived.get(each.flow.src_port, 0)
    return [
        Within.exactly(f"{count} packets of {a} to {b}, received", count if a == b else 0, sums[a, b],
                       REACHED if a == b else APART)
        for (a, b), count in counts.items()
    ]  # fmt: skip

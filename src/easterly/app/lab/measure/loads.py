"""Bytes of an all-reduce on every cable, in each direction: told by the ways of its connections, and counted.

A rank sends ``2 (n-1)/n S`` of data to the next one, which passes the cables on the way of their connection, and
nothing of it passes any other. Interfaces count frames and their bytes. Every frame of a connection has headers of one
size: so bytes less headers are data, and have to be what was computed to the byte, but for what else is on the cable.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from easterly.app.lab.cables import Cable
from easterly.app.lab.measure.choice import End, Fabric, ways
from easterly.app.lab.measure.counters import Counts, interfaces
from easterly.app.lab.measure.flows import Flow
from easterly.app.lab.measure.padded import Padded
from easterly.app.lab.measure.within import Within
from easterly.app.lab.ring.predicted import Framing
from easterly.app.lab.ring.trial import TIMES
from easterly.app.lab.spaces import Space
from easterly.base.schema import Doc, Unit

LEAST_B = 2_000
"""Of hellos and neighbours: allowed for, even where none were seen before."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Counters at one time."""

    at_s: Annotated[float, Unit("s"), Doc("When it began.")]
    counts: Annotated[Mapping[End, Counts], Doc("Of every interface of the nodes.")]
    resent: Annotated[int, Doc("Segments that hosts have sent again.")]


@dataclass(frozen=True, slots=True)
class Passing:
    """Cables that connections pass, by the end that they leave."""

    data: Annotated[Mapping[End, int], Doc("Connections whose data leaves there.")]
    acks: Annotated[Mapping[End, int], Doc("Connections whose acknowledgements leave there.")]
    ends: Annotated[frozenset[End], Doc("All ends of cables.")]


def passing(made: Fabric, flows: Sequence[Flow], far: Mapping[End, End]) -> Passing:
    """Ends of cables that each connection leaves, there and back.

    Parameters
    ----------
    made : Fabric
    flows : sequence of Flow
        Connections, in the direction of their data.
    far : mapping of End to End
        Both ends of each cable, by either; bridges within a switch are none.
    """
    return Passing(_passed(made, flows, far), _passed(made, [back(flow) for flow in flows], far), frozenset(far))


def back(flow: Flow) -> Flow:
    """The other direction of a connection."""
    return replace(
        flow, src=flow.dst, dst=flow.src, src_address=flow.dst_address, dst_address=flow.src_address,
        src_port=flow.dst_port, dst_port=flow.src_port,
    )  # fmt: skip


def _passed(made: Fabric, flows: Sequence[Flow], far: Mapping[End, End]) -> Counter[End]:
    return Counter(
        end for flow, way in zip(flows, ways(made, flows), strict=True)
        for end in (*way, *_last(made, way, flow, far)) if end in far
    )  # fmt: skip


def _last(made: Fabric, way: Sequence[End], flow: Flow, far: Mapping[End, End]) -> list[End]:
    """The port of the last router towards the host, where the way only knows the bridge in front of it.

    It is that of the interface which the host answers by: of several at one switch each has an address of its own.
    """
    if not way or way[-1] in far:
        return []
    return [far[flow.dst, hop.device] for hop in made.groups[flow.dst, flow.src_address]]


def read(nodes: Mapping[str, Space], hosts: Sequence[Space]) -> Reading:
    """Counters of interfaces of nodes, and of what hosts have sent again."""
    at_s = time.monotonic()
    return Reading(at_s, interfaces(nodes), sum(space.call(_resent) for space in hosts))


def _resent() -> int:
    """RetransSegs of the namespace (RFC 4022, tcpRetransSegs)."""
    lines = Path("/proc/thread-self/net/snmp").read_text(encoding="ascii").splitlines()
    names, values = (line.split() for line in lines if line.startswith("Tcp:"))
    return int(values[names.index("RetransSegs")])


def compared(
    passes: Passing, each_B: int, framing: Framing, readings: tuple[Reading, Reading, Reading, Reading], *,
    around_B: Mapping[End, int] = {}, whose: str = "the all-reduce", hellos: Mapping[End, Padded] = {},
) -> list[Within]:  # fmt: skip
    """Bytes that left by each end of a cable, beside those of the connections that pass it.

    Parameters
    ----------
    passes : Passing
    each_B : int [B]
        Data of each connection.
    framing : Framing
        Sizes of headers and of the largest segment.
    readings : tuple of Reading
        Before and after some time without the all-reduce; before and after it.
    around_B : mapping of End to int, optional
        What tunnels add to each frame [B], where there are any.
    whose : str, optional
        What it is called.
    hellos : mapping of End to Padded, optional
        Those that are as long as frames.

    Returns
    -------
    list of Within
        Data and frames of each end that is used, then frames on all others.
    """
    quiet, still, begin, end = readings
    longer = (end.at_s - begin.at_s) / max(still.at_s - quiet.at_s, 1e-3)
    made, rest_B, spare_B = [], 0, 0
    for at in sorted(passes.ends):
        got = end.counts[at].since(begin.counts[at])
        other_B = LEAST_B + int(2 * longer * still.counts[at].since(quiet.counts[at]).out_B)
        other_B += hellos[at].most_B(end.at_s - begin.at_s) if at in hellos else 0
        head_B = framing.ack_B + around_B.get(at, 0)
        again_B = (end.resent - begin.resent) * (framing.data_B + head_B)
        data_B = got.out_B - head_B * got.out_packets
        seen = _Seen(f"{whose} over {at[0]} {at[1]}", head_B, other_B, again_B)
        if passes.data.get(at):
            made.append(seen.data(passes.data[at] * each_B, data_B))
            made.append(seen.frames(passes.data[at], passes.acks.get(at, 0), each_B, framing, got.out_B))
        elif not passes.acks.get(at):
            rest_B, spare_B = rest_B + got.out_B, spare_B + other_B
    made.append(Within(
        f"bytes where no connection of {whose} passes", 0, 0, spare_B, rest_B, "B",
        f"other packets: at most {spare_B:,} B, by those without it",
    ))  # fmt: skip
    return made


def paced(
    what: str, passes: Passing, cables: Sequence[Cable], each_B: int, framing: Framing, time_s: float, *,
    around_B: Mapping[End, int] = {},
) -> Within:  # fmt: skip
    """Time of an all-reduce beside that of the fullest link.

    In a ring every rank passes on as much as the one before, so that all connections have the pace of the slowest: its
    fullest link divides its rate among those that pass it.

    Parameters
    ----------
    what : str
        Its name.
    passes : Passing
    cables : sequence of Cable
        Rates and buckets.
    each_B : int [B]
        Data of each connection in one all-reduce.
    framing : Framing
    time_s : float [s]
        Measured.
    around_B : mapping of End to int, optional
        What tunnels add to each frame [B].
    """
    frames = each_B / framing.data_B
    loads = [
        (passes.data[end] * frames * (framing.frame_B + around_B.get(end, 0)), cable)
        for cable in cables for end in cable.ends if passes.data.get(end)
    ]  # fmt: skip
    wanted_s = max(8 * wire_B / cable.rate_bps for wire_B, cable in loads)
    least_s = max(8 * (wire_B - cable.at_once_B) / cable.rate_bps for wire_B, cable in loads)
    why = (
        f"nothing is faster than the fullest link on the computed ways, but for what its bucket lets through at once: "
        f"{wanted_s - least_s:.2g} s; acknowledgements, start-up: up to {TIMES[1] - 1:.0%}"
    )
    return Within(what, wanted_s, least_s, TIMES[1] * wanted_s, time_s, "s", why)


@dataclass(frozen=True, slots=True)
class _Seen:
    """An end of a cable: headers of frames there, and the most that is no part of the plan."""

    name: str
    head_B: int
    other_B: int
    again_B: int

    def data(self, wanted_B: int, got_B: int) -> Within:
        """Bytes without headers."""
        why = (
            f"each frame has {self.head_B} B of headers, and what is left is data; other packets come to "
            f"{self.other_B:,} B at most, by those without it, and segments that were sent again to {self.again_B:,} B"
        )
        most_B = wanted_B + self.other_B + self.again_B
        return Within(f"data of {self.name}", wanted_B, wanted_B - self.other_B, most_B, got_B, "B", why)

    def frames(self, connections: int, acknowledged: int, each_B: int, framing: Framing, got_B: int) -> Within:
        """Bytes with headers: full segments at least; at most as many more that are not full, and acknowledgements."""
        segments = -(-each_B // framing.data_B)
        headers_B = segments * self.head_B
        least_B = connections * (each_B + headers_B)
        most_B = least_B + (connections + 2 * acknowledged) * headers_B + self.other_B + self.again_B
        why = (
            f"at least {segments:,} segments of {framing.data_B:,} B for each connection; at most one more behind "
            "each, that is not full, and an acknowledgement for every one that comes the other way (RFC 5681, 4.2)"
        )
        return Within(f"bytes of {self.name}", least_B, least_B, most_B, got_B, "B", why)

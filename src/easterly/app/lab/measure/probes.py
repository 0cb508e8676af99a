"""Probes on many flows at once, a thousand a second of each, from one thread with sockets in many namespaces.

Where cables are slow, they are fewer.

A probe carries its number and the time at which it was sent; both ends share a clock. What is lost is told by number,
and for how long by the times of sending: so it does not matter when this thread gets to read what came in, and where it
could not send for a while, that widens the answer instead of spoiling it.
"""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Annotated, Protocol

import numpy as np

from easterly.app.lab.measure.flows import Door, Flow, receivers, senders
from easterly.app.lab.spaces import LabError, Space
from easterly.base.columns import FloatColumn, floats
from easterly.base.schema import Doc, Unit

EVERY_S = 0.001
FRAME_B, PART = 150, 0.5
"""A probe on a cable, in a tunnel over IPv6 at most, and the part of a cable's rate that probes take at most."""
READ_EVERY = 10
"""Rounds of probes from one reading to the next."""
GRACE_S = 0.2
"""How long probes may still be on their way at the end."""
URGENT = -15
SO_TIMESTAMPNS = 35
PROBE = struct.Struct("=iiq")
"""Flow, number, time of sending."""
ANCILLARY_B = 64


@dataclass(frozen=True, slots=True)
class Track:
    """Probes of one flow."""

    flow: Annotated[Flow, Doc("Flow.")]
    sent_s: Annotated[FloatColumn, Unit("s"), Doc("(P,) when each was sent.")]
    arrival_s: Annotated[FloatColumn, Unit("s"), Doc("(P,) when the kernel received it; NaN if it was lost.")]
    door: Annotated[tuple[Door | None, ...], Doc("(P,) host and address where it arrived.")] = ()

    @property
    def lost(self) -> int:
        """Probes that never arrived."""
        return int(np.isnan(self.arrival_s).sum())

    @property
    def outage(self) -> Outage:
        """The longest time without a probe that arrived, by when they were sent."""
        there = np.flatnonzero(~np.isnan(self.arrival_s))
        last = int(there[-1]) if len(there) else -1
        if len(self.sent_s) - 1 - last > np.diff(there).max(initial=1) - 1:
            return Outage(float(self.sent_s[-1] - self.sent_s[last + 1]), float("inf"), float(self.sent_s[last + 1]))
        runs = np.diff(there)
        if not len(runs) or runs.max() == 1:
            spacing = float(np.diff(self.sent_s).max(initial=0.0))
            return Outage(0.0, spacing, float("nan"))
        i = int(np.argmax(runs))
        before, after = int(there[i]), int(there[i + 1])
        times = self.sent_s
        return Outage(
            float(times[after - 1] - times[before + 1]), float(times[after] - times[before]), float(times[before + 1])
        )


@dataclass(frozen=True, slots=True)
class Outage:
    """How long a flow was interrupted: between two bounds."""

    least_s: Annotated[float, Unit("s"), Doc("From the first probe that was lost to the last one.")]
    most_s: Annotated[
        float, Unit("s"), Doc("From the last probe that arrived before it to the first after it; infinite if none did.")
    ]
    begin_s: Annotated[float, Unit("s"), Doc("When the first one that was lost was sent; NaN if none was.")]

    @property
    def blur_s(self) -> float:
        """By how much the middle of both bounds may be wrong; 0 where the interruption never ended."""
        return (self.most_s - self.least_s) / 2 if np.isfinite(self.most_s) else 0.0

    @property
    def middle_s(self) -> float:
        """The middle of both bounds; infinite where the interruption never ended."""
        return (self.most_s + self.least_s) / 2


@dataclass(frozen=True, slots=True)
class Probed:
    """What became of all probes."""

    tracks: Annotated[tuple[Track, ...], Doc("By flow.")]
    late_s: Annotated[FloatColumn, Unit("s"), Doc("(R,) how much later than it should have each round was sent.")]


def spacing_s(flows: Sequence[Flow], slowest_bps: float) -> float:
    """From one probe of a flow to the next [s]: a millisecond, or what the slowest cable needs for those of one way.

    Parameters
    ----------
    flows : sequence of Flow
    slowest_bps : float [bit/s]

    Examples
    --------
    >>> from easterly.app.lab.measure.flows import several
    >>> eight = several(8, "a", "b", "192.0.2.1", "192.0.2.2")
    >>> spacing_s(eight, 1e8), spacing_s(eight, 1.25e6)
    (0.001, 0.01536)
    """
    together = max(Counter((flow.src, flow.dst) for flow in flows).values(), default=0)
    return max(EVERY_S, together * FRAME_B * 8 / (PART * slowest_bps))


class Probing(Protocol):
    """Probes that are being sent."""

    def __call__(self) -> Probed:
        """Stop, and say what became of them."""

    def calm(self, for_s: float) -> bool:
        """Whether the probes of every flow have been arriving for so long [s], and none was lost meanwhile."""

    def stop(self) -> None:
        """Send no more; those on their way are still waited for."""


@contextmanager
def probing(
    spaces: Mapping[str, Space], flows: Sequence[Flow], doors: Sequence[Flow] = (), *, every_s: float = EVERY_S
) -> Iterator[Probing]:  # fmt: skip
    """Send probes as long as this lasts, or is not told to stop.

    Parameters
    ----------
    spaces : mapping of str to Space
        By host.
    flows : sequence of Flow
    doors : sequence of Flow
        Where probes may arrive as well: of an address that several hosts have.
    every_s : float [s]
        From one probe of each flow to the next.

    Raises
    ------
    LabError
        This machine lost probes that had arrived: then nothing is known.
    """
    with receivers(spaces, [*flows, *doors]) as opened, senders(spaces, flows) as made:
        for each in opened.values():
            each.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        thread = _Prober(flows, made, opened, every_s)
        thread.start()
        try:
            yield thread
        finally:
            thread.stop()
            thread.join()


@dataclass(slots=True)
class Runs:
    """By flow, the last probes that arrived without one missing among them, by number.

    Examples
    --------
    >>> runs = Runs([0], [-1])
    >>> for number in (0, 1, 2, 6, 7, 8):
    ...     runs.heard(0, number)
    >>> runs
    Runs(first=[6], last=[8])
    >>> sent_s = [0.01 * number for number in range(10)]
    >>> runs.lasted(sent_s, 0.02), runs.lasted(sent_s, 0.03)
    (True, False)
    """

    first: list[int]
    last: list[int]

    def heard(self, flow: int, number: int) -> None:
        """A probe has arrived."""
        if number > self.last[flow] + 1:
            self.first[flow] = number
        self.last[flow] = max(self.last[flow], number)

    def lasted(self, sent: Sequence[float], least: float) -> bool:
        """Whether all have been arriving for some time, in the unit of the times of sending, until that long ago."""
        return all(
            last >= first and sent[last] - sent[first] >= least and sent[-1] - sent[last] <= least
            for first, last in zip(self.first, self.last, strict=True)
        )


class _Prober(threading.Thread):
    """Sends all flows in turn, and reads in between."""

    def __init__(
        self, flows: Sequence[Flow], outs: Sequence[socket.socket], doors: Mapping[Door, socket.socket], every_s: float
    ) -> None:
        super().__init__(daemon=True)
        self.flows, self.outs, self.doors, self.every_s = flows, outs, doors, every_s
        self.sent: list[int] = []
        self.late: list[int] = []
        self.got: list[tuple[int, int, int, Door]] = []
        self.runs = Runs([0] * len(flows), [-1] * len(flows))
        self.over, self.error = False, ""

    def run(self) -> None:
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), URGENT)
        due = time.time_ns()
        while not self.over:
            now = time.time_ns()
            if now < due:
                time.sleep((due - now) / 1e9)
                continue
            self.round(now)
            self.late.append(now - due)
            due = max(due + int(self.every_s * 1e9), now)
        end = time.monotonic() + GRACE_S
        while time.monotonic() < end:
            self.read()
            time.sleep(0.01)

    def round(self, now: int) -> None:
        """One probe of every flow."""
        number = len(self.sent)
        self.sent.append(now)
        for i, (flow, out) in enumerate(zip(self.flows, self.outs, strict=True)):
            with suppress(OSError):  # a host without a way there has lost it
                out.sendto(PROBE.pack(i, number, now), (flow.dst_address, flow.dst_port))
        if number % READ_EVERY == 0:
            self.read()

    def read(self) -> None:
        """What has come in."""
        for door, one in self.doors.items():
            while True:
                try:
                    data, notes, _, _ = one.recvmsg(PROBE.size, ANCILLARY_B)
                except OSError:
                    break
                if len(data) == PROBE.size:
                    flow, number, _ = PROBE.unpack(data)
                    seconds, rest = struct.unpack("qq", notes[0][2][:16])
                    self.got.append((flow, number, seconds * 10**9 + rest, door))
                    self.runs.heard(flow, number)

    def calm(self, for_s: float) -> bool:
        """Whether the probes of every flow have been arriving for so long, and none was lost meanwhile."""
        return bool(self.sent) and self.runs.lasted(self.sent, for_s * 1e9)

    def stop(self) -> None:
        """Send no more."""
        self.over = True

    def __call__(self) -> Probed:
        """Stop, and say what was."""
        self.stop()
        self.join()
        if not self.sent:
            raise LabError("no probe was sent: this machine is too busy to measure")
        origin = self.sent[0]
        arrivals = np.full((len(self.flows), len(self.sent)), np.nan)
        doors: list[list[Door | None]] = [[None] * len(self.sent) for _ in self.flows]
        for flow, number, at, door in self.got:
            arrivals[flow, number] = (at - origin) / 1e9
            doors[flow][number] = door
        sent_s = floats((np.array(self.sent) - origin) / 1e9)
        tracks = [
            Track(flow, sent_s, floats(arrivals[i]), tuple(doors[i])) for i, flow in enumerate(self.flows)
        ]  # fmt: skip
        return Probed(tuple(tracks), floats(np.array(self.late) / 1e9))

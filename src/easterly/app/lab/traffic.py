"""Traffic of several classes from one namespace to another, counted by the kernel's clock on arrival.

A sender without a rate is held back by its own socket: what waits in the class's queue is charged to the socket that
sent it, so a blocking socket keeps the queue filled up to its send buffer, and loses nothing. That makes a class always
busy, at any rate, however seldom the sender gets the processor.

Another program may take the processor from the kernel's scheduler itself. When nothing at all arrives for longer than
buckets last, the rate of that time is lost for all classes alike: it is taken off the time that is measured.
"""

from __future__ import annotations

import fcntl
import os
import selectors
import socket
import struct
import threading
import time
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Annotated

from easterly.app.lab.bottleneck import TO, Bottleneck
from easterly.app.lab.spaces import LabError
from easterly.base.schema import Doc, Unit

HEADERS_B = 14 + 20 + 8
"""Ethernet, IPv4, UDP."""
FRAME_B = 1514
FIRST_PORT = 5000
SEND_BUFFER_B, RECEIVE_BUFFER_B = 16_000_000, 32_000_000
# Numbers of socket.h that Python's module has no names for, on every machine that Linux's generic headers serve.
SO_SNDBUFFORCE, SO_RCVBUFFORCE, SO_TIMESTAMPNS, SO_RXQ_OVFL = 32, 33, 35, 40
TIOCOUTQ = 0x5411
TICK_S, GRACE_S = 0.002, 0.2
DRY_B = 50_000
"""What waits of a class that is always busy, at least."""
URGENT = -15
ANCILLARY_B = 128


@dataclass(frozen=True, slots=True)
class Offer:
    """What one class sends: UDP datagrams of one size with one code point."""

    dscp: Annotated[int, Doc("Code point.")]
    rate_bps: Annotated[float | None, Unit("bit/s"), Doc("Rate of frames; as much as the queue takes if None.")] = None
    frame_B: Annotated[int, Unit("B"), Doc("Size of each frame, without check sequence.")] = FRAME_B


@dataclass(frozen=True, slots=True)
class Received:
    """What of one class came through in a window of time."""

    frames: Annotated[int, Doc("Frames.")]
    size_B: Annotated[int, Unit("B"), Doc("Bytes of frames, without check sequence.")]
    rate_bps: Annotated[float, Unit("bit/s"), Doc("Mean rate of frames, while the machine did not stall.")]
    sent_B: Annotated[int, Unit("B"), Doc("What was sent since the start, of all frames.")]
    got_B: Annotated[int, Unit("B"), Doc("What came through since the start.")]


class TooBusy(LabError):
    """The machine did not keep up with what it was to measure: trying again may help."""


def send(
    through: Bottleneck, offers: Mapping[str, Offer], seconds: float, *, warm_s: float = 0.7, bucket_s: float = 0.0
) -> dict[str, Received]:
    """Send classes side by side, and measure each on the other side.

    Parameters
    ----------
    through : Bottleneck
    offers : mapping of str to Offer
    seconds : float [s]
        Length of the window in which arrivals count.
    warm_s : float [s]
        Time before it, in which buckets are emptied and queues are filled.
    bucket_s : float [s]
        How long the buckets last of what is always busy on the way: time without arrivals beyond that is not counted. 0
        if nothing is always busy, and all time counts.

    Returns
    -------
    dict of str to Received

    Raises
    ------
    TooBusy
        This machine did not keep up: some class ran out of packets, or the receiver itself lost some. Then nothing is
        known.
    """
    with ExitStack() as stack:
        senders = {name: stack.enter_context(_out(through, i, each)) for i, (name, each) in enumerate(offers.items())}
        sinks = {name: stack.enter_context(_sink(through, i)) for i, name in enumerate(offers)}
        begin = time.time_ns()
        window = (begin + int(warm_s * 1e9), begin + int((warm_s + seconds) * 1e9))
        count = _Count(sinks, window)
        sources = [_Source(out, offers[name], window) for name, out in senders.items()]
        _run([*sources, count])
    if count.lost:
        raise TooBusy(f"the receiver itself lost {count.lost} packets: this machine is too busy to measure")
    dry = [name for name, source in zip(offers, sources, strict=True) if source.dry]
    if dry:
        raise TooBusy(f"{' and '.join(dry)} ran out of packets to send: this machine is too busy to measure")
    counted_s = seconds - (count.stalled_s(bucket_s) if bucket_s > 0 else 0.0)
    return {
        name: Received(
            count.frames(name), count.frames(name) * offer.frame_B,
            count.frames(name) * offer.frame_B * 8 / counted_s if counted_s > 0 else 0.0,
            source.sent_B, count.got[name] * offer.frame_B,
        )
        for (name, offer), source in zip(offers.items(), sources, strict=True)
    }  # fmt: skip


def _run(threads: Sequence[_Stoppable]) -> None:
    """Run threads to their ends, and end them if there is no waiting for that."""
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:
        for thread in threads:
            thread.over = True
        for thread in threads:
            thread.join()


@contextmanager
def _out(through: Bottleneck, number: int, offer: Offer) -> Iterator[socket.socket]:
    with through.sender.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER_B // 2)
        made.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, offer.dscp << 2)
        made.settimeout(0.1)
        made.connect((TO, FIRST_PORT + number))
        yield made


@contextmanager
def _sink(through: Bottleneck, number: int) -> Iterator[socket.socket]:
    with through.receiver.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_B // 2)
        made.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        made.setsockopt(socket.SOL_SOCKET, SO_RXQ_OVFL, 1)
        made.setblocking(False)
        made.bind((TO, FIRST_PORT + number))
        yield made


class _Stoppable(threading.Thread):
    """A thread that looks now and then whether it is to end, and that goes before those of other programs."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over = False

    def run(self) -> None:
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), URGENT)
        self.work()

    def work(self) -> None:
        """What it is for."""


class _Source(_Stoppable):
    """Sends one class until the window ends."""

    def __init__(self, out: socket.socket, offer: Offer, window: tuple[int, int]) -> None:
        super().__init__()
        self.out, self.offer, self.window = out, offer, window
        self.data = bytes(offer.frame_B - HEADERS_B)
        self.sent_B, self.dry = 0, False

    def work(self) -> None:
        begin = time.time_ns()
        while not self.over and (now := time.time_ns()) < self.window[1]:
            if self.offer.rate_bps is None and now > self.window[0]:
                self.dry = self.dry or self.waiting_B() < DRY_B
            if self.offer.rate_bps is not None and self.sent_B * 8e9 > self.offer.rate_bps * (now - begin):
                time.sleep(TICK_S)
                continue
            try:
                self.out.send(self.data)
                self.sent_B += self.offer.frame_B
            except TimeoutError:
                continue

    def waiting_B(self) -> int:
        """Memory of what was sent and has not left yet."""
        found: int = struct.unpack("i", fcntl.ioctl(self.out, TIOCOUTQ, bytes(4)))[0]
        return found


class _Count(_Stoppable):
    """Counts what arrives, by the time at which the kernel received it."""

    def __init__(self, sinks: Mapping[str, socket.socket], window: tuple[int, int]) -> None:
        super().__init__()
        self.sinks, self.window = sinks, window
        self.got = dict.fromkeys(sinks, 0)
        self.arrivals = {name: array("q") for name in sinks}
        self.lost = self.last = 0

    def work(self) -> None:
        with selectors.DefaultSelector() as ready:
            for name, sink in self.sinks.items():
                ready.register(sink, selectors.EVENT_READ, name)
            while not self.over:
                found = ready.select(0.05)
                for key, _ in found:
                    self.drain(self.sinks[key.data], key.data)
                if time.time_ns() > self.window[1] + GRACE_S * 1e9 and (not found or self.last > self.window[1]):
                    return

    def drain(self, sink: socket.socket, name: str) -> None:
        """Read what waits; a few at a time, so that no class has to wait for another."""
        for _ in range(64):
            try:
                _, notes, _, _ = sink.recvmsg(1, ANCILLARY_B)
            except BlockingIOError:
                return
            self.got[name] += 1
            for _, kind, data in notes:
                if kind == SO_TIMESTAMPNS:
                    seconds, rest = struct.unpack("qq", data[:16])
                    at = self.last = seconds * 10**9 + rest
                    if self.window[0] <= at < self.window[1]:
                        self.arrivals[name].append(at)
                elif kind == SO_RXQ_OVFL:
                    self.lost = max(self.lost, *struct.unpack("I", data[:4]))

    def frames(self, name: str) -> int:
        """Frames of a class within the window."""
        return len(self.arrivals[name])

    def stalled_s(self, bucket_s: float) -> float:
        """Time of the window without any arrival, beyond what buckets bridge."""
        times = sorted(chain(self.window, *self.arrivals.values()))
        return sum(max(0.0, (b - a) / 1e9 - bucket_s) for a, b in pairwise(times))

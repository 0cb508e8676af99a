"""One rank of an all-reduce: a process of its own, that numpy and sockets are enough for.

It is run by its path, under any Python that has numpy; so nothing of Easterly is imported here. Lines on the standard
input say when to go on, and lines of JSON what was done (see `main`). A rank ends when that input does, and
with the process that started it.

Every rank passes parts of the array on to the next (Patarasuk & Yuan 2009, J. Parallel Distrib. Comput. 69:2): in step
t it sends part ``rank - t`` and gets part ``rank - t - 1``, which it adds in the first n - 1 steps and keeps in the
n - 1 others. What it gets in a step is what it sends in the next one. So both directions are streams: a byte may go out
as soon as the one that is a part before it has come in and was added, and nobody ever waits for a whole part.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

CHUNK_B = 1 << 16
PORT = 5000
BUFFER_B = 1 << 20
"""Of a socket. At the port of a slow link acknowledgements wait behind that much data of the other direction, and a
window of the same size is used up meanwhile; the larger both are, the less a late process costs."""
DEVICE = "uplink"
"""Interface of the host."""
# Numbers of socket.h that Python's module has no names for, on every machine that Linux's generic headers serve.
SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33
URGENT = -15
PR_SET_PDEATHSIG = 1
"""Of `prctl`: a signal for when whoever started this dies."""

Array = NDArray[np.float32]


def part_of(rank: int, count: int) -> Array:
    """What a rank puts in: whole numbers below 2^15, so that sums of 512 ranks are exact in any order."""
    mixed = np.arange(count, dtype=np.uint32) * np.uint32(2654435761) + np.uint32(rank * 40503)
    return ((mixed >> np.uint32(16)).astype(np.int32) - (1 << 15)).astype(np.float32)


def sum_of(ranks: int, count: int) -> Array:
    """What all of them must have in the end."""
    total = np.zeros(count, dtype=np.int64)
    for rank in range(ranks):
        total += part_of(rank, count).astype(np.int64)
    return total.astype(np.float32)


class Walk:
    """Ranges of bytes, gone through one after the other."""

    def __init__(self, ranges: Sequence[tuple[int, int]], adding: int) -> None:
        self.ranges, self.adding = ranges, adding
        self.step, self.at = -1, 0
        self._on()

    def _on(self) -> None:
        """To the beginning of the next range that has a byte."""
        self.step += 1
        while self.step < len(self.ranges) and self.ranges[self.step][0] == self.ranges[self.step][1]:
            self.step += 1
        self.at = 0 if self.over else self.ranges[self.step][0]

    @property
    def over(self) -> bool:
        """Whether nothing is left."""
        return self.step >= len(self.ranges)

    @property
    def adds(self) -> bool:
        """Whether what comes in is to be added."""
        return self.step < self.adding

    @property
    def rest_B(self) -> int:
        """What is left of the range."""
        return 0 if self.over else self.ranges[self.step][1] - self.at

    def forward(self, size_B: int) -> None:
        """Pass so many bytes, at most the rest of the range."""
        self.at += size_B
        if not self.rest_B:
            self._on()


class Ring:
    """What one rank of a ring has sent, got and added; it knows no sockets.

    Parameters
    ----------
    array : (C,) float32
        What it puts in; the sum in the end.
    rank, ranks : int
    """

    def __init__(self, array: Array, rank: int, ranks: int) -> None:
        self.array, self.view = array, array.data.cast("B")
        edges = [len(array) * i // ranks * array.itemsize for i in range(ranks + 1)]
        order = [(rank - step) % ranks for step in range(2 * ranks - 1)]
        parts = [(edges[i], edges[i + 1]) for i in order]
        self.out, self.into = Walk(parts[:-1], ranks - 1), Walk(parts[1:], ranks - 1)
        self.ready_B = parts[0][1] - parts[0][0]
        self.scratch, self.held_B = bytearray(CHUNK_B), 0

    @property
    def over(self) -> bool:
        """Whether the array is the sum, and everybody else got what they need."""
        return self.out.over and self.into.over

    def outgoing(self) -> memoryview:
        """What may be sent now."""
        size_B = min(self.ready_B, self.out.rest_B, CHUNK_B)
        return self.view[self.out.at : self.out.at + size_B]

    def sent(self, size_B: int) -> None:
        """So much of it was sent."""
        self.ready_B -= size_B
        self.out.forward(size_B)

    def incoming(self) -> memoryview:
        """Where the next bytes belong."""
        if self.into.adds:
            return memoryview(self.scratch)[self.held_B : min(CHUNK_B, self.into.rest_B)]
        return self.view[self.into.at : self.into.at + min(CHUNK_B, self.into.rest_B)]

    def got(self, size_B: int) -> None:
        """So many bytes came in there."""
        if not self.into.adds:
            self.into.forward(size_B)
            self.ready_B += size_B
            return
        self.held_B += size_B
        width = self.array.itemsize
        whole_B = self.held_B // width * width
        if not whole_B:
            return
        first = self.into.at // width
        self.array[first : first + whole_B // width] += np.frombuffer(self.scratch, np.float32, whole_B // width)
        self.held_B -= whole_B
        self.scratch[: self.held_B] = self.scratch[whole_B : whole_B + self.held_B]
        self.into.forward(whole_B)
        self.ready_B += whole_B


def all_reduce(
    ring: Ring, out: socket.socket, into: socket.socket, seconds: float, watched: Sequence[int] = ()
) -> None:
    """Send to the next and receive from the one before, both at once, until the sum is everywhere.

    Parameters
    ----------
    ring : Ring
    out, into : socket
        They do not block.
    seconds : float [s]
        How long that may take.

    Raises
    ------
    TimeoutError
        It took longer.
    ConnectionError
        A neighbour is gone.
    """
    end = time.monotonic() + seconds
    while not ring.over:
        ears, mouths = [] if ring.into.over else [into], [out] if ring.outgoing() else []
        readable, writable, _ = select.select(ears, mouths, [], max(0.0, end - time.monotonic()))
        if not readable and not writable:
            raise TimeoutError(f"no sum after {seconds:g} s")
        if readable:
            size_B = into.recv_into(ring.incoming())
            if not size_B:
                raise ConnectionError("the rank before is gone")
            ring.got(size_B)
        if writable:
            ring.sent(out.send(ring.outgoing()))


def neighbours(
    rank: int, addresses: Sequence[str], seconds: float, tos: int = 0
) -> tuple[socket.socket, socket.socket]:  # fmt: skip
    """Connections to the next rank and from the one before, once everybody listens."""
    family = socket.AF_INET6 if ":" in addresses[rank] else socket.AF_INET
    with socket.create_server((addresses[rank], PORT), family=family) as door:
        _tuned(door, tos)
        door.settimeout(seconds)
        say({"state": "listening"})
        hear()
        out = _tuned(socket.socket(family, socket.SOCK_STREAM), tos)
        out.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        out.bind((addresses[rank], PORT + 1 + rank))  # known beforehand, as routers choose ways by it
        out.settimeout(seconds)
        out.connect((addresses[(rank + 1) % len(addresses)], PORT))
        into, _ = door.accept()
    for each in (out, into):
        each.setblocking(False)
    return out, _tuned(into, tos)


def _tuned(made: socket.socket, tos: int) -> socket.socket:
    if made.family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, tos)
    else:
        made.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tos)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_B)
    made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_B)
    return made


def say(words: dict[str, Any]) -> None:
    """A line to whoever started this."""
    print(json.dumps(words), flush=True)


def hear() -> str:
    """A line from there; the end of it ends this process."""
    line = sys.stdin.readline()
    if not line:
        raise SystemExit(0)
    return line.strip()


def own(rank: int, addresses: Sequence[str], seconds: float, tos: int) -> Callable[[Array], None]:
    """The ring above over sockets of its own, whose packets have a type of service."""
    out, into = neighbours(rank, addresses, seconds, tos)
    return lambda array: all_reduce(Ring(array, rank, len(addresses)), out, into, seconds)


def gloo(rank: int, addresses: Sequence[str], seconds: float, _tos: int) -> Callable[[Array], None]:
    """All-reduce of ``torch.distributed`` with the back end gloo."""
    from datetime import timedelta

    os.environ["GLOO_SOCKET_IFNAME"] = DEVICE
    torch, group = import_module("torch"), import_module("torch.distributed")
    torch.set_num_threads(1)
    say({"state": "listening"})
    hear()
    group.init_process_group("gloo", f"tcp://{addresses[0]}:{PORT}", timedelta(seconds=seconds),
                             rank=rank, world_size=len(addresses))  # fmt: skip
    return lambda array: group.all_reduce(torch.from_numpy(array))


KINDS = {"own": own, "gloo": gloo}


def main(kind: str, rank: int, addresses: Sequence[str], size_B: int, seconds: float, tos: int = 0) -> None:
    """Connect at a line, then all-reduce once for each further one; say when that was, and whether it was right."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, URGENT)
    count = size_B // 4
    given, wanted = part_of(rank, count), sum_of(len(addresses), count)
    reduce = KINDS[kind](rank, addresses, seconds, tos)
    while True:
        array = given.copy()
        say({"state": "ready"})
        hear()
        begin = time.monotonic_ns()
        reduce(array)
        end = time.monotonic_ns()
        say({"state": "done", "begin_ns": begin, "end_ns": end, "right": array.tobytes() == wanted.tobytes()})


if __name__ == "__main__":
    main(*json.loads(sys.argv[1]))

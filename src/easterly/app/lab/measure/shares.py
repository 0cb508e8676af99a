"""Shares of a link among classes and tenants, by TCP connections whose congestion control is stated.

The link is to be that of a router: a host keeps the queues of its own interface so short (TCP small queues) that a
class runs dry whenever the machine stalls. Buckets are to last for longer than most stalls.
"""

from __future__ import annotations

import os
import selectors
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Annotated

from easterly.app.lab.measure.within import Within
from easterly.app.lab.ring.predicted import Framing
from easterly.app.lab.spaces import LabError, Space
from easterly.base.schema import Doc, Unit
from easterly.model.shaping import Shaper
from easterly.qos.scheduling import shares
from easterly.qos.shaping import expected, tree

CONTROL = "reno"
"""Congestion control that every kernel has, and that sends as long as nothing is lost; the default may be BBR, which
sends less now and then in order to measure."""
DEVIATION = 0.03
"""Of a share, relative to it: buckets and whole segments. Far less was seen, on a machine with nothing to spare."""
WHY = (
    "from the closed form to packets through the scheduler, and 3 % on either side for buckets and whole segments; "
    "measured again, twice at most, where this machine stalled for longer than a bucket lasts"
)
FIRST_PORT = 6000
BUFFER_B, CHUNK_B = 400_000, 1 << 16
"""Of a socket, which the kernel doubles: what waits in a class, so that it stays busy while this machine stalls."""
SEGMENT_B = 1460
"""Of full Ethernet frames, whatever packets the hosts could send."""
PATIENCE_S = 10.0
WARM_S = 0.7
URGENT = -15
# Numbers of socket.h that Python's module has no names for, on every machine that Linux's generic headers serve.
SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33


@dataclass(frozen=True, slots=True)
class Tenant:
    """Somebody who always has data to send, in one class."""

    name: Annotated[str, Doc("Class of the tree.")]
    src: Annotated[Space, Doc("Where it sends from.")]
    dst: Annotated[Space, Doc("Where it sends to.")]
    src_address: Annotated[str, Doc("IPv4 address that it sends from.")]
    dst_address: Annotated[str, Doc("IPv4 address that it sends to.")]
    dscp: Annotated[int, Doc("Code point that tells its class.")]
    connections: Annotated[int, Unit("1"), Doc("TCP connections at once.")] = 2


def carried(tenants: Sequence[Tenant], seconds: float, *, control: str = CONTROL) -> dict[str, float]:
    """Have tenants send side by side, and count what arrives [bit/s of data].

    Parameters
    ----------
    tenants : sequence of Tenant
    seconds : float [s]
        Time in which arrivals count, after some in which windows open.
    control : str
        Congestion control of all connections.

    Raises
    ------
    LabError
        A connection does not come about, or the kernel has no such control.
    """
    with ExitStack() as held:
        pairs = [
            (tenant.name, *held.enter_context(_connection(tenant, FIRST_PORT + 16 * i + k, control)))
            for i, tenant in enumerate(tenants) for k in range(tenant.connections)
        ]  # fmt: skip
        pump = _Pump([(out, into, name) for name, out, into in pairs])
        pump.start()
        try:
            time.sleep(WARM_S)
            before, begin = dict(pump.got_B), time.monotonic()
            time.sleep(seconds)
            after, end = dict(pump.got_B), time.monotonic()
        finally:
            pump.over = True
            pump.join()
    if pump.error:
        raise LabError(f"a connection broke: {pump.error}")
    return {tenant.name: 8 * (after[tenant.name] - before[tenant.name]) / (end - begin) for tenant in tenants}


@contextmanager
def _connection(tenant: Tenant, port: int, control: str) -> Iterator[tuple[socket.socket, socket.socket]]:
    with ExitStack() as held:
        door = held.enter_context(tenant.dst.socket(socket.AF_INET, socket.SOCK_STREAM))
        out = held.enter_context(tenant.src.socket(socket.AF_INET, socket.SOCK_STREAM))
        try:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_B)
            door.bind((tenant.dst_address, port))
            door.listen(1)
            door.settimeout(PATIENCE_S)
            out.settimeout(PATIENCE_S)
            out.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, control.encode())
            out.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT_B)
            out.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tenant.dscp << 2)
            out.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_B)
            out.bind((tenant.src_address, port))
            out.connect((tenant.dst_address, port))
            into = held.enter_context(door.accept()[0])
        except OSError as error:
            raise LabError(f"{tenant.name}: no connection with {control} to {tenant.dst_address}: {error}") from None
        for each in (out, into):
            each.setblocking(False)
        yield out, into


class _Pump(threading.Thread):
    """Keeps all connections full, and empties them at the other end."""

    def __init__(self, pairs: Sequence[tuple[socket.socket, socket.socket, str]]) -> None:
        super().__init__(daemon=True)
        self.pairs = pairs
        self.got_B: dict[str, int] = dict.fromkeys((name for _, _, name in pairs), 0)
        self.over, self.error = False, ""

    def run(self) -> None:
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), URGENT)
        data, into_it = bytes(CHUNK_B), bytearray(CHUNK_B)
        with selectors.DefaultSelector() as ready:
            for out, into, name in self.pairs:
                ready.register(out, selectors.EVENT_WRITE, None)
                ready.register(into, selectors.EVENT_READ, name)
            try:
                while not self.over:
                    for key, _ in ready.select(0.05):
                        one = key.fileobj
                        assert isinstance(one, socket.socket)
                        if key.data is None:
                            one.send(data)
                        else:
                            self.got_B[key.data] += one.recv_into(into_it)
            except BlockingIOError:
                self.error = "a socket that was ready was not"
            except OSError as error:
                self.error = str(error)


def fractions(shaper: Shaper, measured_bps: Mapping[str, float], *, framing: Framing | None = None) -> list[Within]:
    """Share of each busy class in what came through, beside that of two models of the class tree.

    Where classes between a leaf and the link lend as well, it depends on the timing of packets who gets its turn: the
    closed form says one thing and packets through the scheduler another, and the kernel lies at either or between.

    Parameters
    ----------
    shaper : Shaper
        As planned.
    measured_bps : mapping of str to float [bit/s]
        What came through of each busy class.
    framing : Framing, optional
        Data in frames; those of 1,500 bytes of IP if absent.
    """
    frame_B = (framing or Framing()).frame_B
    fluid = shares(tree(shaper), tuple(measured_bps), size_B=frame_B, method="fluid")
    packets = shares(tree(shaper), tuple(measured_bps), size_B=frame_B, method="packets")
    total, made = sum(measured_bps.values()), []
    for name, found in measured_bps.items():
        low, high = sorted(rates[name] / sum(rates.values()) for rates in (fluid, packets))
        made.append(Within(
            f"share of {name}", (low + high) / 2, low * (1 - DEVIATION), high * (1 + DEVIATION),
            found / total if total else 0.0, "1", WHY,
        ))  # fmt: skip
    return made


def ceiling(shaper: Shaper, measured_bps: Mapping[str, float], seconds: float) -> Within:
    """All that came through, beside what the tree lets through: never more than that and what its bucket holds.

    How much less comes through is this machine's doing, which stalls; half of it must.
    """
    framing = Framing()
    rates = expected(shaper, tuple(measured_bps), frame_B=framing.frame_B)
    planned = sum(rates[name] for name in measured_bps) * framing.share
    bucket_bps = 8 * max(each.cburst_B for each in shaper.classes) / seconds + 8 * BUFFER_B / seconds
    return Within(
        "data of all classes", planned, planned / 2, planned + bucket_bps, sum(measured_bps.values()), "bit/s",
        f"{framing.data_B} of {framing.frame_B} B of a frame are data; a bucket and a socket's buffer may come on top, "
        "and a machine that stalls lets the link idle",
    )  # fmt: skip

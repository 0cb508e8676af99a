"""Whether packets really get from every host to every other, and only to those that they should reach."""

from __future__ import annotations

import selectors
import socket
import struct
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import ip_interface
from typing import Annotated

from easterly.app.lab.islands import islands
from easterly.app.lab.running import Running
from easterly.base.schema import Doc, Unit
from easterly.base.seeds import mix
from easterly.config.frr import parse

PORT = 4791
"""That of RoCEv2, as most traffic of such networks is."""
TRIES, EVERY_S = 8, 0.5
AT_ONCE, BREATH_S = 16, 0.002
"""Packets that are sent before somebody looks what arrived, and for how long: queues and sockets are short."""
MOST = 5000
"""Pairs that are tried; more are sampled."""
PAIR = struct.Struct("!II")
HEADERS_B = {4: 28, 6: 48}
"""Of IP without options, and of UDP."""
MOST_B = 65535
DONT_CUT = {4: (socket.IPPROTO_IP, 10), 6: (socket.IPPROTO_IPV6, 23)}
"""IP_MTU_DISCOVER and IPV6_MTU_DISCOVER of linux/in.h and linux/in6.h, which Python does not name."""
ALWAYS = 3
"""IP_PMTUDISC_PROBE: send as it is, whatever the way was found to take."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address of a host's interface."""

    host: Annotated[str, Doc("Host.")]
    port: Annotated[str, Doc("Interface.")]
    text: Annotated[str, Doc("Address.")]
    vrf: Annotated[str, Doc("Table that it is in.")]
    islands: Annotated[frozenset[int], Doc("Parts of the network that its cables lead to.")] = frozenset()

    @property
    def family(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.text else 4

    def __str__(self) -> str:
        return f"{self.host}:{self.port} ({self.text})"


@dataclass(frozen=True, slots=True)
class Reach:
    """What came through."""

    pairs: Annotated[int, Unit("1"), Doc("Pairs of addresses in one table that were tried.")]
    reached: Annotated[int, Unit("1"), Doc("Those whose packets arrived.")]
    apart: Annotated[int, Unit("1"), Doc("Pairs in different tables that were tried.")]
    silent: Annotated[int, Unit("1"), Doc("Those whose packets did not arrive.")]
    of: Annotated[int, Unit("1"), Doc("Pairs that there are, of both kinds.")]
    wrong: Annotated[tuple[str, ...], Doc("Pairs of which the opposite was to be expected.")]


def reached(lab: Running, *, seed: int = 0, size_B: int = 0) -> Reach:
    """Send a packet from every address of the hosts to every other one of its family that cables lead to.

    Tables of which one imports from the other are left out.

    Parameters
    ----------
    lab : Running
    seed : int, optional
        Of the sample, where there are more than 5,000 pairs.
    size_B : int, optional
        Size of the IP packets, which nobody may cut, and which then are sent within tables alone; as small as they can
        be if absent.

    Returns
    -------
    Reach
    """
    ends = list(_addresses(lab))
    pairs, count = _pairs(ends, joined(lab), seed)
    if size_B:
        pairs = [(a, b) for a, b in pairs if ends[a].vrf == ends[b].vrf]
    with ExitStack() as held:
        sockets = _sockets(lab, ends, held)
        arrived = _exchanged(ends, sockets, pairs, size_B)
    together = {pair for pair in pairs if ends[pair[0]].vrf == ends[pair[1]].vrf}
    lost, leaked = together - arrived, arrived - together
    wrong = [f"{ends[a]} does not reach {ends[b]}" for a, b in sorted(lost)]
    wrong += [f"{ends[a]} reaches {ends[b]}" for a, b in sorted(leaked)]
    apart = len(pairs) - len(together)
    return Reach(len(together), len(together - lost), apart, apart - len(leaked), count, tuple(wrong))


def _addresses(lab: Running) -> Iterator[Address]:
    rows = lab.address.interfaces
    columns = (rows.device.tolist(), rows.port.tolist(), rows.address.tolist(), rows.vrf.tolist(), rows.role.tolist())
    parts = {(host, f"nic{number}"): found for (host, number), found in islands(lab.network).items()}
    for device, port, address, vrf, role in zip(*columns, strict=True):
        if role == "host":
            yield Address(device, port, str(ip_interface(address).ip), vrf, parts[device, port])


def joined(lab: Running) -> set[tuple[str, str]]:
    """Tables of which one imports what the other exports."""
    brings: dict[str, set[str]] = defaultdict(set)
    takes: dict[str, set[str]] = defaultdict(set)
    for node in lab.routers:
        for vrf, targets in parse(lab.text(f"frr/{node}.conf")).route_targets.items():
            for way, _, target in (each.partition(" ") for each in targets):
                (takes if way == "import" else brings)[vrf].add(target)
    found = {(a, b) for a, taken in takes.items() for b, brought in brings.items() if taken & brought and a != b}
    return found | {(b, a) for a, b in found}


def _pairs(ends: Sequence[Address], joined: set[tuple[str, str]], seed: int) -> tuple[list[tuple[int, int]], int]:
    """Pairs of different hosts, at most so many, and how many there are."""
    every = [
        (a, b)
        for a, one in enumerate(ends)
        for b, other in enumerate(ends)
        if one.host != other.host
        and one.family == other.family
        and one.islands & other.islands
        and (one.vrf, other.vrf) not in joined
    ]
    if len(every) <= MOST:
        return every, len(every)
    return sorted(sorted(every, key=lambda pair: mix(seed, *pair))[:MOST]), len(every)


def _sockets(lab: Running, ends: Sequence[Address], held: ExitStack) -> list[socket.socket]:
    """A socket for each address, in the namespace of its host."""
    by_host: dict[str, list[int]] = defaultdict(list)
    for i, end in enumerate(ends):
        by_host[end.host].append(i)
    made: dict[int, socket.socket] = {}

    def bound(i: int) -> socket.socket:
        family = socket.AF_INET6 if ends[i].family == 6 else socket.AF_INET
        one = held.enter_context(socket.socket(family, socket.SOCK_DGRAM))
        one.bind((ends[i].text, PORT))
        one.setblocking(False)
        level, option = DONT_CUT[ends[i].family]
        one.setsockopt(level, option, ALWAYS)
        return one

    for host, mine in by_host.items():
        made |= lab.spaces[host].call(lambda mine=mine: {i: bound(i) for i in mine})  # type: ignore[misc]
    return [made[i] for i in range(len(ends))]


def _exchanged(
    ends: Sequence[Address], sockets: Sequence[socket.socket], pairs: Sequence[tuple[int, int]], size_B: int
) -> set[tuple[int, int]]:
    """Pairs whose packets arrived; those that did not are sent again some times, as neighbours have to be found."""
    arrived: set[tuple[int, int]] = set()
    expected = {pair for pair in pairs if ends[pair[0]].vrf == ends[pair[1]].vrf}
    with selectors.DefaultSelector() as waiting:
        for i, one in enumerate(sockets):
            waiting.register(one, selectors.EVENT_READ, i)

        def listen(seconds: float) -> None:
            for key, _ in waiting.select(seconds):
                arrived.update(_received(sockets[key.data], key.data))

        for turn in range(TRIES):
            left = [pair for pair in pairs if pair not in arrived and (turn < 2 or pair in expected)]
            for start in range(0, len(left), AT_ONCE):
                for a, b in left[start : start + AT_ONCE]:
                    _send(sockets[a], ends[b].text, PAIR.pack(a, b).ljust(size_B - HEADERS_B[ends[b].family], b"."))
                listen(BREATH_S)
            left = [pair for pair in left if pair not in arrived]
            end = time.monotonic() + EVERY_S
            while (rest := end - time.monotonic()) > 0 and (not expected <= arrived or (turn < 2 and left)):
                listen(rest)
                left = [pair for pair in left if pair not in arrived]
            if expected <= arrived and turn > 0:
                break
    return arrived


def _send(one: socket.socket, to: str, data: bytes) -> None:
    try:
        one.sendto(data, (to, PORT))
    except OSError:
        return  # No route, or nobody answers there: the pair is tried again, and counts as not reached.


def _received(one: socket.socket, me: int) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    while True:
        try:
            data = one.recv(MOST_B)
        except OSError:
            return found
        if len(data) >= PAIR.size:
            a, b = PAIR.unpack_from(data)
            if b == me:
                found.add((a, b))

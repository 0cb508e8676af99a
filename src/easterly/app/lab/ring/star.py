"""Hosts on one switch: a namespace and a cable each, whose rate is limited in both directions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from easterly.app.lab.ring.rank import DEVICE
from easterly.app.lab.shaped import shape
from easterly.app.lab.spaces import LabError, Space, spaces
from easterly.model.shaping import ShapedClass, Shaper

BRIDGE = "bridge"
NETWORK, PREFIX = "198.18.0", 24
"""Addresses for benchmarks of networks (RFC 2544, RFC 6890): they are nobody's."""
TICK_S = 0.003
"""What buckets last for: a machine that does something else for longer slows the lab down."""
QUEUE = 5000
"""Frames: more than the buffers of all sockets hold."""
SETTINGS = {"tcp_congestion_control": "reno", "tcp_timestamps": "1"}
"""Every kernel has Reno, and nothing is lost here; BBR, now and then, sends less in order to measure."""


@dataclass(frozen=True, slots=True)
class Star:
    """A switch and its hosts; interface `uplink` of host i is cabled to `port{i}` of the switch."""

    switch: Space
    hosts: tuple[Space, ...]
    mtu_B: int

    @property
    def addresses(self) -> list[str]:
        """One of each host."""
        return [f"{NETWORK}.{i + 1}" for i in range(len(self.hosts))]

    def limit(self, rates_bps: Sequence[int]) -> None:
        """Let each host send and receive at a rate, counted in frames from the Ethernet header on.

        Raises
        ------
        LabError
            The kernel does not do it.
        """
        for host, rate_bps in zip(self.hosts, rates_bps, strict=True):
            shape(host, self._limit(DEVICE, rate_bps))
        shape(self.switch, *(self._limit(f"port{i}", rate_bps) for i, rate_bps in enumerate(rates_bps)))

    def _limit(self, device: str, rate_bps: int) -> Shaper:
        frame_B = self.mtu_B + 14
        burst_B = max(2 * frame_B, int(rate_bps / 8 * TICK_S))
        every = ShapedClass("all", 1, None, rate_bps, rate_bps, frame_B, burst_B, burst_B, limit=QUEUE)
        return Shaper(device, (every,), "all")

    def sent_B(self) -> list[int]:
        """What each host has sent up to now, all headers included."""
        return [self._counted_B(host) for host in self.hosts]

    @staticmethod
    def _counted_B(host: Space) -> int:
        shown = json.loads(host.run("ip", "-j", "-s", "link", "show", "dev", DEVICE))
        return int(shown[0]["stats64"]["tx"]["bytes"])


@contextmanager
def star(count: int, mtu_B: int = 1500) -> Iterator[Star]:
    """Hosts and a switch, addressed and cabled, at any rate; no packets are put together or cut."""
    with spaces("switch", *(f"host{i}" for i in range(count))) as (switch, *hosts):
        made = Star(switch, tuple(hosts), mtu_B)
        for i, (host, address) in enumerate(zip(hosts, made.addresses, strict=True)):
            host.run("ip", "-batch", "-", text=_batch(
                f"link add {DEVICE} mtu {mtu_B} type veth peer name port{i} mtu {mtu_B} netns {switch.name}",
                f"address add {address}/{PREFIX} dev {DEVICE}", _up(DEVICE),
            ))  # fmt: skip
            host.call(settle)
        ports = [line for i in range(count) for line in (f"link set port{i} master {BRIDGE}", _up(f"port{i}"))]
        switch.run("ip", "-batch", "-", text=_batch(f"link add {BRIDGE} type bridge", *ports, f"link set {BRIDGE} up"))
        yield made


def settle() -> None:
    """Have the namespace of this thread send as the trial of a ring wants it.

    Raises
    ------
    LabError
        The kernel has not that congestion control.
    """
    for name, value in SETTINGS.items():
        try:
            Path(f"/proc/sys/net/ipv4/{name}").write_text(value, encoding="ascii")
        except OSError as error:
            raise LabError(f"cannot set net.ipv4.{name} to {value} in a namespace: {error.strerror}") from None


def _up(device: str) -> str:
    return f"link set {device} gso_max_segs 1 addrgenmode none up"


def _batch(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)

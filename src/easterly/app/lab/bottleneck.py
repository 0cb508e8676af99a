"""Two hosts and a cable; what the first one sends is shaped, what the second one receives may be policed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from easterly.app.lab import shaped
from easterly.app.lab.spaces import LabError, Space, spaces
from easterly.config.linux.qos import parse_nft, policed_otherwise, render_nft
from easterly.config.linux.qos.nft import TABLE
from easterly.model.shaping import LinuxQos, Policer, Shaper

FROM, TO, PREFIX = "192.0.2.1", "192.0.2.2", 30
"""Addresses for documentation (RFC 5737): they are nobody's."""
OUT, IN = "out", "in"
QUEUE = "20000"
"""Packets that a queue may hold: a busy class stays busy although its sender may not run for most of a second."""
MACS = {OUT: "02:00:00:00:00:01", IN: "02:00:00:00:00:02"}


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """Two namespaces; interface `out` of the first is cabled to `in` of the second."""

    sender: Space
    receiver: Space

    def shape(self, shaper: Shaper) -> None:
        """Load a class tree on `out` exactly as it is rendered, and make sure that the kernel has it.

        Raises
        ------
        LabError
            `tc` refuses it, or the kernel makes something else of it.
        """
        shaped.shape(self.sender, shaper)

    def holds(self, shaper: Shaper) -> None:
        """Make sure that the kernel has a class tree on `out`, as far as `tc` shows it.

        Raises
        ------
        LabError
            It has another one.
        """
        shaped.holds(self.sender, shaper)

    def load(self, text: str) -> None:
        """Have `tc` load any text at the sender, and look no further."""
        self.sender.run("tc", "-batch", "-", text=text)

    def police(self, *policers: Policer) -> None:
        """Load policers of nftables at `in`, as they are rendered."""
        text = render_nft(LinuxQos("lab", (), policers))
        self.receiver.run("nft", "-f", "-", text=text)
        found = parse_nft(self.receiver.run("nft", "-n", "list", "table", "netdev", TABLE))
        wrong = policed_otherwise(policers, found)
        if wrong:
            raise LabError(f"the kernel does not hold what was wanted: {'; '.join(wrong)}")


@contextmanager
def bottleneck() -> Iterator[Bottleneck]:
    """Both hosts, addressed and cabled; no neighbour has to be asked for, no packets are put together or cut."""
    with spaces("a", "b") as (sender, receiver):
        sender.run("ip", "link", "add", OUT, "address", MACS[OUT], "type", "veth",
                   "peer", "name", IN, "address", MACS[IN], "netns", receiver.name)  # fmt: skip
        for space, device, own, other in ((sender, OUT, FROM, TO), (receiver, IN, TO, FROM)):
            space.run("ip", "address", "add", f"{own}/{PREFIX}", "dev", device)
            space.run("ip", "link", "set", device, "gso_max_segs", "1", "txqueuelen", QUEUE, "up")
            peer = MACS[IN if device == OUT else OUT]
            space.run("ip", "neighbour", "add", other, "lladdr", peer, "dev", device, "nud", "permanent")
        yield Bottleneck(sender, receiver)

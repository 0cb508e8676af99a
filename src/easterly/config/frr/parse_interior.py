"""Lines of OSPF, IS-IS and BFD read back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from easterly.model.router_state import IgpPort, IgpState

PROTOCOLS = ("ospf", "ospf6", "isis")
NUMBERS = {"cost": "cost", "metric": "cost", "hello-interval": "hello_s", "dead-interval": "dead_s"}
MULTIPLIER = "hello-multiplier"


@dataclass(slots=True)
class Interior:
    """What has been read so far."""

    ids: dict[str, str] = field(default_factory=dict)
    ports: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(dict)))
    timers: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    profile: str = ""
    given: list[str] = field(default_factory=list)

    def open(self, protocol: str) -> None:
        """A block of a protocol begins."""
        if protocol in PROTOCOLS:
            self.ids.setdefault(protocol, "")

    def of_process(self, protocol: str, words: list[str]) -> None:
        """A line inside such a block."""
        if words[0] == "redistribute":
            self.give(protocol, words)
        elif words[0] == "net" or words[1] == "router-id":
            self.ids[protocol] = words[-1]

    def give(self, target: str, words: list[str]) -> None:
        """Routes of one protocol that another tells: ``redistribute [ipv4] kernel [level-2] route-map NAME``."""
        rest = [word for word in words[1:] if word != "level-2"]
        family = f" {rest.pop(0)}" if rest[0] in ("ipv4", "ipv6") else ""
        self.given.append(f"{target}{family}: {rest[0]} {rest[2] if rest[1:2] == ['route-map'] else ''}".rstrip())

    def of_bfd(self, words: list[str]) -> None:
        """A line of the block ``bfd``."""
        if words[0] == "profile":
            self.profile = words[1]
        else:
            self.timers[self.profile][words[0]] = int(words[1])

    def on_port(self, port: str, words: list[str]) -> None:
        """A line of an interface: ``ip ospf …``, ``ipv6 ospf6 …``, ``isis …``, ``ip router isis …``."""
        if words[1] == "router":
            self.ports[words[2]][port].setdefault("families", []).append(words[0])
            return
        protocol, rest = ("isis", words[1:]) if words[0] == "isis" else (words[1], words[2:])
        if protocol not in PROTOCOLS:
            return
        kept = self.ports[protocol][port]
        if rest[0] == "area":
            kept["area"] = rest[1]
        elif rest[0] == "passive":
            kept["passive"] = True
        elif rest[0] in NUMBERS:
            kept[NUMBERS[rest[0]]] = int(rest[1])
        elif rest[0] == MULTIPLIER:
            kept[MULTIPLIER] = int(rest[1])
        elif rest[0] == "bfd":
            kept["bfd"] = True
            kept["profile"] = rest[2] if rest[1:2] == ["profile"] else kept.get("profile", "")

    def igps(self) -> dict[str, IgpState]:
        """Protocols with a block, or on an interface."""
        names = [name for name in PROTOCOLS if name in self.ids or name in self.ports]
        return {
            name: IgpState(self.ids.get(name, ""), {port: _port(kept) for port, kept in self.ports[name].items()})
            for name in names
        }

    def profiles(self) -> dict[str, tuple[int, int, int]]:
        """Timers of BFD by name; FRR's own where one is not stated."""
        return {
            name: (kept.get("transmit-interval", 300), kept.get("receive-interval", 300),
                   kept.get("detect-multiplier", 3))
            for name, kept in self.timers.items()
        }  # fmt: skip


def _port(kept: dict[str, Any]) -> IgpPort:
    """What an interface says; IS-IS states its dead time in hellos."""
    words = {name: value for name, value in kept.items() if name not in ("families", MULTIPLIER)}
    if MULTIPLIER in kept and "hello_s" in kept:
        words["dead_s"] = kept[MULTIPLIER] * kept["hello_s"]
    return IgpPort(**words)

"""What has been read of a router's text so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from easterly.config.industry import prepended
from easterly.model.router_state import DeviceState


def _lists() -> dict[str, list[str]]:
    return defaultdict(list)


@dataclass(slots=True)
class Reading:
    """Parts of a `DeviceState`, growing."""

    device: str = ""
    asn: int = 0
    router_id: str = ""
    neighbors: dict[str, int] = field(default_factory=dict)
    networks: list[str] = field(default_factory=list)
    vrfs: list[str] = field(default_factory=list)
    uses: dict[str, None] = field(default_factory=dict)
    vnis: dict[str, int] = field(default_factory=dict)
    interfaces: dict[str, list[str]] = field(default_factory=_lists)
    lists: dict[str, list[str]] = field(default_factory=_lists)
    targets: dict[str, list[str]] = field(default_factory=_lists)
    vrf_networks: dict[str, list[str]] = field(default_factory=_lists)
    vrf_ports: dict[str, list[str]] = field(default_factory=_lists)
    longer: dict[str, int] = field(default_factory=dict)
    policies: dict[str, list[str]] = field(default_factory=_lists)
    """Lines of route-maps."""
    members: dict[str, list[str]] = field(default_factory=_lists)
    """Neighbours by the group that they are in."""
    heard: dict[str, str] = field(default_factory=dict)
    """Route-map of what comes in, by group or neighbour."""

    def state(self) -> DeviceState:
        """What the text says, whole."""
        return DeviceState(
            self.device, self.asn, self.router_id, _frozen(self.interfaces), self.neighbors, tuple(self.networks),
            tuple(self.vrfs), _frozen(self.lists), tuple(self.uses), _frozen(self.targets), self.vnis,
            _frozen(self.vrf_networks), _frozen(self.vrf_ports),
            longer={name: more for name, more in {**self._further(), **self.longer}.items() if more},
        )  # fmt: skip

    def _further(self) -> dict[str, int]:
        """AS numbers that maps put before what neighbours tell; what one of them is told counts, not its group."""
        found: dict[str, int] = {}
        for name in sorted(self.heard, key=lambda name: name in self.neighbors):
            more = prepended(self.policies.get(self.heard[name], ()))
            found |= dict.fromkeys([name] if name in self.neighbors else self.members.get(name, ()), more)
        return found


def _frozen(lists: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in lists.items()}

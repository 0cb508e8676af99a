"""A lab that runs: the plan's nodes, links and addresses, and where they are on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from easterly.app.lab.cables import Cable, End, port
from easterly.app.lab.records import Record
from easterly.app.lab.spaces import Space
from easterly.base.schema import Doc, Unit
from easterly.config.linux.netplan import read
from easterly.model.address import AddressPlan
from easterly.model.network import Network
from easterly.model.outcome import DeviceConfigs


@dataclass(frozen=True, slots=True)
class Running:
    """A lab: a namespace for each node, a pair of interfaces for each cable, FRR or a bridge on each switch."""

    record: Annotated[Record, Doc("What it consists of.")]
    network: Annotated[Network, Doc("Of the plan.")]
    address: Annotated[AddressPlan, Doc("Of the plan.")]
    configs: Annotated[DeviceConfigs, Doc("Of the plan: what the nodes have been given.")]
    scale: Annotated[float, Unit("1"), Doc("What rates of the plan are divided by.")]
    spaces: Annotated[Mapping[str, Space], Doc("Namespace by node, and by ``<switch>/<table>`` of tenants.")]
    cables: Annotated[tuple[Cable, ...], Doc("In the order of `Network.cables`.")]
    homes: Annotated[Mapping[End, str], Doc("Namespace of ports that are not in their node's own.")]
    seconds: Annotated[dict[str, float], Unit("s"), Doc("How long each stage took.")] = field(default_factory=dict)

    repairs: Annotated[list[str], Doc("What had to be done that no plan has.")] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name, which all namespaces begin with."""
        return self.record.name

    @property
    def routers(self) -> tuple[str, ...]:
        """Switches and WAN routers."""
        return tuple(self.network.nodes.name[self.network.transit].tolist())

    @property
    def far(self) -> dict[End, End]:
        """The other end of each cable, by either."""
        return {end: other for each in self.cables for end, other in (each.ends, each.ends[::-1])}

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts."""
        return tuple(self.network.hosts.name.tolist())

    @property
    def bridged(self) -> bool:
        """Whether its switches are bridges of Open vSwitch, and no routers."""
        return any(file.path.startswith("ovs/") for file in self.configs.artifacts)

    def port(self, link: int) -> End:
        """Namespace (of `spaces`) and interface that a link leaves, by its row."""
        end = port(self.network, link)
        return self.homes.get(end, end[0]), end[1]

    def rate_bps(self, link: int) -> int:
        """Rate of a link in the lab, by its row."""
        return round(float(self.network.links.capacity_bps[link]) / self.scale)

    @property
    def slowest_bps(self) -> int:
        """Rate of the slowest cable in the lab [bit/s]."""
        return min((each.rate_bps for each in self.cables), default=1)

    @property
    def host_mtu_B(self) -> int:
        """Largest packet that every interface of the hosts may send [B]."""
        plans = (read(self.text(f"linux/{host}.yaml")) for host in self.hosts)
        return min((port.mtu_B for plan in plans for port in plan.ports if port.mtu_B), default=1500)

    def tables(self, node: str) -> dict[str, Space]:
        """Namespaces of the tenants' tables of a switch, by VRF; none where the kernel has VRF devices."""
        return {name.partition("/")[2]: space for name, space in self.spaces.items() if name.startswith(f"{node}/")}

    def text(self, path: str) -> str:
        """A rendered file; empty if there is none."""
        return next((file.text for file in self.configs.artifacts if file.path == path), "")

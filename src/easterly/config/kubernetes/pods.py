"""What runs on each host for each replica, and the interfaces that it is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from easterly.config.linux import Host, Nic
from easterly.model.fronting import Pods
from easterly.model.network import Network
from easterly.model.spec.front import Front as Written
from easterly.model.spec.site import Site


class Pod(NamedTuple):
    """What runs on one host for one replica.

    `instance` tells it from the others of its component; `port` is 0 where nobody asks it. `shared` are those of its
    interfaces that other pods have too, for want of as many interfaces as pods.
    """

    service: str
    space: str
    component: str
    instance: str
    host: str
    gpu: int
    gpus: int
    nics: tuple[Nic, ...]
    shared: tuple[str, ...]
    port: int

    @property
    def name(self) -> str:
        """Name of the object, as ``chat-both-0`` or ``chat-both-worker-0-1``; no two pods have the same."""
        return f"{self.service}-{self.component}-{self.instance}"


def space_of(site: Site, service: str) -> str:
    """Namespace of a service: its tenant."""
    return site.services[service].tenant or "default"


def pods(site: Site, network: Network, rows: Pods, hosts: Iterable[Host]) -> Iterator[Pod]:
    """Pods by service, role, number and host.

    Parameters
    ----------
    site : Site
    network : Network
    rows : Pods
    hosts : iterable of Host
        Interfaces with their addresses and routes.

    Yields
    ------
    Pod
        The interfaces nearest to its GPUs.
    """
    nics = {host.name: {nic.name: nic for nic in host.nics} for host in hosts}
    places = list(zip(rows.host.tolist(), rows.gpu.tolist(), rows.gpus.tolist(), strict=True))
    near = [tuple(f"nic{number}" for number in network.hosts.nearest(*place)) for place in places]
    asked = Counter((place[0], nic) for place, own in zip(places, near, strict=True) for nic in own)
    names = zip(rows.service.tolist(), rows.role.tolist(), strict=True)
    numbers = zip(rows.replica.tolist(), rows.part.tolist(), rows.slot.tolist(), strict=True)
    for (service, role), (replica, part, slot), (row, gpu, gpus), own in zip(names, numbers, places, near, strict=True):
        host, front = str(network.hosts.name[row]), site.services[service].front or Written()
        yield Pod(
            service, space_of(site, service), f"{role}-worker" if part else role,
            f"{replica}-{part}" if part else f"{replica}", host, gpu, gpus,
            tuple(nics[host][name] for name in own if name in nics.get(host, {})),
            tuple(name for name in own if asked[row, name] > 1), 0 if part else front.port + slot,
        )  # fmt: skip

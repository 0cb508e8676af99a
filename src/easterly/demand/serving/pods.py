"""What of each replica runs on which host."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from easterly.base.columns import IntColumn, ints, texts
from easterly.demand.placement import wants
from easterly.demand.serving.pools import pools, ranks
from easterly.model.fronting import Pods
from easterly.model.network import Network
from easterly.model.spec.service import Service
from easterly.model.spec.site import Site


def pods(site: Site, network: Network, hosts: Mapping[str, IntColumn]) -> Pods:
    """Every host of every replica, with the GPUs that it lends.

    Parameters
    ----------
    site : Site
    network : Network
    hosts : mapping of str to (H,) int
        Hosts of each service, in rank order.

    Returns
    -------
    Pods
        Services without hosts have none.
    """
    rows: list[_Row] = []
    for want in wants(site, network):
        service = want.work
        if isinstance(service, Service) and service.name in hosts:
            rows += _rows(service, want.gpus_per_host, hosts[service.name])
    return Pods(
        service=texts([row.service for row in rows]),
        role=texts([row.role for row in rows]),
        replica=ints([row.replica for row in rows]),
        part=ints([row.part for row in rows]),
        host=ints([row.host for row in rows]),
        gpu=ints([row.gpu for row in rows]),
        gpus=ints([row.gpus for row in rows]),
        slot=ints([row.slot for row in rows]),
    )


class _Row(NamedTuple):
    service: str
    role: str
    replica: int
    part: int
    host: int
    gpu: int
    gpus: int
    slot: int


def _rows(service: Service, gpus: int, hosts: IntColumn) -> Iterator[_Row]:
    seen: Counter[int] = Counter()
    for pool, members in zip(pools(service, gpus), ranks(service, gpus), strict=True):
        for replica, own in enumerate(members.tolist()):
            # The GPUs of a replica have consecutive numbers, so each host lends a run of them.
            lent = Counter(rank // gpus for rank in own)
            for part, (place, count) in enumerate(sorted(lent.items())):
                host, first = int(hosts[place]), own[0] % gpus if part == 0 else 0
                yield _Row(service.name, pool.role, replica, part, host, first, count, seen[host])
                seen[host] += 1

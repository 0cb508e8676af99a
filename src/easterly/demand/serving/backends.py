"""Which replicas of a service requests go to, and where they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from easterly.base.columns import IntColumn, floats, ints, texts
from easterly.demand.placement import wants
from easterly.demand.serving.pools import pools, ranks
from easterly.model.fronting import Replicas
from easterly.model.network import Network
from easterly.model.serving import Services
from easterly.model.spec.service import Service
from easterly.model.spec.site import Site


def backends(site: Site, network: Network, hosts: Mapping[str, IntColumn], figures: Services) -> Replicas:
    """Replicas that users' requests go to: those that compute prompts, or that do both.

    Parameters
    ----------
    site : Site
    network : Network
    hosts : mapping of str to (H,) int
        Hosts of each service, in rank order.
    figures : Services
        For the time to first token that is planned.

    Returns
    -------
    Replicas
        By service; services without hosts have none.
    """
    rows: list[_Row] = []
    row_of = {name: row for row, name in enumerate(figures.name.tolist())}
    for want in wants(site, network):
        service = want.work
        if isinstance(service, Service) and service.name in hosts and service.name in row_of:
            rows += _rows(service, want.gpus_per_host, hosts[service.name], row_of[service.name])
    of = np.asarray([row.figures for row in rows], dtype=np.int64)
    return Replicas(
        service=texts([row.service for row in rows]),
        role=texts([row.role for row in rows]),
        host=ints([row.host for row in rows]),
        gpu=ints([row.gpu for row in rows]),
        slot=ints([row.slot for row in rows]),
        gpus=ints([row.gpus for row in rows]),
        first_s=floats(figures.ttft_s[of]),
        quantile=floats(figures.ttft_quantile[of]),
        token_s=floats(figures.itl_s[of]),
    )


class _Row(NamedTuple):
    service: str
    role: str
    host: int
    gpu: int
    slot: int
    gpus: int
    figures: int


def _rows(service: Service, gpus: int, hosts: IntColumn, row: int) -> Iterator[_Row]:
    pool, first = pools(service, gpus)[0], ranks(service, gpus)[0][:, 0]
    seen: Counter[int] = Counter()
    for host, gpu in zip(hosts[first // gpus].tolist(), (first % gpus).tolist(), strict=True):
        yield _Row(service.name, pool.role, host, gpu, seen[host], pool.gpus, row)
        seen[host] += 1

"""How long replicas that start wait for their weights."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.base.findings import Finding, Severity
from easterly.base.units import RATE, SIZE, TIME, format_short
from easterly.demand.serving.outside import starting
from easterly.demand.serving.weights import weights
from easterly.model.network import Network
from easterly.model.spec.hardware import HostType
from easterly.model.spec.service import Service
from easterly.model.spec.site import Site
from easterly.model.spec.transformer import ModelSpec


def starts(service: Service, model: ModelSpec, site: Site, network: Network, host: HostType) -> Iterator[Finding]:
    """E637: weights that take longer than their deadline, at the rate of the GPUs' interfaces or of a WAN site."""
    spec = service.weights
    if spec is None or spec.deadline is None:
        return
    started = starting(service, host.gpus)
    held_B = max(weights(service, model, pool).gpu_B for pool, _ in started)
    whole_B = sum(weights(service, model, pool).gpu_B * pool.gpus * count for pool, count in started)
    nic_bps = host.nics * host.nic_rate / host.gpus
    ways = [("the interfaces of a GPU", held_B, nic_bps)]
    if spec.source in site.wan.sites:
        links = network.links
        out_bps = float(links.capacity_bps[links.src == network.index.get(str(spec.source), -1)].sum())
        ways.append((f"the links of {spec.source}", whole_B, out_bps))
    what, size_B, rate_bps = max(ways, key=lambda way: way[1] / way[2] if way[2] else 0.0)
    time_s = size_B * 8 / rate_bps if rate_bps else 0.0
    if time_s > spec.deadline:
        yield Finding(
            code="E637",
            at=f"{service.origin}/weights/deadline",
            message=f"{format_short(size_B, SIZE)} of weights through {what} ({format_short(rate_bps, RATE)}) "
            f"take {format_short(time_s, TIME)}",
            hint=f"allow {format_short(time_s, TIME)}, start fewer replicas together, or keep a copy in the hosts",
            severity=Severity.WARNING,
        )

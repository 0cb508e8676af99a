"""Who is kept apart from whom: what is planned, and what files say."""

from __future__ import annotations

from collections import defaultdict

from easterly.model.demand import Work
from easterly.model.network import Network


def shared(network: Network, work: Work) -> tuple[tuple[str, str], ...]:
    """Hosts that work for several tenants.

    Parameters
    ----------
    network : Network
    work : Work

    Returns
    -------
    tuple of (str, str)
        Host and tenant, sorted.
    """
    tenants: dict[int, set[str]] = defaultdict(set)
    for row, tenant in enumerate(work.tenant.tolist()):
        if tenant:
            for host in work.host_idx[work.host_ptr[row] : work.host_ptr[row + 1]].tolist():
                tenants[host].add(tenant)
    names = network.hosts.name
    pairs = ((str(names[host]), tenant) for host, found in tenants.items() if len(found) > 1 for tenant in found)
    return tuple(sorted(pairs))

"""Who is kept apart from whom: hosts of several tenants, and what files say instead of the plan."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from easterly import config
from easterly.model.demand import Work
from easterly.model.isolation import Isolation
from easterly.model.network import Network
from easterly.model.outcome import DeviceConfigs

if TYPE_CHECKING:
    from easterly.study.nouns import Nouns


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


def written(nouns: Nouns, configs: DeviceConfigs | None = None) -> Isolation:
    """The isolation that files have.

    Parameters
    ----------
    nouns : Nouns
    configs : DeviceConfigs, optional
        Files that were found; the rendered ones if absent.

    Raises
    ------
    ValueError
        A file is missing or not understood, or a switch has an operating system without access lists here.
    """
    files = nouns.configs.value if configs is None else configs
    return config.access.found(nouns.site, nouns.network.value, nouns.address.value, nouns.isolation, files)

"""A site rendered for some targets."""

from __future__ import annotations

from collections.abc import Collection

from easterly import address, config, route
from easterly.base.columns import ints
from easterly.config.targets import Sources
from easterly.demand.serving.backends import backends
from easterly.model.forwarding import Forwarding
from easterly.model.outcome import Artifact
from easterly.study import traffic
from easterly.study.nouns import Nouns


def sources(nouns: Nouns, targets: Collection[str] = (config.ALL,)) -> Sources:
    """Everything that files of a site are made from.

    Parameters
    ----------
    nouns : Nouns
        Of a site without errors.
    targets : collection of str
        What only others need is not made.
    """
    wanted = config.chosen(targets)
    site, numbers = nouns.site, nouns.address.value
    hosts = nouns.placement.value.hosts
    return Sources(
        site=site,
        network=nouns.network.value,
        address=numbers,
        qos=nouns.qos.value,
        work=traffic.placement_only(nouns.demands.value.work),
        bill=nouns.bill.value,
        isolation=address.isolation(site, numbers) if site.isolation else None,
        replicas=backends(site, nouns.network.value, hosts, nouns.services.value) if site.services else None,
        forwarding=_forwarding(nouns) if "ovs" in wanted else None,
    )


def _forwarding(nouns: Nouns) -> Forwarding:
    """Next hops towards every switch that announces something."""
    network = nouns.network.value
    announcing = {device for device in nouns.address.value.prefixes.device.tolist() if device}
    targets = ints(sorted(network.index[device] for device in announcing))
    return route.forwarding(network, nouns.policy.value, targets)


def rendered(nouns: Nouns, targets: Collection[str]) -> dict[str, tuple[Artifact, ...]]:
    """Files by target.

    Parameters
    ----------
    nouns : Nouns
    targets : collection of str
        Names of `easterly.config.targets.TARGETS`, or ``all``.

    Raises
    ------
    ValueError
        A name that is no target.
    """
    return config.files_of(sources(nouns, targets), targets)

"""Jobs with what they refer to: the model and the hosts that they will have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from easterly.demand.facts import model_of, settled
from easterly.demand.placement import wants
from easterly.model.network import Network
from easterly.model.spec.hardware import HostType
from easterly.model.spec.job import Job
from easterly.model.spec.site import Site
from easterly.model.spec.transformer import ModelSpec


@dataclass(frozen=True, slots=True)
class Posed:
    """A job with the model and the hosts that it will have."""

    job: Job
    model: ModelSpec
    host: HostType


def posed(site: Site, network: Network) -> Iterator[Posed]:
    """Jobs whose model and hosts are known."""
    for want in wants(site, network):
        if isinstance(want.work, Job):
            yield Posed(settled(want.work, want.host), model_of(want.work), want.host)

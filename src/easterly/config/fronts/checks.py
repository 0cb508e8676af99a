"""Rules of front ends: what a balancer would do with them."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.base.findings import Finding, did_you_mean, rule
from easterly.config.fronts.servers import HEALTH, answers
from easterly.model.spec.front import Front
from easterly.model.spec.service import Service
from easterly.model.spec.site import Site


def _fronts(site: Site) -> Iterator[tuple[Service, Front]]:
    for _, service in sorted(site.services.items()):
        if service.front is not None:
            yield service, service.front


@rule("E921", "no replica answers the path of the health check")
def checks_are_answered(site: Site) -> Iterator[Finding]:
    """A replica that is asked for what it does not have counts as dead, and soon all of them do."""
    for service, front in _fronts(site):
        if front.check is not None and not answers(front.server, front.check):
            yield Finding(
                "E921", f"{service.origin}/front/check",
                f"{front.server} does not answer {front.check}: every replica would count as down",
                did_you_mean(front.check, HEALTH[front.server]),
            )  # fmt: skip


@rule("E922", "no replica gets a request")
def weights_lead_somewhere(site: Site) -> Iterator[Finding]:
    """As many weights as replicas, and one of them above zero."""
    for service, front in _fronts(site):
        count = service.replicas.both if service.mode == "aggregated" else service.replicas.prefill
        at = f"{service.origin}/front/weights"
        if front.weights and len(front.weights) != count:
            message = f"{len(front.weights)} weights, and the replicas that get requests are {count}"
            yield Finding(
                "E922", at, message, "give each replica its weight, 0 for one that is to get nothing"
            )  # fmt: skip
        elif front.weights and not any(front.weights):
            yield Finding("E922", at, "all weights are 0: no replica gets a request", "give one of them 100")

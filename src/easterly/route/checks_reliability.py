"""Rules of what fails together: domains name devices that exist."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from easterly.base.findings import Finding, did_you_mean, rule
from easterly.model.network import Network
from easterly.model.spec.site import Site


@rule("E714", "a failure domain names what does not exist")
def members_exist(site: Site, network: Network) -> Iterator[Finding]:
    """Every member of a domain is a switch or a host, or a pattern that some of them fit."""
    if not site.reliability.domains:
        return
    devices = list(dict.fromkeys(network.nodes.device.tolist()))
    for domain in site.reliability.domains.values():
        for i, pattern in enumerate(domain.members):
            if not any(fnmatchcase(name, pattern) for name in devices):
                text = f"nothing is called {pattern!r}: domain {domain.name} would fail without it"
                yield Finding("E714", f"{domain.origin}/members/{i}", text, did_you_mean(pattern, devices))

"""Rules of intents that need the network: what they let fail must exist."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.base.findings import Finding, did_you_mean, rule
from easterly.model.network import Network
from easterly.model.spec.site import Site


@rule("E951", "an intent names a device or link that does not exist")
def named_failures_exist(site: Site, network: Network) -> Iterator[Finding]:
    """Devices and links that are to fail by name are those of the network."""
    wanted = [(intent, name) for _, intent in sorted(site.intents.items()) for name in intent.under.failures.named]
    if not wanted:
        return
    devices = set(network.nodes.device.tolist())
    links = set(network.link_ids.tolist()) if any(">" in name for _, name in wanted) else set()
    for intent, name in wanted:
        if name not in devices and name not in links:
            yield Finding(
                "E951",
                f"{intent.origin}/under/failures/named",
                f"the network has no device or link {name}",
                did_you_mean(name, links if ">" in name else devices),
            )

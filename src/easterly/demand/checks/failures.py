"""Rules about what failures leave of a job."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import numpy as np

from easterly.base.columns import BoolColumn, bools
from easterly.base.findings import Finding, FindingsError, Severity, rule
from easterly.demand.mapping.reform import reform
from easterly.demand.placement import arrange, host_rows
from easterly.model.network import Network
from easterly.model.spec.site import Site


@rule("E660", "failures leave nothing of a job")
def jobs_survive_named_failures(site: Site, network: Network) -> Iterator[Finding]:
    """When what an intent names is down, each job that it is about can go on somewhere."""
    intents = [site.intents[name] for name in sorted(site.intents) if site.intents[name].under.failures.named]
    placed = arrange(site, network)[0] if intents else {}
    taken = {row for rows in placed.values() for row in rows.tolist()}
    for intent in intents:
        alive = without(network, intent.under.failures.named)
        for name in sorted(placed):
            if name not in site.jobs or intent.job not in (None, name):
                continue
            job = site.jobs[name]
            free = [row for row in host_rows(network)[job.fabric].tolist() if row not in taken]
            try:
                reform(network, job, placed[name], alive=alive, spares=free)
            except FindingsError as error:
                at = f"{intent.origin}/under/failures/named"
                yield from (replace(f, at=at, severity=Severity.WARNING, on_key=False) for f in error.findings)


def without(network: Network, names: Collection[str]) -> BoolColumn:
    """(L,) links that are up when devices (switches, hosts) and links of these names are down."""
    links, wanted = network.links, sorted(names)
    down = np.isin(network.nodes.device, wanted)
    gone = down[links.src] | down[links.dst]
    if any(">" in name for name in wanted):
        cut = np.flatnonzero(np.isin(network.link_ids, wanted))
        gone[cut] = True
        gone[links.reverse[cut][links.reverse[cut] >= 0]] = True
    return bools(~gone)

"""Queues without a mean, as findings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from easterly.base.findings import Finding, Severity
from easterly.study.queueing.site import SiteQueues


def overloaded(made: SiteQueues, links: Sequence[str], classes: dict[int, str]) -> list[Finding]:
    """Queues that get more than they can send; empty if none does.

    Parameters
    ----------
    made : SiteQueues
    links : sequence of str
        Names of links.
    classes : dict
        Names of queues.
    """
    waits = made.waits
    rows = np.flatnonzero(np.isinf(waits.stations.Wq))
    if not len(rows):
        return []
    worst = int(rows[np.argmax(waits.port_load[rows])])
    what = made.offered
    over = np.isin(what.flows.link, waits.link[rows])
    flow = np.repeat(np.arange(len(what.flows)), np.diff(what.flows.ptr))[over]
    owners = np.unique(what.owner[np.unique(flow)]).tolist()
    named = ", ".join(owners[:3]) + (f" and {len(owners) - 3:,} more" if len(owners) > 3 else "")
    return [Finding(
        "E711", "",
        f"{len(rows):,} of {len(waits):,} queues get more than they can send, most before "
        f"{links[int(waits.link[worst])]}: {waits.port_load[worst]:.0%} of the link, class "
        f"{classes.get(int(waits.queue[worst]), '?')}; sent by {named}",
        "send less, give the class more of the link, or spread the connections over more links",
        Severity.WARNING,
    )]  # fmt: skip

"""Rules of servers that many ask at once: buffers, latency, popular keys."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import SIZE, TIME, format_short
from easterly.demand.ends import Ends
from easterly.demand.traffic import features, memory, parameter_server
from easterly.demand.traffic.ready import ready
from easterly.model.demand import Placement
from easterly.model.network import Network
from easterly.model.spec.site import Site
from easterly.model.spec.traffic import Features, Memory, ParameterServer

SKEWED = 2.0
"""Times its even part from which on a partition counts as hot."""


@rule("E645", "a burst of many senders exceeds the buffer of a switch")
def bursts_fit_buffers(site: Site, network: Network, placement: Placement) -> Iterator[Finding]:
    """What waits in front of a parameter server fits into the switches before it."""
    ends = Ends(site, network, placement.hosts)
    for work in ready(site, ends, ParameterServer):
        for name, burst in sorted(parameter_server.bursts(work, ends).items()):
            buffer_B, share = _buffer(work, ends, name)
            waits_B = burst.buffer_B * share
            if waits_B > buffer_B * (1 + 1e-9):
                text = (
                    f"{burst.senders} senders put {format_short(waits_B, SIZE)} in front of one {name} at once, "
                    f"its switch buffers {format_short(buffer_B, SIZE)}"
                )
                yield Finding("E645", f"{work.origin}/{name}s" if name != "server" else work.origin, text,
                              "use a lossless class, or more servers or aggregators, or start senders apart",
                              Severity.WARNING, on_key=True)  # fmt: skip


def _buffer(work: ParameterServer, ends: Ends, name: str) -> tuple[float, float]:
    """Buffer of the leaf with most interfaces of a receiver, and its part of these; infinite where nobody knows."""
    first = 0 if name == "server" else work.servers
    nics, links = ends.own(work.name, first, 1), ends.network.links
    leaves = links.dst[np.isin(links.src, nics)]
    leaf, count = (column.tolist() for column in np.unique(leaves, return_counts=True))
    model = ends.site.hardware.switches.get(str(ends.network.nodes.switch_type[leaf[int(np.argmax(count))]]))
    lossless = ends.site.classes[work.traffic_class].lossless if work.traffic_class in ends.site.classes else False
    known_B = model.buffer if model is not None and not lossless else None
    return (float("inf") if known_B is None else float(known_B)), max(count) / sum(count)


@rule("E646", "remote memory is asked for more than latency allows")
def accesses_are_possible(site: Site, network: Network, placement: Placement) -> Iterator[Finding]:
    """Outstanding accesses over latency (Little's law), and interfaces, carry what clients ask for."""
    ends = Ends(site, network, placement.hosts)
    for work in ready(site, ends, Memory):
        found = memory.remote(work, ends)
        if found is None or found.asked_per_s <= found.reads_per_s * (1 + 1e-9):
            continue
        at = f"{work.origin}/{'reads' if work.reads is not None else 'rate'}"
        if not np.isfinite(found.latency_s):
            text = f"no path leads from {work.clients} to this memory, for {found.asked_per_s:.4g} accesses/s"
            yield Finding("E646", at, text, "join the two places by a link")
            continue
        hosts = ends.machines(ends.nodes(work.clients))
        enough = memory.needed(work, found.asked_per_s, found.latency_s, hosts)
        by_ports = hosts * work.outstanding / found.latency_s > found.reads_per_s * (1 + 1e-9)
        text = (
            f"clients ask for {found.asked_per_s:.4g} accesses/s; "
            + ("their interfaces carry" if by_ports else f"{work.outstanding} outstanding per host at ")
            + ("" if by_ports else f"{format_short(found.latency_s, TIME)} reach")
            + f" {found.reads_per_s:.4g}/s"
        )
        hint = "ask for less, or smaller accesses" if by_ports else f"write outstanding: {enough}, or larger accesses"
        yield Finding("E646", at, text, hint, Severity.WARNING)


@rule("E647", "popular keys make one partition hot")
def partitions_are_even(site: Site, network: Network, placement: Placement) -> Iterator[Finding]:
    """No partition answers much more than its even part."""
    ends = Ends(site, network, placement.hosts)
    for work in ready(site, ends, Features):
        pool = features.pools(work, ends)
        worst, even = float(features.shares(work, pool).max()), 1 / pool.partitions
        if worst < SKEWED * even:
            continue
        text = f"one of {pool.partitions} partitions answers {worst:.1%} of the lookups, its even part is {even:.1%}"
        yield Finding("E647", work.origin, text, _cooler(work, pool), Severity.WARNING, on_key=True)


def _cooler(work: Features, pool: features.Pools) -> str:
    for cache in (10**i for i in range(1, 9)):
        if cache > work.cache and cache < work.population:
            share = float(features.shares(features.changed(work, cache=cache), pool).max())
            if share < SKEWED / pool.partitions:
                return f"with cache: {cache} it is {share:.1%}"
    return "use fewer partitions, or copies of the most popular keys"

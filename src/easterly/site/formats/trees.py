"""A network as a topology of csg-htsim (``.topo``), where it is a fat-tree of two or three tiers like theirs.

All numbers of the format are whole: rates in Gbit/s, latencies in ns from 1 on, and how much more comes from below
than leaves upwards. Hosts keep their numbers, as connection matrices go by these: interface i is host i.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from easterly.base.findings import Finding, FindingsError, Severity
from easterly.base.units import RATE, format_short
from easterly.model.network import Network, NodeKind

HINT = "it takes fat-trees of two or three tiers, hosts by number from leaf to leaf; --to hpcc takes any network"
Rows = NDArray[np.int64]


def write(network: Network) -> str:
    """Text of a fat-tree.

    Raises
    ------
    FindingsError
        E135 where the network is none, or is none that the format has words for.
    """
    hosts, leaf, spine, core = _tiers(network)
    many = Counter(zip(network.links.src.tolist(), network.links.dst.tolist(), strict=True))
    leaf = leaf[np.argsort(_first(network, leaf, hosts), kind="stable")]
    pods = len(np.unique(_first(network, leaf, spine))) if len(core) else 1
    if len(leaf) % pods or len(spine) % pods or len(hosts) % len(leaf):
        raise _none("its pods are not alike")
    spine, core = _ordered(network, leaf, spine, core, pods)
    bundle = many[int(leaf[0]), int(spine[0])]
    core_bundle = many[int(spine[0]), int(core[0])] if len(core) else 0
    wanted = Counter(_cables(hosts, leaf, spine, core, pods, bundle, core_bundle))
    if wanted + Counter((b, a) for a, b in wanted.elements()) != many:
        raise _none("its cables are not those of a fat-tree whose hosts are numbered from leaf to leaf")
    values = [
        _tier(network, hosts, leaf, Radix_Down=len(hosts) // len(leaf), Radix_Up=len(spine) // pods * bundle),
        _tier(network, leaf, spine, Radix_Down=len(leaf) // pods * bundle, Bundle=bundle),
    ]
    if len(core):
        values[1]["Radix_Up"] = len(core) * pods // len(spine) * core_bundle
        values.append(_tier(network, spine, core, Radix_Down=pods * core_bundle, Bundle=core_bundle))
    for below, above, count in ((0, 1, len(hosts)), (1, 2, len(leaf) * len(spine) // pods * bundle)):
        if above < len(values):
            values[below]["Oversubscribed"] = _over(values[below], values[above], count, (leaf, spine)[below])
    return _text(len(hosts), pods, values)


def notes(network: Network) -> Iterator[Finding]:
    """What the file says otherwise than the network."""
    for what, delay_s in (("links", network.links.delay_s), ("switches", network.nodes.delay_s)):
        off_ns = np.abs(delay_s * 1e9 - np.rint(delay_s * 1e9))
        if (off_ns > 1e-3).any():
            message = f"delays of {what} are rounded to whole nanoseconds, by up to {off_ns.max():.3g} ns"
            yield Finding("E136", "", message, "--to hpcc keeps them", Severity.NOTE)


def _over(below: dict[str, float], above: dict[str, float], links: int, switches: Rows) -> int:
    """How many times more comes from below than leaves upwards, which has to be a whole number."""
    key = "Downlink_speed_Gbps"
    down, up = links * int(below[key]), len(switches) * int(below["Radix_Up"]) * int(above[key])
    if down % up:
        raise _none(f"its oversubscription, {down} : {up}, is no whole number")
    return down // up


def _none(why: str) -> FindingsError:
    return FindingsError([Finding("E135", "", f"the network cannot be written as htsim: {why}", HINT)])


def _tiers(network: Network) -> tuple[Rows, Rows, Rows, Rows]:
    """Interfaces, and the switches of each tier, in the order of their nodes."""
    nodes = network.nodes
    hosts = np.flatnonzero(nodes.kind == NodeKind.NIC)
    leaf, spine, core = (np.flatnonzero((nodes.kind == NodeKind.SWITCH) & (nodes.tier == tier)) for tier in (1, 2, 3))
    if not (len(hosts) and len(leaf) and len(spine)) or len(hosts) + len(leaf) + len(spine) + len(core) != len(nodes):
        raise _none("it has other nodes than hosts and the leaves, spines and cores above them")
    return hosts, leaf, spine, core


def _first(network: Network, nodes: Rows, others: Rows) -> Rows:
    """Position of the first of `others` that each node has a link to; beyond all where it has none."""
    at = np.full(len(network.nodes), len(others))
    first = at.copy()
    at[others] = np.arange(len(others))
    np.minimum.at(first, network.links.src, at[network.links.dst])
    return first[nodes]


def _ordered(network: Network, leaf: Rows, spine: Rows, core: Rows, pods: int) -> tuple[Rows, Rows]:
    """Spines pod by pod, each at the position that its cores say; cores by the position of their spines."""
    pod_of = _first(network, spine, leaf) // (len(leaf) // pods)
    spine = spine[np.lexsort((_first(network, spine, core), pod_of))]
    return spine, core[np.argsort(_first(network, core, spine), kind="stable")]


def _cables(
    hosts: Rows, leaf: Rows, spine: Rows, core: Rows, pods: int, bundle: int, core_bundle: int
) -> Iterable[tuple[int, int]]:
    """Links upwards of the tree that all these numbers mean."""
    h, lo, sp, co = hosts.tolist(), leaf.tolist(), spine.tolist(), core.tolist()
    leaves, spines = len(lo) // pods, len(sp) // pods
    yield from ((node, lo[i * len(lo) // len(h)]) for i, node in enumerate(h))
    for i, node in enumerate(lo):
        for a in range(spines):
            yield from [(node, sp[i // leaves * spines + a])] * bundle
    each = len(co) // spines
    for i, node in enumerate(sp):
        for k in range(each):
            yield from [(node, co[i % spines * each + k])] * core_bundle


def _tier(network: Network, below: Rows, above: Rows, **counts: int) -> dict[str, float]:
    """What the file says of switches and of the links down from them."""
    links, nodes = network.links, network.nodes
    between = np.isin(links.src, below) & np.isin(links.dst, above)
    between |= np.isin(links.dst, below) & np.isin(links.src, above)
    rate, delay = np.unique(links.capacity_bps[between]), np.unique(links.delay_s[between])
    switch = np.unique(nodes.delay_s[above])
    if not len(rate) == len(delay) == len(switch) == 1:
        raise _none("links and switches of a tier differ in rate or delay")
    if rate[0] % 1e9:
        raise _none(f"{format_short(float(rate[0]), RATE)} is no whole number of Gbit/s")
    return counts | {
        "Downlink_speed_Gbps": rate[0] / 1e9, "Downlink_Latency_ns": max(np.rint(delay[0] * 1e9), 1.0),
        "Switch_Latency_ns": np.rint(switch[0] * 1e9),
    }  # fmt: skip


def _text(hosts: int, pods: int, tiers: list[dict[str, float]]) -> str:
    lines = [f"Nodes {hosts}", f"Tiers {len(tiers)}", f"Podsize {hosts // pods}"]
    for tier, values in enumerate(tiers):
        lines += [f"Tier {tier}", *(f"{key} {value:.0f}" for key, value in values.items())]
    return "\n".join(lines) + "\n"

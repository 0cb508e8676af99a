"""Failure cases: which links are down together, with devices that are twins tried once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import TypeVar

import numpy as np

from easterly.base.columns import BoolColumn, bools, texts
from easterly.model.network import LinkKind, Network, NodeKind
from easterly.model.outcome import FailureSet
from easterly.model.spec.intent import Failures

MOST_CASES = 256
T = TypeVar("T")
Twins = dict[tuple[object, ...], list[int]]
Choice = tuple[tuple[str, ...], tuple[int, ...]]
Case = tuple[tuple[str, ...], tuple[int, ...], tuple[int, ...]]


class TooManyCases(Exception):
    """More distinct cases than are tried; the message says how many."""


class UnknownElement(Exception):
    """A named device or link that the network does not have."""


def failure_cases(network: Network, failures: Failures, fabric: str | None) -> FailureSet:
    """Every distinct way in which `failures` can happen.

    Switches with the same neighbours over links of the same capacity, cost and delay are twins:
    exchanging them is an automorphism of the network, so one of them stands for all.

    Parameters
    ----------
    network : Network
    failures : Failures
        Numbers by role, or names.
    fabric : str or None
        Fabric in which they happen; all if None.

    Returns
    -------
    FailureSet
        One row per distinct case; a single all-up row if nothing fails, none if there is not so much to fail.

    Raises
    ------
    TooManyCases, UnknownElement
    """
    named = _named(network, failures.named)
    standing = np.ones(len(network.nodes), dtype=np.bool_)
    standing[np.isin(network.nodes.device, failures.named)] = False
    cases = list(_limited(_cases(network, failures, fabric, standing, named)))
    names = texts([" + ".join(sorted([*failures.named, *case[0]])) or "nothing" for case in cases])
    down = np.zeros((len(cases), len(network.links)), dtype=np.bool_)
    for row, (_, nodes, cables) in enumerate(cases):
        down[row] = named | _touching(network, nodes) | _cables_down(network, cables)
    return FailureSet(name=names, link_down=bools(down))


def _limited(cases: Iterator[T]) -> Iterator[T]:
    for count, case in enumerate(cases):
        if count >= MOST_CASES:
            raise TooManyCases(f"more than {MOST_CASES} distinct failure cases")
        yield case


def _cases(
    network: Network, failures: Failures, fabric: str | None, standing: BoolColumn, named: BoolColumn
) -> Iterator[Case]:
    roles = (("leaf", failures.leaf), ("spine", failures.spine), ("super-spine", failures.super_spine))
    choices = [list(_device_choices(network, role, count, fabric, standing)) for role, count in roles if count]
    keys = _cable_keys(network, fabric, failures) if failures.link else {}
    for picks in product(*choices):
        names = tuple(name for pick in picks for name in pick[0])
        nodes = tuple(node for pick in picks for node in pick[1])
        for ids, cables in _cable_choices(network, failures.link, keys, named | _touching(network, nodes)):
            yield (*names, *ids), nodes, cables


def _device_choices(
    network: Network, role: str, count: int, fabric: str | None, standing: BoolColumn
) -> Iterator[Choice]:
    twins = twin_classes(network, role, fabric).values()
    classes = [left for nodes in twins if (left := [node for node in nodes if standing[node]])]
    for taken in _limited(_multisets([len(nodes) for nodes in classes], count)):
        chosen = tuple(node for nodes, use in zip(classes, taken, strict=True) for node in nodes[:use])
        yield tuple(str(network.nodes.name[n]) for n in chosen), chosen


def _multisets(sizes: list[int], count: int) -> Iterator[tuple[int, ...]]:
    """How many to take of each class, so that `count` are taken in all."""
    total = sum(sizes)
    if count >= total or count == 0:
        if count in (total, 0):
            yield tuple(sizes) if count else (0,) * len(sizes)
        return
    if len(sizes) > MOST_CASES:  # each class alone is a case
        raise TooManyCases(f"more than {MOST_CASES} distinct failure cases")
    for first in range(min(count, sizes[0]), -1, -1):
        for rest in _multisets(sizes[1:], count - first):
            yield (first, *rest)


def _cable_keys(network: Network, fabric: str | None, failures: Failures) -> dict[int, object]:
    """Cables, each with what it shares with its twins: its lower end and the class of its upper end.

    Where two or more fail, or some have failed by name, exchanging twins would move those too: then each
    cable is alone.
    """
    cables = fabric_cables(network, fabric)
    if failures.link > 1 or any(">" in name for name in failures.named):
        return {cable: cable for cable in cables}
    upper = {
        node: key for role in _roles(network) for key, ns in twin_classes(network, role, fabric).items() for node in ns
    }
    low, high = network.links.src[cables].tolist(), network.links.dst[cables].tolist()
    return {cable: (a, upper.get(b, b)) for cable, a, b in zip(cables, low, high, strict=True)}


def _cable_choices(network: Network, count: int, keys: dict[int, object], down: BoolColumn) -> Iterator[Choice]:
    """Sets of cables that are still up, one cable for all its twins; the empty set where none is to fail."""
    first: dict[object, int] = {}
    for cable, key in keys.items():
        if not down[cable]:
            first.setdefault(key, cable)
    for pick in combinations(first.values(), count):
        yield tuple(str(network.link_ids[cable]) for cable in pick), pick


def fabric_cables(network: Network, fabric: str | None) -> list[int]:
    """Rows of the cables between switches of one fabric, or of all."""
    rows = network.cables
    keep = network.links.kind[rows] == LinkKind.FABRIC
    if fabric is not None:
        keep &= network.nodes.fabric[network.links.src[rows]] == fabric
    return [int(row) for row in rows[keep]]


def _roles(network: Network) -> list[str]:
    return sorted(set(network.nodes.role[network.nodes.kind == NodeKind.SWITCH].tolist()))


def twin_classes(network: Network, role: str, fabric: str | None) -> Twins:
    """Switches of a role, grouped by their neighbourhood."""
    links = network.links
    classes: Twins = {}
    want = network.nodes.role == role
    if fabric is not None:
        want &= network.nodes.fabric == fabric
    near: dict[int, list[tuple[float, ...]]] = {int(node): [] for node in np.flatnonzero(want)}
    rows = np.flatnonzero(want[links.src])
    table = zip(
        *(c[rows].tolist() for c in (links.src, links.dst, links.capacity_bps, links.cost, links.delay_s)), strict=True
    )
    for src, *edge in table:
        near[int(src)].append(tuple(edge))
    for node, edges in near.items():
        classes.setdefault((role, *sorted(edges)), []).append(node)
    return classes


def _touching(network: Network, nodes: tuple[int, ...]) -> BoolColumn:
    hit = np.zeros(len(network.nodes), dtype=np.bool_)
    hit[list(nodes)] = True
    down: BoolColumn = hit[network.links.src] | hit[network.links.dst]
    return down


def _cables_down(network: Network, cables: tuple[int, ...]) -> BoolColumn:
    down = np.zeros(len(network.links), dtype=np.bool_)
    for cable in cables:
        down[cable] = True
        if network.links.reverse[cable] >= 0:
            down[network.links.reverse[cable]] = True
    return down


def _named(network: Network, names: tuple[str, ...]) -> BoolColumn:
    """Links that are down when devices or links of these names are."""
    down = np.zeros(len(network.links), dtype=np.bool_)
    ids = {str(link): row for row, link in enumerate(network.link_ids)} if any(">" in n for n in names) else {}
    for name in names:
        nodes = np.flatnonzero(network.nodes.device == name)
        if name in ids:
            down |= _cables_down(network, (ids[name],))
        elif len(nodes):
            down |= _touching(network, tuple(int(n) for n in nodes))
        else:
            raise UnknownElement(name)
    return down

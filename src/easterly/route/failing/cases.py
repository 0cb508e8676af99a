"""Sets of links that fail together: cables, nodes, shared risks, what is named, drawn at random, or any k of those."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import random
from easterly.base.columns import FloatColumn, TextColumn, floats, indices, ints, texts
from easterly.base.seeds import stream
from easterly.model.failures import Cases
from easterly.model.network import Network, NodeKind

MOST_CASES = 100_000


def cases_of(names: Sequence[str], downs: Sequence[ArrayLike], weight: ArrayLike | None = None) -> Cases:
    """Cases from lists of links.

    Parameters
    ----------
    names : (C,) of str
    downs : (C,) of integers
        Rows of the links that are down, in any order; a link named twice is down once.
    weight : (C,) float, optional
        Cases that each row stands for; 1 if absent.

    Returns
    -------
    Cases

    Examples
    --------
    >>> cases_of(["a", "nothing"], [[3, 1, 3], []]).link
    array([1, 3], dtype=int32)
    """
    rows = [np.unique(np.asarray(down, dtype=np.int32)) for down in downs]
    ptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    link = np.concatenate(rows) if rows else np.empty(0, dtype=np.int32)
    return Cases(texts(list(names)), indices(ptr), ints(link), floats(np.ones(len(rows)) if weight is None else weight))


def cables(network: Network) -> Cases:
    """Every cable alone: both directions fail.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Cases
        In the order of `Network.cables`, by the name of that direction.
    """
    back = network.links.reverse
    downs = [[row, back[row]] if back[row] >= 0 else [row] for row in network.cables.tolist()]
    return cases_of(network.link_ids[network.cables].tolist(), downs)


def nodes(network: Network) -> Cases:
    """Every switch and router alone: all its links fail.

    Interfaces of hosts are left out: what ends there is gone in any case.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Cases
    """
    rows = np.flatnonzero(network.nodes.kind != NodeKind.NIC).tolist()
    touching = _touching(network)
    return cases_of([str(network.nodes.name[node]) for node in rows], [touching[node] for node in rows])


def srlgs(network: Network) -> Cases:
    """Every shared-risk group alone: all its links fail.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Cases
        In the order of `Network.srlgs`; a group that no link is in is no case.
    """
    links = network.links
    link = np.repeat(np.arange(len(links)), np.diff(links.srlg_ptr))
    members = [link[links.srlg_idx == group] for group in range(len(network.srlgs))]
    some = [group for group, rows in enumerate(members) if len(rows)]
    return cases_of([network.srlgs[group] for group in some], [members[group] for group in some])


def named(network: Network, names: Iterable[str | Sequence[str]]) -> Cases:
    """Cases that are named: each a node, a device, a shared-risk group or a link, or several of them together.

    Parameters
    ----------
    network : Network
    names : iterable of str or of sequences of str
        A link, by its name in `Network.link_ids`, takes its other direction with it.

    Returns
    -------
    Cases

    Raises
    ------
    ValueError
        Nothing is called so.
    """
    lists = [[entry] if isinstance(entry, str) else list(entry) for entry in names]
    known = _known(network)
    unknown = sorted({name for entry in lists for name in entry} - set(known))
    if unknown:
        raise ValueError(f"nothing in the network is called {', '.join(unknown)}")
    return cases_of(
        [" + ".join(entry) or "nothing" for entry in lists],
        [np.concatenate([np.empty(0, dtype=np.int32), *(known[name] for name in entry)]) for entry in lists],
    )


def together(cases: Cases, k: int, most: int = MOST_CASES) -> Cases:
    """Any k of some cases at once.

    Parameters
    ----------
    cases : Cases
    k : int
        From 1 on. One at a time gives the cases themselves.
    most : int
        More are refused.

    Returns
    -------
    Cases
        In lexicographic order; none where there are fewer than k.

    Raises
    ------
    ValueError
        `k` below 1, or more cases than `most`.
    """
    if k < 1:
        raise ValueError(f"k is {k}: at least one has to fail")
    if comb(len(cases), k) > most:
        raise ValueError(f"{comb(len(cases), k):,} cases of {k} failures out of {len(cases):,}, more than {most:,}")
    if k == 1:
        return cases
    picks = list(combinations(range(len(cases)), k))
    return cases_of(
        [" + ".join(str(cases.name[row]) for row in pick) for pick in picks],
        [np.concatenate([cases.down(row) for row in pick]) for pick in picks],
        [float(np.prod(cases.weight[list(pick)])) for pick in picks],
    )


def sampled(cases: Cases, probability: ArrayLike, *, draws: int, seed: int) -> Cases:
    """Random failures: each of some cases happens on its own with its probability.

    Every case has a stream of random numbers that is named by the seed and its name: one more disturbs no other, and
    more draws go on where fewer end.

    Parameters
    ----------
    cases : Cases
        What fails on its own, such as `cables`.
    probability : float or (C,) float [1]
        That each is down, such as MTTR / (MTBF + MTTR).
    draws : int
    seed : int

    Returns
    -------
    Cases
        Distinct sets in the order in which they were first drawn; `weight` is how often.

    Raises
    ------
    ValueError
        A probability outside 0 to 1.

    Examples
    --------
    >>> ring = cases_of(["a", "b"], [[0], [1]])
    >>> found = sampled(ring, 0.5, draws=1000, seed=7)
    >>> sorted(found.name.tolist()), float(found.weight.sum())
    (['a', 'a + b', 'b', 'nothing'], 1000.0)
    """
    chance = np.broadcast_to(np.asarray(probability, dtype=np.float64), len(cases))
    if not ((chance >= 0) & (chance <= 1)).all():
        raise ValueError("a probability is not within 0 to 1")
    streams = np.array([stream(seed, str(name)) for name in cases.name], dtype=np.uint64)
    down = chance > random.uniform(streams, draws).T
    distinct, first, count = np.unique(down, axis=0, return_index=True, return_counts=True)
    order = np.argsort(first)
    rows = [np.flatnonzero(distinct[row]) for row in order]
    return cases_of(
        [" + ".join(cases.name[row].tolist()) or "nothing" for row in rows],
        [np.concatenate([np.empty(0, dtype=np.int32), *(cases.down(int(case)) for case in row)]) for row in rows],
        count[order],
    )


def joined(first: Cases, second: Cases) -> Cases:
    """The cases of both, one after the other."""
    return Cases(
        texts(np.concatenate([first.name, second.name])),
        indices(np.concatenate([first.ptr, second.ptr[1:] + first.ptr[-1]])),
        ints(np.concatenate([first.link, second.link])),
        floats(np.concatenate([first.weight, second.weight])),
    )


def part(cases: Cases, begin: int, end: int) -> Cases:
    """The cases from `begin` up to, not with, `end`."""
    ptr = cases.ptr[begin : end + 1]
    names: TextColumn = cases.name[begin:end]
    weight: FloatColumn = cases.weight[begin:end]
    return Cases(texts(names), indices(ptr - ptr[0]), ints(cases.link[ptr[0] : ptr[-1]]), floats(weight))


def _touching(network: Network) -> list[NDArray[np.int32]]:
    """Links that begin or end at each node."""
    links, count = network.links, len(network.nodes)
    ends = np.concatenate([links.src, links.dst])
    order = np.argsort(ends, kind="stable")
    rows = (order % max(len(links), 1)).astype(np.int32)
    return np.split(rows, np.searchsorted(ends[order], np.arange(1, count)))


def _known(network: Network) -> dict[str, NDArray[np.int32]]:
    """Links that are down with whatever has a name; nodes and devices win over groups, and those over links."""
    whole, touching = cables(network), _touching(network)
    known = {str(name): whole.down(row) for row, name in enumerate(whole.name)}
    other = network.link_ids[network.links.reverse[network.cables]]
    two_way = network.links.reverse[network.cables] >= 0
    known |= {str(name): whole.down(row) for row, name in enumerate(other) if two_way[row]}
    groups = srlgs(network)
    known |= {str(name): groups.down(row) for row, name in enumerate(groups.name)}
    for device in np.unique(network.nodes.device):
        known[str(device)] = np.concatenate([touching[n] for n in np.flatnonzero(network.nodes.device == device)])
    return known | {str(name): touching[node] for node, name in enumerate(network.nodes.name)}

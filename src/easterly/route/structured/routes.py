"""Shares and loads of flows by formula, beside a search for what no formula covers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import fabric, graph
from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, bools, floats, indices, ints
from easterly.model.demand import Flows
from easterly.model.network import ROUTINGS, Network
from easterly.model.routing import Paths, Policy
from easterly.route.structured.frames import Frame, Places, places, recognised

Rows = NDArray[np.intp]
AT_ONCE = 4096
"""Flows whose ways are held at once to see which of them are broken."""


def paths(network: Network, flows: Flows, policy: Policy, search: Callable[[Flows], Paths]) -> Paths:
    """Shares of flows on links, by formula as far as the fabrics are structured.

    Parameters
    ----------
    network : Network
    flows : Flows
    policy : Policy
    search : callable
        Paths of flows over the links, for those that no formula covers.

    Returns
    -------
    Paths
    """
    frames = recognised(network, policy)
    if not frames:
        return search(flows)
    at = places(network, frames, flows)
    rest, parts = _divided(flows, frames, at, _broken(network, frames, flows, at, policy))
    if len(rest) == len(flows):
        return search(flows)
    made = [(rows, _shares(network, frame, flows, at, rows)) for frame, rows in parts]
    if len(rest):
        made.append((rest, search(_picked(flows, rest))))
    if len(made) == 1 and len(made[0][0]) == len(flows):
        return made[0][1]
    return _woven(len(flows), made)


def loads(
    network: Network,
    flows: Flows,
    policy: Policy,
    group: IntColumn,
    groups: int,
    search: Callable[[Flows, IntColumn], FloatColumn],
) -> FloatColumn:
    """Loads of links by group of flows, by formula as far as the fabrics are structured.

    Parameters
    ----------
    network : Network
    flows : Flows
    policy : Policy
    group : (F,) int
    groups : int
    search : callable
        Loads of flows over the links, for those that no formula covers.

    Returns
    -------
    (G, L) float [bit or bit/s]
    """
    frames = recognised(network, policy)
    if not frames:
        return search(flows, group)
    at = places(network, frames, flows)
    rest, parts = _divided(flows, frames, at, _broken(network, frames, flows, at, policy))
    if len(rest) == len(flows):
        return search(flows, group)
    total = None if not len(rest) else search(_picked(flows, rest), ints(group[rest]))
    for frame, rows in parts:
        own = _loads(network, frame, flows, at, rows, group, groups)
        total = own if total is None else total + own
    return floats(np.zeros((groups, len(network.links))) if total is None else total)


def unhashed(network: Network, flows: Flows, policy: Policy) -> Iterator[tuple[int, FloatColumn]]:
    """Loads of phases in fabrics whose routing is not equal-cost multipath: hashing next hops says nothing of them.

    Parameters
    ----------
    network : Network
    flows : Flows
    policy : Policy

    Yields
    ------
    phase : int
    load : (L,) float [bit or bit/s]
        Of all flows of the phase, each by the routing of its fabric; only where anything is carried.
    """
    if all(structure.routing == "ecmp" for structure in network.structures):
        return
    frames = recognised(network, policy)
    named = np.array([not frame.plain for frame in frames] + [False])
    other = named[places(network, frames, flows).frame] & (flows.src != flows.dst)
    for phase in np.unique(flows.phase[other]).tolist():
        rows = np.flatnonzero(flows.phase == phase)
        members, own = _picked(flows, rows), ints(np.zeros(len(rows), dtype=np.int32))
        load = loads(network, members, policy, own, 1, partial(_searched, network, policy))[0]
        if load.any():
            yield int(phase), load


def _searched(network: Network, policy: Policy, flows: Flows, group: IntColumn) -> FloatColumn:
    """Loads of flows of one group over all links, by search."""
    load = graph.ecmp_loads(
        len(network.nodes), network.links.src, network.links.dst, policy.cost, policy.transit, policy.alive,
        policy.weight, flows.src, flows.dst, floats(flows.size_B * 8 + flows.rate_bps), group, 1,
    )  # fmt: skip
    return floats(load)


def named(network: Network, flows: Flows, policy: Policy) -> tuple[Rows, Paths, tuple[str, ...]]:
    """Flows that a routing other than equal-cost multipath carries, and their ways by its formula, up or down.

    Parameters
    ----------
    network : Network
    flows : Flows
    policy : Policy

    Returns
    -------
    (R,) int
        Rows of the flows, ascending.
    Paths
        One row for each of them.
    tuple of str
        Names of the routings, sorted.
    """
    frames = tuple(frame for frame in recognised(network, policy) if not frame.plain)
    at = places(network, frames, flows)
    parts = [(frame, np.flatnonzero((at.frame == i) & (flows.src != flows.dst))) for i, frame in enumerate(frames)]
    parts = [(frame, rows) for frame, rows in parts if len(rows)]
    made = _woven(len(flows), [(rows, _shares(network, frame, flows, at, rows)) for frame, rows in parts])
    rows = np.sort(np.concatenate([np.empty(0, dtype=np.intp), *(rows for _, rows in parts)]))
    ptr = indices(np.concatenate([[0], made.ptr[rows + 1]]))
    return rows, Paths(ptr, made.link, made.share), tuple(sorted({f.structure.routing for f, _ in parts}))


def _broken(network: Network, frames: tuple[Frame, ...], flows: Flows, at: Places, policy: Policy) -> BoolColumn:
    """(F,) flows of a routing of its own whose way by formula crosses a link that is down, if with a part of it."""
    broken = np.zeros(len(flows), dtype=np.bool_)
    if policy.alive.all():
        return bools(broken)
    for number, frame in enumerate(frames):
        rows = np.flatnonzero((at.frame == number) & (flows.src != flows.dst) & (not frame.plain))
        for begin in range(0, len(rows), AT_ONCE):
            some = rows[begin : begin + AT_ONCE]
            ways = _shares(network, frame, flows, at, some)
            down = np.concatenate([[0], np.cumsum(~policy.alive[ways.link])])[ways.ptr]
            broken[some] = np.diff(down) > 0
    return bools(broken)


def _divided(
    flows: Flows, frames: tuple[Frame, ...], at: Places, broken: BoolColumn
) -> tuple[Rows, list[tuple[Frame, Rows]]]:
    """Rows to search for, and rows by frame.

    Where anything has to be searched for, so is all that a search gets right: the order of its sums stays what it is.
    Flows that end where they start have no path, and stand on neither side.
    """
    local = flows.src == flows.dst
    lost = ((at.frame < 0) | broken) & ~local
    plain = np.array([frame.plain for frame in frames] + [True])
    searched = lost | (plain[at.frame] & ~local) if lost.any() else lost
    by_formula = ~searched & ~local
    parts = [(frame, np.flatnonzero(by_formula & (at.frame == number))) for number, frame in enumerate(frames)]
    return np.flatnonzero(searched), [(frame, rows) for frame, rows in parts if len(rows)]


def _shares(network: Network, frame: Frame, flows: Flows, at: Places, rows: Rows) -> Paths:
    columns = fabric.shares(
        *frame.shape, ROUTINGS[frame.structure.routing], frame.structure.first_link, len(network.links),
        ints(at.source[rows]), ints(at.target[rows]), ints(at.first[rows]), ints(at.last[rows]),
    )  # fmt: skip
    for made in columns:  # nobody else holds them, and a copy may be of hundreds of megabytes
        made.flags.writeable = False
    return Paths(*columns)


def _loads(
    network: Network, frame: Frame, flows: Flows, at: Places, rows: Rows, group: IntColumn, groups: int
) -> FloatColumn:
    amount = flows.size_B[rows] * 8 + flows.rate_bps[rows]
    load = fabric.loads(
        *frame.shape, ROUTINGS[frame.structure.routing], frame.structure.first_link, len(network.links),
        ints(at.source[rows]), ints(at.target[rows]), ints(at.first[rows]), ints(at.last[rows]),
        ints(flows.src[rows]), ints(flows.dst[rows]), floats(amount), ints(group[rows]), groups,
    )  # fmt: skip
    load.flags.writeable = False
    return load


def _picked(flows: Flows, rows: Rows) -> Flows:
    """Some of the flows."""
    if len(rows) == len(flows):
        return flows
    whole = (ints(flows.src[rows]), ints(flows.dst[rows]), floats(flows.size_B[rows]), floats(flows.rate_bps[rows]))
    return Flows(*whole, ints(flows.connections[rows]), ints(flows.phase[rows]))


def _woven(flows: int, parts: list[tuple[Rows, Paths]]) -> Paths:
    """Rows of several tables of paths, each at its flow; other flows have none."""
    counts = np.zeros(flows, dtype=np.int64)
    for rows, part in parts:
        counts[rows] = np.diff(part.ptr)
    ptr = np.concatenate([[0], np.cumsum(counts)])
    link, share = np.empty(ptr[-1], dtype=np.int32), np.empty(ptr[-1])
    for rows, part in parts:
        place = np.arange(len(part.link)) + np.repeat(ptr[rows] - part.ptr[:-1], np.diff(part.ptr))
        link[place], share[place] = part.link, part.share
    link.flags.writeable = share.flags.writeable = False
    return Paths(indices(ptr), link, share)

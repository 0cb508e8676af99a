"""What changes while flows go on: links that fail and come back, and ways that are found around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import BoolColumn, bools, indices
from easterly.base.findings import did_you_mean
from easterly.model.network import Network
from easterly.model.routing import Paths, rows_of
from easterly.study.fluid.paths import chosen
from easterly.study.fluid.posed import Posed, ways
from easterly.study.fluid.site import Prepared
from easterly.study.fluid.wishes import Outage

Changed = tuple[float, NDArray[np.int64], Paths]
"""When, which activities, and their new ways."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Capacities at times, and ways at times.

    Attributes
    ----------
    capacities : list of (float [s], (K,) int, (K,) float [bit/s])
    reroutes : list of (float [s], (K,) int, Paths)
    """

    capacities: list[tuple[float, NDArray[np.int64], NDArray[np.float64]]]
    reroutes: list[Changed]


def links_called(network: Network, name: str) -> BoolColumn:
    """(L,) links of a name: of a device, of an interface, or of a cable by its ports or its ends.

    Raises
    ------
    ValueError
        Nothing has this name.
    """
    links, nodes = network.links, network.nodes
    met = np.zeros(len(links), dtype=np.bool_)
    if ">" in name:
        src, dst = name.split(">", 1)
        met |= (nodes.name[links.src] == src) & (nodes.name[links.dst] == dst)
        met |= network.link_ids == name
        back = links.reverse[met]
        met[back[back >= 0]] = True
    else:
        own = (nodes.name == name) | (nodes.device == name)
        met |= own[links.src] | own[links.dst]
    if not met.any():
        known = [*np.unique(nodes.device).tolist(), *nodes.name.tolist()]
        raise ValueError(f"no device, interface or link is called {name!r}: {did_you_mean(name, known)}")
    return bools(met)


def changes(prepared: Prepared, posed: Posed) -> Changes:
    """What outages do: capacity is gone at once, ways around are taken when the failure was noticed and told.

    Raises
    ------
    ValueError
        Names that are none, or outages that end before they begin.
    """
    network, wishes = prepared.nouns.network.value, prepared.wishes
    down = [links_called(network, outage.what) for outage in wishes.outages]
    for outage in wishes.outages:
        if not 0 <= outage.from_s < outage.until_s:
            raise ValueError(f"{outage.what!r} fails at {outage.from_s:g} s and is up at {outage.until_s:g} s")
    made, before = Changes([], []), _down_at(wishes.outages, down, -1.0)
    for at in _times(wishes.outages, 0.0):
        now = _down_at(wishes.outages, down, at)
        rows = np.flatnonzero(now != before)
        made.capacities.append((at, rows, np.where(now[rows], 0.0, network.links.capacity_bps[rows])))
        before = now
    known, paths = _down_at(wishes.outages, down, -1.0), posed.paths
    for at in _times(wishes.outages, wishes.detect_s + wishes.reroute_s):
        now = _down_at(wishes.outages, down, at - wishes.detect_s - wishes.reroute_s)
        if (now == known).all():
            continue
        policy = prepared.nouns.policy.value
        then = ways(posed.sends, len(posed), prepared, replace(policy, alive=bools(policy.alive & ~now)))
        rows = _moved(paths, then)
        made.reroutes.append((at, rows, rows_of(then, indices(rows))))
        moved = np.zeros(len(posed), dtype=np.bool_)
        moved[rows] = True
        known, paths = now, chosen(moved, then, paths)
    return made


def _times(outages: Sequence[Outage], later_s: float) -> list[float]:
    times = {outage.from_s for outage in outages} | {outage.until_s for outage in outages}
    return sorted(at + later_s for at in times if np.isfinite(at))


def _down_at(outages: Sequence[Outage], down: Sequence[BoolColumn], at: float) -> NDArray[np.bool_]:
    """(L,) links that are down at a time."""
    none = np.zeros(len(down[0]) if down else 0, dtype=np.bool_)
    on = [each for outage, each in zip(outages, down, strict=True) if outage.from_s <= at < outage.until_s]
    made: NDArray[np.bool_] = np.logical_or.reduce([none, *on])
    return made


def _moved(before: Paths, after: Paths) -> NDArray[np.int64]:
    """Rows with another way; those that have none any more keep theirs, and stand still."""
    count = len(before.ptr) - 1
    sums = []
    for paths in (before, after):
        row = np.repeat(np.arange(count), np.diff(paths.ptr))
        mark = ((paths.link.astype(np.int64) + 1) * 0x9E3779B1 % (1 << 31)) * paths.share
        sums.append(np.bincount(row, mark, count))
    moved = (np.diff(before.ptr) != np.diff(after.ptr)) | (np.abs(sums[0] - sums[1]) > 1e-9 * np.maximum(*sums))
    return np.flatnonzero(moved & (np.diff(after.ptr) > 0))

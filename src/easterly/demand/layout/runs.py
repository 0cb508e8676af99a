"""Groups of ranks cut into runs that share a host."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easterly.base.columns import IndexColumn
from easterly.demand.layout.layout import Layout
from easterly.demand.layout.traffic import Ranks


@dataclass(frozen=True, slots=True)
class Runs:
    """Groups of ranks cut into runs that share a host, in the order in which rings visit the hosts (`order`).

    Attributes
    ----------
    members : (M,) int
        Ranks, group by group, run by run.
    start, count, group : (R,) int
        First member and number of members of each run, and the group it belongs to.
    root : (G,) int
        Run of the lowest rank of each group.
    """

    members: Ranks
    start: IndexColumn
    count: IndexColumn
    group: IndexColumn
    root: IndexColumn

    @staticmethod
    def of(layout: Layout, groups: Ranks) -> Runs:
        """Cut an array of groups, (groups, ranks) in rising order of rank, into runs."""
        flat = np.ascontiguousarray(groups).reshape(-1)
        row = np.repeat(np.arange(len(groups)), groups.shape[1])
        host = layout.host(flat)
        by_place = np.lexsort((np.arange(len(flat)), layout.place[host], row))
        members, host = flat[by_place], host[by_place]
        cut = np.empty(len(members), dtype=bool)
        cut[:1] = True
        cut[1:] = (np.diff(row) != 0) | (np.diff(host) != 0)
        start = np.flatnonzero(cut)
        leads = np.flatnonzero(by_place % groups.shape[1] == 0)
        return Runs(members, start, np.diff(np.append(start, len(members))), row[start], np.cumsum(cut)[leads] - 1)

    @property
    def first(self) -> IndexColumn:
        """(G,) first run of each group."""
        return np.flatnonzero(np.diff(self.group, prepend=-1))

    @property
    def hosts(self) -> IndexColumn:
        """(G,) hosts of each group."""
        return np.bincount(self.group)

    @property
    def channels(self) -> IndexColumn:
        """(G,) rings that a group can run side by side, each by interfaces of its own: ranks in its smallest run."""
        return np.minimum.reduceat(self.count, self.first)

    @property
    def rank(self) -> Ranks:
        """(R,) place of each run in its group, from 0."""
        return np.arange(len(self.group)) - self.first[self.group]

    def around(self) -> tuple[IndexColumn, IndexColumn]:
        """Runs and the next run of the same group, round to its first; groups within one host have none."""
        following = np.arange(1, len(self.group) + 1)
        ends = np.append(self.first[1:], len(self.group)) - 1
        following[ends] = self.first
        crosses = np.flatnonzero(self.hosts[self.group] > 1)
        return crosses, following[crosses]

"""Interfaces by which groups leave their hosts: one per channel, as many in every host of a group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import IndexColumn
from easterly.demand.layout import Ranks, Standby, Traffic
from easterly.demand.mapping.group import Group


@dataclass(frozen=True, slots=True)
class Exits:
    """Where each run of ranks leaves its host, channel by channel.

    Channel c of run r uses row ``first[r] + c``. All runs of a group have as many channels, as the channels of NCCL
    go through all hosts: as many as its smallest run has ranks or, where interfaces are down, interfaces left.

    Attributes
    ----------
    channels : (G,) int
    first : (R,) int
    rank : (X,) int
        The GPU that sends and receives.
    nic : (X, W) int
        Interfaces that it would like to use.
    crossing : (G,) bool
        Groups that lack interfaces on rails that are joined: their channels stay on the interfaces named here, though
        both ends may be of different rails.
    """

    channels: IndexColumn
    first: IndexColumn
    rank: Ranks
    nic: Ranks
    crossing: NDArray[np.bool_]

    @staticmethod
    def of(group: Group) -> Exits:
        """Exits of every run, spread evenly over its ranks and over what is left of their interfaces."""
        runs, layout = group.runs, group.layout
        if layout.standby is None:
            row = _spread(runs.start, runs.count, runs.channels[runs.group])
            rank, none = runs.members[row], np.zeros(len(runs.root), dtype=np.bool_)
            return Exits(runs.channels, _starts(runs.channels[runs.group]), rank, layout.own(rank), none)
        return _Slots.of(group, layout.standby).exits(group, layout.standby)

    def connect(self, group: Group, src: IndexColumn, dst: IndexColumn, amount: NDArray[np.float64]) -> Traffic:
        """Traffic of runs that send to runs of the same group, spread evenly over its channels.

        Parameters
        ----------
        group : Group
        src, dst : (E,) int
            Runs.
        amount : (E,) float [B]
            Bytes, all channels together.
        """
        owner = group.runs.group[src]
        channels = self.channels[owner]
        edge = np.repeat(np.arange(len(src)), channels)
        channel = np.arange(len(edge)) - _starts(channels)[edge]
        a, b = self.first[src[edge]] + channel, self.first[dst[edge]] + channel
        return group.layout.wired(
            self.rank[a], self.rank[b], self.nic[a], self.nic[b], (amount / channels)[edge], self.crossing[owner[edge]]
        )


@dataclass(frozen=True, slots=True)
class _Slots:
    """Interfaces that each run may leave by, those that all hosts of its group have before the others.

    Those of run r are ``first[r]`` to ``first[r] + count[r]``, down or not.
    """

    first: IndexColumn
    count: IndexColumn
    rank: Ranks
    nic: Ranks
    live: NDArray[np.bool_]
    missing: IndexColumn

    @staticmethod
    def of(group: Group, standby: Standby) -> _Slots:
        """One slot per rank and interface of its own."""
        runs, layout = group.runs, group.layout
        count = runs.count * layout.lanes
        run, rank = np.repeat(np.arange(len(count)), count), np.repeat(runs.members, layout.lanes)
        nic = layout.own(runs.members).ravel()
        live = standby.live[layout.host(rank), nic]
        key = runs.group[run] * layout.nics + nic
        missing = np.bincount(key[~live], minlength=len(runs.root) * layout.nics)[key]
        by_rank = np.lexsort((np.arange(len(run)), missing, run))
        return _Slots(_starts(count), count, rank[by_rank], nic[by_rank], live[by_rank], missing[by_rank])

    def exits(self, group: Group, standby: Standby) -> Exits:
        """The first slots of each run, one per channel; the next ones fill the places of those that are down.

        A run that has none left keeps its own: others of its host stand in for them.
        """
        owner = group.runs.group
        lacks = np.bitwise_or.reduceat(~self.live, self.first)
        hurt = np.bincount(owner, lacks) > 0
        live = self.live | np.repeat(~np.bitwise_or.reduceat(self.live, self.first), self.count)
        channels = self._channels(group, live, standby)
        each = channels[owner]
        row = _spread(self.first, self.count, each)
        run = np.repeat(np.arange(len(each)), each)
        plain = self.first[run] + np.arange(len(run)) - _starts(each)[run]
        row = np.where(hurt[owner[run]], plain, row)
        hole = np.flatnonzero(~live[row])
        row[hole] = self._next(live, each, np.bincount(run[hole], minlength=len(each)))
        return Exits(channels, _starts(each), self.rank[row], self.nic[row][:, None], hurt & standby.whole)

    def _channels(self, group: Group, live: NDArray[np.bool_], standby: Standby) -> IndexColumn:
        """(G,) channels: slots left in the host that has fewest; on rails apart, those that all hosts have."""
        least = np.minimum.reduceat(np.add.reduceat(live, self.first, dtype=np.int64), group.runs.first)
        if standby.whole:
            return least
        everywhere = np.add.reduceat(self.missing == 0, self.first, dtype=np.int64)
        common = np.minimum.reduceat(everywhere, group.runs.first)
        return np.where(common > 0, common, least)

    def _next(self, live: NDArray[np.bool_], each: IndexColumn, wanted: IndexColumn) -> IndexColumn:
        """Slots beyond the channels of each run that are up, as many as it wants."""
        place = np.arange(len(live)) - np.repeat(self.first, self.count)
        run = np.repeat(np.arange(len(each)), self.count)
        spare = np.flatnonzero(live & (place >= each[run]))
        count = np.bincount(run[spare], minlength=len(each))
        return spare[np.arange(len(spare)) - _starts(count)[run[spare]] < wanted[run[spare]]]


def _spread(first: IndexColumn, count: IndexColumn, each: IndexColumn) -> IndexColumn:
    """`each` rows of every run, spread evenly over its `count` rows from `first` on."""
    run = np.repeat(np.arange(len(each)), each)
    channel = np.arange(len(run)) - _starts(each)[run]
    return first[run] + channel * count[run] // each[run]


def _starts(count: IndexColumn) -> IndexColumn:
    """Row at which each part of so many rows starts."""
    return np.cumsum(count) - count

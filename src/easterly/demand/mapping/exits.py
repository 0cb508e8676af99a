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
    """

    channels: IndexColumn
    first: IndexColumn
    rank: Ranks
    nic: Ranks

    @staticmethod
    def of(group: Group) -> Exits:
        """Exits of every run, spread evenly over its ranks and over what is left of their interfaces."""
        standby, slots = group.layout.standby, _Slots.of(group)
        if standby is None:
            return _chosen(group, slots, group.runs.channels)
        live = slots.pruned(group, standby)
        return _chosen(group, live, _channels(group, live, standby))

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
        channels = self.channels[group.runs.group[src]]
        edge = np.repeat(np.arange(len(src)), channels)
        channel = np.arange(len(edge)) - np.repeat(np.cumsum(channels) - channels, channels)
        a, b = self.first[src[edge]] + channel, self.first[dst[edge]] + channel
        return group.layout.wired(self.rank[a], self.rank[b], self.nic[a], self.nic[b], (amount / channels)[edge])


@dataclass(frozen=True, slots=True)
class _Slots:
    """What a run may choose its exits from; those of run r are ``first[r]`` to ``first[r] + count[r]``."""

    first: IndexColumn
    count: IndexColumn
    rank: Ranks
    nic: Ranks
    missing: IndexColumn

    @staticmethod
    def of(group: Group) -> _Slots:
        """One slot per rank, with all of its interfaces."""
        runs = group.runs
        none = np.zeros(len(runs.members), dtype=np.int64)
        return _Slots(runs.start, runs.count, runs.members, group.layout.own(runs.members), none)

    def pruned(self, group: Group, standby: Standby) -> _Slots:
        """One slot per interface that is up, those that all hosts of the group have before the others.

        A run whose own interfaces are all down keeps them: others of its host stand in for them.
        """
        runs, lanes = group.runs, self.nic.shape[1]
        run = np.repeat(np.repeat(np.arange(len(self.count)), self.count), lanes)
        rank, nic = np.repeat(self.rank, lanes), self.nic.ravel()
        live = standby.live[group.layout.host(rank), nic]
        nics = group.layout.nics
        lacks = np.bincount((runs.group[run] * nics + nic)[~live], minlength=(int(runs.group[-1]) + 1) * nics)
        missing = lacks[runs.group[run] * nics + nic]
        kept = live | (np.bincount(run, live, minlength=len(self.count)) == 0)[run]
        keep = np.flatnonzero(kept)
        keep = keep[np.lexsort((missing[keep], run[keep]))]
        count = np.bincount(run[keep], minlength=len(self.count))
        return _Slots(np.cumsum(count) - count, count, rank[keep], nic[keep][:, None], missing[keep])


def _channels(group: Group, slots: _Slots, standby: Standby) -> IndexColumn:
    """(G,) channels: interfaces left in the host that has fewest; on rails apart, those that all hosts have."""
    least = np.minimum.reduceat(slots.count, group.runs.first)
    if standby.whole:
        return least
    everywhere = np.add.reduceat(slots.missing == 0, slots.first)
    common = np.minimum.reduceat(everywhere, group.runs.first)
    return np.where(common > 0, common, least)


def _chosen(group: Group, slots: _Slots, channels: IndexColumn) -> Exits:
    """Slots of each channel, spread evenly over those of the run."""
    each = channels[group.runs.group]
    first = np.cumsum(each) - each
    run = np.repeat(np.arange(len(each)), each)
    channel = np.arange(len(run)) - first[run]
    row = slots.first[run] + channel * slots.count[run] // each[run]
    return Exits(channels, first, slots.rank[row], slots.nic[row])

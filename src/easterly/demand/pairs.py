"""Who sends to whom between two pools: all pairs of few, some of many, with the same rate at every interface."""

from __future__ import annotations

import math

import numpy as np

from easterly.base.columns import FloatColumn, IndexColumn, floats
from easterly.demand.layout import Ranks

MOST_FLOWS = 32_768
"""Flows of one phase above which not every replica is paired with every other."""


def staircase(senders: int, receivers: int) -> tuple[IndexColumn, IndexColumn, FloatColumn]:
    """Fewest pairs in which every sender has ``1 / senders`` of the whole, and every receiver ``1 / receivers``.

    Both sides are laid along the same line, and a pair is where two of them overlap (the north-west corner rule of
    transport problems): ``senders + receivers - gcd`` pairs.

    Returns
    -------
    sender, receiver : (E,) int
    share : (E,) float
        Part of the whole.

    Examples
    --------
    >>> [column.tolist() for column in staircase(2, 4)]
    [[0, 0, 1, 1], [0, 1, 2, 3], [0.25, 0.25, 0.25, 0.25]]
    """
    whole = math.lcm(senders, receivers)
    cuts = np.union1d(np.arange(senders) * (whole // senders), np.arange(receivers) * (whole // receivers))
    length = np.diff(np.append(cuts, whole))
    return cuts // (whole // senders), cuts // (whole // receivers), floats(length / whole)


def pairs(senders: int, receivers: int, most: int, places: int = 1) -> tuple[IndexColumn, IndexColumn, FloatColumn]:
    """Pairs of senders and receivers with equal parts for each of a side: all, or about `most`.

    Where all would be more, several staircases are laid over each other, each with the receivers turned on by one
    more part of their number, so that a sender reaches receivers all over the pool, and all `places` of their hosts
    alike: on rails the place of the receiver decides by which interface the sender's host is left.
    """
    if senders * receivers <= most:
        a, b = np.divmod(np.arange(senders * receivers), receivers)
        return a, b, floats(np.full(len(a), 1 / len(a)))
    a, b, share = staircase(senders, receivers)
    turns = min(max(1, most // len(a)), receivers)
    turns -= turns % places if turns >= places else 0
    number = np.arange(turns)
    offsets = number * receivers // turns // places * places + number % places
    turned = (b + offsets[:, None]) % receivers
    return np.tile(a, turns), turned.ravel(), floats(np.tile(share / turns, turns))


def edges(senders: Ranks, receivers: Ranks, amount: float, gpus: int) -> tuple[Ranks, Ranks, FloatColumn]:
    """What replicas send to replicas: a cache that is cut into equal parts on either side.

    Parts go from host to host of the replicas, and in them from GPU to GPU of equal number, as far as there are
    equally many.

    Parameters
    ----------
    senders, receivers : (replicas, GPUs of one) int
    amount : float
        The whole of it.
    gpus : int
        GPUs of a host.

    Returns
    -------
    src, dst : (E,) int
        Ranks.
    part : (E,) float
    """
    a, b, share = _inner(senders.shape[1], receivers.shape[1], gpus)
    most = max(1, MOST_FLOWS // len(a))
    outer = pairs(len(senders), len(receivers), most, max(1, gpus // receivers.shape[1]))
    src = senders[outer[0][:, None], a].ravel()
    dst = receivers[outer[1][:, None], b].ravel()
    return src, dst, floats(amount * (outer[2][:, None] * share).ravel())


def _inner(senders: int, receivers: int, gpus: int) -> tuple[IndexColumn, IndexColumn, FloatColumn]:
    """Pairs of GPUs of one replica and of another; by host, then by number, where both fill their hosts."""
    if senders % gpus or receivers % gpus:
        return staircase(senders, receivers)
    a, b, share = staircase(senders // gpus, receivers // gpus)
    place = np.arange(gpus)
    src, dst = ((row[:, None] * gpus + place).ravel() for row in (a, b))
    return src, dst, floats(np.repeat(share / gpus, gpus))


def exchange(members: Ranks, group: int, amount: float) -> tuple[Ranks, Ranks, FloatColumn]:
    """All-to-all among equal places of the groups of each replica: each sends alike to the others.

    Parameters
    ----------
    members : (replicas, GPUs of one) int
    group : int
        GPUs of a group, such as a host; those with equal numbers exchange.
    amount : float
        What all send to other groups, together.

    Returns
    -------
    src, dst : (E,) int
    part : (E,) float
    """
    groups = members.shape[1] // group
    if groups < 2:
        none = np.zeros(0, dtype=np.int64)
        return none, none, floats([])
    cells = members[:, : groups * group].reshape(-1, groups, group)
    turns = min(groups - 1, max(1, MOST_FLOWS // cells.size))
    offsets = 1 + np.arange(turns) * (groups - 1) // turns
    dst = np.stack([np.roll(cells, -offset, axis=1) for offset in offsets])
    src = np.broadcast_to(cells, dst.shape)
    return src.ravel(), dst.ravel(), floats(np.full(dst.size, amount / dst.size))

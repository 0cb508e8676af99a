"""The hosts that run a collective: how many, and how fast their two networks are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from easterly.demand.collectives.metrics import Array, Reals


@dataclass(frozen=True, slots=True)
class Cluster:
    """Hosts of equal make that run one collective; every attribute may be an array, broadcast against the others.

    Attributes
    ----------
    hosts, per_host : int
        Number of hosts, ranks in each.
    nics : int
        Interfaces that a host uses.
    nic_bps : float [bit/s]
        Rate of one interface and direction.
    scaleup_bps : float [bit/s]
        Rate at which one rank sends to the others of its host: its bus bandwidth, as nccl-tests print it for a ring
        in one host, or the line rate where the best case is wanted.
    servers : int
        Hosts that a sharded parameter server has, 0 for as many as there are hosts of workers.
    """

    hosts: Reals
    per_host: Reals
    nics: Reals
    nic_bps: Reals
    scaleup_bps: Reals
    servers: Reals = 0

    @property
    def ranks(self) -> Reals:
        """All ranks."""
        return self.hosts * self.per_host

    @property
    def host_bps(self) -> Reals:
        """Rate at which a host sends to the others: all its interfaces."""
        return self.nics * self.nic_bps


class Shape(NamedTuple):
    """What the bytes and rounds of an algorithm depend on; arrays that broadcast."""

    hosts: Array
    per_host: Array
    size_B: Array
    servers: Array

    @property
    def ranks(self) -> Array:
        """All ranks."""
        return self.hosts * self.per_host


def shape_of(cluster: Cluster, size_B: ArrayLike) -> Shape:
    """Counts and sizes as arrays.

    Raises
    ------
    ValueError
        For counts that are not whole numbers of at least 1, and negative or infinite sizes.
    """
    counts = {"hosts": cluster.hosts, "ranks per host": cluster.per_host, "interfaces": cluster.nics}
    for name, value in counts.items():
        numbers = _array(value)
        if not np.all((numbers >= 1) & (numbers == np.floor(numbers))):
            raise ValueError(f"the number of {name} must be a whole number of at least 1")
    size, servers = _array(size_B), _array(cluster.servers)
    if not np.all((size >= 0) & np.isfinite(size)):
        raise ValueError("sizes must be finite and at least 0")
    if not np.all((servers >= 0) & (servers == np.floor(servers))):
        raise ValueError("the number of servers must be a whole number")
    return Shape(_array(cluster.hosts), _array(cluster.per_host), size, servers)


def rates_of(cluster: Cluster) -> tuple[Array, Array]:
    """Rates in bytes per second: of a rank inside its host, and of all interfaces of a host; any where none is used.

    Raises
    ------
    ValueError
        If a rate that is used is not above 0: that of the interfaces counts only where there are several hosts.
    """
    inside, outside = _array(cluster.scaleup_bps) / 8, _array(cluster.host_bps) / 8
    if not np.all((inside > 0) | (_array(cluster.per_host) == 1)):
        raise ValueError("the rate inside the hosts must be above 0")
    if not np.all((outside > 0) | (_array(cluster.hosts) == 1)):
        raise ValueError("the rate of the interfaces must be above 0")
    return np.where(inside > 0, inside, 1.0), np.where(outside > 0, outside, 1.0)


def _array(value: ArrayLike) -> Array:
    return np.asarray(value, dtype=np.float64)

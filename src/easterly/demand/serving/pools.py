"""The pools of replicas of a service, and which GPUs each replica has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.model.spec.service import Pool as Written
from easterly.model.spec.service import Service

Ranks = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pool:
    """Equal replicas: how many there are, and how the GPUs of one share the model.

    A replica has ``pp`` stages of ``max(tp, ep)`` GPUs. Where experts are spread wider than ``tp``, the attention of
    different sequences runs side by side on `lanes` of ``tp`` GPUs per stage.

    Attributes
    ----------
    role : str
        ``prefill``, ``decode`` or ``both``.
    replicas, tp, pp, ep : int
    """

    role: str
    replicas: int
    tp: int
    pp: int
    ep: int

    @property
    def lanes(self) -> int:
        """Sequences of GPUs, one per stage, that work on different requests."""
        return -(-max(self.tp, self.ep) // self.tp)

    @property
    def gpus(self) -> int:
        """GPUs of one replica."""
        return self.lanes * self.tp * self.pp


def pools(service: Service, gpus: int) -> tuple[Pool, ...]:
    """Prefill and decode of a disaggregated service, or the one pool of an aggregated service.

    Parameters
    ----------
    service : Service
    gpus : int
        GPUs of a host: the tensor parallelism of who says nothing.
    """
    counts = service.replicas
    if service.mode == "aggregated":
        return (_pool(service, "both", counts.both, service.decode, gpus),)
    prefill = _pool(service, "prefill", counts.prefill, service.prefill, gpus)
    return prefill, _pool(service, "decode", counts.decode, service.decode, gpus)


def _pool(service: Service, role: str, replicas: int, own: Written, gpus: int) -> Pool:
    ep = own.ep or service.ep
    return Pool(role, replicas, own.tp or service.tp or (gpus if ep == 1 else 1), own.pp or service.pp, ep)


def widest(service: Service, gpus: int) -> int:
    """Largest tensor parallelism of a service; it has to fit into a host."""
    return max(pool.tp for pool in pools(service, gpus))


def total_gpus(service: Service, gpus: int) -> int:
    """GPUs of all replicas."""
    return sum(pool.replicas * pool.gpus for pool in pools(service, gpus))


def hosts_needed(service: Service, gpus: int) -> int:
    """Hosts of a service; replicas smaller than a host share one, and none straddles hosts that it need not."""
    last = ranks(service, gpus)[-1]
    return int(last.max()) // gpus + 1


def ranks(service: Service, gpus: int) -> tuple[Ranks, ...]:
    """GPU numbers of the replicas of each pool, (replicas, GPUs of one); hosts have consecutive numbers.

    Pools follow each other, and share a host only where their replicas are equally large.
    """
    made: list[Ranks] = []
    size, taken, host = 0, 0, 0
    for pool in pools(service, gpus):
        if pool.gpus != size:
            host += _hosts(size, taken, gpus)
            size, taken = pool.gpus, 0
        made.append(host * gpus + _ranks(np.arange(taken, taken + pool.replicas), size, gpus))
        taken += pool.replicas
    return tuple(made)


def _hosts(size: int, count: int, gpus: int) -> int:
    """Hosts of so many replicas of one size."""
    return -(-count // (gpus // size)) if 0 < size <= gpus else count * -(-size // gpus)


def _ranks(number: Ranks, size: int, gpus: int) -> Ranks:
    slots = gpus // size
    first = number // slots * gpus + number % slots * size if slots else number * (-(-size // gpus) * gpus)
    made: Ranks = first[:, None] + np.arange(size)
    return made

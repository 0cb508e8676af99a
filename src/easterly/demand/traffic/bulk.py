"""Transfers and backups: bytes from one named end to another."""

from __future__ import annotations

from easterly.demand.ends import Ends
from easterly.demand.layout import Traffic as Moved
from easterly.demand.phases import Phase
from easterly.demand.traffic.parts import Figure, phase
from easterly.demand.traffic.way import limit
from easterly.model.spec.traffic import Backup, Transfer


def backup_B(work: Backup) -> float:
    """Bytes of one backup on the wire: what has changed, made smaller.

    >>> backup_B(Backup.model_validate({"kind": "backup", "class": "bulk", "from": "a", "to": "b", "within": "1h",
    ...                                 "size": "100TB", "changed": "5%", "compress": 2.0}))
    2500000000000.0
    """
    return float(work.size * work.changed / work.compress)


def within_s(work: Transfer | Backup) -> float:
    """Time in which one transfer or backup has to be done; 0 for a steady rate."""
    if isinstance(work, Backup):
        return float(work.window.lasts if work.window is not None else work.within or 0.0)
    return float(work.within or work.every or 0.0)


def size_B(work: Transfer | Backup) -> float:
    """Bytes of one transfer or backup; 0 for a steady rate."""
    return backup_B(work) if isinstance(work, Backup) else work.size or 0.0


def moved(work: Transfer | Backup, ends: Ends, amount: float) -> Moved:
    """All senders to all receivers."""
    return ends.traffic([ends.evenly(ends.nodes(work.source), ends.nodes(work.to), amount)])


def phases(work: Transfer | Backup, ends: Ends) -> list[Phase]:
    """A steady rate, or a burst of ``size`` every interval."""
    if isinstance(work, Transfer) and work.rate is not None:
        return [phase("transfer", moved(work, ends, work.rate))]
    made = moved(work, ends, size_B(work))
    return [phase(work.kind, made, every_s=work.every or 0.0, message_B=size_B(work) / max(1, len(made.src)))]


def figures(work: Transfer | Backup, ends: Ends) -> list[Figure]:
    """What rate a deadline asks for, and how short it could be: ``8 S / T`` and ``8 S / limit``."""
    size = size_B(work)
    if not size:
        return []
    best = limit(ends.network, moved(work, ends, size))
    return [
        Figure("size_B", size, "B", "bytes on the wire each time"),
        Figure("needed_bps", size * 8 / within_s(work), "bit/s", "rate that ends in time"),
        Figure("limit_bps", best.rate_bps, "bit/s", "rate of the narrowest part of the way, if it is free"),
        Figure("shortest_s", shortest_s(size, best.rate_bps), "s", "shortest time in which it can end"),
    ]


def shortest_s(size_B: float, rate_bps: float) -> float:
    """Time at a rate; infinite at none.

    >>> shortest_s(50e9, 10e9), shortest_s(700e9, 1e6) / 86400 > 64.8
    (40.0, True)
    """
    return size_B * 8 / rate_bps if rate_bps > 0 else float("inf")

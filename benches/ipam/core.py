"""Allocations a second of the store itself: by batch, by fill, in bulk.

    python benches/ipam/core.py                              # SQLite in a temporary folder
    python benches/ipam/core.py postgresql://host/database   # an empty database

Elapsed time and, in brackets, processor time of this process.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from easterly.address import ipam
from easterly.address.ipam.pages import columns, json_page, pool

BATCHES = 60


def timed(label: str, count: int, work: Callable[[], object]) -> float:
    """Run once; print and return how many a second."""
    wall, own = time.perf_counter(), time.process_time()
    work()
    wall, own = time.perf_counter() - wall, time.process_time() - own
    print(f"{label:44s} {count / wall:10,.0f} /s   ({count / own:10,.0f} /s)")
    return count / own


def singles(store: ipam.Store, pool: str, size: int) -> list[int]:
    """Batches of single allocations with key, lease, device and MAC."""
    ids: list[int] = []
    for batch in range(BATCHES):
        keys = [f"{pool}-{size}-{batch}-{n}" for n in range(size)]
        who = {"device": "leaf-1", "mac": "02:00:00:00:00:01"}
        requests = [ipam.Allocate(pool, key=key, lease_s=3600, **who) for key in keys]
        ids += [outcome.allocations[0].id for outcome in store.apply(requests)]
    return ids


def main(url: str, folder: Path) -> None:
    """Measure one store."""
    with ipam.init(url) as store:
        for name, prefix in {"empty": "10.0.0.0/16", "full": "10.1.0.0/16", "six": "2001:db8::/32"}.items():
            store.one(ipam.AddPool(name, prefix))
        timed("bulk, 60,000 in one request", 60_000, lambda: store.one(ipam.Allocate("full", count=60_000)))
        for size in (1, 8, 64):
            timed(f"single, batches of {size}", BATCHES * size, lambda size=size: singles(store, "empty", size))
        ids = singles(store, "empty", 64)
        groups = [ids[at : at + 64] for at in range(0, len(ids), 64)]
        renewals = [[ipam.Renew(n, 7200) for n in group] for group in groups]
        timed("renew, batches of 64", len(ids), lambda: [store.apply(group) for group in renewals])
        releases = [[ipam.Release(n) for n in group] for group in groups]
        timed("release, batches of 64", len(ids), lambda: [store.apply(group) for group in releases])
        fill(store)
        blocks = [[ipam.Allocate("six", prefix_length=64, sparse=True)] * 64] * BATCHES
        timed("sparse /64 out of a /32, batches of 64", BATCHES * 64, lambda: [store.apply(b) for b in blocks])
        full = pool(store, "full")
        assert full is not None
        timed("a page of 60,000 rows, as columns", 60_000, lambda: columns(store, full.id, limit=60_000))
        timed("a page of 60,000 rows, as JSON text", 60_000, lambda: json_page(store, full.id, limit=60_000))
        print(f"{'largest resident set':44s} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:10,.0f} MB")


def fill(store: ipam.Store) -> None:
    """The same work on an empty and on a nearly full /16."""
    rates = {"empty": 0.0, "full": 0.0}
    for turn in range(2):
        for name, best in rates.items():
            rate = timed(f"{name} /16, turn {turn}", BATCHES // 3 * 64, lambda n=name, t=turn: again(store, n, t))
            rates[name] = max(best, rate)
    print(f"{'empty over full, processor time':44s} {rates['empty'] / rates['full']:10.2f}")


def again(store: ipam.Store, pool: str, turn: int) -> None:
    """Batches of single allocations."""
    for batch in range(BATCHES // 3):
        store.apply([ipam.Allocate(pool, key=f"again-{turn}-{batch}-{n}") for n in range(64)])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        main(sys.argv[1] if len(sys.argv) > 1 else str(Path(name) / "addresses.db"), Path(name))

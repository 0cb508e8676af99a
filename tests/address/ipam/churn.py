"""Processes that allocate, renew, release and expire until they are killed; and what must hold afterwards.

Each process writes what it was told, and what it is about to give back, to a log of its own:
``A id lo until`` and ``N id until`` after an answer, ``r id`` before a release is asked for. A line that is not
whole was not acknowledged."""

from __future__ import annotations

import os
import random
import time
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy.exc import OperationalError

from easterly.address import ipam
from easterly.address.ipam.fsck import fsck
from easterly.address.ipam.pages import search

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["tests.address.ipam.churn"])
POOLS = {"a": "10.0.0.0/16", "b": "10.1.0.0/20", "c": "2001:db8::/64", "d": "10.2.0.0/16"}
LEASE_S = {"a": None, "b": 0.2, "c": 3600.0, "d": None}


def work(url: str, seed: int, operations: int, log: Path) -> None:
    """One process: batches of requests until so many were answered."""
    random_ = random.Random(seed)
    live = sorted(held(read(log))) if log.exists() else []
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(out, b"\n")  # ends a line that a kill has cut
    with ipam.open(url) as store:
        done = 0
        while done < operations:
            requests = [request(random_, live) for _ in range(random_.choice((1, 4, 32)))]
            leaving = "".join(f"r {r.id}\n" for r in requests if isinstance(r, ipam.Release))
            os.write(out, leaving.encode())
            try:
                outcomes = store.apply(requests)
                if random_.random() < 0.1:
                    store.reclaim(50)
            except OperationalError:
                continue  # too busy: nothing was acknowledged
            os.write(out, told(requests, outcomes, live).encode())
            done += len(requests)
    os._exit(0)


def request(random_: random.Random, live: list[int]) -> ipam.Request:
    """Any request; half of them give something back, as long as there is something."""
    dice = random_.random()
    if live and dice < 0.4:
        return ipam.Release(live.pop(random_.randrange(len(live))))
    if live and dice < 0.5:
        return ipam.Renew(random_.choice(live), 3600)
    pool = random_.choice("abcd")
    length = {"c": 120, "d": 30}.get(pool) if dice < 0.7 else None
    key = f"{random_.getrandbits(64):x}" if dice < 0.8 else None
    return ipam.Allocate(pool, prefix_length=length, sparse=dice < 0.6, lease_s=LEASE_S[pool], key=key)


def told(requests: list[ipam.Request], outcomes: list[ipam.Outcome], live: list[int]) -> str:
    """Lines for what was acknowledged."""
    lines = []
    for asked, outcome in zip(requests, outcomes, strict=True):
        for a in outcome.allocations:
            if isinstance(asked, ipam.Allocate):
                lines.append(f"A {a.id} {a.lo} {a.until_ms or 0}\n")
                if asked.lease_s != LEASE_S["b"]:
                    live.append(a.id)
            elif isinstance(asked, ipam.Renew):
                lines.append(f"N {a.id} {a.until_ms or 0}\n")
    return "".join(lines)


def read(log: Path) -> list[list[str]]:
    """Whole lines of a log."""
    wanted = {"A": 4, "N": 3, "r": 2}
    lines = [line.split() for line in log.read_text().split("\n")[:-1]]
    return [line for line in lines if line and len(line) == wanted[line[0]]]


def held(lines: list[list[str]]) -> dict[int, tuple[int, int]]:
    """First address and end of lease of what was acknowledged, and not asked to be released since."""
    found: dict[int, tuple[int, int]] = {}
    for verb, *values in lines:
        number = int(values[0])
        if verb == "A":
            found[number] = (int(values[1]), int(values[2]))
        elif verb == "N" and number in found:
            found[number] = (found[number][0], int(values[1]))
        elif verb == "r":
            found.pop(number, None)
    return found


def storm(url: str, folder: Path, *, workers: int, operations: int, kills: int, seed: int = 1) -> dict[str, int]:
    """Let processes work, kill and restart them at random, and check what is left.

    Raises
    ------
    AssertionError
        Where an acknowledged allocation is lost or given twice, or the store is not sound.
    """
    random_ = random.Random(seed)
    with ipam.init(url) as store:
        for name, prefix in POOLS.items():
            assert store.one(ipam.AddPool(name, prefix, quarantine_s=0.1 if name == "b" else 0)).ok
    logs = [folder / f"{n}.log" for n in range(workers)]

    def start(n: int, seed: int) -> BaseProcess:
        process = FORKS.Process(target=work, args=(url, seed, operations // workers, logs[n]))
        process.start()
        return process

    running = {n: start(n, n) for n in range(workers)}
    for kill in range(kills):
        n = random_.randrange(workers)
        before = size(logs[n])
        while running[n].is_alive() and size(logs[n]) < before + 100:  # in the middle of its work, not of its start
            time.sleep(0.005)
        time.sleep(random_.uniform(0, 0.02))
        running[n].kill()
        running[n].join()
        running[n] = start(n, 1000 + kill)
    for process in running.values():
        process.join()
    assert [process.exitcode for process in running.values()] == [0] * workers
    return check(url, [read(log) for log in logs])


def size(log: Path) -> int:
    """Bytes of a log that may not be there yet."""
    return log.stat().st_size if log.exists() else 0


def check(url: str, logs: list[list[list[str]]]) -> dict[str, int]:
    """No acknowledged allocation is lost or given twice, and the store is sound."""
    with ipam.open(url) as store:
        while store.reclaim(10_000):
            pass
        now_ms = store.now_ms()
        rows = {a.id: a for a in search(store, limit=1 << 30)}
        given = [int(line[1]) for lines in logs for line in lines if line[0] == "A"]
        assert len(given) == len(set(given)), "an allocation was acknowledged to two"
        lost = [
            number
            for lines in logs
            for number, (lo, until_ms) in held(lines).items()
            if not (0 < until_ms <= now_ms) and (number not in rows or rows[number].lo != lo)
        ]
        assert lost == [], f"{len(lost)} acknowledged allocations are lost"
        assert fsck(store) == []
        return {"acknowledged": len(given), "held": len(rows)}

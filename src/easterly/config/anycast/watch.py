#!/usr/bin/env python3
"""Announce service addresses as long as the services behind them are well.

    watch.py CHECKS.json [FOLDER]

A service that is well has a kernel route to its host (or its address on ``lo``, where this router serves it), which
the router's routing protocol tells to others; one that is not has none. A file FOLDER/<service>.<host>.drain keeps a
service out for as long as it is there. Nothing but Python and iproute2 is needed.

On SONiC (``"table": "config_db"`` in the file) a row of ``STATIC_ROUTE``, or of ``LOOPBACK_INTERFACE``, stands for the
route: its managers hand it to FRR and to the hardware, neither of which heeds routes that are the kernel's alone.
"""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

PROTOCOL = "201"
"""Mark of its own routes; below 255, and none of those that the kernel or FRR use."""
FOLDER = "/run/anycast"


class Judge:
    """Whether a service counts as well: so many answers in a row change the mind."""

    def __init__(self, fall: int, rise: int, well: bool = False) -> None:
        self.fall, self.rise, self.well, self._against = fall, rise, well, 0

    def hear(self, answered: bool) -> bool:
        """Take one answer; True if the mind has changed."""
        self._against = 0 if answered == self.well else self._against + 1
        if self._against < (self.fall if self.well else self.rise):
            return False
        self.well, self._against = answered, 0
        return True


def answers(check: dict[str, Any], address: str) -> bool:
    """Ask once: a connection that is taken, or an answer of 200 to 399."""
    try:
        if check["kind"] == "tcp":
            socket.create_connection((address, check["port"]), check["timeout_s"]).close()
            return True
        asked = http.client.HTTPConnection(address, check["port"], timeout=check["timeout_s"])
        try:
            asked.request("GET", check["path"])
            return 200 <= asked.getresponse().status < 400
        finally:
            asked.close()
    except (OSError, http.client.HTTPException):
        return False


def words(prefix: str, hops: list[str]) -> list[str]:
    """Command that makes a prefix lead to some hosts; to nobody if there are none. An empty hop is this router."""
    family = "-6" if ":" in prefix else "-4"
    route = ["ip", family, "route", "replace", prefix, "proto", PROTOCOL]
    if not hops:
        return ["ip", family, "route", "del", prefix, "proto", PROTOCOL]
    if len(hops) == 1:
        return [*route, "via", hops[0]]
    return [*route, *(word for hop in hops for word in ("nexthop", "via", hop))]


def own(prefix: str, well: bool) -> list[str]:
    """Command that gives this router an address, or takes it away."""
    return ["ip", "address", "replace" if well else "del", prefix, "dev", "lo"]


def row(prefix: str, hops: list[str]) -> list[str]:
    """The same as `words` by a row of SONiC's tables."""
    key = f"STATIC_ROUTE|default|{prefix}"
    told = ["sonic-db-cli", "CONFIG_DB"]
    return [*told, "HSET", key, "nexthop", ",".join(hops)] if hops else [*told, "DEL", key]


def own_row(prefix: str, well: bool) -> list[str]:
    """The same as `own` by a row of SONiC's tables."""
    key = f"LOOPBACK_INTERFACE|Loopback0|{prefix}"
    return ["sonic-db-cli", "CONFIG_DB", *(["HSET", key, "NULL", "NULL"] if well else ["DEL", key])]


TABLES = {"kernel": (words, own), "config_db": (row, own_row)}


class Table:
    """Routes to services, as the kernel or SONiC has them."""

    def __init__(self, kind: str = "kernel") -> None:
        self._route, self._own = TABLES[kind]
        self._well: dict[str, set[str]] = {}
        self._lock = threading.Lock()

    def set(self, prefix: str, hop: str, well: bool) -> bool:
        """A host of a service is well, or is not; False if the table has not taken it."""
        with self._lock:
            found = self._well.setdefault(prefix, set())
            (found.add if well else found.discard)(hop)
            return run(self._route(prefix, sorted(found - {""})) if hop else self._own(prefix, well))

    def clear(self) -> None:
        """Withdraw everything."""
        for prefix, hops in list(self._well.items()):
            for hop in sorted(hops):
                self.set(prefix, hop, False)


def run(command: list[str]) -> bool:
    """Run a command; True if it has done its work."""
    quiet = subprocess.DEVNULL
    return not subprocess.run(command, stdout=quiet, stderr=quiet, check=False, timeout=10).returncode


def watch(row: dict[str, Any], table: Table, folder: Path, over: threading.Event) -> None:
    """Ask one service at its interval until it is all over."""
    check, hop = row["check"], row["next_hop"]
    mark = folder / f"{row['service']}.{row['host']}.drain"
    judge = Judge(check["fall"], check["rise"]) if check else Judge(1, 1)
    address, shown = hop or row["prefix"].partition("/")[0], False
    due = time.monotonic()
    while not over.is_set():
        judge.hear(not check or answers(check, address if hop else ("::1" if ":" in address else "127.0.0.1")))
        wanted = judge.well and not row["drained"] and not mark.exists()
        # Before the way to a host is there, its route cannot be: again next time. What is already gone is no fault.
        if wanted != shown and (table.set(row["prefix"], hop, wanted) or not wanted):
            shown = wanted
            print(f"{row['service']} {row['prefix']} at {row['host']}: {'up' if shown else 'down'}", flush=True)
        due = max(due + (check["interval_s"] if check else 1.0), time.monotonic())
        over.wait(due - time.monotonic())


def main(path: str, folder: str = FOLDER) -> int:
    """Watch all services of a file until told to end; then withdraw them."""
    told = json.loads(Path(path).read_text())
    rows, table, over = told["services"], Table(told.get("table", "kernel")), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    threads = [threading.Thread(target=watch, args=(row, table, Path(folder), over), daemon=True) for row in rows]
    for thread in threads:
        thread.start()
    while not over.wait(1.0):
        pass
    for thread in threads:
        thread.join(15)
    table.clear()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

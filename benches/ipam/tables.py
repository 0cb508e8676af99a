"""Import and export of a million addresses with their holders: time, processor time, and the most memory.

Usage: python benches/ipam/tables.py [count]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from easterly.address import ipam
from easterly.address.ipam import pages
from easterly.address.ipam.export import export
from easterly.address.ipam.incoming import pieces
from easterly.address.ipam.load import load

IMPORT_S, EXPORT_S, PAGE_S, MEMORY_MB = 10.0, 5.0, 0.1, 300.0
PAGE = 60_000


def main(count: int) -> int:
    """Print what it takes; fail where a bar for a million is missed."""
    with tempfile.TemporaryDirectory() as folder, ipam.init(Path(folder) / "store.db") as store:
        table = Path(folder) / "in.csv"
        _write(table, count)
        store.one(ipam.AddPool("hosts", "10.0.0.0/8"))
        put = _timed("import", lambda: load(store, lambda: pieces(table, "csv"), pool="hosts", actor="bench"))
        with (Path(folder) / "out.csv").open("w", encoding="utf-8", newline="") as file:
            out = _timed("export", lambda: export(store, file, "csv"))
        page = _timed("a page, JSON", lambda: pages.json_page(store, 2, limit=PAGE))
    memory_MB = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"most memory  {memory_MB:6.0f} MB (bar {MEMORY_MB:.0f})")
    within = put <= IMPORT_S and out <= EXPORT_S and page <= PAGE_S and memory_MB <= MEMORY_MB
    return 0 if within else 1


def _write(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("address,device,interface,mac,dns_name\n")
        for n in range(1, count + 1):
            a, b, c = n >> 16, n >> 8 & 255, n & 255
            file.write(f"10.{a}.{b}.{c},host-{n},eth0,02:00:00:{a:02x}:{b:02x}:{c:02x},host-{n}.example.net\n")


def _timed(name: str, work: Callable[[], object]) -> float:
    begin, used = time.perf_counter(), time.process_time()
    work()
    took = time.perf_counter() - begin
    own = time.process_time() - used
    print(f"{name:12} {took * 1e3:8,.0f} ms ({own * 1e3:,.0f} ms of the processor)")
    return took


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))

"""Prefixes: a million summarised, looked up and read as text, beside other ways; fails below its bars.

Usage: python benches/prefix/bench.py [prefixes]
"""

from __future__ import annotations

import ipaddress
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from shared.clock import timed

from easterly.address import Prefixes, Table, read_list, subtract, summarise

SUMMARY_S, LOOKUPS_PER_S = 0.05, 20e6
LOOKUPS = 4_000_000
SLOW = 20_000
"""Prefixes for the standard library, which takes half a minute for a million."""


def routes(family: int, count: int, seed: int = 1) -> Prefixes:
    """Prefixes with lengths as in the tables of the internet: IPv4 anywhere in unicast, IPv6 anywhere in 2000::/3."""
    draw = np.random.default_rng(seed)
    if family == 4:
        kinds, shares = [16, 18, 19, 20, 21, 22, 23, 24], [2, 2, 3, 5, 6, 12, 10, 60]
        top, low, bits = 32, 1 << 24, 223 << 24
    else:
        kinds, shares = [32, 36, 40, 44, 48], [12, 6, 10, 10, 62]
        top, low, bits = 64, 1 << 61, 1 << 61
    length = draw.choice(kinds, p=np.array(shares) / 100, size=count).astype(np.uint8)
    free = (top - length).astype(np.uint64)
    first = draw.integers(low, low + bits, count, dtype=np.uint64) >> free << free
    nothing = np.zeros_like(first)
    return Prefixes.of_family(family, *((nothing, first) if family == 4 else (first, nothing)), length)


def nested(count: int) -> Prefixes:
    """IPv6 as registries and sites give it out: /32s anywhere in 2000::/3, and in each about fifteen /48s."""
    draw = np.random.default_rng(1)
    outer = np.uint64(1 << 61) | draw.integers(0, 1 << 29, count // 16, dtype=np.uint64) << np.uint64(32)
    inner = count - len(outer)
    some = draw.integers(0, 1 << 16, inner, dtype=np.uint64) << np.uint64(16)
    first = np.concatenate([outer, outer[draw.integers(0, len(outer), inner)] | some])
    return Prefixes.of_family(6, first, np.zeros_like(first), np.repeat([32, 48], [len(outer), inner]))


def hosts(rows: Prefixes, seed: int, *, skewed: bool) -> Prefixes:
    """Addresses inside prefixes: any prefix alike, or few of them most of the time (Zipf, exponent 1.2)."""
    draw = np.random.default_rng(seed)
    if skewed:
        row = draw.permutation(len(rows))[np.minimum(draw.zipf(1.2, LOOKUPS) - 1, len(rows) - 1)]
    else:
        row = draw.integers(0, len(rows), LOOKUPS)
    family = int(rows.family[0])
    some = draw.integers(0, 2**63, LOOKUPS, dtype=np.uint64)
    if family == 4:
        free = (32 - rows.length[row]).astype(np.uint64)
        return Prefixes.of_family(
            4, np.zeros_like(some), rows.lo[row] | some >> (np.uint64(63) - free), np.full(LOOKUPS, 32)
        )
    free = (64 - rows.length[row]).astype(np.uint64)
    return Prefixes.of_family(6, rows.hi[row] | some >> (np.uint64(63) - free), some, np.full(LOOKUPS, 128))


def numpy_summary(first: Any, length: Any) -> int:
    """Ranges merged with numpy: how many there are. A floor for what numpy takes, as no prefixes are made of them."""
    order = np.argsort(first, kind="stable")
    low = first[order]
    high = np.maximum.accumulate(low + (np.uint64(1) << (32 - length[order]).astype(np.uint64)))
    return int((low[1:] > high[:-1]).sum()) + 1


def summaries(family: int, count: int) -> bool:
    rows = routes(family, count)
    took = timed(lambda: summarise(rows), 15)
    few = rows.take(np.arange(min(SLOW, count)))
    plain = [ipaddress.ip_network(text) for text in few.text()]
    theirs = timed(lambda: list(ipaddress.collapse_addresses(plain)), 1)
    same = summarise(few).text() == [str(each) for each in ipaddress.collapse_addresses(plain)]
    ours = timed(lambda: summarise(few))
    bar, left = f"(bar {SUMMARY_S * 1e3:.0f})", len(summarise(rows))
    text = f"IPv{family} summary of {count:,}: {took * 1e3:5.1f} ms {bar}, {left:,} left"
    print(f"{text}; of {len(few):,}: {theirs / ours:,.0f} times collapse_addresses, {'equal' if same else 'UNLIKE'}")
    if family == 4:
        floor = timed(lambda: numpy_summary(rows.lo, rows.length))
        print(f"     numpy, ranges alone: {floor * 1e3:5.1f} ms, {floor / took:.1f} times as long")
    other = routes(family, count, seed=2)
    print(f"     difference of {count:,} and {count:,}: {timed(lambda: subtract(rows, other), 3) * 1e3:5.1f} ms")
    return same and took <= SUMMARY_S


def lookups(name: str, rows: Prefixes) -> bool:
    family = int(rows.family[0])
    table = Table(rows)
    built = timed(lambda: Table(rows), 1)
    fine = True
    for skewed in (False, True):
        asked = hosts(rows, 3, skewed=skewed)
        found = table.longest(asked)
        some = found[:2000].tolist()
        inside = all(rows[row].overlaps(host) for row, host in zip(some, asked.take(np.arange(2000)), strict=True))
        fine &= inside and bool((found >= 0).all())
        lookup, hi, lo = table._lookup[family], asked.hi, asked.lo
        rate = LOOKUPS / timed(lambda k=lookup, h=hi, w=lo: k.longest(h, w))
        whole = LOOKUPS / timed(lambda a=asked: table.longest(a), 3)
        fine &= rate >= LOOKUPS_PER_S
        kind = "skewed " if skewed else "uniform"
        print(f"{name} lookup {kind} {rate / 1e6:5.1f} M/s (bar {LOOKUPS_PER_S / 1e6:.0f}), "
              f"through the noun {whole / 1e6:.1f} M/s; built in {built * 1e3:.0f} ms, "
              f"{table.memory_B / 1e6:.0f} MB")  # fmt: skip
    return fine


def texts(family: int, count: int) -> None:
    rows = routes(family, count)
    data = "\n".join(rows.text()).encode()
    few = rows.text()[:SLOW]
    theirs = timed(lambda: [ipaddress.ip_network(text) for text in few], 1) / len(few)
    took = timed(lambda: read_list(data), 3)
    print(f"IPv{family} text of {count:,}: read in {took * 1e3:.0f} ms, "
          f"{theirs / (took / count):.0f} times ip_network; written in {timed(rows.text, 3) * 1e3:.0f} ms")  # fmt: skip


if __name__ == "__main__":
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    tables = {"IPv4": routes(4, how_many), "IPv6": routes(6, how_many), "IPv6 nested": nested(how_many)}
    kept = [summaries(family, how_many) for family in (4, 6)]
    kept += [lookups(name, rows) for name, rows in tables.items()]
    for each in (4, 6):
        texts(each, how_many)
    sys.exit(0 if all(kept) else 1)

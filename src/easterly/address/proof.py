"""Facts about an address plan, each checked on the plan itself and not on how it was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from easterly.address.listed import read_list
from easterly.address.prefixes import bytes_of
from easterly.address.summaries import Summary
from easterly.address.text import Prefix, read
from easterly.model.address import AddressPlan


@dataclass(frozen=True, slots=True)
class Fact:
    """One claim about a plan.

    Attributes
    ----------
    claim : str
        ``prefixes-disjoint``, ``addresses-unique``, ``ends-share-prefix``, ``tables-apart``, ``blocks-inside``,
        ``blocks-disjoint``, ``summaries-exact``.
    about : str
        VRF, or empty for the whole plan.
    holds : bool
    evidence : str
        A counterexample, or how many were looked at.
    """

    claim: str
    about: str
    holds: bool
    evidence: str


def prove(plan: AddressPlan) -> tuple[Fact, ...]:
    """Check a plan against what every plan must be.

    No two prefixes of a VRF overlap, no two interfaces of a VRF share an address, both ends of every link are
    in one /31 or /127, and tenants' tables have different numbers.

    Parameters
    ----------
    plan : AddressPlan

    Returns
    -------
    tuple of Fact
        Sorted by claim and VRF.
    """
    facts = [*_disjoint(plan), *_unique(plan), _ends(plan), _apart(plan), *_blocks(plan)]
    return tuple(sorted(facts, key=lambda fact: (fact.claim, fact.about)))


def prove_exact(summaries: Iterable[Summary]) -> tuple[Fact, ...]:
    """Check summaries: each holds the addresses behind it, no other, in the fewest prefixes that can.

    The addresses are joined to runs, and of each run the fewest prefixes are counted from its two ends alone.

    Parameters
    ----------
    summaries : iterable of Summary

    Returns
    -------
    tuple of Fact
        One per routing table.
    """
    tables: dict[str, list[Summary]] = defaultdict(list)
    for summary in summaries:
        tables[summary.vrf].append(summary)
    return tuple(_exact(vrf, rows) for vrf, rows in sorted(tables.items()))


def _exact(vrf: str, rows: list[Summary]) -> Fact:
    for row in rows:
        runs = _runs(row.behind)
        if runs != _runs(row.prefixes) or len(row.prefixes) != sum(_fewest(*run) for run in runs):
            return Fact("summaries-exact", vrf, False, f"{row.point}: {', '.join(map(str, row.prefixes))}")
    said = sum(len(row.prefixes) for row in rows)
    return Fact("summaries-exact", vrf, True, f"{len(rows)} summaries, {said} prefixes")


def _runs(prefixes: Iterable[Prefix]) -> list[tuple[int, int]]:
    """First and last address of every run without gaps."""
    made: list[tuple[int, int]] = []
    for first, last in sorted((prefix.first, prefix.last) for prefix in prefixes):
        if made and first <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(made[-1][1], last))
        else:
            made.append((first, last))
    return made


def _fewest(first: int, last: int) -> int:
    """Prefixes that a run of addresses takes: from its start, each time the largest that is aligned and fits."""
    count = 0
    while first <= last:
        fits = (last - first + 1).bit_length() - 1
        aligned = (first & -first).bit_length() - 1 if first else fits
        first += 1 << min(fits, aligned)
        count += 1
    return count


def _blocks(plan: AddressPlan) -> Iterator[Fact]:
    """Blocks lie inside what they are inside of, and beside each other."""
    rows = plan.blocks
    if not len(rows):
        return
    inner: dict[str, list[Prefix]] = defaultdict(list)
    own: dict[str, list[Prefix]] = defaultdict(list)
    columns = (rows.prefix.tolist(), rows.block.tolist(), rows.place.tolist(), rows.inside.tolist())
    for text, name, place, around in zip(*columns, strict=True):
        inner[name if place else around].append(read(text))
        if not place:
            own[name].append(read(text))
    outside = [str(p) for name, outer in own.items() for p in inner.get(name, ()) if not any(map(p.inside, outer))]
    told = outside[0] if outside else f"{len(rows)} prefixes of {len(own)} blocks"
    yield Fact("blocks-inside", "", not outside, told)
    twice = [f"{a} and {b}" for each in inner.values() for a, b in pairwise(sorted(each)) if a.overlaps(b)]
    yield Fact("blocks-disjoint", "", not twice, twice[0] if twice else f"{len(inner)} groups of blocks")


def _disjoint(plan: AddressPlan) -> Iterator[Fact]:
    rows = plan.prefixes
    tables: dict[str, list[tuple[int, int, int, str]]] = defaultdict(list)
    for text, vrf, role in zip(rows.prefix.tolist(), rows.vrf.tolist(), rows.role.tolist(), strict=True):
        if role not in ("pool", "anycast"):  # one address of a service is at several places: see E525 and E527
            prefix = read(text)
            tables[vrf].append((prefix.family, prefix.first, prefix.last, text))
    for vrf, entries in sorted(tables.items()):
        entries.sort()
        clash = next((pair for pair in pairwise(entries) if _meet(*pair)), None)
        evidence = f"{clash[0][3]} and {clash[1][3]}" if clash else f"{len(entries)} prefixes"
        yield Fact("prefixes-disjoint", vrf, clash is None, evidence)


def _meet(low: tuple[int, int, int, str], high: tuple[int, int, int, str]) -> bool:
    """Sorted by first address, overlapping blocks have overlapping neighbours."""
    return low[0] == high[0] and high[1] <= low[2]


def _unique(plan: AddressPlan) -> Iterator[Fact]:
    """One address, one interface; a gateway may stand on several leaves only in different tables."""
    rows = plan.interfaces
    seen: dict[str, dict[str, str]] = defaultdict(dict)
    twice: dict[str, str] = {}
    for device, port, text, vrf in zip(
        rows.device.tolist(), rows.port.tolist(), rows.address.tolist(), rows.vrf.tolist(), strict=True
    ):
        address, mine = text.partition("/")[0], f"{device}:{port}"
        other = seen[vrf].setdefault(address, mine)
        if other != mine:
            twice.setdefault(vrf, f"{address} on {other} and {mine}")
    for vrf, addresses in sorted(seen.items()):
        yield Fact("addresses-unique", vrf, vrf not in twice, twice.get(vrf, f"{len(addresses)} addresses"))


def _ends(plan: AddressPlan) -> Fact:
    """Both ends of a link, RFC 3021 and RFC 6164: rows of one prefix come in pairs."""
    rows = plan.interfaces
    parts = [text.partition("/") for text in rows.address[rows.role == "link"].tolist()]
    if not parts:
        return Fact("ends-share-prefix", "", True, "0 links")
    ends = read_list("\n".join(address for address, _, _ in parts), bare=True).prefixes
    length = bytes_of([int(stated) for _, _, stated in parts])
    keys = (length, ends.lo >> np.uint64(1), ends.hi, ends.family)
    order = np.lexsort(keys)
    differs = np.logical_or.reduce([np.diff(key[order]) != 0 for key in keys])
    begins = np.flatnonzero(np.concatenate([[True], differs]))
    count = np.add.reduceat((ends.bits - length == 1)[order].astype(np.int64), begins)
    lonely = order[begins[count != 2]]
    if not len(lonely):
        return Fact("ends-share-prefix", "", True, f"{len(begins)} links")
    first = int(lonely.min())
    return Fact("ends-share-prefix", "", False, str(_pair(ends[first], int(length[first]))))


def _pair(end: Prefix, length: int) -> Prefix:
    """The two addresses of which one is given, with the length that is stated."""
    return Prefix(end.family, end.first >> 1 << 1, length)


def _apart(plan: AddressPlan) -> Fact:
    vrfs = plan.vrfs
    for label, column in (("name", vrfs.name), ("VNI", vrfs.vni), ("route target", vrfs.rd)):
        values = column.tolist()
        if len(set(values)) != len(values):
            return Fact("tables-apart", "", False, f"two tenants have the same {label}")
    return Fact("tables-apart", "", True, f"{len(vrfs.name)} tables")

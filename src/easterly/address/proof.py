"""Facts about an address plan, each checked on the plan itself and not on how it was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from easterly.address.text import BITS, Prefix, read, read_address
from easterly.model.address import AddressPlan


@dataclass(frozen=True, slots=True)
class Fact:
    """One claim about a plan.

    Attributes
    ----------
    claim : str
        ``prefixes-disjoint``, ``addresses-unique``, ``ends-share-prefix``, ``tables-apart``.
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
    facts = [*_disjoint(plan), *_unique(plan), _ends(plan), _apart(plan)]
    return tuple(sorted(facts, key=lambda fact: (fact.claim, fact.about)))


def _disjoint(plan: AddressPlan) -> Iterator[Fact]:
    rows = plan.prefixes
    tables: dict[str, list[tuple[int, int, int, str]]] = defaultdict(list)
    for text, vrf, role in zip(rows.prefix.tolist(), rows.vrf.tolist(), rows.role.tolist(), strict=True):
        if role != "pool":
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
    pairs: dict[Prefix, int] = defaultdict(int)
    for text, role in zip(rows.address.tolist(), rows.role.tolist(), strict=True):
        if role == "link":
            address, _, length = text.partition("/")
            family, number = read_address(address, text)
            pairs[Prefix(family, number >> 1, int(length))] += int(BITS[family] - int(length) == 1)
    lonely = next((prefix for prefix, count in pairs.items() if count != 2), None)
    evidence = f"{len(pairs)} links" if lonely is None else str(Prefix(lonely.family, lonely.first << 1, lonely.length))
    return Fact("ends-share-prefix", "", lonely is None, evidence)


def _apart(plan: AddressPlan) -> Fact:
    vrfs = plan.vrfs
    for label, column in (("name", vrfs.name), ("VNI", vrfs.vni), ("route target", vrfs.rd)):
        values = column.tolist()
        if len(set(values)) != len(values):
            return Fact("tables-apart", "", False, f"two tenants have the same {label}")
    return Fact("tables-apart", "", True, f"{len(vrfs.name)} tables")

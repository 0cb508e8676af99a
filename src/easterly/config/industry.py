"""Lines that routers of several makers share: FRR, EOS and NX-OS say the same of prefixes and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from easterly.config.switches.machine import Machine
from easterly.model.router import Anycast, Filter, Permit, Router

WORD = {4: "ip", 6: "ipv6"}
MOST_AT_ONCE = 10
"""AS numbers that one entry of a route-map puts before a path: as many as FRR and NX-OS take after ``last-as``."""
PREPEND = re.compile(r"set as-path prepend (?:last-as (\d+)|(\d+(?: \d+)*))")


def entries(filter_: Filter) -> Iterator[str]:
    """Lines of a prefix-list after their numbers.

    >>> list(entries(Filter("F", 4, (Permit("10.0.0.0/8", high=32),), (Permit("10.1.0.0/16"),))))
    ['deny 10.1.0.0/16', 'permit 10.0.0.0/8 le 32']
    """
    yield from (f"deny {_range(permit)}" for permit in filter_.refuses)
    yield from (f"permit {_range(permit)}" for permit in filter_.permits)


def _range(permit: Permit) -> str:
    low = "" if permit.low is None else f" ge {permit.low}"
    return permit.prefix + low + ("" if permit.high is None else f" le {permit.high}")


def addresses(found: Iterable[str]) -> Iterator[str]:
    """Addresses of an interface of a switch; the first of each family is its own, and IPv4 wants a word for more.

    >>> list(addresses(["10.0.0.1/32", "fd00::1/128", "10.0.0.2/32"]))
    ['ip address 10.0.0.1/32', 'ipv6 address fd00::1/128', 'ip address 10.0.0.2/32 secondary']
    """
    more = ""
    for address in found:
        if ":" in address:
            yield f"ipv6 address {address}"
        else:
            yield f"ip address {address}{more}"
            more = " secondary"


def static_routes(machine: Machine, tracks: Mapping[Anycast, int] | None = None) -> Iterator[str]:
    """Routes to services of hosts, and the objects that they track."""
    for each in machine.served_behind:
        track = f" track {tracks[each]}" if tracks and each in tracks else ""
        yield from ("!", f"{WORD[6 if ':' in each.prefix else 4]} route {each.prefix} {each.next_hop}{track}")


def maps(router: Router, margin: str) -> Iterator[str]:
    """What passes from one protocol to another, and what counts for more AS hops than one."""
    for give in router.maps:
        yield from ("!", f"route-map {give.accept} permit 10")
        yield f"{margin}match {WORD[give.family]} address prefix-list {give.accept}"
    for far in router.far:
        for number, more, further in entries_of(far.longer):
            yield from ("!", f"route-map {far.far} permit {number}")
            yield f"{margin}set as-path prepend last-as {more}"
            yield from [f"{margin}continue {further}"] * bool(further)


def entries_of(longer: int) -> Iterator[tuple[int, int, int]]:
    """Entries of a route-map that together put AS numbers before a path: number, how many, the next entry or 0.

    >>> list(entries_of(3)), list(entries_of(21))
    ([(10, 3, 0)], [(10, 10, 20), (20, 10, 30), (30, 1, 0)])
    """
    for number, done in enumerate(range(0, longer, MOST_AT_ONCE), 1):
        last = done + MOST_AT_ONCE >= longer
        yield 10 * number, min(MOST_AT_ONCE, longer - done), 0 if last else 10 * number + 10


def prepended(lines: Iterable[str]) -> int:
    """AS numbers that the lines of a route-map put before a path.

    >>> prepended(["permit 10", "set as-path prepend last-as 3", "set as-path prepend 65001 65001"])
    5
    """
    found = (PREPEND.fullmatch(line) for line in lines)
    return sum(int(said[1]) if said[1] else len(said[2].split()) for said in found if said)

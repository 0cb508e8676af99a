"""Lines that routers of several makers share: FRR, EOS and NX-OS say the same of prefixes and addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from easterly.config.switches.machine import Machine
from easterly.model.router import Anycast, Filter, Permit, Router

WORD = {4: "ip", 6: "ipv6"}


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
    """What passes from one protocol to another."""
    for give in router.maps:
        yield from ("!", f"route-map {give.accept} permit 10")
        yield f"{margin}match {WORD[give.family]} address prefix-list {give.accept}"

"""Ends of the links of an explicit graph: which port each is plugged into, and at what rate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from easterly.base.counts import counted
from easterly.base.findings import Finding, did_you_mean
from easterly.base.units import RATE, format_exact
from easterly.model.spec.fabric import Graph, GraphLink
from easterly.site.blueprints.faults import refuse_any


@dataclass(frozen=True, slots=True)
class Plug:
    """One end of a cable."""

    node: str
    port: int


@dataclass(frozen=True, slots=True)
class Cable:
    """A link of the file with its two ports and its rate."""

    link: GraphLink
    a: Plug
    b: Plug
    rate_bps: float


@dataclass(frozen=True, slots=True)
class _End:
    """One end as written: ``node`` or ``node:port``."""

    at: str
    node: str
    port: str


Wishes = dict[str, tuple[_End, _End]]


def plugged(
    spec: Graph, ports: Mapping[str, range], rates_bps: Mapping[str, float], hosts: frozenset[str]
) -> tuple[Cable, ...]:
    """Give every end of every link a port.

    Ports that are written come first; the rest take the lowest free port of their node, in the order of
    the names of links.

    Parameters
    ----------
    spec : Graph
    ports : mapping of str to range
        Port numbers of each node.
    rates_bps : mapping of str to float [bit/s]
        Rate of a port of each node.
    hosts : frozenset of str

    Raises
    ------
    FindingsError
        E211 unknown node, E413 to E416, E420.
    """
    wishes = {name: _ends(spec, name) for name in sorted(spec.links)}
    refuse_any(fault for name, ends in wishes.items() for fault in _wrong_ends(spec, name, ends, hosts))
    refuse_any(_wrong_ports(wishes, ports))
    refuse_any(_wrong_rates(spec, wishes, rates_bps))
    free = _free_ports(wishes, ports)
    refuse_any(_short_of_ports(wishes, ports))
    return tuple(_cable(spec.links[name], ends, free, rates_bps) for name, ends in wishes.items())


def _ends(spec: Graph, name: str) -> tuple[_End, _End]:
    link, at = spec.links[name], f"{spec.origin}/links/{name}"
    (a, _, a_port), (b, _, b_port) = link.a.partition(":"), link.b.partition(":")
    return _End(f"{at}/a", a, a_port), _End(f"{at}/b", b, b_port)


def _wrong_ends(spec: Graph, name: str, ends: tuple[_End, _End], hosts: frozenset[str]) -> Iterator[Finding]:
    unknown = [end for end in ends if end.node not in spec.nodes]
    for end in unknown:
        yield Finding("E211", end.at, f"there is no node {end.node}", did_you_mean(end.node, spec.nodes))
    if unknown:
        return
    a, b = ends
    if a.node == b.node:
        yield Finding("E414", b.at, f"link {name} joins {a.node} to itself", "name another node, or remove the link")
    elif a.node in hosts and b.node in hosts:
        text = f"link {name} joins the hosts {a.node} and {b.node} without a switch"
        yield Finding("E420", f"{spec.origin}/links/{name}", text, "put a switch between them", on_key=True)


def _wrong_ports(wishes: Wishes, ports: Mapping[str, range]) -> Iterator[Finding]:
    """Written ports that a node does not have, or that two links claim."""
    claimed: dict[tuple[str, int], str] = {}
    for name, ends in wishes.items():
        for end in ends:
            if not end.port:
                continue
            have = ports[end.node]
            number = int(end.port) if end.port.isascii() and end.port.isdigit() and len(end.port) < 10 else -1
            if number not in have:
                text = f"{end.node} has no port {end.port!r}; its ports are {have.start} to {have.stop - 1}"
                yield Finding(
                    "E413", end.at, text, f"name a port of {have.start} to {have.stop - 1}, or none to have one chosen"
                )
            elif (end.node, number) in claimed:
                text = f"port {number} of {end.node} is taken by link {claimed[end.node, number]}"
                yield Finding("E413", end.at, text, "name another port, or none to have one chosen")
            else:
                claimed[end.node, number] = name


def _wrong_rates(spec: Graph, wishes: Wishes, rates_bps: Mapping[str, float]) -> Iterator[Finding]:
    for name, (a, b) in wishes.items():
        rate, slow = spec.links[name].rate, min((a, b), key=lambda end: rates_bps[end.node])
        if rate is not None and rate > rates_bps[slow.node]:
            limit = format_exact(rates_bps[slow.node], RATE)
            text = f"link {name} of {format_exact(rate, RATE)} is faster than the {limit} ports of {slow.node}"
            yield Finding(
                "E416", f"{spec.origin}/links/{name}/rate", text, f"lower the rate to {limit}, or use a faster type"
            )


def _free_ports(wishes: Wishes, ports: Mapping[str, range]) -> dict[str, Iterator[int]]:
    """Ports of each node that no link claims, in ascending order."""
    claimed = {(end.node, int(end.port)) for ends in wishes.values() for end in ends if end.port}
    return {node: _unclaimed(node, have, claimed) for node, have in ports.items()}


def _unclaimed(node: str, have: range, claimed: set[tuple[str, int]]) -> Iterator[int]:
    # A function, for a generator expression in a comprehension would see the last node only.
    return (port for port in have if (node, port) not in claimed)


def _short_of_ports(wishes: Wishes, ports: Mapping[str, range]) -> Iterator[Finding]:
    """Nodes with more links than ports."""
    need: dict[str, int] = {}
    last: dict[str, _End] = {}
    for ends in wishes.values():
        for end in ends:
            need[end.node] = need.get(end.node, 0) + 1
            last[end.node] = end
    for node in sorted(need):
        if need[node] > len(ports[node]):
            text = f"{node} has {counted(need[node], 'link')} and {counted(len(ports[node]), 'port')}"
            yield Finding("E415", last[node].at, text, f"keep {len(ports[node])} of them, or use a larger type")


def _cable(
    link: GraphLink, ends: tuple[_End, _End], free: Mapping[str, Iterator[int]], rates_bps: Mapping[str, float]
) -> Cable:
    a, b = (Plug(end.node, int(end.port) if end.port else next(free[end.node])) for end in ends)
    rate_bps = link.rate if link.rate is not None else min(rates_bps[a.node], rates_bps[b.node])
    return Cable(link, a, b, rate_bps)

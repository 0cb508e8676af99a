"""What is wrong with the protocols of routers, in their text alone and between the ends of links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from easterly.model.router_state import DeviceState, IgpPort

Fault = tuple[str, str]
"""A code and a message."""


def protocols(states: Iterable[DeviceState]) -> Iterator[Fault]:
    """Faults of routers that have been read.

    Parameters
    ----------
    states : iterable of DeviceState

    Yields
    ------
    (str, str)
        Code and message: E903, E910 to E914.
    """
    routers = list(states)
    known = {state.device: state for state in routers}
    for state in routers:
        yield from _names(state)
        yield from _preferences(state)
        yield from _links(state, known)
    yield from _identities(routers)


def far_end(state: DeviceState, port: str) -> tuple[str, str]:
    """Device and port that the description of an interface names; empty ones where it names none.

    >>> state = DeviceState("a", 1, "", {}, {}, (), (), descriptions={"swp1": "b swp7"})
    >>> far_end(state, "swp1"), far_end(state, "swp2")
    (('b', 'swp7'), ('', ''))
    """
    device, _, far = state.descriptions.get(port, "").partition(" ")
    return device, far


def _names(state: DeviceState) -> Iterator[Fault]:
    """What is used by name is there."""
    used = [given.split()[-1] for given in state.given if len(given.partition(": ")[2].split()) > 1]
    used += [name for group in state.groups.values() for ways in group.maps.values() for name in ways if name]
    for name in dict.fromkeys(used):
        if name not in state.route_maps:
            yield "E910", f"{state.device} uses route-map {name}, which is not there"
    for name, lines in state.route_maps.items():
        for line in lines:
            words = line.split()
            if (
                words[0] == "match"
                and words[3:4] == ["prefix-list"]
                and f"{words[1]} {words[4]}" not in state.prefix_lists
            ):
                yield "E903", f"{state.device} matches prefix-list {words[4]} in route-map {name}, which is not there"
    profiles = [group.profile for group in state.groups.values()]
    profiles += [port.profile for igp in state.igps.values() for port in igp.ports.values()]
    for name in dict.fromkeys(profiles):
        if name and name not in state.profiles:
            yield "E912", f"{state.device} uses BFD profile {name}, which is not there"


def _preferences(state: DeviceState) -> Iterator[Fault]:
    """LOCAL_PREF is told inside an AS only (RFC 4271 section 5.1.5)."""
    setting = {name for name, lines in state.route_maps.items() if any("set local-preference" in x for x in lines)}
    for name, group in state.groups.items():
        peers = group.peers or ((name,) if name in state.neighbors else ())
        outer = [peer for peer in peers if state.neighbors.get(peer, 0) != state.asn]
        for family, (_, out) in group.maps.items():
            if out in setting and outer:
                yield "E911", f"{state.device} sets LOCAL_PREF towards {outer[0]} ({family}), which is in another AS"


def _links(state: DeviceState, known: dict[str, DeviceState]) -> Iterator[Fault]:
    """Both ends of a link are in one area and keep one time; each fault is told once, by the lesser name."""
    for protocol, igp in state.igps.items():
        for port, here in igp.ports.items():
            device, far = far_end(state, port)
            if here.passive or device not in known:
                continue
            there = known[device].igps[protocol].ports.get(far) if protocol in known[device].igps else None
            where = f"{protocol} of {state.device} {port} and {device} {far}"
            if there is None or there.passive:
                yield "E913", f"{where}: the second does not take part"
            elif (state.device, port) < (device, far):
                yield from (("E913", f"{where}: {said}") for said in _differ(here, there))


def _differ(here: IgpPort, there: IgpPort) -> Iterator[str]:
    words = {"area": "area", "hello_s": "interval of hellos", "dead_s": "dead time", "bfd": "detection by BFD"}
    for name, word in words.items():
        one, other = getattr(here, name), getattr(there, name)
        if one != other:
            yield f"{word} {one} and {other}"


def _identities(routers: Iterable[DeviceState]) -> Iterator[Fault]:
    """Two routers with one id are one router to their protocols."""
    holders: dict[str, list[str]] = defaultdict(list)
    for state in routers:
        ids = {state.router_id, *(igp.router_id for igp in state.igps.values())} - {""}
        for each in sorted(ids):
            holders[each].append(state.device)
    for each, devices in sorted(holders.items()):
        if len(devices) > 1:
            yield "E914", f"{devices[0]} and {devices[1]} both have router id {each}"

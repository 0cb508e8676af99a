"""What the text of a router must say, from its description alone."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.config.industry import WORD, entries, entries_of
from easterly.model.router import DEFAULT, Filter, Group, IgpLink, Router
from easterly.model.router_state import DeviceState, GroupState, IgpPort, IgpState


def meant(router: Router) -> DeviceState:
    """State that reading a router's text must give.

    Parameters
    ----------
    router : Router

    Returns
    -------
    DeviceState
        Addresses and interfaces in the order of the description; lists in use sorted by nothing but first use.
    """
    said = {exchange.version for _, exchange in router.exchanges}
    peers = {peer.address or peer.interface: peer.asn for group in router.groups for peer in group.peers}
    tables = router.tables
    return DeviceState(
        router.name, router.asn if router.groups else 0, router.router_id if router.groups else "",
        {port.name: port.addresses for port in router.interfaces}, peers,
        tuple(p for family, found in router.networks.items() if family in said for p in found),
        tuple(table.name for table in tables), {_name(each): tuple(entries(each)) for each in router.filters},
        _uses(router),
        {t.name: (*(f"import {r}" for r in t.imports), *(f"export {r}" for r in t.exports)) for t in tables},
        {table.name: table.vni for table in tables},
        {table.name: tuple(p for found in table.networks.values() for p in found) for table in tables},
        {table.name: table.interfaces for table in tables if table.interfaces},
        {group.name: _group(group) for group in router.groups}, _igps(router),
        {bfd.name: (bfd.interval_ms, bfd.interval_ms, bfd.multiplier) for bfd in router.bfd},
        _maps(router),
        tuple(_given(router)), {port.name: port.description for port in router.interfaces if port.description},
        router.longer(),
    )  # fmt: skip


def _name(each: Filter) -> str:
    return f"{WORD[each.family]} {each.name}"


def _uses(router: Router) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for _, exchange in router.exchanges:
        if exchange.version:
            word = WORD[exchange.version]
            found.update({f"{word} {name}": None for name in (exchange.accept, exchange.announce) if name})
    return tuple(found)


def _group(group: Group) -> GroupState:
    peers = tuple(peer.address or peer.interface for peer in group.peers)
    hellos = None if group.timers is None else (group.timers.hello_s, group.timers.dead_s)
    lists: dict[str, tuple[str, str]] = {e.family: (e.accept, e.announce) for e in group.exchanges}
    maps: dict[str, tuple[str, str]] = {e.family: (e.far, "") for e in group.exchanges if e.longer}
    return GroupState(
        peers, group.bfd, group.profile if group.bfd else "", hellos, group.source, group.hops, lists, maps
    )  # fmt: skip


def _maps(router: Router) -> dict[str, tuple[str, ...]]:
    given = {
        give.accept: ("permit 10", f"match {WORD[give.family]} address prefix-list {give.accept}")
        for give in router.handovers
    }
    return given | {far.far: tuple(_far(far.longer)) for far in router.far}


def _far(longer: int) -> Iterator[str]:
    for number, more, further in entries_of(longer):
        yield f"permit {number}"
        yield from [f"continue {further}"] * bool(further)
        yield f"set as-path prepend last-as {more}"


def _igps(router: Router) -> dict[str, IgpState]:
    igp = router.igp
    if igp is None:
        return {}
    ports = {port.name for port in router.interfaces if port.vrf == DEFAULT}
    passive = {name: IgpPort(area=igp.area, passive=True) for name in igp.passive if name in ports}
    found = {**passive, **{link.interface: _link(link) for link in igp.links}}
    if igp.protocol == "isis":
        return {"isis": IgpState(igp.net, found)}
    return {("ospf" if family == 4 else "ospf6"): IgpState(router.router_id, found) for family in igp.families}


def _link(link: IgpLink) -> IgpPort:
    hellos = link.hellos
    return IgpPort(
        link.area, False, link.cost, hellos.hello_s if hellos else None, hellos.dead_s if hellos else None,
        link.bfd, link.profile if link.bfd else "",
    )  # fmt: skip


def _given(router: Router) -> list[str]:
    found = []
    for give in router.handovers:
        word: str = "kernel" if give.source == "checks" else give.source
        if give.target == "bgp":
            word = "ospf6" if (give.source, give.family) == ("ospf", 6) else word
            found += [f"bgp ipv{give.family}: connected {give.accept}", f"bgp ipv{give.family}: {word} {give.accept}"]
        elif give.target == "isis":
            found.append(f"isis ipv{give.family}: {word} {give.accept}")
        else:
            found.append(f"{'ospf' if give.family == 4 else 'ospf6'}: {word} {give.accept}")
    return found

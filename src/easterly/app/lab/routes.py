"""Routes that the plan's paths ask for, beside those that the kernels of the lab have."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_interface
from typing import Annotated, Any

import numpy as np

from easterly.app.lab.cables import port
from easterly.app.lab.running import Running
from easterly.app.lab.tables import key
from easterly.base.columns import ints
from easterly.base.schema import Doc
from easterly.model.address import AddressPlan
from easterly.model.network import Network
from easterly.model.routing import Policy
from easterly.route.hashing.nexthops import Groups, Ways

DEFAULT = "default"
EVERYWHERE = ("fe80:", "ff00:")
"""What every interface has by itself: link-local addresses and multicast (RFC 4291 sections 2.5.6 and 2.7)."""
DEAD = {"dead", "linkdown"}
Table = dict[str, frozenset[str]]
"""Interfaces that a prefix leads out of."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A route that is not as planned."""

    node: Annotated[str, Doc("Router.")]
    prefix: Annotated[str, Doc("Destination.")]
    planned: Annotated[tuple[str, ...], Doc("Interfaces that it should lead out of.")]
    found: Annotated[tuple[str, ...], Doc("Those that it leads out of; none where there is no route.")]

    def __str__(self) -> str:
        found = ", ".join(self.found) or "nothing"
        return f"{self.node}: {self.prefix} leads to {found}, not to {', '.join(self.planned)}"


def planned(network: Network, address: AddressPlan, policy: Policy) -> dict[str, Table]:
    """Next hops of every router towards prefixes with hosts, and the loopbacks of the routers that announce them.

    Routers count that such traffic passes by the plan's cheapest paths: what nobody sends may be routed otherwise, as
    a leaf announces nothing but its own. In tenants' tables, the prefixes of other switches are behind the tunnels.

    Parameters
    ----------
    network : Network
    address : AddressPlan
    policy : Policy
        Costs and links that are up.

    Returns
    -------
    dict of str to dict of str to frozenset of str
        By router (``<switch>/<table>`` for tenants' tables) and prefix, the interfaces that lead there.
    """
    return {**_underlay(network, address, policy), **_tenants(address)}


def _underlay(network: Network, address: AddressPlan, policy: Policy) -> dict[str, Table]:
    targets = _targets(network, address)
    rows = np.array(sorted(targets), dtype=np.intp)
    if not len(rows):
        return {}
    ways = Ways.to(network, policy, ints(rows))
    routers = np.flatnonzero(network.transit)
    node, to = (each.ravel() for each in np.meshgrid(routers, np.arange(len(rows)), indexing="ij"))
    groups = ways.groups(node, to)
    hops = _by_pair(groups)
    tables: dict[str, Table] = {str(network.nodes.name[each]): {} for each in routers.tolist()}
    for target in rows.tolist():
        for router in _passed(network, hops, target, rows.tolist()):
            leads = frozenset(port(network, link)[1] for link in hops.get((router, target), ()))
            if leads:
                tables[str(network.nodes.name[router])] |= dict.fromkeys(targets[target], leads)
    return tables


def _targets(network: Network, address: AddressPlan) -> dict[int, list[str]]:
    """By router: prefixes of hosts that it announces in the table that all share, and its own addresses."""
    found: dict[int, list[str]] = defaultdict(list)
    announcing = set()
    for device, prefix, vrf, used in _announced(address):
        announcing.add(device)
        if vrf == DEFAULT and used:
            found[network.index[device]].append(prefix)
    ends = address.interfaces
    for device, text, role in zip(ends.device.tolist(), ends.address.tolist(), ends.role.tolist(), strict=True):
        if role == "loopback" and device in announcing:
            found[network.index[device]].append(text)
    return dict(found)


def _announced(address: AddressPlan) -> Iterator[tuple[str, str, str, bool]]:
    """Device, prefix and table of what is announced, and whether hosts are in it: a bridge without any is down."""
    ends = address.interfaces
    columns = ends.address.tolist(), ends.vrf.tolist(), ends.role.tolist()
    used = {(str(ip_interface(text).network), vrf) for text, vrf, role in zip(*columns, strict=True) if role == "host"}
    rows = address.prefixes
    for device, prefix, vrf in zip(rows.device.tolist(), rows.prefix.tolist(), rows.vrf.tolist(), strict=True):
        if device:
            yield device, prefix, vrf, (prefix, vrf) in used


def _tenants(address: AddressPlan) -> dict[str, Table]:
    """By tenant's table of each switch: prefixes of the same tenant at other switches, all behind one tunnel."""
    vni = dict(zip(address.vrfs.name.tolist(), address.vrfs.vni.tolist(), strict=True))
    rows = [row for row in _announced(address) if row[2] in vni]
    places: dict[str, list[str]] = defaultdict(list)
    for device, _, vrf, _ in rows:
        places[vrf].append(device)
    return {
        key(node, vrf): {
            prefix: frozenset({f"l3{vni[vrf]}"})
            for device, prefix, own, used in rows if own == vrf and device != node and used
        }
        for vrf, nodes in places.items() for node in nodes
    }  # fmt: skip


def _by_pair(groups: Groups) -> dict[tuple[int, int], list[int]]:
    links, ptr = groups.link.tolist(), groups.ptr.tolist()
    pairs = zip(groups.node.tolist(), groups.target.tolist(), strict=True)
    return {pair: links[ptr[g] : ptr[g + 1]] for g, pair in enumerate(pairs)}


def _passed(
    network: Network, hops: Mapping[tuple[int, int], list[int]], target: int, sources: Iterable[int]
) -> set[int]:
    """Routers on the way from the sources to a target."""
    seen, waiting = {target}, list(sources)
    while waiting:
        router = waiting.pop()
        if router not in seen:
            seen.add(router)
            waiting += [int(network.links.dst[link]) for link in hops.get((router, target), ())]
    return seen - {target}


def kernel(lab: Running, node: str) -> Table:
    """Routes of a router, of both families; next hops whose link is down do not count.

    Parameters
    ----------
    lab : Running
    node : str
        Router, or ``<switch>/<table>`` of a tenant.

    Raises
    ------
    LabError
        `ip` does not show them.
    """
    found: Table = {}
    name, _, vrf = node.partition("/")
    space, table = (lab.spaces[node], ()) if node in lab.spaces else (lab.spaces[name], ("vrf", vrf))
    for family in ("-4", "-6"):
        shown: list[dict[str, Any]] = json.loads(space.shows("ip", family, "-j", "route", "show", *table) or "[]")
        for row in shown:
            hops = [hop for hop in row.get("nexthops", [row]) if not DEAD & set(hop.get("flags", ()))]
            leads = frozenset(hop["dev"] for hop in hops if "dev" in hop)
            found[_whole(row["dst"])] = found.get(_whole(row["dst"]), frozenset()) | leads
    return found


def _whole(prefix: str) -> str:
    """With the length that `ip` leaves out of a host's route."""
    return prefix if "/" in prefix or prefix == "default" else f"{prefix}/{128 if ':' in prefix else 32}"


def strangers(lab: Running, wanted: Mapping[str, Table]) -> list[str]:
    """Routes of the lab's routers to destinations that the plan does not have.

    Parameters
    ----------
    lab : Running
    wanted : mapping of str to Table
        Planned routes, whose routers are looked at.

    Returns
    -------
    list of str
        Router and destination of each.
    """
    known = set(lab.address.prefixes.prefix.tolist())
    for text in lab.address.interfaces.address.tolist():
        one = ip_interface(text)
        known |= {str(one.network), f"{one.ip}/{one.max_prefixlen}"}
    return [
        f"{node}: {prefix}" for node in wanted for prefix in sorted(kernel(lab, node))
        if prefix not in known and not prefix.startswith(EVERYWHERE)
    ]  # fmt: skip


def differences(node: str, wanted: Table, found: Table) -> list[Difference]:
    """Routes of a router that are not as planned, in the order of their prefixes' text."""
    return [
        Difference(node, prefix, tuple(sorted(leads)), tuple(sorted(found.get(prefix, ()))))
        for prefix, leads in sorted(wanted.items())
        if found.get(prefix) != leads
    ]

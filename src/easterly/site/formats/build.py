"""From a draft to the noun `Network`: pair the directions, number the ports, fill the columns."""

from __future__ import annotations

from collections import defaultdict, deque
from itertools import chain
from typing import Any

import numpy as np

from easterly.base.columns import floats, indices, ints, texts
from easterly.model.network import Hosts, LinkKind, Links, Network, NodeKind, Nodes
from easterly.site.blueprints.assemble import FIBRE_M_PER_S
from easterly.site.formats.distance import great_circle_m
from easterly.site.formats.draft import Arc, Draft, Place

Row = tuple[Arc, int, int, bool]
"""A direction: its arc, its ends, and whether it is the arc backwards."""

DEFAULTS: dict[str, Any] = {
    "kind": int(NodeKind.WAN), "role": "wan", "tier": -1, "fabric": "", "switch_type": "",
    "pod": -1, "su": -1, "rail_group": -1, "plane": -1, "delay_s": 0.0,
}  # fmt: skip
"""A node of a file of another tool: a router of the WAN."""


def build(draft: Draft, *, distances: bool = False) -> Network | None:
    """Make the network of a draft; none, with findings, if there is an error in it.

    Parameters
    ----------
    draft : Draft
    distances : bool
        Lengths and delays of links without them from the coordinates of their ends.

    Returns
    -------
    Network or None
        Rows 2i and 2i+1 are the two directions of a cable, where both exist.
    """
    if not draft.places:
        draft.found.error("E133", "the file has no node", hint="fetch or write it again")
    _complete(draft)
    if draft.found.failed:
        return None
    if distances:
        _measure(draft)
    places = list(draft.places.values())
    index = {place.key: i for i, place in enumerate(places)}
    rows, reverse = _pair(draft.arcs, index)
    ports = _ports(rows, reverse, len(places))
    srlgs = tuple(sorted({name for arc in draft.arcs for name in arc.srlg}))
    nodes = _nodes(places, rows, ports)
    return Network(draft.name, nodes, _links(rows, reverse, ports, srlgs), _hosts(places), srlgs, {})


def _complete(draft: Draft) -> None:
    """Capacities must be known and more than 0."""
    unknown = [arc for arc in draft.arcs if arc.capacity_bps is None]
    if unknown and not draft.found.failed:
        count = f"{len(unknown):,} of {len(draft.arcs):,} links have" if len(unknown) > 1 else "a link has"
        hint = "give all of them one: --rate 10Gb/s"
        draft.found.error("E127", f"{count} no capacity", hint=hint, at=unknown[0].at, line=unknown[0].line)
    for arc in draft.arcs:
        if arc.capacity_bps == 0:
            hint = "leave the link out, or give it a capacity"
            draft.found.error("E126", "capacity 0 carries nothing", hint=hint, at=arc.at, line=arc.line)


def _measure(draft: Draft) -> None:
    """Great-circle lengths where a link has neither length nor delay and both ends have coordinates."""
    for arc in draft.arcs:
        a, b = draft.places[arc.src], draft.places[arc.dst]
        if arc.length_m is None and arc.delay_s is None and None not in (a.latitude, b.latitude):
            arc.length_m = great_circle_m(_spot(a), _spot(b))


def _spot(place: Place) -> tuple[float, float]:
    return place.latitude or 0.0, place.longitude or 0.0


def _pair(arcs: list[Arc], index: dict[str, int]) -> tuple[list[Row], list[int]]:
    """Rows with the two directions of a cable side by side, and the row of each one's reverse.

    Directed links find their reverse by their ports, where the file has them, else in the order of the file.
    """
    waiting: dict[tuple[int, int, Any], deque[int]] = defaultdict(deque)
    mate: dict[int, Row] = {}
    paired: set[int] = set()
    rows: list[Row] = []
    for number, arc in enumerate(arcs):
        src, dst = index[arc.src], index[arc.dst]
        rows.append((arc, src, dst, False))
        if arc.both:
            mate[number] = (arc, dst, src, True)
            continue
        partners = waiting[dst, src, arc.ports[::-1] if arc.ports else None]
        if partners:
            mate[partners.popleft()] = rows[-1]
            paired.add(number)
        else:
            waiting[src, dst, arc.ports].append(number)
    return _interleave(rows, mate, paired)


def _interleave(rows: list[Row], mate: dict[int, Row], paired: set[int]) -> tuple[list[Row], list[int]]:
    ordered: list[Row] = []
    reverse: list[int] = []
    for number, row in enumerate(rows):
        if number in paired:
            continue
        here = len(ordered)
        ordered.append(row)
        if number in mate:
            ordered.append(mate[number])
            reverse += [here + 1, here]
        else:
            reverse.append(-1)
    return ordered, reverse


def _ports(rows: list[Row], reverse: list[int], nodes: int) -> list[tuple[int, int]]:
    """Ports of both ends of every row; those that the file does not name are counted from 1, cable by cable."""
    used = [0] * nodes
    ports: list[tuple[int, int]] = []
    for here, (arc, src, dst, backwards) in enumerate(rows):
        if arc.ports is not None:
            ports.append(arc.ports[::-1] if backwards else arc.ports)
        elif 0 <= reverse[here] < here:
            ports.append(ports[reverse[here]][::-1])
        else:
            used[src] += 1
            used[dst] += 1
            ports.append((used[src], used[dst]))
    return ports


def _links(rows: list[Row], reverse: list[int], ports: list[tuple[int, int]], srlgs: tuple[str, ...]) -> Links:
    arcs = [row[0] for row in rows]
    of = {name: i for i, name in enumerate(srlgs)}
    groups = [sorted(of[name] for name in arc.srlg) for arc in arcs]
    return Links(
        src=ints([row[1] for row in rows]), dst=ints([row[2] for row in rows]),
        src_port=ints([port[0] for port in ports]), dst_port=ints([port[1] for port in ports]),
        kind=ints([LinkKind.WAN if arc.kind is None else arc.kind for arc in arcs]),
        capacity_bps=floats([arc.capacity_bps or 0.0 for arc in arcs]), delay_s=floats([_delay(arc) for arc in arcs]),
        length_m=floats([arc.length_m or 0.0 for arc in arcs]), cost=floats([arc.cost for arc in arcs]),
        reverse=ints(reverse), srlg_ptr=indices(np.cumsum([0, *(len(g) for g in groups)])),
        srlg_idx=ints(list(chain.from_iterable(groups))),
    )  # fmt: skip


def _delay(arc: Arc) -> float:
    if arc.delay_s is not None:
        return arc.delay_s
    return (arc.length_m or 0.0) / FIBRE_M_PER_S


def _nodes(places: list[Place], rows: list[Row], ports: list[tuple[int, int]]) -> Nodes:
    """Columns of the nodes; the radix is the number of ports in use, where the file has none."""
    used: list[set[int]] = [set() for _ in places]
    for (_, src, dst, _), (out, into) in zip(rows, ports, strict=True):
        used[src].add(out)
        used[dst].add(into)
    columns = {name: [place.columns.get(name, default) for place in places] for name, default in DEFAULTS.items()}
    names = [place.name for place in places]
    radix = [place.columns.get("ports", len(own)) for place, own in zip(places, used, strict=True)]
    return Nodes(
        name=texts(names), device=texts([place.columns.get("device", place.name) for place in places]),
        role=texts(columns["role"]), fabric=texts(columns["fabric"]), switch_type=texts(columns["switch_type"]),
        ports=ints(radix), delay_s=floats(columns["delay_s"]),
        **{name: ints(columns[name]) for name in ("kind", "tier", "pod", "su", "rail_group", "plane")},
    )  # fmt: skip


def _hosts(places: list[Place]) -> Hosts:
    """Hosts from the interfaces that belong to them, in the order of the file."""
    nics: dict[str, list[int]] = {}
    first: dict[str, Place] = {}
    for i, place in enumerate(places):
        if place.columns.get("kind") == NodeKind.NIC:
            device = str(place.columns.get("device", place.name))
            nics.setdefault(device, []).append(i)
            first.setdefault(device, place)
    columns = [place.columns for place in first.values()]
    return Hosts(
        name=texts(list(nics)), fabric=texts([c.get("fabric", "") for c in columns]),
        host_type=texts([c.get("host_type", "") for c in columns]), gpus=ints([c.get("gpus", 0) for c in columns]),
        scaleup_bps=floats([c.get("scaleup_bps", 0.0) for c in columns]),
        nic_ptr=indices(np.cumsum([0, *(len(rows) for rows in nics.values())])),
        nic_node=ints(list(chain.from_iterable(nics.values()))),
    )  # fmt: skip

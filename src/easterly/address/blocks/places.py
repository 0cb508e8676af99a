"""Places that blocks are cut for: fabrics, pods, planes, rails, leaves, hosts; growth leaves each where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from easterly.address.needs import grown
from easterly.address.place import LEAF, Devices, slots
from easterly.model.network import Network
from easterly.model.spec.site import Site


@dataclass(frozen=True, slots=True)
class Place:
    """Something that gets a prefix of its own.

    Attributes
    ----------
    name : str
    at : tuple of int
        Slot of its fabric, pod or plane in it, and place in that.
    """

    name: str
    at: tuple[int, int, int]


def places(per: str | None, site: Site, network: Network, found: Devices) -> list[Place]:
    """Everything that a block is cut for, in the order of places; one unnamed place without ``per``."""
    if per is None or per == "site":
        return [Place("", (0, 0, 0))]
    return sorted(PLACES[per](site, network, found), key=lambda place: place.at)


def index_of(all_of: list[Place], growth: float) -> tuple[list[int], int]:
    """Number of each place, and how many there is room for: pods and fabrics begin at powers of two.

    >>> index_of([Place("a", (0, 0, 0)), Place("b", (0, 0, 1)), Place("c", (0, 1, 0))], growth=0.0)
    ([0, 1, 2], 4)
    """
    last = [max(place.at[level] for place in all_of) for level in range(3)]
    widths = [power(grown(last[level] + 1, 100 * growth)) if last[level] else 1 for level in (1, 2)]
    slots_in_use = last[0] + 1
    numbers = [(place.at[0] * widths[0] + place.at[1]) * widths[1] + place.at[2] for place in all_of]
    return numbers, slots_in_use * widths[0] * widths[1]


def power(count: int) -> int:
    """Smallest power of two that is not less."""
    return 1 << max(count - 1, 0).bit_length()


def _fabrics(site: Site, network: Network, found: Devices) -> list[Place]:
    return [Place(name, (slot, 0, 0)) for name, slot in slots(site).items()]


def _labelled(label: str) -> Callable[[Site, Network, Devices], list[Place]]:
    def each(site: Site, network: Network, found: Devices) -> list[Place]:
        nodes, by_name = network.nodes, slots(site)
        column = {"pod": nodes.pod, "plane": nodes.plane, "rail": nodes.rail_group}[label]
        rows = np.flatnonzero((column >= 0) & (nodes.fabric != ""))
        seen = sorted({(str(nodes.fabric[row]), int(column[row])) for row in rows.tolist()})
        return [Place(f"{fabric}.{label}{n}", (by_name.get(fabric, 0), 0, n)) for fabric, n in seen]

    return each


def _leaves(site: Site, network: Network, found: Devices) -> list[Place]:
    rows = np.flatnonzero(found.kind == LEAF)
    rows = rows[np.lexsort((found.ordinal[rows], found.pod[rows], found.slot[rows]))]
    group = list(zip(found.slot[rows].tolist(), found.pod[rows].tolist(), strict=True))
    names = network.nodes.name[found.node[rows]].tolist()
    return [Place(name, (*key, i)) for name, key, i in zip(names, group, _within(group), strict=True)]


def _hosts(site: Site, network: Network, found: Devices) -> list[Place]:
    by_name = slots(site)
    group = [(by_name.get(str(fabric), 0), 0) for fabric in network.hosts.fabric.tolist()]
    return [
        Place(name, (*key, i)) for name, key, i in zip(network.hosts.name.tolist(), group, _within(group), strict=True)
    ]


def _within(group: list[tuple[int, int]]) -> list[int]:
    """Place of each row among those of its group, in the order of rows."""
    count: dict[tuple[int, int], int] = {}
    made = []
    for key in group:
        made.append(count.get(key, 0))
        count[key] = made[-1] + 1
    return made


PLACES: dict[str, Callable[[Site, Network, Devices], list[Place]]] = {
    "fabric": _fabrics, "pod": _labelled("pod"), "plane": _labelled("plane"), "rail": _labelled("rail"),
    "leaf": _leaves, "host": _hosts,
}  # fmt: skip

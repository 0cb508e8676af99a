"""Which links may be used, and what arrays the kernel takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, bools, floats, ints
from easterly.base.schema import Doc, Unit
from easterly.model.network import Network

Node: TypeAlias = "int | str"
Ends: TypeAlias = "Node | Sequence[Node] | NDArray[Any]"
Graph: TypeAlias = tuple[int, IntColumn, IntColumn, FloatColumn, BoolColumn, BoolColumn]


@dataclass(frozen=True, slots=True)
class Mask:
    """What a link must be to carry a path: up, of the right administrative groups, with enough rate left.

    Groups are those of RSVP-TE (RFC 3209, section 4.7.4), one per bit of 32.
    """

    alive: Annotated[BoolColumn | None, Doc("(L,) links that are up; all if absent.")] = None
    group: Annotated[ArrayLike | None, Doc("(L,) administrative groups of each link; 0 if absent.")] = None
    exclude_any: Annotated[int, Doc("A link with any of these groups is out.")] = 0
    include_any: Annotated[int, Doc("A link without any of these groups is out, unless there are none.")] = 0
    include_all: Annotated[int, Doc("A link without all of these groups is out.")] = 0
    free_bps: Annotated[FloatColumn | None, Unit("bit/s"), Doc("(L,) rate left; the capacity if absent.")] = None
    rate_bps: Annotated[float, Unit("bit/s"), Doc("A link with less than this left is out.")] = 0.0


def admissible(network: Network, mask: Mask | None = None) -> BoolColumn:
    """Links that a mask admits.

    Parameters
    ----------
    network : Network
    mask : Mask, optional
        All links if absent.

    Returns
    -------
    (L,) bool

    Raises
    ------
    ValueError
        Columns that do not have one entry per link.
    """
    links = len(network.links)
    if mask is None:
        return bools(np.ones(links, dtype=np.bool_))
    alive = np.ones(links, dtype=np.bool_) if mask.alive is None else _per_link("alive", mask.alive, links)
    group = groups_of(mask.group, links)
    free = free_of(network, mask.free_bps)
    wanted, all_of = np.uint32(mask.include_any), np.uint32(mask.include_all)
    fits = (group & np.uint32(mask.exclude_any)) == 0
    fits &= (wanted == 0) | ((group & wanted) != 0)
    fits &= (group & all_of) == all_of
    return bools(np.asarray(alive, dtype=np.bool_) & fits & (free >= mask.rate_bps))


def groups_of(group: ArrayLike | None, links: int) -> NDArray[np.uint32]:
    """Administrative groups as the kernel takes them; none where absent."""
    given = np.zeros(links, dtype=np.uint32) if group is None else _per_link("group", group, links)
    return np.ascontiguousarray(given, dtype=np.uint32)


def free_of(network: Network, free_bps: FloatColumn | None) -> FloatColumn:
    """Rate left on every link; its capacity where absent."""
    return floats(
        network.links.capacity_bps if free_bps is None else _per_link("free_bps", free_bps, len(network.links))
    )


def _per_link(name: str, values: ArrayLike, links: int) -> NDArray[Any]:
    array = np.asarray(values)
    if array.shape != (links,):
        raise ValueError(f"{name} has shape {array.shape}, not one entry per link ({links})")
    return array


def nodes_of(network: Network, ends: Ends) -> IntColumn:
    """Indices of nodes that are given by name or index, one or several.

    Raises
    ------
    ValueError
        A name or an index that the network does not have.
    """
    given = [ends] if isinstance(ends, (str, int, np.integer)) else list(ends)
    return ints([_node(network, end) for end in given])


def _node(network: Network, end: Any) -> int:
    if isinstance(end, str):
        if end not in network.index:
            raise ValueError(f"{network.name or 'the network'} has no node named {end!r}")
        return network.index[end]
    if not 0 <= end < len(network.nodes):
        raise ValueError(f"node {end} is not within 0..{len(network.nodes) - 1}")
    return int(end)


def pairs_of(network: Network, src: Ends, dst: Ends) -> tuple[IntColumn, IntColumn]:
    """Pairs of nodes; a single node on one side meets all of the other."""
    one, two = nodes_of(network, src), nodes_of(network, dst)
    if len(one) != len(two) and 1 not in (len(one), len(two)):
        raise ValueError(f"{len(one)} sources and {len(two)} destinations make no pairs")
    one, two = np.broadcast_arrays(one, two)
    return ints(one.copy()), ints(two.copy())


def graph_of(network: Network, mask: Mask | None, cost: ArrayLike | None = None) -> Graph:
    """The arrays that describe a graph to the kernel; `cost` takes the place of the links' routing cost."""
    links = network.links
    price = floats(links.cost if cost is None else _per_link("cost", cost, len(links)))
    return len(network.nodes), links.src, links.dst, price, network.transit, admissible(network, mask)

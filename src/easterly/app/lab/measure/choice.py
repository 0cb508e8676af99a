"""Which next hops the routers of a lab will choose: computed flow by flow from the plan, before anything is sent.

Membership and weights of a group of next hops are the plan's. Their order is the kernel's, since it says which part of
the range of the hash is whose; where the kernel has other members than the plan, those of the plan are meant.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from easterly.app.lab.measure.flows import Flow, tuples
from easterly.app.lab.spaces import LabError, Space
from easterly.base.schema import Doc
from easterly.route.hashing.functions import hash_of
from easterly.route.hashing.linux import by_threshold

End = tuple[str, str]
"""A node and its interface."""
Way = tuple[End, ...]
"""Interfaces that a flow leaves, in order."""
MOST_HOPS = 64
SEED = "net/ipv4/fib_multipath_hash_seed"
POLICY = ("net/ipv4/fib_multipath_hash_policy", "net/ipv6/fib_multipath_hash_policy")


@dataclass(frozen=True, slots=True)
class Hop:
    """One of several next hops."""

    device: Annotated[str, Doc("Interface that leads there.")]
    weight: Annotated[int, Doc("1 to 256; of bridges 0 where its port is down.")] = 1


Group = tuple[Hop, ...]
"""Next hops in the order in which the kernel has them."""


def chosen(flows: Sequence[Flow], group: Group, seed: int) -> list[Hop]:
    """Next hop that a router with a seed takes for each of some flows of one family.

    Linux hashes addresses, ports and protocol (`fib_multipath_hash_policy` 1) and takes the first next hop whose upper
    bound is not below the hash: see `easterly.route.hashing.linux`.
    """
    if len(group) == 1 or not flows:
        return [group[0]] * len(flows)
    hashes = hash_of(tuples(flows), "linux-l4", seed=seed)
    return [group[i] for i in by_threshold(hashes, [hop.weight for hop in group]).tolist()]


@dataclass(frozen=True, slots=True)
class Fabric:
    """What nodes are told, as far as it decides the way of a flow."""

    groups: Annotated[Mapping[tuple[str, str], Group], Doc("Next hops by node and destination address.")]
    cables: Annotated[
        Mapping[End, str], Doc("Node at the far end, by node and interface; others lead to the destination.")
    ]
    seeds: Annotated[Mapping[str, int], Doc("Seed of each router's hash.")]
    choose: Annotated[
        Callable[[Sequence[Flow], Group, int], list[Hop]], Doc("Next hop of each flow, by group and seed: `chosen`.")
    ] = chosen


def ways(fabric: Fabric, flows: Sequence[Flow]) -> list[Way]:
    """Way of each flow, hop by hop.

    Parameters
    ----------
    fabric : Fabric
    flows : sequence of Flow

    Returns
    -------
    list of Way

    Raises
    ------
    ValueError
        A node has no next hop for a destination, or a flow goes round in circles.
    """
    made: list[list[End]] = [[] for _ in flows]
    at = {i: flow.src for i, flow in enumerate(flows)}
    for _ in range(MOST_HOPS):
        waiting: dict[tuple[str, str], list[int]] = defaultdict(list)
        for i, node in at.items():
            if node != flows[i].dst:
                waiting[node, flows[i].dst_address].append(i)
        if not waiting:
            return [tuple(way) for way in made]
        for (node, address), rows in waiting.items():
            group = fabric.groups.get((node, address))
            if not group:
                raise ValueError(f"{node} has no next hop to {address}: nothing can be predicted of flows there")
            hops = fabric.choose([flows[i] for i in rows], group, fabric.seeds.get(node, 0))
            for i, hop in zip(rows, hops, strict=True):
                made[i].append((node, hop.device))
                at[i] = fabric.cables.get((node, hop.device), flows[i].dst)
    raise ValueError(f"a flow from {flows[0].src} is still on its way after {MOST_HOPS} hops: the plan has a loop")


def seed(spaces: Mapping[str, Space], seeds: Mapping[str, int]) -> bool:
    """Have routers hash addresses and ports, each with a seed of its own; False where this kernel has no seeds.

    Linux has them since 6.11. Without them the kernel has drawn one at boot, and only shares can be predicted.
    """

    def told(value: int) -> bool:
        for name in POLICY:
            _write(name, 1)
        return _write(SEED, value, needed=False)

    answers = [spaces[node].call(partial(told, value)) for node, value in seeds.items()]
    return all(answers)


def _write(name: str, value: int, *, needed: bool = True) -> bool:
    try:
        Path("/proc/sys", name).write_text(str(value), encoding="ascii")
    except OSError as error:
        if needed:
            raise LabError(f"cannot set {name.replace('/', '.')} to {value}: {error.strerror}") from None
        return False
    return True


def ordered(space: Space, address: str, planned: Mapping[str, int]) -> Group:
    """Next hops that the plan wants for an address, in the order in which the kernel of a node has them.

    Parameters
    ----------
    space : Space
    address : str
        Destination.
    planned : mapping of str to int
        Weight by interface.

    Returns
    -------
    Group
        In the order of the kernel where it has them all; what it has not comes last, in the order given.
    """
    shown: list[dict[str, Any]] = json.loads(
        space.run("ip", "-j", "-6" if ":" in address else "-4", "route", "show", "to", "match", address) or "[]"
    )
    best = max(shown, key=_length, default={})
    found = [hop["dev"] for hop in best.get("nexthops", [best]) if "dev" in hop]
    names = [name for name in dict.fromkeys(found) if name in planned]
    return tuple(Hop(name, planned[name]) for name in [*names, *(each for each in planned if each not in names)])


def _length(row: dict[str, Any]) -> int:
    """Length of the prefix of a route."""
    if row["dst"] == "default":
        return -1
    _, bar, length = row["dst"].partition("/")
    return int(length) if bar else 128

"""Connections that walk a network, each node choosing by hash among its next hops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import random
from easterly.base.columns import IndexColumn, IntColumn, indices, ints
from easterly.base.schema import Doc
from easterly.model.network import Network
from easterly.model.routing import Policy
from easterly.route.hashing.functions import BITS, hash_of
from easterly.route.hashing.nexthops import Groups, Ways, last_hops
from easterly.route.hashing.tuples import Tuples

RULES = ("modulo", "threshold")
"""How a hash becomes one of w links: ``hash mod w``, or one of w regions of its range (RFC 2992)."""


@dataclass(frozen=True, slots=True)
class Hops:
    """Every choice that connections made, in the order of their steps."""

    connection: Annotated[IntColumn, Doc("(H,) connection.")]
    node: Annotated[IntColumn, Doc("(H,) node that chose.")]
    width: Annotated[IndexColumn, Doc("(H,) links it chose among; 1 where it had no choice.")]
    first: Annotated[IntColumn, Doc("(H,) first of these links: with the number, it tells a node's groups apart.")]
    link: Annotated[IntColumn, Doc("(H,) link chosen.")]
    stuck: Annotated[IntColumn, Doc("Connections without a way.")]


def walk(
    network: Network,
    policy: Policy,
    tuples: Tuples,
    src: ArrayLike,
    dst: ArrayLike,
    *,
    function: str = "crc32",
    rule: str = "modulo",
    seeds: ArrayLike | None = None,
    **options: object,
) -> Hops:
    """Path of each connection, hop by hop.

    Parameters
    ----------
    network : Network
    policy : Policy
        Costs, and what is up.
    tuples : Tuples
        Headers of the connections.
    src, dst : (N,) int
        Nodes where each starts and ends.
    function : str
        See `hash_of`; `options` (fields, key, symmetric) go there too.
    rule : str
        One of `RULES`.
    seeds : (nodes,) int, optional
        Hash seed of each node; that of the policy if absent.

    Returns
    -------
    Hops

    Raises
    ------
    ValueError
        Columns that do not fit, an unknown function, rule or field.
    """
    if rule not in RULES:
        raise ValueError(f"no rule is called {rule!r}; there are {', '.join(RULES)}")
    if function not in BITS:
        raise ValueError(f"no hash function is called {function!r}; there are {', '.join(BITS)}")
    start, end = (np.asarray(column, dtype=np.intp) for column in (src, dst))
    if not len(tuples) == len(start) == len(end):
        raise ValueError(f"{len(tuples)} headers, {len(start)} sources and {len(end)} destinations")
    own = np.asarray(policy.seed if seeds is None else seeds, dtype=np.int64)
    if len(own) != len(network.nodes):
        raise ValueError(f"{len(own)} seeds, not one per node ({len(network.nodes)})")

    def hashed(rows: NDArray[np.intp], seed: int) -> NDArray[np.uint32]:
        return hash_of(tuples.rows(rows), function, seed=seed, **options)  # type: ignore[arg-type]

    return _walked(network, policy, start, end, _Chooser(hashed, own, rule, BITS[function]))


@dataclass(frozen=True, slots=True)
class Among:
    """What some connections choose among: of connection i the links from ``first[i]`` on, ``width[i]`` of them."""

    groups: Groups
    first: NDArray[np.int64]
    width: NDArray[np.int64]


class Choosing(Protocol):
    """What chooses a link."""

    def place(self, connection: NDArray[np.intp], node: NDArray[np.intp], among: Among) -> NDArray[np.intp]:
        """Place of the link of each connection in its group."""


def walk_named(
    network: Network, policy: Policy, names: NDArray[np.uint64], src: ArrayLike, dst: ArrayLike
) -> Hops:  # fmt: skip
    """Path of each connection by the hash of the policy itself: of the connection's name and the node's seed.

    The hash falls in one of as many regions as there are next hops, as wide as their weights (RFC 2992): the ways are
    those of a simulation of packets with the same names.

    Parameters
    ----------
    network : Network
    policy : Policy
        Costs, weights, seeds, and what is up.
    names : (N,) uint64
        What tells connections apart.
    src, dst : (N,) int
        Nodes where each starts and ends.

    Returns
    -------
    Hops

    Raises
    ------
    ValueError
        Columns that do not fit.
    """
    start, end = (np.asarray(column, dtype=np.intp) for column in (src, dst))
    if not len(names) == len(start) == len(end):
        raise ValueError(f"{len(names)} names, {len(start)} sources and {len(end)} destinations")
    return _walked(network, policy, start, end, _Named(names, policy))


@dataclass(frozen=True)
class _Named:
    """Place of each connection by its name."""

    names: NDArray[np.uint64]
    policy: Policy

    def place(self, connection: NDArray[np.intp], node: NDArray[np.intp], among: Among) -> NDArray[np.intp]:
        """Regions of the hash, as wide as the weights of the links."""
        seed = self.policy.seed[node].astype(np.uint64)
        hashed = random.mix64((self.names[connection] ^ seed)[:, None])
        if (self.policy.weight == self.policy.weight[:1]).all():
            return _region(hashed, among.width)
        upto = np.concatenate([[0.0], np.cumsum(self.policy.weight[among.groups.link])])
        whole = upto[among.first + among.width] - upto[among.first]
        at = upto[among.first] + (hashed >> np.uint64(11)) * 2.0**-53 * whole
        made: NDArray[np.intp] = np.clip(np.searchsorted(upto, at, side="right") - 1 - among.first, 0, among.width - 1)
        return made


def _region(hashed: NDArray[np.uint64], width: NDArray[np.int64]) -> NDArray[np.intp]:
    """``floor(hash width / 2^64)``, in two halves lest it overflows; widths are below 2^32."""
    wide, half = width.astype(np.uint64), np.uint64(32)
    low = (hashed & np.uint64(0xFFFFFFFF)) * wide >> half
    return ((hashed >> half) * wide + low >> half).astype(np.intp)


@dataclass(frozen=True)
class _Chooser:
    """Place among the next hops that each connection takes at its node."""

    hashed: Callable[[NDArray[np.intp], int], NDArray[np.uint32]]
    seeds: NDArray[np.int64]
    rule: str
    bits: int

    def place(self, connection: NDArray[np.intp], node: NDArray[np.intp], among: Among) -> NDArray[np.intp]:
        """Nodes of one seed hash together."""
        width, made = among.width, np.zeros(len(connection), dtype=np.intp)
        choosing = np.flatnonzero(width > 1)
        seed = self.seeds[node[choosing]]
        order = choosing[np.argsort(seed, kind="stable")]
        for rows in np.split(order, np.flatnonzero(np.diff(np.sort(seed))) + 1):
            if len(rows):
                hashes = self.hashed(connection[rows], int(self.seeds[node[rows[0]]])).astype(np.uint64)
                wide = width[rows].astype(np.uint64)
                made[rows] = hashes % wide if self.rule == "modulo" else hashes * wide >> np.uint64(self.bits)
        return made


def _walked(
    network: Network, policy: Policy, start: NDArray[np.intp], end: NDArray[np.intp], chooser: Choosing
) -> Hops:
    links = network.links
    before, last = last_hops(network, policy, end)
    targets, target = np.unique(np.where(start == end, end, before), return_inverse=True)
    ways = Ways.to(network, policy, ints(targets))
    at, active = start.copy(), np.flatnonzero(start != end)
    steps: list[tuple[NDArray[np.signedinteger[Any]], ...]] = []
    stuck: list[NDArray[np.intp]] = []
    while len(active):
        active, arrived = _parted(active, at[active] == before[active])
        final = arrived[last[arrived] >= 0]
        steps.append((final, at[final], np.ones(len(final), dtype=np.int64), last[final], last[final]))
        groups, own = _met(ways, at[active], target[active], len(targets))
        width = groups.width[own]
        stuck.append(active[width == 0])
        active, own, width = active[width > 0], own[width > 0], width[width > 0]
        first = groups.ptr[own]
        link = groups.link[first + chooser.place(active, at[active], Among(groups, first, width))]
        steps.append((active, at[active], width, groups.link[first], link))
        at[active] = links.dst[link]
    none = np.zeros(0, dtype=np.int64)
    columns = [np.concatenate(column) for column in zip(*steps, strict=True)] if steps else [none] * 5
    lost = np.concatenate([none, *stuck])
    connection, node, width, first, link = columns
    return Hops(ints(connection), ints(node), indices(width), ints(first), ints(link), ints(np.sort(lost)))


def _parted(rows: NDArray[np.intp], chosen: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return rows[~chosen], rows[chosen]


def _met(ways: Ways, node: NDArray[np.intp], target: NDArray[np.intp], targets: int) -> tuple[Groups, NDArray[np.intp]]:
    """The groups that connections meet, each once, and which is whose."""
    met, own = np.unique(node * max(targets, 1) + target, return_inverse=True)
    return ways.groups(met // max(targets, 1), met % max(targets, 1)), own

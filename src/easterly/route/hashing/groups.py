"""Weights of next hops on a network: the groups of every switch, fitted into its table, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import random
from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, floats, indices, ints
from easterly.base.schema import Doc, Unit
from easterly.model.network import Network
from easterly.model.routing import Policy
from easterly.route.hashing.nexthops import Groups, Ways, last_hops
from easterly.route.hashing.weights import Reduced, reduce_groups

PAIRS = 1 << 16
"""Pairs of node and destination that are looked at together."""


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """Every group of next hops with more than one link, once per switch, with its entries: CSR."""

    node: Annotated[IntColumn, Doc("(G,) switch.")]
    ptr: Annotated[IndexColumn, Doc("(G+1,) CSR pointer.")]
    link: Annotated[IntColumn, Doc("Links of each group.")]
    weight: Annotated[FloatColumn, Unit("1"), Doc("Weight of each link in the group.")]
    entries: Annotated[IndexColumn, Unit("1"), Doc("Its entries in the table.")]
    error: Annotated[FloatColumn, Unit("1"), Doc("(G,) oversubscription of each group; 1 is exact.")]

    def __len__(self) -> int:
        return len(self.node)

    @property
    def worst(self) -> float:
        """Largest oversubscription of any group; 1 without groups."""
        return float(self.error.max(initial=1.0))


@dataclass(frozen=True, slots=True)
class LoadError:
    """Loads under the weights, and under the entries that stand for them."""

    exact: Annotated[FloatColumn, Doc("(L,) load of each link under the weights, in the unit of the amounts.")]
    reduced: Annotated[FloatColumn, Doc("(L,) load under the entries.")]
    unserved: Annotated[float, Doc("Amount without a way.")]

    @property
    def worst(self) -> float:
        """Largest load over what the weights would give; 1 where nothing is loaded."""
        used = self.exact > 0
        return float((self.reduced[used] / self.exact[used]).max(initial=1.0))


def plan_groups(
    network: Network, policy: Policy, targets: ArrayLike, *, table: int, weight: ArrayLike | None = None
) -> GroupPlan:
    """Groups of every switch towards some destinations, each switch's fitted into one table.

    Parameters
    ----------
    network : Network
    policy : Policy
        Costs, and what is up.
    targets : (T,) int
        Destinations: nodes. Interfaces with one link in are reached over the switch before them.
    table : int
        Entries that the groups of one switch share; next hops without an alternative need none.
    weight : (L,) float, optional
        Weight of each link; that of the policy if absent.

    Returns
    -------
    GroupPlan

    Raises
    ------
    ValueError
        A table that is too small for a switch, with its name.
    """
    weights = floats(policy.weight if weight is None else weight)
    if weights.shape != (len(network.links),):
        raise ValueError(f"{len(weights)} weights, not one per link ({len(network.links)})")
    found = _distinct(network, policy, np.unique(np.asarray(targets, dtype=np.intp)))
    parts = [weights[found.link[a:b]] for a, b in zip(found.ptr[:-1], found.ptr[1:], strict=True)]
    fitted: list[Reduced] = []
    for rows in np.split(np.arange(len(found)), np.flatnonzero(np.diff(found.node)) + 1):
        if len(rows):
            fitted += _fitted(network, int(found.node[rows[0]]), [parts[row] for row in rows], table)
    entries = np.concatenate([fit.entries for fit in fitted]) if fitted else np.zeros(0)
    return GroupPlan(
        found.node, found.ptr, found.link, floats(weights[found.link]), indices(entries),
        floats([fit.error for fit in fitted]),
    )  # fmt: skip


def _fitted(network: Network, node: int, parts: list[FloatColumn], table: int) -> tuple[Reduced, ...]:
    try:
        return reduce_groups(parts, table)
    except ValueError as error:
        raise ValueError(f"{network.nodes.name[node]}: {error}") from None


def _distinct(network: Network, policy: Policy, targets: NDArray[np.intp]) -> Groups:
    """Groups of more than one link, each once per node, by node."""
    before, _ = last_hops(network, policy, targets)
    ends = ints(np.unique(before))
    ways, transit = Ways.to(network, policy, ends), np.flatnonzero(network.transit)
    found: dict[tuple[int, ...], int] = {}
    step = max(PAIRS // max(len(transit), 1), 1)
    for begin in range(0, len(ends), step):
        rows = np.arange(begin, min(begin + step, len(ends)))
        groups = ways.groups(np.tile(transit, len(rows)), np.repeat(rows, len(transit)))
        for g in _first_of_each(groups):
            links = groups.link[groups.ptr[g] : groups.ptr[g + 1]].tolist()
            found.setdefault((int(groups.node[g]), *links), int(groups.target[g]))
    order = sorted(found)
    ptr = np.cumsum([0, *(len(key) - 1 for key in order)])
    return Groups(
        ints([key[0] for key in order]), ints([found[key] for key in order]), indices(ptr),
        ints([link for key in order for link in key[1:]]),
    )  # fmt: skip


def _first_of_each(groups: Groups) -> NDArray[np.intp]:
    """Rows of different groups with a choice; few are left of very many."""
    sign = signatures(groups)
    _, rows = np.unique(sign, return_index=True)
    return np.asarray(rows[groups.width[rows] > 1])


def signatures(groups: Groups) -> NDArray[np.uint64]:
    """A number for each set of links, the same whatever the destination: the sum of what each link is mixed to."""
    mixed = random.mix64(groups.link.astype(np.uint64).reshape(-1, 1))
    upto = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(mixed, dtype=np.uint64)])
    return np.asarray(upto[groups.ptr[1:]] - upto[groups.ptr[:-1]])


def load_error(
    network: Network, policy: Policy, plan: GroupPlan, src: ArrayLike, dst: ArrayLike, amount: ArrayLike
) -> LoadError:
    """Loads of flows that are split by weights, and by the entries of a plan.

    Parameters
    ----------
    network : Network
    policy : Policy
    plan : GroupPlan
        Made for the destinations of the flows.
    src, dst : (F,) int
        Nodes.
    amount : (F,) float
        In any unit; not negative.

    Returns
    -------
    LoadError

    Raises
    ------
    ValueError
        A group that the plan has not.
    """
    start, end = (np.asarray(column, dtype=np.intp) for column in (src, dst))
    sent = np.asarray(amount, dtype=np.float64) * (start != end)
    before, last = last_hops(network, policy, end)
    ends, target = np.unique(before, return_inverse=True)
    ways = Ways.to(network, policy, ints(ends))
    served = np.isfinite(ways.distance[target, start])
    lost, sent = float(sent[~served].sum()), sent * served
    final = np.bincount(last[last >= 0], sent[last >= 0], len(network.links))
    loads = []
    for shares in (plan.weight, plan.entries):
        load = _carried(ways, _Split(plan, floats(shares)), start, target, sent)
        loads.append(floats(load + final))
    return LoadError(loads[0], loads[1], lost)


class _Split:
    """Shares of the links of any group, looked up in a plan."""

    def __init__(self, plan: GroupPlan, share: FloatColumn) -> None:
        groups = Groups(plan.node, plan.node, plan.ptr, plan.link)
        self.sign, self.row = np.unique(signatures(groups), return_index=True)
        owner = np.repeat(np.arange(len(plan)), groups.width)
        total = np.bincount(owner, share, len(plan))
        self.ptr, self.share = plan.ptr, share / total[owner] if len(owner) else share

    def of(self, groups: Groups) -> NDArray[np.float64]:
        """Share of each entry of `groups.link`."""
        width = groups.width
        owner = np.repeat(np.arange(len(groups)), width)
        made = np.ones(len(owner))
        choosing = np.flatnonzero(width > 1)
        place = np.searchsorted(self.sign, signatures(groups)[choosing])
        known = place < len(self.sign)
        known[known] = self.sign[place[known]] == signatures(groups)[choosing][known]
        if not known.all():
            raise ValueError("the plan has no group for some node and destination of these flows")
        begin = np.zeros(len(groups), dtype=np.intp)
        begin[choosing] = self.ptr[self.row[place]]
        several = width[owner] > 1
        place_in = np.arange(len(owner)) - groups.ptr[:-1][owner]
        made[several] = self.share[(begin[owner] + place_in)[several]]
        return made


def _carried(
    ways: Ways, split: _Split, start: NDArray[np.intp], target: NDArray[np.intp], amount: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Loads of amounts that go from group to group until all have arrived."""
    load, many = np.zeros(len(ways.network.links)), max(len(ways.target), 1)
    pair, own = np.unique(start * many + target, return_inverse=True)
    here = np.bincount(own, amount, len(pair))
    while True:
        node, to = pair // many, pair % many
        going = (node != ways.target[to]) & (here > 0)
        if not going.any():
            return load
        groups = ways.groups(node[going], to[going])
        owner = np.repeat(np.arange(len(groups)), groups.width)
        part = here[going][owner] * split.of(groups)
        load += np.bincount(groups.link, part, len(load))
        pair, own = np.unique(ways.network.links.dst[groups.link] * many + to[going][owner], return_inverse=True)
        here = np.bincount(own, part, len(pair))

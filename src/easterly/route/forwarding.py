"""Next hops of every switch towards others, and ways around them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import IntColumn, indices, ints
from easterly.model.forwarding import Forwarding
from easterly.model.network import Network
from easterly.model.routing import Policy
from easterly.route.hashing.nexthops import Ways


def forwarding(network: Network, policy: Policy, targets: IntColumn) -> Forwarding:
    """Next hops of every switch towards some switches: all that are on a cheapest path.

    Where there is one alone, a neighbour N protects it if its own way to the destination D does not come back to S:
    ``dist(N, D) < dist(N, S) + dist(S, D)`` (RFC 5286, inequality 1). Of several the nearest to D is taken, then the
    first in the order of links.

    Parameters
    ----------
    network : Network
    policy : Policy
        Costs, and links that are up.
    targets : (T,) int
        Destinations: rows of switches.

    Returns
    -------
    Forwarding

    Examples
    --------
    See `easterly.study.rendering`, which fills flow tables with it.
    """
    switches = np.flatnonzero(network.transit)
    ways = Ways.to(network, policy, ints(switches))  # all of them: ways around need the distance to who asks
    place = np.full(len(network.nodes), -1, dtype=np.int64)
    place[switches] = np.arange(len(switches))
    wanted = np.unique(place[targets])
    node, target, count, links, backup = [], [], [], [], []
    for switch in switches.tolist():
        groups = ways.groups(np.full(len(wanted), switch), wanted)
        some = np.flatnonzero(groups.width)
        node.append(np.full(len(some), switch))
        target.append(groups.target[some])
        count.append(groups.width[some])
        links.append(groups.link)
        first = groups.link[groups.ptr[some]]
        around = _around(ways, int(place[switch]), switch, wanted[some], first)
        backup.append(np.where(groups.width[some] == 1, around, -1))
    return Forwarding(
        ints(_whole(node)), ints(_whole(target)), indices(np.concatenate([[0], np.cumsum(_whole(count))])),
        ints(_whole(links)), ints(_whole(backup)), policy.seed,
    )  # fmt: skip


def _around(
    ways: Ways, place: int, switch: int, targets: NDArray[np.int64], first: NDArray[np.int32]
) -> NDArray[np.int64]:
    """By target: link to the neighbour that protects the next hop; -1 where none does."""
    network, out = ways.network, ways.out_link[ways.out_ptr[switch] : ways.out_ptr[switch + 1]]
    head = network.links.dst[out]
    far, own = ways.distance[targets][:, head], ways.distance[targets, switch]
    good = far < ways.distance[place, head] + own[:, None]
    good &= head[None, :] != network.links.dst[first][:, None]
    cost = np.where(good, far + ways.policy.cost[out], np.inf)
    if not cost.size:
        return np.full(len(targets), -1)
    best = np.argmin(cost, axis=1)
    return np.where(np.isfinite(cost[np.arange(len(targets)), best]), out[best], -1)


def _whole(parts: Sequence[NDArray[np.int32] | NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])

"""Maximum flows and the cuts that limit them, flows of least cost, weak points."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import cut
from easterly.base.columns import FloatColumn, floats, indices, ints
from easterly.model.network import Network
from easterly.model.paths import CostFlow, MaxFlows, WeakPoints
from easterly.route.paths.mask import Ends, Mask, admissible, free_of, graph_of, nodes_of, pairs_of


def max_flow(
    network: Network,
    src: Ends,
    dst: Ends,
    *,
    capacity_bps: FloatColumn | None = None,
    mask: Mask | None = None,
    cuts: bool = True,
    flows: bool = False,
) -> MaxFlows:
    """The most that each pair can send on its own, and the two outermost minimum cuts, named.

    Augmenting paths searched from both ends, then blocking flows (Edmonds & Karp 1972, Dinic 1970), in whole numbers:
    value and cut agree to the last bit of the grid (Ford & Fulkerson 1956).

    Parameters
    ----------
    network : Network
    src, dst : node names or indices
    capacity_bps : (L,) float, optional [bit/s]
        In the place of the links' capacity.
    mask : Mask, optional
    cuts, flows : bool
        Whether to list the cuts, and the flow of every link.

    Returns
    -------
    MaxFlows
        `MaxFlows.explain` names the links that limit a pair.

    Raises
    ------
    ValueError
        Unknown nodes, columns that do not fit, negative capacities.
    """
    one, two = pairs_of(network, src, dst)
    made = cut.max_flows(
        *graph_of(network, mask), free_of(network, capacity_bps), one, two, cuts, flows
    )  # fmt: skip
    near_node, near_link, far_node, far_link, flow = ((indices(made[i]), ints(made[i + 1])) for i in range(1, 11, 2))
    return MaxFlows(
        one, two, floats(made[0]), *near_link, *near_node, *far_link, *far_node, *flow, floats(made[11])
    )  # fmt: skip


def min_cost_flow(
    network: Network,
    supply_bps: ArrayLike,
    *,
    capacity_bps: FloatColumn | None = None,
    mask: Mask | None = None,
    cost: ArrayLike | None = None,
) -> CostFlow:
    """The cheapest way to ship supplies to where they are wanted, as one commodity (network simplex).

    Amounts and costs are whole numbers on grids, exact for decimals and finer than 2^-44 of the least value otherwise.

    Parameters
    ----------
    network : Network
    supply_bps : (N,) float [bit/s]
        Above 0 where flow starts, below where it ends; the sum is 0 up to rounding.
    capacity_bps : (L,) float, optional [bit/s]
    mask : Mask, optional
    cost : (L,) float, optional
        Per bit/s; the links' routing cost if absent.

    Returns
    -------
    CostFlow
        Where not all can be shipped: as much as can be, at the least cost.

    Raises
    ------
    ValueError
        Columns that do not fit, supplies that do not sum to 0, negative capacities.
    """
    supply = floats(supply_bps)
    total = float(np.abs(supply).sum())
    if abs(supply.sum()) > 1e-9 * total:
        raise ValueError(f"supplies sum to {supply.sum():.9g}, not to 0")
    price, unmet, flow, potential = cut.min_cost_flow(
        *graph_of(network, mask, cost), free_of(network, capacity_bps), supply
    )
    wanted = float(-supply[supply < 0].sum())
    # What rounding in the caller's sum leaves over is no shortage.
    short = unmet if unmet > 1e-9 * total else 0.0
    status = "infeasible" if short else "optimal"
    return CostFlow(status, price, wanted - short, short, floats(flow), floats(potential))


def min_cost_max_flow(
    network: Network,
    src: Ends,
    dst: Ends,
    *,
    capacity_bps: FloatColumn | None = None,
    mask: Mask | None = None,
    cost: ArrayLike | None = None,
) -> CostFlow:
    """The cheapest of all maximum flows of one pair.

    Parameters
    ----------
    network : Network
    src, dst : node name or index
    capacity_bps : (L,) float, optional [bit/s]
    mask : Mask, optional
    cost : (L,) float, optional

    Returns
    -------
    CostFlow

    Raises
    ------
    ValueError
        More than one pair, a pair of one node, an unlimited flow.
    """
    most = max_flow(network, src, dst, capacity_bps=capacity_bps, mask=mask, cuts=False)
    if len(most.src) != 1 or not np.isfinite(most.value_bps[0]):
        raise ValueError("a flow of least cost needs one pair of different nodes, and a limited flow")
    supply = np.zeros(len(network.nodes))
    supply[most.src[0]], supply[most.dst[0]] = most.value_bps[0], -most.value_bps[0]
    return min_cost_flow(network, supply, capacity_bps=capacity_bps, mask=mask, cost=cost)


def weak_points(network: Network, *, mask: Mask | None = None) -> WeakPoints:
    """Cables and nodes whose loss alone parts others, and what no single cable parts (Tarjan 1972).

    A cable is one edge, whichever of its directions is up. Interfaces are passed through by nobody: each is a
    component of its own.

    Parameters
    ----------
    network : Network
    mask : Mask, optional

    Returns
    -------
    WeakPoints

    Raises
    ------
    ValueError
        Columns that do not fit.
    """
    links, up = network.links, admissible(network, mask)
    both = np.where(links.reverse >= 0, up | up[links.reverse], up)
    cable = network.cables[both[network.cables]]
    bridge, node, part = cut.weak_points(
        len(network.nodes), ints(links.src[cable]), ints(links.dst[cable]), network.transit
    )
    return WeakPoints(ints(cable[bridge]), ints(node), ints(part))


def edge_connectivity(network: Network, *, ends: Ends | None = None, mask: Mask | None = None) -> int:
    """Fewest directed links whose loss keeps some of the nodes from some other.

    The least maximum flow over unit links, from the first node to every other and back (Even & Tarjan 1975).

    Parameters
    ----------
    network : Network
    ends : node names or indices, optional
        All nodes that may be passed through if absent.
    mask : Mask, optional

    Returns
    -------
    int
        0 where they are apart already, or fewer than two.

    Raises
    ------
    ValueError
        Unknown nodes, ends that may not be passed through, as what reaches them reaches nothing beyond.
    """
    chosen = ints(np.flatnonzero(network.transit)) if ends is None else nodes_of(network, ends)
    if not network.transit[chosen].all():
        raise ValueError("ends that may not be passed through have no connectivity in common; ask max_flow by pairs")
    if len(chosen) < 2:
        return 0
    rest = chosen[chosen != chosen[0]]
    if not len(rest):
        return 0
    first = np.full(len(rest), chosen[0])
    src, dst = ints(np.concatenate([first, rest])), ints(np.concatenate([rest, first]))
    unit = floats(np.ones(len(network.links)))
    return int(max_flow(network, src, dst, capacity_bps=unit, mask=mask, cuts=False).value_bps.min())

"""How many of the links that they may use a few connections really use, when each is hashed to one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import maths
from easterly.base.columns import FloatColumn, IntColumn, floats, ints
from easterly.base.schema import Doc, Unit
from easterly.model.demand import Flows
from easterly.model.network import Network
from easterly.model.routing import Paths


@dataclass(frozen=True, slots=True)
class Choices:
    """Where connections of a phase choose among links: one row per phase and node."""

    phase: Annotated[IntColumn, Doc("Row of `Phases`.")]
    node: Annotated[IntColumn, Doc("Node that chooses.")]
    links: Annotated[FloatColumn, Unit("1"), Doc("Links that it chooses among.")]
    connections: Annotated[FloatColumn, Unit("1"), Doc("Connections that choose there, in expectation.")]
    used: Annotated[FloatColumn, Unit("1"), Doc("Links that get any, in expectation.")]
    needed: Annotated[FloatColumn, Unit("1"), Doc("Links that the senders could fill, at most all.")]


def choices(network: Network, flows: Flows, paths: Paths, connections: IntColumn, rate_bps: FloatColumn) -> Choices:
    """Links that a phase uses in expectation, at every node at which its connections have a choice.

    A link that flow f crosses with probability p_f stays empty with probability prod (1 - p_f)^c_f. With one
    node and w links of equal cost that is w (1 - (1 - 1/w)^f) links used by f connections; here the
    probabilities of the paths stand for 1/w, so that higher tiers count what really reaches them.

    Parameters
    ----------
    network : Network
    flows : Flows
    paths : Paths
        Of these flows.
    connections : (F,) int
        Connections of each flow that the hash tells apart.
    rate_bps : (F,) float [bit/s]
        What the ends of each flow let through, see `admitted_bps`.

    Returns
    -------
    Choices
        By phase, then node.
    """
    flow = np.repeat(np.arange(len(flows)), np.diff(paths.ptr))
    chosen = np.flatnonzero(_has_choice(flow, network.links.src[paths.link]))
    flow, link, share = flow[chosen], paths.link[chosen], np.minimum(paths.share[chosen], 1 - 1e-12)
    phase = flows.phase[flow].astype(np.int64)
    place, row_of = np.unique(phase * len(network.links) + link, return_inverse=True)
    empty = np.bincount(row_of, connections[flow] * maths.log(floats(1 - share)))
    sums = tuple(floats(np.bincount(row_of, each[flow] * share)) for each in (connections, rate_bps))
    return _by_node(network, place, 1 - maths.exp(floats(empty)), sums)


def _has_choice(flow: NDArray[np.intp], node: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Entries of which another of the same flow leaves the same node."""
    same = (np.diff(flow) == 0) & (np.diff(node) == 0)
    found: NDArray[np.bool_] = np.r_[False, same] | np.r_[same, False]
    return found


def admitted_bps(network: Network, flows: Flows) -> FloatColumn:
    """Rate of each flow if the interfaces at its ends were all that limits it, divided by the bytes of a phase.

    A steady flow sends no more than its rate.
    """
    links = network.links
    amount = flows.size_B * 8 + flows.rate_bps
    into, out = (np.bincount(end, links.capacity_bps, len(network.nodes)) for end in (links.dst, links.src))
    limits = []
    for end, capacity in ((flows.src, out), (flows.dst, into)):
        _, row = np.unique(flows.phase.astype(np.int64) * len(network.nodes) + end, return_inverse=True)
        total = np.bincount(row, amount)
        limits.append(capacity[end] * np.divide(amount, total[row], out=np.zeros(len(amount)), where=total[row] > 0))
    steady_bps = np.where(flows.rate_bps > 0, flows.rate_bps, np.inf)
    return floats(np.minimum(np.minimum(*limits), steady_bps))


def _by_node(network: Network, place: NDArray[np.int64], used: FloatColumn, sums: tuple[FloatColumn, ...]) -> Choices:
    """Links put together that leave one node."""
    phase, link = np.divmod(place, len(network.links))
    key, row = np.unique(phase * len(network.nodes) + network.links.src[link], return_inverse=True)
    links = np.bincount(row)
    capacity = np.bincount(row, network.links.capacity_bps[link]) / np.maximum(links, 1)
    rows = [np.bincount(row, values) for values in (used, *sums)]
    return Choices(
        phase=ints(key // len(network.nodes)),
        node=ints(key % len(network.nodes)),
        links=floats(links),
        connections=floats(rows[1]),
        used=floats(rows[0]),
        needed=floats(np.minimum(links, rows[2] / capacity)),
    )


def growth(used: float, links: float, wanted: float) -> float:
    """Factor by which connections must grow so that `wanted` of the links are used, of which `used` are now.

    From used = w (1 - (1 - 1/w)^f) the factor is log(1 - wanted / w) / log(1 - used / w).

    >>> round(16 * growth(16 * (1 - (15 / 16) ** 16), 16, 0.95 * 16), 1)
    46.4
    """
    share = np.minimum([wanted / links, used / links], 1 - 1e-12)
    logs = maths.log(1 - share)
    return float(logs[0] / logs[1])

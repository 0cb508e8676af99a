"""Which fabrics of a network are what they claim to be: compared link by link, then routed by formula."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import fabric
from easterly.base.columns import BoolColumn, IntColumn, ints
from easterly.model.demand import Flows
from easterly.model.network import FAMILIES, ROUTINGS, Network, Structure, only_links
from easterly.model.routing import Policy


@dataclass(frozen=True, slots=True)
class Frame:
    """A fabric whose links are those of its structure, and which nothing outside offers a way through.

    Attributes
    ----------
    structure : Structure
    switches, links : int
        How many it has; they follow `Structure.first_node` and `Structure.first_link`.
    ends : int
        The first so many switches may hold hosts.
    """

    structure: Structure
    switches: int
    ends: int
    links: int

    @property
    def plain(self) -> bool:
        """Its switches take all shortest paths, so that a search over its links gives the same."""
        return self.structure.routing == "ecmp"

    @property
    def shape(self) -> tuple[int, IntColumn]:
        """Family and numbers, as the kernel takes them."""
        return FAMILIES[self.structure.family], self.structure.numbers


@dataclass(frozen=True, slots=True)
class Places:
    """Where flows enter and leave the switches.

    Attributes
    ----------
    frame : (F,) int
        Number of the frame that both ends are in; -1 if there is none, or an end is not an interface of one link. In
        a fabric that is not `Frame.plain`, switches are ends as well.
    source, target : (F,) int
        Switches, counted within the frame.
    first, last : (F,) int
        Links of the network from the source, and to the target; -1 of an end that is a switch.
    """

    frame: IntColumn
    source: IntColumn
    target: IntColumn
    first: IntColumn
    last: IntColumn


def recognised(network: Network, policy: Policy) -> tuple[Frame, ...]:
    """Fabrics that can be routed by formula: what they claim to be, whole, and with equal costs and weights.

    The claim is compared with every link, in time that grows with their number; a fabric that was edited is not among
    them. Neither is one whose switches take all shortest paths and of which a link is down: they find others. A fabric
    of another routing stays, and flows whose way by formula crosses a link that is down are searched.

    Parameters
    ----------
    network : Network
    policy : Policy

    Returns
    -------
    tuple of Frame
    """
    if not network.structures or not np.array_equal(policy.transit, network.transit):
        return ()
    even = (policy.cost == 1.0) & (policy.weight == 1.0)
    whole = even & policy.alive
    found = (_frame(network, s, whole if s.routing == "ecmp" else even) for s in network.structures)
    return tuple(frame for frame in found if frame is not None)


def _frame(network: Network, claim: Structure, even: BoolColumn) -> Frame | None:
    if claim.family not in FAMILIES or claim.routing not in ROUTINGS:
        return None
    try:
        switches, ends, src, dst = fabric.links(FAMILIES[claim.family], claim.numbers)
    except ValueError:
        return None
    links, node, row = network.links, claim.first_node, claim.first_link
    rows = slice(row, row + len(src))
    fits = 0 <= node <= len(network.nodes) - switches and 0 <= row <= len(links) - len(src)
    if not fits or not (np.array_equal(links.src[rows] - node, src) and np.array_equal(links.dst[rows] - node, dst)):
        return None
    frame = Frame(claim, switches, ends, len(src))
    return frame if network.transit[node : node + switches].all() and _closed(network, frame, even) else None


def _closed(network: Network, frame: Frame, even: BoolColumn) -> bool:
    """Every link that touches the fabric is even, and what is outside joins no two switches by a way as short."""
    links, first = network.links, frame.structure.first_node
    near = (links.src >= first) & (links.src < first + frame.switches)
    far = (links.dst >= first) & (links.dst < first + frame.switches)
    if not even[near | far].all():
        return False
    own = np.zeros(len(links), dtype=np.bool_)
    own[frame.structure.first_link : frame.structure.first_link + frame.links] = True
    if (near & far & ~own).any():
        return False
    leaves = near & ~far & network.transit[links.dst]
    enters = far & ~near & network.transit[links.src]
    gates = np.union1d(links.src[leaves], links.dst[enters]) - first
    return _no_detour(frame, gates)


def _no_detour(frame: Frame, gates: NDArray[np.int32]) -> bool:
    """A way out at one gate and in at another takes two hops or more.

    Between top switches of a folded Clos that is longer than to turn round there; between neighbours, longer than
    the link.
    """
    if len(gates) < 2:
        return True
    if frame.structure.family == "clos":
        tiers, planes, *_ = frame.structure.numbers.tolist()
        top = prod(frame.structure.numbers[5 : 5 + 2 * (tiers - 1) : 2].tolist())
        zones = 1 if tiers != 3 else _zones(frame.structure.numbers)
        return planes == 1 and tiers > 1 and bool((gates >= frame.switches - top * zones).all())
    at, to = (ints(part.reshape(-1)) for part in np.meshgrid(gates, gates))
    return bool((fabric.distances(*frame.shape, at, to) <= 1).all())


def _zones(numbers: IntColumn) -> int:
    """Sets of pods that share tier-3 switches."""
    leaves, pod_leaves, zone_pods = (int(number) for number in numbers[2:5])
    return -(-leaves // pod_leaves // zone_pods) if pod_leaves and zone_pods else 1


def places(network: Network, frames: tuple[Frame, ...], flows: Flows) -> Places:
    """Where flows enter and leave the frames.

    Parameters
    ----------
    network : Network
    frames : tuple of Frame
    flows : Flows

    Returns
    -------
    Places
    """
    out, up = only_links(network, network.links.src, network.links.dst)
    into, down = only_links(network, network.links.dst, network.links.src)
    home = np.full(len(network.nodes), -1, dtype=np.int32)
    first = np.zeros(len(network.nodes), dtype=np.int32)
    for number, frame in enumerate(frames):
        start = frame.structure.first_node
        home[start : start + frame.ends] = number
        first[start : start + frame.switches] = start
        if not frame.plain:
            own = np.arange(start, start + frame.ends, dtype=np.int32)
            up[own] = down[own] = own
    source, target = up[flows.src], down[flows.dst]
    frame_of = np.where((source >= 0) & (target >= 0) & (home[source] == home[target]), home[source], -1)
    return Places(
        ints(frame_of), ints(source - first[source]), ints(target - first[target]), ints(out[flows.src]),
        ints(into[flows.dst]),
    )  # fmt: skip

"""The shares of minimal and of Valiant's routing that load a fabric least."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from easterly.base.columns import FloatColumn, IntColumn, floats, ints
from easterly.base.schema import Doc, Unit
from easterly.model.demand import Flows
from easterly.model.network import Network
from easterly.model.routing import Policy
from easterly.route.structured.frames import recognised
from easterly.route.structured.routes import loads

MINIMAL = {"torus": "ecmp", "dragonfly": "minimal"}
"""Routing over shortest ways, by family."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Traffic over shortest ways, by way of random places, and divided between both."""

    minimal: Annotated[
        float,
        Unit("1"),
        Doc("Share over shortest ways at which the busiest link is least full; the greatest of several."),
    ]
    utilisation: Annotated[float, Unit("1"), Doc("Load over capacity of the busiest link with that share.")]
    utilisation_minimal: Annotated[float, Unit("1"), Doc("The same with everything over shortest ways.")]
    utilisation_valiant: Annotated[float, Unit("1"), Doc("The same with everything by way of random places.")]


def mix(network: Network, flows: Flows, policy: Policy) -> Mix:
    """The one share of minimal routing, for all flows, that minimises the utilisation of the busiest link.

    ``u(s) = max_l (s m_l + (1 - s) v_l) / c_l`` is convex in s, since it is the greatest of straight lines, and its
    least value is where two of them cross: found exactly along their upper envelope. What UGAL (Singh 2005; Kim et
    al. 2008) decides packet by packet from queues, this states in the mean: a share of all traffic, and no more.

    Parameters
    ----------
    network : Network
        Of tori, rings and dragonflies; every fabric takes minimal, and Valiant's routing.
    flows : Flows
    policy : Policy

    Returns
    -------
    Mix

    Raises
    ------
    ValueError
        A fabric of another family, or one that is damaged.
    """
    minimal, valiant = (_utilisation(network, flows, policy, valiant=word) for word in (False, True))
    share = _lowest(minimal, valiant)
    blended = share * minimal + (1 - share) * valiant
    return Mix(share, *(float(load.max(initial=0.0)) for load in (blended, minimal, valiant)))


def _utilisation(network: Network, flows: Flows, policy: Policy, *, valiant: bool) -> FloatColumn:
    """Load over capacity of each link with one of the routings; of a link that carries nothing 0."""
    unknown = [s.fabric for s in network.structures if s.family not in MINIMAL]
    if unknown or not network.structures:
        raise ValueError(f"no torus, ring or dragonfly: {', '.join(unknown) or network.name}")
    chosen = tuple(replace(s, routing="valiant" if valiant else MINIMAL[s.family]) for s in network.structures)
    other = replace(network, structures=chosen)
    if len(recognised(other, policy)) < len(chosen) or not policy.alive.all():
        raise ValueError(f"a fabric of {network.name} is damaged, and is not routed by formula")
    group = ints(np.zeros(len(flows), dtype=np.int32))
    load, capacity = loads(other, flows, policy, group, 1, _outside)[0], network.links.capacity_bps
    with np.errstate(divide="ignore", invalid="ignore"):
        return floats(np.where(load > 0, load / capacity, 0.0))


def _outside(flows: Flows, _: IntColumn) -> FloatColumn:
    raise ValueError(f"{len(flows)} flows do not run between interfaces of one fabric")


def _lowest(minimal: FloatColumn, valiant: FloatColumn) -> float:
    """Least point of the greatest of the lines ``v + s (m - v)`` on 0..1, the last of several, along their envelope.

    >>> _lowest(np.array([1.0, 0.0]), np.array([0.0, 0.5]))
    0.3333333333333333
    """
    slope, share = minimal - valiant, 0.0
    if not len(slope):
        return 1.0
    top = int(np.lexsort((slope, valiant))[-1])
    while slope[top] <= 0 and share < 1:
        steeper = np.flatnonzero(slope > slope[top])
        with np.errstate(over="ignore"):  # lines that are all but parallel cross far away
            cross = (valiant[top] - valiant[steeper]) / (slope[steeper] - slope[top])
        if not len(cross) or cross.min() >= 1:
            return 1.0
        share = max(float(cross.min()), share)
        ties = steeper[cross <= cross.min() * (1 + 1e-12)]
        top = int(ties[np.argmax(slope[ties])])
    return share

"""Who shares links before flows do: the traffic of each tenant in each class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IntColumn, TextColumn, floats, ints, texts
from easterly.model.qos import QosPlan


@dataclass(frozen=True, slots=True)
class Shares:
    """Groups of activities, and what they have of a link on which all of them send.

    Attributes
    ----------
    tenant : (G,) str
        Empty for the traffic of nobody.
    traffic_class : (G,) int
    of_class : (G,) float [1]
        Share of its class among weighted ones.
    within : (G,) float [1]
        Part of its tenant among those of the class.
    of : (A,) int
        Group of each activity.
    """

    tenant: TextColumn
    traffic_class: IntColumn
    of_class: FloatColumn
    within: FloatColumn
    of: IntColumn

    def __len__(self) -> int:
        return len(self.tenant)


def shares_of(traffic_class: IntColumn, tenant: TextColumn, plan: QosPlan) -> Shares:
    """Groups of activities by class and tenant, with the shares of a plan.

    A queue belongs to a class: so classes have their shares, and tenants divide what their class has as their shares
    are to each other. What tenants leave of a class is for traffic of nobody, and for tenants that were promised
    nothing of it; these have at least as much as the least of the others, as no queue tells them apart for nothing.

    Parameters
    ----------
    traffic_class : (A,) int
    tenant : (A,) str
        Of the owner of each activity; empty for none.
    plan : QosPlan

    Returns
    -------
    Shares
    """
    names, owner = np.unique(tenant, return_inverse=True)
    key, of = np.unique(traffic_class.astype(np.int64) * max(len(names), 1) + owner, return_inverse=True)
    own_class, own_name = key // max(len(names), 1), names[key % max(len(names), 1)]
    within = np.zeros(len(key))
    for c in np.unique(own_class).tolist():
        groups = np.flatnonzero(own_class == c)
        within[groups] = _within(plan, c, own_name[groups])
    weighted = (plan.share > 0) & ~plan.strict
    of_class = np.where(weighted, plan.share, 1.0)[own_class]
    return Shares(texts(own_name), ints(own_class), floats(of_class), floats(within), ints(of))


def _within(plan: QosPlan, traffic_class: int, names: NDArray[np.str_]) -> NDArray[np.float64]:
    """(K,) parts that tenants have of a class; 1 in all."""
    table = plan.tenants
    rows = np.flatnonzero(table.traffic_class == traffic_class)
    promised = dict(zip(table.tenant[rows].tolist(), table.share[rows].tolist(), strict=True))
    left = max(float(plan.share[traffic_class]) - sum(promised.values()), min(promised.values(), default=1.0))
    part = np.array([promised.get(str(name), left) for name in names])
    made: NDArray[np.float64] = part / part.sum()
    return made

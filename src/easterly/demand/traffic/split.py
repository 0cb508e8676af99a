"""North-south and east-west: what of the traffic leaves the fabric that it comes from."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import BoolColumn, FloatColumn, bools, floats, ints, texts
from easterly.model.demand import DemandSet, Directions, Flows
from easterly.model.network import Network, NodeKind


def is_north_south(network: Network, flows: Flows) -> BoolColumn:
    """(F,) True for flows that end outside the fabric where they start: in another fabric, or at a WAN site."""
    nodes = network.nodes
    outside = (nodes.kind[flows.src] == NodeKind.WAN) | (nodes.kind[flows.dst] == NodeKind.WAN)
    return bools(outside | (nodes.fabric[flows.src] != nodes.fabric[flows.dst]))


def directions(network: Network, demands: DemandSet, rate_bps: FloatColumn) -> Directions:
    """Traffic inside fabrics and across their borders, by tenant and class.

    Computed from the ends of every flow; nothing is assumed about the ratio of the two.

    Parameters
    ----------
    network : Network
    demands : DemandSet
    rate_bps : (F,) float [bit/s]
        Mean rate of each flow; bytes serve as well, and come back in the same unit.

    Returns
    -------
    Directions
        Rows that carry something, by tenant, then by class.
    """
    tenant_of = dict(zip(demands.work.name.tolist(), demands.work.tenant.tolist(), strict=True))
    owners = [tenant_of.get(owner, "") for owner in demands.phases.owner.tolist()]
    tenants, tenant = np.unique(np.array(owners, dtype=np.str_), return_inverse=True)
    classes = max(1, len(demands.classes))
    row = (tenant * classes + demands.phases.traffic_class)[demands.flows.phase]
    out = is_north_south(network, demands.flows)
    inside, outside = (np.bincount(row, rate_bps * part, minlength=len(tenants) * classes) for part in (~out, out))
    kept = np.flatnonzero(inside + outside)
    return Directions(
        tenant=texts(tenants[kept // classes]),
        traffic_class=ints(kept % classes),
        east_west_bps=floats(inside[kept]),
        north_south_bps=floats(outside[kept]),
    )

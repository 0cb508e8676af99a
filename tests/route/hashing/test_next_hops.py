"""Next hops lead somewhere: never in a circle, also where links cost nothing."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from tests.route.test_as_hops import two_fabrics

from easterly.base.columns import ints
from easterly.model.network import LinkKind
from easterly.route.ecmp import policy_of
from easterly.route.hashing.nexthops import Ways


@pytest.mark.parametrize("costs", [(0, 10), (0, 0), (1, 1)])
def test_next_hops_have_no_circle(costs: tuple[float, float]) -> None:
    _, network = two_fabrics("bgp", *costs)
    links, routers = network.links, np.flatnonzero(network.transit)
    ends = np.unique(links.src[(links.kind == LinkKind.HOST) & network.transit[links.src]])
    ways = Ways.to(network, policy_of(network, seed=1), ints(ends))
    for row in range(len(ends)):
        groups = ways.groups(routers, np.full(len(routers), row))
        net = nx.DiGraph(zip(links.src[groups.link].tolist(), links.dst[groups.link].tolist(), strict=True))
        assert nx.is_directed_acyclic_graph(net)
        assert set(routers.tolist()) <= set(net.nodes)

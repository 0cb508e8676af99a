"""Parts of the mapping tests: groups on drawn networks, flows as maps, and what a routing makes of them."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import strategies as st
from tests.predict import made as demands_made
from tests.strategies import BLUEPRINTS, networks

from easterly import route
from easterly.base.columns import bools, floats, ints
from easterly.demand.layout import Layout
from easterly.demand.mapping import Group
from easterly.model.demand import Flows


def by_pair(traffic):
    """{(src, dst): bytes} of a traffic."""
    rows = zip(traffic.src.tolist(), traffic.dst.tolist(), traffic.amount.tolist(), strict=True)
    return {(a, b): size for a, b, size in rows}


def by_node(traffic, end):
    """{node: bytes} that interfaces send (end 0) or receive (end 1)."""
    total = defaultdict(float)
    for pair, size in by_pair(traffic).items():
        total[pair[end]] += size
    return dict(total)


def by_host(network, traffic, end):
    """{host row: bytes} that hosts send or receive."""
    total = defaultdict(float)
    for node, size in by_node(traffic, end).items():
        total[int(network.node_host[node])] += size
    return dict(total)


def group_of(network, hosts, ranks=None, *, axis="dp", alive=None, railed=None):
    """One group of all GPUs of some hosts, or groups written out as lists of ranks."""
    layout = Layout.of(network, ints(hosts), alive=None if alive is None else bools(alive))
    if railed is not None:
        object.__setattr__(layout, "railed", railed)
    groups = np.arange(layout.gpus * len(hosts)).reshape(1, -1) if ranks is None else np.asarray(ranks)
    return Group.of(axis, layout, groups)


def flows_of(pairs):
    """Flows of the demand noun for pairs of nodes, one byte each."""
    src, dst = ([pair[end] for pair in pairs] for end in (0, 1))
    none = np.zeros(len(pairs))
    return Flows(
        src=ints(src), dst=ints(dst), size_B=floats(none + 1), rate_bps=floats(none), connections=ints(none + 1),
        phase=ints(none),
    )  # fmt: skip


def demands_of(traffic):
    """A demand set of one job with the flows of a traffic in one phase."""
    flows = [(a, b, size) for (a, b), size in by_pair(traffic).items()]
    return demands_made.demands([demands_made.phase("j", flows)])


def paths_of(network, flows, alive=None):
    """Paths of flows under equal-cost multipath."""
    up = None if alive is None else bools(alive)
    return route.paths_of(network, flows, route.policy_of(network, seed=1, alive=up))


@st.composite
def placed(draw, max_hosts=6, blueprints=BLUEPRINTS, least=2):
    """A network, and the rows of some hosts of one of its fabrics, in any order."""
    network = draw(networks(max_hosts, blueprints).filter(lambda n: widest(n) >= least))
    fabric = draw(st.sampled_from(sorted({f for f in network.hosts.fabric.tolist() if count(network, f) >= least})))
    rows = np.flatnonzero(network.hosts.fabric == fabric).tolist()
    chosen = draw(st.permutations(rows))
    return network, chosen[: draw(st.integers(least, len(rows)))]


def count(network, fabric):
    return int((network.hosts.fabric == fabric).sum())


def widest(network):
    return max((count(network, fabric) for fabric in set(network.hosts.fabric.tolist())), default=0)

"""Where a solve starts after links went down: what of the paths and prices of before is still of use."""

from __future__ import annotations

import numpy as np
import pytest
from tests.route import wans

from easterly import route
from easterly.base.columns import bools, floats
from easterly.model.allocation import Allocation, Warm
from easterly.model.network import Network
from easterly.route.allocate.problem import pose
from easterly.route.allocate.result import warm_for

NETWORK = wans.cabled(4, [(0, 1, 2.0), (1, 3, 2.0), (0, 2, 1.0), (2, 3, 1.0), (1, 2, 1.0)])
DEMANDS = wans.demands((0, 3, 3.0), (3, 0, 1.0), (1, 2, 2.0), (0, 2, 1.0))


def solved(network: Network = NETWORK, **options) -> Allocation:
    routing = route.solve(network, DEMANDS, objective="max-throughput", mode="exact", **options)
    assert routing.allocation is not None
    return routing.allocation


def ways(warm: Warm) -> set[tuple[int, ...]]:
    return {tuple(warm.link_idx[a:b].tolist()) for a, b in zip(warm.link_ptr[:-1], warm.link_ptr[1:], strict=True)}


@pytest.mark.parametrize("dead", [[], [0], [2, 3], [6], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]])
def test_paths_over_dead_links_are_left_out_and_all_else_stays(dead: list[int]) -> None:
    warm = solved().warm
    assert warm is not None
    assert warm.share is not None
    links = len(NETWORK.links)
    capacity = np.array(NETWORK.links.capacity_bps)
    capacity[dead] = 0.0
    posed = pose(NETWORK, DEMANDS, capacity_bps=floats(capacity), cost=NETWORK.links.delay_s)
    start = warm_for(posed, warm)
    assert start is not None
    left = [row for row in range(links) if row not in dead]
    assert {tuple(posed.link[list(way)].tolist()) for way in ways(start)} == {
        way for way in ways(warm) if not set(way) & set(dead)
    }
    assert start.price.tolist() == warm.price[left].tolist()
    assert start.early is not None
    assert warm.early is not None
    assert start.early.tolist() == warm.early[left].tolist()
    whole = [not set(way) & set(dead) for way in map(tuple, np.split(warm.link_idx, warm.link_ptr[1:-1]))]
    assert start.share is not None
    assert start.share.tolist() == warm.share[whole].tolist()
    assert (start.src.tolist(), start.dst.tolist()) == (warm.src[whole].tolist(), warm.dst[whole].tolist())


@pytest.mark.parametrize("dead", [[0], [2, 3], [6], [4, 5, 6, 7]])
def test_what_is_proven_is_the_same_from_there(dead: list[int]) -> None:
    healthy = route.solve(NETWORK, DEMANDS, objective="max-throughput", mode="exact")
    alive = np.ones(len(NETWORK.links), dtype=np.bool_)
    alive[dead] = False
    cold, warm = solved(alive=bools(alive)), solved(alive=bools(alive), warm=healthy)
    assert warm.value == pytest.approx(cold.value, rel=1e-6)
    assert warm.gap <= 1e-6
    assert (warm.load_bps[dead] == 0).all()
    assert warm.warm is not None
    assert not {link for way in ways(warm.warm) for link in way} & set(dead)


def test_a_start_of_another_network_is_not_used() -> None:
    other = wans.cabled(4, [(0, 1, 2.0), (1, 3, 2.0)])
    posed = pose(other, wans.demands((0, 3, 1.0)), capacity_bps=other.links.capacity_bps, cost=other.links.delay_s)
    assert warm_for(posed, solved().warm) is None
    assert warm_for(posed, None) is None

"""Paths, seeds and spread of demands on networks whose answer is known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests import small
from tests.predict.made import demands, phase

from easterly import route
from easterly.base.columns import bools, texts
from easterly.base.seeds import stream
from easterly.route.seeds import node_seeds


def test_seeds_are_those_of_base_whatever_the_length_of_the_name() -> None:
    names = ["", "a", "leaf-17", "leaf-178", "leaf-1789", "train-super-spine-1023", "größe", "x" * 64]
    assert node_seeds(texts(names), 2**63 + 5).tolist() == [stream(2**63 + 5, name) >> 33 for name in names]


def test_a_new_node_changes_no_seed() -> None:
    assert (
        node_seeds(texts(["a", "bb"]), 3).tolist() == node_seeds(texts(["a", "bb", "a-very-long-name"]), 3).tolist()[:2]
    )


def test_flows_split_over_both_spines_and_stay_under_a_leaf() -> None:
    net = small.network()
    nic = net.hosts.nic_node
    wanted = demands([phase("j", [(nic[0], nic[4], 8.0), (nic[0], nic[2], 8.0)])])
    paths = route.solve(net, wanted, seed=1).paths
    rows = [dict(zip(paths.link[a:b].tolist(), paths.share[a:b].tolist(), strict=True)) for a, b in ((0, 6), (6, 8))]
    ids = net.link_ids
    assert {str(ids[link]): share for link, share in rows[0].items()} == {
        "f-host-0:nic0>f-leaf-0:swp1": 1.0,
        "f-leaf-0:swp5>f-spine-0:swp1": 0.5,
        "f-leaf-0:swp6>f-spine-1:swp1": 0.5,
        "f-spine-0:swp2>f-leaf-1:swp5": 0.5,
        "f-spine-1:swp2>f-leaf-1:swp6": 0.5,
        "f-leaf-1:swp1>f-host-2:nic0": 1.0,
    }
    assert list(rows[1].values()) == [1.0, 1.0]


def test_a_failed_spine_leaves_the_other() -> None:
    net = small.network()
    nic = net.hosts.nic_node
    wanted = demands([phase("j", [(nic[0], nic[4], 8.0)])])
    dead = np.isin(net.links.src, [net.index["f-spine-0"]]) | np.isin(net.links.dst, [net.index["f-spine-0"]])
    found = route.solve(net, wanted, seed=1, alive=bools(~dead))
    assert found.paths.share.tolist() == [1.0] * 4
    assert not dead[found.paths.link].any()
    assert found.unserved.tolist() == []
    assert found.policy.alive.tolist() == (~dead).tolist()


def test_what_has_no_path_is_said_and_what_goes_nowhere_is_not() -> None:
    net = small.network()
    nic = net.hosts.nic_node
    wanted = demands([phase("j", [(nic[0], nic[4], 8.0), (nic[0], nic[0], 8.0), (nic[0], nic[2], 8.0)])])
    alive = bools(net.links.kind == 0)
    found = route.solve(net, wanted, seed=1, alive=alive)
    assert found.unserved.tolist() == [0]
    assert found.spread.even_s[0] == 8 * 8.0 / 400e9


def test_spread_is_time_for_bytes_and_load_for_rates() -> None:
    net = small.network()
    nic = net.hosts.nic_node
    job = phase("j", [(nic[i], nic[4 + i], 1e9) for i in range(4)])
    service = phase("s", [(nic[0], nic[2], 100e9)], kind="service")
    spread = route.solve(net, demands([job, service]), seed=1).spread
    assert spread.even_s.tolist() == [1e9 * 8 * 4 / 2 / 400e9, 0.25]
    assert spread.p95_s[0] >= spread.mean_s[0] >= spread.even_s[0]
    assert spread.draws == 64
    again = route.solve(net, demands([job, service]), seed=2).spread
    assert again.mean_s[0] != spread.mean_s[0]


def test_routing_part_by_part_is_routing_the_whole() -> None:
    net = small.network()
    nic = net.hosts.nic_node
    parts = [phase("a", [(nic[i], nic[(i + 3) % 8], 1e9) for i in range(8)]), phase("b", [(nic[1], nic[7], 5e9)])]
    whole = route.solve(net, demands(parts), seed=4)
    alone = [route.solve(net, demands([part]), seed=4) for part in parts]
    np.testing.assert_array_equal(whole.paths.link, np.concatenate([a.paths.link for a in alone]))
    np.testing.assert_array_equal(whole.paths.share, np.concatenate([a.paths.share for a in alone]))
    for column in ("even_s", "mean_s", "p95_s", "even_link", "p95_link"):
        np.testing.assert_array_equal(
            getattr(whole.spread, column), np.concatenate([getattr(a.spread, column) for a in alone])
        )


def test_loads_are_the_sums_over_paths() -> None:
    net = small.network()
    nic = net.hosts.nic_node
    parts = [phase("a", [(nic[i], nic[(i + 3) % 8], 1e9 + i) for i in range(8)]),
             phase("b", [(nic[1], nic[7], 5e9)]), phase("s", [(nic[2], nic[0], 3e9)], kind="service")]  # fmt: skip
    wanted = demands(parts)
    flows, policy = wanted.flows, route.policy_of(net, seed=1)
    paths = route.paths_of(net, flows, policy)
    each = np.repeat(flows.size_B * 8 + flows.rate_bps, np.diff(paths.ptr)) * paths.share
    phase_of = np.repeat(flows.phase, np.diff(paths.ptr))
    found = route.loads_of(net, flows, policy, flows.phase, 3)
    for p in range(3):
        expected = np.bincount(paths.link[phase_of == p], each[phase_of == p], len(net.links))
        np.testing.assert_allclose(found[p], expected, rtol=1e-12)
    assert found.sum() > 0
    np.testing.assert_allclose(route.loads_of(net, flows, policy), found.sum(axis=0)[None], rtol=1e-12)


@pytest.mark.parametrize("draws", [1, 7])
def test_the_number_of_draws_is_the_callers(draws: int) -> None:
    net = small.network()
    nic = net.hosts.nic_node
    spread = route.solve(net, demands([phase("j", [(nic[0], nic[4], 1.0)])]), seed=1, draws=draws).spread
    assert spread.draws == draws


def test_no_demands_route_to_nothing() -> None:
    found = route.solve(small.network(), demands([]), seed=1)
    assert len(found.paths.link) == len(found.unserved) == len(found.spread.even_s) == 0
    assert dataclasses.astuple(found.paths)[0].tolist() == [0]

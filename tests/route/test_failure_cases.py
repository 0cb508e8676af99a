"""What fails together."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests import small
from tests.route import wans

from easterly.model.failures import Cases
from easterly.route.failing import cases as build

# Two parallel cables 0-1 in one duct with 1-2; a one-way link 2-0.
NET = wans.network(
    3,
    [(0, 1, 1.0), (1, 0, 1.0), (0, 1, 1.0), (1, 0, 1.0), (1, 2, 1.0), (2, 1, 1.0), (2, 0, 1.0)],
    reverse=[1, 0, 3, 2, 5, 4, -1],
    groups={"duct": [0, 1, 2, 3], "bridge": [2, 3, 4, 5], "none": []},
)


def rows(cases: Cases) -> dict[str, list[int]]:
    return {str(name): cases.down(i).tolist() for i, name in enumerate(cases.name)}


def test_a_cable_takes_both_directions_and_a_one_way_link_itself() -> None:
    assert list(rows(build.cables(NET)).values()) == [[0, 1], [2, 3], [4, 5], [6]]


def test_a_node_takes_all_its_links() -> None:
    assert rows(build.nodes(NET)) == {"r0": [0, 1, 2, 3, 6], "r1": [0, 1, 2, 3, 4, 5], "r2": [4, 5, 6]}


def test_interfaces_of_hosts_are_no_case() -> None:
    assert build.nodes(small.network()).name.tolist() == list(small.SWITCHES)


def test_a_shared_risk_takes_its_parallel_links_and_an_empty_one_is_no_case() -> None:
    assert rows(build.srlgs(NET)) == {"duct": [0, 1, 2, 3], "bridge": [2, 3, 4, 5]}


def test_names_of_nodes_links_and_groups_and_several_at_once() -> None:
    back = str(NET.link_ids[5])
    found = rows(build.named(NET, ["r2", back, ["duct", "r2"], []]))
    assert found == {"r2": [4, 5, 6], back: [4, 5], "duct + r2": [0, 1, 2, 3, 4, 5, 6], "nothing": []}
    with pytest.raises(ValueError, match="r9"):
        build.named(NET, ["r9"])


def test_any_two_are_all_unions_of_two() -> None:
    one, two = build.cables(NET), build.together(build.cables(NET), 2)
    assert len(two) == 6
    for row, (a, b) in enumerate(combinations(range(4), 2)):
        assert two.down(row).tolist() == sorted({*one.down(a), *one.down(b)})
    assert len(build.together(one, 5)) == 0
    with pytest.raises(ValueError, match="6 cases of 2"):
        build.together(one, 2, most=5)
    with pytest.raises(ValueError, match="at least one"):
        build.together(one, 0)


def test_samples_follow_their_probability_and_more_draws_go_on_where_fewer_end() -> None:
    one = build.cables(NET)
    chance = [0.0, 0.1, 0.5, 1.0]
    found = build.sampled(one, chance, draws=20_000, seed=3)
    assert found.weight.sum() == 20_000
    down = [sum(w for i, w in enumerate(found.weight) if link in found.down(i)) / 20_000 for link in (0, 2, 4, 6)]
    assert_allclose(down, chance, atol=0.02)
    few = build.sampled(one, chance, draws=10, seed=3)
    assert set(few.name) <= set(build.sampled(one, chance, draws=100, seed=3).name)
    with pytest.raises(ValueError, match="probability"):
        build.sampled(one, 1.5, draws=1, seed=0)


def test_one_more_cable_disturbs_no_other() -> None:
    one = build.cables(NET)
    less = build.sampled(build.part(one, 0, 3), 0.5, draws=200, seed=9)
    more = build.sampled(one, [0.5, 0.5, 0.5, 0.0], draws=200, seed=9)
    assert rows(less) == rows(more) and less.weight.tolist() == more.weight.tolist()


def test_parts_joined_are_the_whole() -> None:
    one = build.cables(NET)
    again = build.joined(build.part(one, 0, 2), build.part(one, 2, 4))
    assert rows(again) == rows(one) and np.array_equal(again.ptr, one.ptr)

"""Failure cases against plain enumeration."""

from __future__ import annotations

import numpy as np
import pytest
from tests import small

from easterly.model.spec.intent import Failures
from easterly.study import cases

NET = small.network()


def down(row: np.ndarray) -> set[str]:
    return set(NET.link_ids[row].tolist())


def test_twin_spines_are_tried_once() -> None:
    """Both spines reach both leaves alike, so one case stands for two."""
    found = cases.failure_cases(NET, Failures(spine=1), "f")
    assert found.name.tolist() == ["f-spine-0"]
    assert down(found.link_down[0]) == {i for i in NET.link_ids.tolist() if "f-spine-0:" in i}


def test_leaves_with_other_hosts_are_no_twins() -> None:
    assert cases.failure_cases(NET, Failures(leaf=1), None).name.tolist() == ["f-leaf-0", "f-leaf-1"]


def test_two_spines_are_one_case_of_two() -> None:
    found = cases.failure_cases(NET, Failures(spine=2), "f")
    assert found.name.tolist() == ["f-spine-0 + f-spine-1"]


def test_more_failures_than_switches_is_no_case() -> None:
    assert not len(cases.failure_cases(NET, Failures(spine=3), "f").name)


def test_one_cable_per_leaf_and_class_of_spines() -> None:
    found = cases.failure_cases(NET, Failures(link=1), "f")
    assert found.name.tolist() == ["f-leaf-0:swp5>f-spine-0:swp1", "f-leaf-1:swp5>f-spine-0:swp2"]
    assert found.link_down.sum(axis=1).tolist() == [2, 2]


def test_pairs_of_cables_are_all_enumerated() -> None:
    assert len(cases.failure_cases(NET, Failures(link=2), "f").name) == 4 * 3 // 2


def test_roles_combine() -> None:
    found = cases.failure_cases(NET, Failures(leaf=1, spine=1), "f")
    assert found.name.tolist() == ["f-leaf-0 + f-spine-0", "f-leaf-1 + f-spine-0"]


@pytest.mark.parametrize("failures", [Failures(spine=1, link=1), Failures(link=1, named=("f-spine-0",))])
def test_a_cable_fails_beside_a_switch_and_not_at_it(failures: Failures) -> None:
    """With the first spine down, the cable that fails is one of the second spine's."""
    found = cases.failure_cases(NET, failures, "f")
    assert found.name.tolist() == [f"f-leaf-{leaf}:swp6>f-spine-1:swp{leaf + 1} + f-spine-0" for leaf in range(2)]
    assert found.link_down.sum(axis=1).tolist() == [6, 6]


def test_beside_a_named_cable_every_other_is_tried() -> None:
    """Leaf 0 loses a cable by name: that leaf 1 loses the one to the same spine, or to the other, is not the same."""
    found = cases.failure_cases(NET, Failures(link=1, named=("f-leaf-0:swp5>f-spine-0:swp1",)), "f")
    assert len(found.name) == 3
    assert found.link_down.sum(axis=1).tolist() == [4, 4, 4]


@pytest.mark.parametrize(
    ("name", "count"), [("f-spine-1", 4), ("f-host-0", 4), ("f-leaf-0:swp5>f-spine-0:swp1", 2)]
)  # fmt: skip
def test_named_elements_go_down_whole(name: str, count: int) -> None:
    found = cases.failure_cases(NET, Failures(named=(name,)), None)
    assert found.name.tolist() == [name]
    assert int(found.link_down.sum()) == count


def test_a_twin_that_is_already_down_is_not_counted_twice() -> None:
    found = cases.failure_cases(NET, Failures(spine=1, named=("f-spine-0",)), "f")
    assert found.name.tolist() == ["f-spine-0 + f-spine-1"]


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(cases.UnknownElement, match="f-spine-9"):
        cases.failure_cases(NET, Failures(named=("f-spine-9",)), None)


def test_too_many_cases_are_refused_not_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "MOST_CASES", 3)
    with pytest.raises(cases.TooManyCases, match="more than 3"):
        cases.failure_cases(NET, Failures(link=2), "f")


@pytest.mark.parametrize(("count", "cases_found"), [(0, 1), (1, 3), (2, 5), (3, 6), (6, 1), (7, 0), (10**9, 0)])
def test_multisets_against_enumeration(count: int, cases_found: int) -> None:
    """Classes of 3, 2 and 1 twins."""
    made = list(cases._multisets([3, 2, 1], count))
    every = [(a, b, c) for a in range(4) for b in range(3) for c in range(2) if a + b + c == count]
    assert sorted(made) == sorted(every)
    assert len(made) == cases_found

"""Failures and placements of a plan: what the verbs of their own say, as far as there is time."""

from __future__ import annotations

from pathlib import Path

import pytest

from easterly import site
from easterly.study import standing
from easterly.study.failures import failures
from easterly.study.nouns import Nouns
from easterly.study.place import place

TAPERED = Path(__file__).parents[1] / "golden/tapered.yaml"


@pytest.fixture(scope="module")
def nouns() -> Nouns:
    return Nouns(site.load(TAPERED).site)


def test_with_time_for_all_it_is_what_the_verb_says(nouns: Nouns) -> None:
    said, whole = standing.damage(nouns, 10**9), failures(nouns)
    assert said is not None and said.found is not None and said.because == ""
    assert said.found.name.tolist() == whole.name.tolist() and said.cases == int(whole.parts[1])
    assert said.found.lost_gpu_h.tolist() == whole.lost_gpu_h.tolist()


@pytest.mark.parametrize("cases", [1, 3])
def test_with_less_time_the_rows_are_among_them(nouns: Nouns, cases: int) -> None:
    said, whole = standing.damage(nouns, cases * standing.effort(nouns)), failures(nouns)
    assert said is not None and said.found is not None
    assert int(said.found.parts[1]) == cases and f"{cases} of {said.cases} " in said.because
    known = dict(
        zip(zip(whole.kind.tolist(), whole.name.tolist(), strict=True), whole.lost_gpu_h.tolist(), strict=True)
    )
    for kind, name, lost in zip(said.found.kind.tolist(), said.found.name.tolist(), said.found.lost_gpu_h, strict=True):
        assert lost == known[kind, name]
    assert said.found.kind[0] == "host", "a host takes most away, for longest"


def test_without_time_it_says_so(nouns: Nouns) -> None:
    assert standing.damage(nouns, 0) is None and standing.placement(nouns, 0) is None
    damage, placement = standing.damage(nouns, 1), standing.placement(nouns, 1)
    assert damage is not None and damage.found is None and "easterly failures" in damage.because
    assert placement is not None and placement.found is None and "easterly place" in placement.because


def test_placements_are_between_the_bound_and_what_is(nouns: Nouns) -> None:
    said, whole = standing.placement(nouns, 10**9), place(nouns, rounds=standing.ROUNDS)
    assert said is not None and said.found is not None
    made = said.found
    assert made.bound <= made.best <= made.current == whole.current.value
    assert (
        made.least_s <= made.best_s
    ).all() and made.current_s.tolist() == nouns.prediction.value.step_expected_s.tolist()


def test_a_way_that_is_missing_elsewhere_is_no_number_that_is_none() -> None:
    """Between rails that nothing joins a placement takes forever: warnings of arithmetic are errors here."""
    said = standing.placement(Nouns(site.load(TAPERED.parents[2] / "examples/rail-only.yaml").site), 10**9)
    assert said is not None and said.found is not None and said.found.bound <= said.found.best < float("inf")

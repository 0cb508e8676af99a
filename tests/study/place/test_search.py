"""Placements against all that there are, on sites small enough to try every one."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.study.place.sites import dp, everything, nouns, spreads

from easterly.base.columns import ints
from easterly.study.place import OBJECTIVES, place
from easterly.study.place.bound import apart_at_least
from easterly.study.place.evaluate import evaluate
from easterly.study.place.problem import objective
from easterly.study.place.search import candidates, packed, score, settled
from easterly.study.place.site import bound, posed, to_hosts

SIZES = {"a": 3, "b": 2, "c": 1}


def three(sizes=SIZES, **more):
    return nouns({name: dp(hosts) for name, hosts in sizes.items()}, hosts=6, nics=2, down=4, **more)


@pytest.fixture(scope="module", params=[SIZES, {"a": 2, "b": 2, "c": 1}], ids=["full", "with-room"])
def tried(request):
    """Predicted step times of every placement of three jobs on three leaves of two hosts."""
    made = three(request.param)
    problem, _ = posed(made, "slowdown")
    assert [work.hosts for work in problem.works] == list(request.param.values())
    now = dict(made.placement.value.hosts)
    every = everything(list(request.param.values()), [2, 2, 2])
    found = [evaluate(made, to_hosts(problem, now, spread)) for spread in every]
    assert len(found) == {6: 15, 5: 33}[sum(request.param.values())]
    return request.param, problem, [[each.step_s[name] for name in request.param] for each in found]


@pytest.mark.no_cover
@pytest.mark.parametrize("name", OBJECTIVES)
def test_best_and_worst_are_those_of_all_placements(tried, name):
    sizes, problem, steps = tried
    values = [objective(name, [2 * hosts for hosts in sizes.values()], step, problem.least_s) for step in steps]
    found = place(three(sizes), objective=name, rounds=300)
    assert found.best.value == pytest.approx(min(values), rel=1e-9)
    assert found.worst.value == pytest.approx(max(values), rel=1e-9)
    assert found.bound <= min(values) * (1 + 1e-12)
    assert found.best.value <= found.current.value <= found.worst.value


def test_no_placement_has_a_job_below_its_bound(tried):
    _, problem, steps = tried
    for row, least in enumerate(problem.least_s):
        assert least <= min(step[row] for step in steps) * (1 + 1e-12)
        assert least >= 0.9 * min(step[row] for step in steps)  # and says something


@pytest.mark.no_cover
def test_the_bound_knows_that_two_jobs_cannot_both_be_whole():
    """Two jobs of three hosts and one of two, on two leaves of four: one of them is cut."""
    made = nouns({"a": dp(3), "b": dp(3), "c": dp(2)}, hosts=8, nics=2, down=8)
    found = place(made, rounds=200)
    assert found.bound > 1.0 and found.best.value >= found.bound
    whole = nouns({"a": dp(3), "b": dp(3)}, hosts=8, nics=2, down=8)
    assert place(whole, rounds=50).bound == 1.0 and place(whole, rounds=50).gap == 0.0


def test_without_hashing_the_model_of_blocks_is_the_predictor():
    """One spine and one uplink: all paths are known, so that jobs apart from each other agree to the last digits."""
    made = three()
    problem, _ = posed(made, "slowdown")
    now = dict(made.placement.value.hosts)
    for spread in (((0, 1), (1, 1), (2, 1)), ((0, 1), (2, 1)), ((1, 1),)), (((0, 2), (1, 1)), ((2, 2),), ((1, 1),)):
        found = evaluate(made, to_hosts(problem, now, spread))
        steps = problem.steps_s(spread)
        alone = [problem.shapes.get(work, part).alone_s for work, part in zip(problem.works, spread, strict=True)]
        assert steps == pytest.approx([found.step_s[name] for name in SIZES], rel=1e-9)
        assert all(a <= s + 1e-12 for a, s in zip(alone, steps, strict=True))


def test_a_pattern_does_not_depend_on_where_it_was_taken():
    jobs = {name: dp(hosts) for name, hosts in SIZES.items()}
    here, _ = posed(nouns(jobs, hosts=8, nics=2, down=4), "slowdown")
    there, _ = posed(nouns({**jobs, "a": {**jobs["a"], "first_host": 4}}, hosts=8, nics=2, down=4), "slowdown")
    for one, other in zip(here.works, there.works, strict=True):
        assert one.name == other.name
        for column in ("src", "dst", "src_nic", "dst_nic", "phase", "size_B", "own_s"):
            np.testing.assert_allclose(getattr(one, column), getattr(other, column), rtol=1e-12)


@pytest.mark.no_cover
def test_pinned_works_stay_and_the_answer_repeats():
    jobs = {name: dp(hosts) for name, hosts in SIZES.items()}
    made = nouns({**jobs, "c": {**jobs["c"], "first_host": 1}}, hosts=8, nics=2, down=4)
    found, again = (place(made, rounds=100) for _ in range(2))
    assert found.fixed == {"c": "pinned by first_host"}
    for placed in (found.best, found.worst):
        assert placed.outcome.hosts["c"].tolist() == [1] and "c" not in placed.moved
        taken = np.concatenate(list(placed.outcome.hosts.values()))
        assert len(np.unique(taken)) == len(taken) == sum(SIZES.values())
    assert {n: h.tolist() for n, h in found.best.outcome.hosts.items()} == {
        n: h.tolist() for n, h in again.best.outcome.hosts.items()
    }


@settings(max_examples=20)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=5), st.integers(1, 9))
def test_candidates_are_ways_to_put_hosts_into_rooms(room, hosts):
    unit = np.array([range(len(room)), [b // 2 for b in range(len(room))], [0] * len(room)])
    found = candidates(hosts, ints(room), np.ones(len(room), dtype=bool), unit)
    assert bool(found) == (sum(room) >= hosts)
    assert set(found) <= set(spreads(hosts, room))
    if any(free >= hosts for free in room):
        assert len(found[0]) == 1
        assert room[found[0][0][0]] == min(free for free in room if free >= hosts)


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 4)), min_size=1, max_size=5),
    st.lists(st.integers(1, 5), min_size=1, max_size=3),
)
def test_the_price_bound_is_below_the_exact_loss(works, room):
    """Against all assignments of whole works to blocks."""
    saving, hosts = [float(s) for s, _ in works], [h for _, h in works]

    def most(at, left):
        if at == len(works):
            return 0.0
        best = most(at + 1, left)
        for block, free in enumerate(left):
            if free >= hosts[at]:
                rest = list(left)
                rest[block] -= hosts[at]
                best = max(best, saving[at] + most(at + 1, rest))
        return best

    exact = sum(saving) - most(0, room)
    found = apart_at_least(saving, hosts, room)
    assert found <= exact + 1e-9
    if sum(hosts) > sum(room):
        assert exact > 0 and found > 0


def test_packing_fills_the_tightest_room_and_scattering_none():
    problem, _ = posed(three(), "slowdown")
    assert [len(spread) for spread in packed(problem)] == [2, 1, 1]
    assert [len(spread) for spread in packed(problem, scatter=True)] == [3, 2, 1]
    assert bound(problem) >= 1.0


def test_what_cannot_be_asked_for_is_refused():
    made = three()
    with pytest.raises(ValueError, match="objective 'fast'"):
        place(made, objective="fast")
    with pytest.raises(ValueError, match="at least one"):
        place(made, rounds=0)
    with pytest.raises(ValueError, match="no job to place"):
        place(nouns({}), rounds=1)


def test_blocks_and_works_are_renamed_until_fewest_hosts_move():
    problem, _ = posed(three({"a": 2, "b": 2, "c": 1}), "slowdown")
    assert problem.current == (((0, 2),), ((1, 2),), ((2, 1),))
    for order in permutations(range(3)):
        renamed = tuple(tuple((order[b], n) for b, n in spread) for spread in problem.current)
        assert settled(problem, renamed) == problem.current
    cut = (((0, 1), (1, 1)), ((2, 2),), ((1, 1),))
    assert score(problem, settled(problem, cut)) <= score(problem, cut)

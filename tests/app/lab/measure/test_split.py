"""Numbers of flows over next hops, computed and counted; and the binomial interval against the sum of its terms."""

from __future__ import annotations

from fractions import Fraction
from math import comb, isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.app.lab.measure.diamond import HOSTS, SEEDS, WAYS, far_ends

from easterly.app.lab.comparison import Comparison
from easterly.app.lab.measure import Fabric, Hop, Within, binomial_interval, exact, likely, several, ways


@given(st.integers(0, 60), st.fractions(0, 1, max_denominator=9), st.sampled_from([Fraction(1, 10), Fraction(1, 1000)]))
def test_what_lies_outside_is_as_rare_as_it_is_said_to_be(count, chance, rare) -> None:
    least, most = binomial_interval(count, chance, rare=rare)
    terms = [comb(count, k) * chance**k * (1 - chance) ** (count - k) for k in range(count + 1)]
    assert 0 <= least <= most <= count
    assert sum(terms[:least]) <= rare / 2 < sum(terms[: least + 1])
    assert sum(terms[most + 1 :]) <= rare / 2 < sum(terms[most:])


def test_a_chance_above_one_is_refused() -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        binomial_interval(5, Fraction(3, 2))


def fabric(weights: tuple[int, int] = (1, 3)) -> Fabric:
    """The way there of the diamond."""
    groups = {
        (node, HOSTS["right", 4]): tuple(
            Hop(f"to-{far}", weight) for far, weight in zip(to, weights if node == "r1" else (1,), strict=True)
        )
        for node, to in WAYS["right"].items()
    }
    return Fabric(groups, far_ends(), SEEDS)


def flows(count: int):
    return several(count, "left", "right", HOSTS["left", 4], HOSTS["right", 4])


def taken_by(made):
    """What counters would show if every flow went its way with one packet."""
    return {flow.src_port: dict.fromkeys(way, 1) for flow, way in zip(flows(len(made)), made, strict=True)}


def test_flows_that_all_go_as_computed_are_good_and_one_that_does_not_is_not() -> None:
    made = ways(fabric(), flows(120))
    taken = taken_by(made)
    compared = exact(flows(120), made, taken, 1)
    assert [each.what for each in compared] == [
        "flows that took the computed ways", "flows over r1 to-r2", "flows over r1 to-r3"
    ]  # fmt: skip
    assert all(each.ok for each in compared)
    assert sum(each.predicted for each in compared[1:]) == 120
    first = next(i for i, way in enumerate(made) if ("r1", "to-r2") in way)
    taken[20_000 + first] = {(node, device.replace("r2", "r3")): 1 for node, device in made[first]}
    moved = exact(flows(120), made, taken, 1)
    assert not any(each.ok for each in moved)
    assert len(moved[0].differences) == 1


def test_a_packet_that_is_lost_is_noticed() -> None:
    made = ways(fabric(), flows(100))
    compared = exact(flows(100), made, taken_by(made), 2)
    assert not compared[0].ok
    assert compared[0].measured == 0


def test_without_a_seed_weights_that_are_swapped_are_noticed() -> None:
    taken = taken_by(ways(fabric(), flows(200)))
    assert all(each.ok for each in likely(flows(200), fabric(), taken))
    wrong = likely(flows(200), fabric((3, 1)), taken)
    assert [each.what for each in wrong] == ["flows over r1 to-r2", "flows over r1 to-r3"]
    assert not any(each.ok for each in wrong)


def test_a_flow_that_finds_no_way_or_goes_round_is_refused() -> None:
    given = fabric()
    with pytest.raises(ValueError, match=r"r4 has no next hop to 10\.6\.0\.2"):
        ways(Fabric({k: v for k, v in given.groups.items() if k[0] != "r4"}, given.cables, SEEDS), flows(3))
    back = {**given.groups, ("r4", HOSTS["right", 4]): (Hop("to-r2"),), ("r2", HOSTS["right", 4]): (Hop("to-r4"),)}
    with pytest.raises(ValueError, match="after 64 hops"):
        ways(Fabric(back, given.cables, SEEDS), flows(9))


def test_a_ratio_becomes_an_interval_and_nothing_is_never_good() -> None:
    made = Within.of(Comparison("time", 2.0, 2.4, "s", (1.0, 1.25)), "nothing is faster than its links")
    assert (made.least, made.most, made.ok) == (2.0, 2.5, True)
    assert isnan(nan) and not Within.exactly("time", 1.0, nan, "").ok

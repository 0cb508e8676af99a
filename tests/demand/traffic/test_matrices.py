"""Gravity: proportions, and totals that both hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.traffic import places

from easterly.demand.traffic import matrices


def rates(**keys):
    made = places.ends({"g": {"kind": "gravity", **keys}})
    names, found = matrices.gravity(made.site.traffic["g"], made)
    return {(a, b): found[i, j] for i, a in enumerate(names) for j, b in enumerate(names) if i != j}


def test_rates_follow_the_products_of_masses():
    """Masses 1, 2, 3: the products of ordered pairs are 2, 3, 6, twice; their sum is 22."""
    found = rates(rate="22Gb/s", masses={"east": 1.0, "west": 2.0, "lake": 3.0})
    assert found["east", "west"] == found["west", "east"] == pytest.approx(2e9)
    assert found["west", "lake"] == pytest.approx(6e9) and sum(found.values()) == pytest.approx(22e9)


def test_masses_are_the_rates_of_wan_links_where_none_are_given():
    made = places.ends({"g": {"kind": "gravity", "rate": "1Gb/s"}})
    wanted = {"east": 510e9, "lake": 100e9, "plants": 10e9, "west": 400e9}
    assert matrices.masses(made.site.traffic["g"], made.site) == wanted


def test_distance_is_the_delay_between_the_routers():
    """Lake is at 3 ms from east, west at 10: with exponent 1 and equal masses about 10/3 as much goes there."""
    masses = {"east": 1.0, "west": 1.0, "lake": 1.0}
    found = rates(rate="1Gb/s", masses=masses, exponent=1.0)
    assert found["east", "lake"] / found["east", "west"] == pytest.approx(10 / 3, rel=1e-3)
    assert found["lake", "west"] == pytest.approx(found["west", "lake"])
    flat = rates(rate="1Gb/s", masses=masses)
    assert flat["east", "lake"] == pytest.approx(flat["east", "west"])


@given(st.integers(3, 7), st.integers(0, 10_000))
def test_both_totals_hold_and_proportions_are_kept(count, number):
    """Row and column factors only: cross ratios ``T_ij T_kl / (T_il T_kj)`` are those of the seed."""
    rng = np.random.default_rng(number)
    seed = matrices.pull(rng.uniform(0.5, 2, count), None, 0.0)
    sent = rng.uniform(1, 1.9, count)
    received = rng.permutation(sent)
    found = matrices.by_totals(seed, sent, received)
    if (sent + received > sent.sum()).any():
        return
    assert found.sum(axis=1) == pytest.approx(sent, rel=1e-6)
    assert found.sum(axis=0) == pytest.approx(received, rel=1e-6)
    if count >= 4:
        wanted = seed[0, 2] * seed[1, 3] / (seed[0, 3] * seed[1, 2])
        assert found[0, 2] * found[1, 3] / (found[0, 3] * found[1, 2]) == pytest.approx(wanted, rel=1e-9)


def test_three_places_have_one_matrix():
    """sent (3, 2, 1) and received (2, 2, 2) leave one free number; with the diagonal empty and a -> b of x:
    a -> c is 3 - x, c -> b is 2 - x, b -> c is 2 - (3 - x). Equal seeds give x = 1.5 or what Furness finds."""
    sent = {"east": "3Gb/s", "west": "2Gb/s", "lake": "1Gb/s"}
    received = dict.fromkeys(sent, "2Gb/s")
    found = rates(sent=sent, received=received)
    x = found["east", "west"]
    assert found["east", "lake"] == pytest.approx(3e9 - x) and found["lake", "west"] == pytest.approx(2e9 - x)
    assert found["west", "lake"] == pytest.approx(x - 1e9)
    cross = found["east", "west"] * found["west", "lake"] * found["lake", "east"]
    assert cross == pytest.approx(found["west", "east"] * found["lake", "west"] * found["east", "lake"], rel=1e-6)


def test_flows_join_border_routers_and_wan_routers():
    built = places.build({"g": {"kind": "gravity", "rate": "1Gb/s"}})
    src, dst, amount = places.of(built, "g", "background")
    role = places.network().nodes.role
    assert set(role[src]) | set(role[dst]) == {"border", "wan"} and amount.sum() == pytest.approx(1e9)


def test_a_matrix_is_what_is_written():
    table = {"lake": {"east": "3Gb/s", "west": "1Gb/s"}, "west": {"lake": "2Gb/s"}}
    built = places.build({"m": {"kind": "matrix", "rates": table}})
    src, dst, amount = places.of(built, "m", "background")
    fabric = places.network().nodes.fabric
    assert amount.sum() == pytest.approx(6e9)
    assert amount[(fabric[src] == "") & (fabric[dst] == "east")].sum() == pytest.approx(3e9)
    assert amount[fabric[src] == "west"].sum() == pytest.approx(2e9)

"""Federated learning: times of rounds over slow and fast access."""

import pytest
from tests.demand.traffic import places

from easterly.demand.traffic import federated
from easterly.model.spec.traffic import Cohort


def learning(clients, **keys):
    return {"fed": {"kind": "federated", "params": 1e9, "dtype": "fp32", "clients": clients, **keys}}


def cohort(**keys):
    return {"at": "lake", "count": 1, "down": "1Gb/s", "local": "0s", **keys}


def rounds(clients, **keys):
    made = places.ends(learning(clients, **keys))
    return federated.rounds(made.site.traffic["fed"], made)


@pytest.mark.parametrize("rate, wanted_s", [("1Mb/s", 5.6e6), ("10Gb/s", 560.0)])
def test_a_model_of_700_GB(rate, wanted_s):
    """175e9 parameters of 32 bits: 64.8 days at 1 Mb/s, 560 s at 10 Gb/s, in each direction."""
    found = rounds({"c": cohort(down=rate)}, params=175e9)["c"]
    assert found.down_s == pytest.approx(wanted_s) and found.up_s == pytest.approx(wanted_s)
    assert wanted_s / 86400 == pytest.approx(64.8, abs=0.02) or wanted_s == 560


def test_updates_may_be_smaller_and_their_way_slower():
    found = rounds({"c": cohort(up="200Mb/s", local="10min")}, compress=8.0)["c"]
    assert (found.down_s, found.local_s, found.up_s) == pytest.approx((32.0, 600.0, 4e9 * 8 / 8 / 200e6))


def test_many_clients_share_the_way_to_their_place():
    """100 of them at 1 Gb/s, 10 Gb/s to the plants: 400 GB take 320 s, ten times what their own access takes."""
    found = rounds({"c": cohort(at="plants", count=100)})["c"]
    assert found.down_s == pytest.approx(400e9 * 8 / 10e9)
    assert rounds({"c": cohort(at="plants", count=100)}, sample="10%")["c"].down_s == pytest.approx(32.0)


def test_one_sum_per_place_leaves_the_way_free():
    found = rounds({"c": cohort(at="plants", count=100)}, aggregate=True)["c"]
    assert found.down_s == pytest.approx(32.0)
    built = places.build(learning({"c": cohort(at="plants", count=100)}, aggregate=True))
    assert places.of(built, "fed", "update")[2].sum() == pytest.approx(4e9)


def test_a_slow_way_does_not_slow_other_places():
    two = {"a": cohort(at="plants", count=700), "b": cohort(count=10)}
    found = rounds(two, hosts=4)
    assert found["a"].down_s == pytest.approx(2800e9 * 8 / 10e9)
    assert found["b"].down_s == pytest.approx(32.0)
    alone = rounds(two)  # one server of 400 Gb/s sends 710 models
    assert alone["b"].down_s == pytest.approx(710 * 4e9 * 8 / 400e9)


def test_the_round_ends_with_the_last_class_or_the_deadline():
    two = {"slow": cohort(down="10Mb/s", count=3), "fast": cohort(count=9)}
    found = places.figures(learning(two, rounds=10))
    assert found["fed", "round_s"] == found["fed", "round_of_slow_s"] == pytest.approx(6400.0)
    assert found["fed", "training_s"] == pytest.approx(64_000)
    assert found["fed", "straggling"] == pytest.approx(100.0) and found["fed", "in_time"] == 1.0
    late = places.figures(learning(two, rounds=10, deadline="1h"))
    assert late["fed", "round_s"] == 3600 and late["fed", "in_time"] == pytest.approx(9 / 12)


def test_flows_are_all_models_of_a_round():
    built = places.build(learning({"a": cohort(count=3), "b": cohort(at="plants", count=2)}, compress=4.0))
    out, back = (places.of(built, "fed", axis)[2].sum() for axis in ("model", "update"))
    assert (out, back) == pytest.approx((5 * 4e9, 5 * 1e9))
    assert built.phases.every_s[0] == pytest.approx(32.0 + 32.0 / 4)


def test_a_client_sends_as_fast_as_it_receives_if_nothing_is_said():
    assert Cohort.model_validate(cohort()).up is None
    assert rounds({"c": cohort()})["c"].up_s == rounds({"c": cohort()})["c"].down_s

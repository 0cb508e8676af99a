"""Detection by timers, against a walk through the packets of a session."""

from __future__ import annotations

import numpy as np
import pytest

from easterly import predict
from easterly.model.spec.anycast import HealthCheck
from easterly.model.spec.underlay import Underlay
from easterly.predict.turns import Turns


def made(**more) -> Underlay:
    return Underlay.model_validate(more)


@pytest.mark.parametrize("interval_ms, multiplier", [(50, 3), (300, 3), (10, 5), (1000, 2)])
def test_no_walk_through_the_packets_leaves_the_interval_and_some_come_near_its_ends(interval_ms, multiplier):
    """Packets 75 to 100 % of the interval apart, a failure at any moment, a timer that each packet starts anew."""
    found = predict.failover(made(bfd={"interval": f"{interval_ms}ms", "multiplier": multiplier}))
    random = np.random.default_rng(7)
    interval_s = interval_ms / 1e3
    sent_s = np.cumsum(random.uniform(0.75, 1.0, 20_000)) * interval_s
    failed_s = np.sort(random.uniform(sent_s[0], sent_s[-1], 20_000))
    last_s = sent_s[np.searchsorted(sent_s, failed_s, side="right") - 1]
    taken_s = last_s + multiplier * interval_s - failed_s
    assert found.detection_low_s <= taken_s.min() <= found.detection_low_s + 0.02 * interval_s
    assert found.detection_high_s - 0.02 * interval_s <= taken_s.max() <= found.detection_high_s


@pytest.mark.parametrize("underlay, low_s, high_s", [
    ({}, 0.6, 0.9),
    ({"bfd": False}, 6, 9),
    ({"bfd": False, "protocol": "ospf"}, 30, 40),
    ({"bfd": False, "protocol": "isis"}, 27, 30),
    ({"bfd": False, "protocol": "ospf", "hello": "1s", "dead": "3s"}, 2, 3),
])  # fmt: skip
def test_what_is_not_stated_is_that_of_frr(underlay, low_s, high_s):
    found = predict.failover(made(**underlay))
    assert (found.detection_low_s, found.detection_high_s) == pytest.approx((low_s, high_s))
    assert found.low_s >= found.detection_low_s and found.high_s > found.detection_high_s


@pytest.mark.parametrize("bfd", [False, {"interval": "50ms", "multiplier": 3}])
@pytest.mark.parametrize(("protocol", "turns", "beyond", "low_s", "high_s"), [
    ("bgp", (1, 1), False, 0.0, 0.1),
    ("bgp", (1, 4), False, 0.0, 0.1 + 3 * 0.06),
    ("bgp", (3, 4), False, 2 * 0.05, 0.1 + 3 * 0.06),
    ("ospf", (3, 4), False, 0.0, 0.1),
    ("ospf", (1, 1), True, 0.0, 0.1 + 1.0),
    ("isis", (3, 4), False, 0.0, 0.1 + 1.0 + 0.1),
])  # fmt: skip
def test_a_carrier_that_goes_takes_no_timers_but_what_follows(bfd, protocol, turns, beyond, low_s, high_s):
    """Programs are woken within 0.1 s; bgpd holds 50 ms and acts within 10, ospfd looks beyond a second later, and
    isisd gathers for 0.1 s and may hold its second calculation for 1 s."""
    underlay = made(protocol=protocol, bfd=bfd)
    found = predict.failover(underlay, turns=Turns(*turns), beyond=beyond, carrier=True)
    assert (found.how, found.detection_low_s, found.detection_high_s) == ("carrier", 0.0, 0.0)
    assert (found.low_s, found.high_s) == pytest.approx((low_s, high_s))
    silent = predict.failover(underlay, turns=Turns(*turns), beyond=beyond)
    assert silent.low_s == pytest.approx(low_s + silent.detection_low_s)
    told_s = 0.1 * (protocol == "isis" and bfd is not False)
    assert silent.high_s == pytest.approx(high_s + silent.detection_high_s - told_s), "BFD is told of at once"


def test_a_service_is_withdrawn_after_the_last_of_its_failures():
    """By a walk through the questions: any moment of failure, answers at once or at the timeout."""
    check = HealthCheck.model_validate({"port": 53, "interval": "200ms", "timeout": "100ms", "fall": 3})
    found = predict.withdrawal(check)
    taken_s = [
        first_s + 2 * 0.2 + late_s for first_s in np.linspace(0, 0.2, 101) for late_s in (0.0, 0.1)
    ]  # fmt: skip
    assert found.detection_low_s == pytest.approx(min(taken_s))
    assert found.detection_high_s == pytest.approx(max(taken_s))


@pytest.mark.parametrize(("protocol", "later_s"), [("bgp", 0.0), ("ospf", 1.0), ("isis", 2.0)])
def test_interior_protocols_hold_back_that_a_service_is_gone(protocol: str, later_s: float) -> None:
    """OSPF_ASE_CALC_INTERVAL of ospfd; lsp-gen-interval and spf-interval of isisd: a second each."""
    check = HealthCheck.model_validate({"port": 53, "interval": "200ms"})
    plain, found = predict.withdrawal(check), predict.withdrawal(check, protocol)
    assert found.detection_high_s == plain.detection_high_s
    assert found.high_s - plain.high_s == pytest.approx(later_s)

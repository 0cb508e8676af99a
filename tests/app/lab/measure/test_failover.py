"""Interruptions of flows: those that were made here, to the millisecond, and those that timers foretell."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

import numpy as np
import pytest
from tests.app.lab.measure.diamond import HOSTS, SEEDS, Diamond, diamond, far_ends
from tests.lab import absent, require_root

from easterly.app.lab.measure import choice
from easterly.app.lab.measure.anycast import judged
from easterly.app.lab.measure.failover import gaps, waiting
from easterly.app.lab.measure.faults import pulled, silent
from easterly.app.lab.measure.flows import Flow, several
from easterly.app.lab.measure.probes import Probed, Track, probing
from easterly.app.lab.measure.rehash import rehashed
from easterly.base.columns import floats
from easterly.model.spec.underlay import Underlay
from easterly.predict.failover import Failover, failover

FLOW = Flow("left", "right", "192.0.2.1", "192.0.2.2", 20_000)
FAST = failover(Underlay.model_validate({"bfd": {"interval": "50ms", "multiplier": 3}}))
"""100 to 150 ms, and up to 100 ms of programming."""
FAILED = (("r1", "to-r2"), ("r2", "to-r1"))


def flows() -> list[Flow]:
    return [
        flow for f in (4, 6)
        for flow in several(6, "left", "right", HOSTS["left", f], HOSTS["right", f], first=20_000 + 100 * f)
    ]  # fmt: skip


def track(arrived: str, spacing_s: float = 0.001) -> Track:
    """A flow whose probes arrived where there is a 1."""
    sent_s = np.arange(len(arrived)) * spacing_s
    there = np.array([each == "1" for each in arrived])
    return Track(FLOW, floats(sent_s), floats(np.where(there, sent_s + 1e-4, np.nan)))


@pytest.mark.parametrize(
    ("arrived", "least_ms", "most_ms", "begin_ms"),
    [("1110001", 2, 4, 3), ("1101000011", 3, 5, 4), ("0001111001", 1, 3, 7), ("11011", 0, 2, 2)],
)
def test_an_outage_lies_between_what_was_lost_and_what_arrived(arrived, least_ms, most_ms, begin_ms) -> None:
    found = track(arrived).outage
    assert (1e3 * found.least_s, 1e3 * found.most_s, 1e3 * found.begin_s) == pytest.approx(
        (least_ms, most_ms, begin_ms)
    )
    assert track(arrived).lost == arrived.count("0")


def test_without_loss_the_spacing_of_probes_is_what_may_have_been_missed() -> None:
    found = track("11111").outage
    assert (found.least_s, found.most_s) == pytest.approx((0, 0.001))
    assert np.isnan(found.begin_s)


def within(low_s: float, high_s: float) -> Failover:
    """An interval that no timers foretell."""
    return Failover("bfd", low_s, high_s, low_s, high_s)


@pytest.mark.parametrize(
    ("lost_ms", "good"), [(99, True), (101, True), (249, True), (252, False), (97, False), (0, False)]
)
def test_a_gap_is_held_to_the_interval_of_its_timers(lost_ms: int, good: bool) -> None:
    probed = Probed((track("1" * 9 + "0" * lost_ms + "1" * 9),), floats([0.0]))
    [made] = gaps(probed, [(("a", "x"),)], [("a", "x")], FAST)
    assert made.ok is good, made
    [apart] = gaps(probed, [(("b", "x"),)], [("a", "x")], FAST)
    assert apart.ok is (lost_ms == 0)


def test_what_the_machine_kept_waiting_is_allowed_for() -> None:
    probed = Probed((track("1" * 9 + "0" * 300 + "1" * 9),), floats([0.0]))
    ok = [gaps(probed, [FAILED], FAILED, FAST, delayed_s=late)[0].ok for late in (0.0, 0.06)]
    assert ok == [False, True]


def test_a_flow_that_never_comes_back_is_within_nothing() -> None:
    probed = Probed((track("1" * 9 + "0" * 5),), floats([0.0]))
    assert np.isinf(probed.tracks[0].outage.most_s)
    assert not gaps(probed, [FAILED], FAILED, within(0.0, 9.0))[0].ok


@pytest.fixture
def _parts() -> None:
    require_root("ip", "nft")


@dataclass
class Times:
    """When the fault was made, and when other next hops were: each from just before to just after."""

    fault_s: tuple[float, float]
    repair_s: tuple[float, float]


@contextmanager
def ready() -> Iterator[Diamond]:
    with ExitStack() as held:
        made = held.enter_context(diamond())
        if not choice.seed(made.spaces, SEEDS):
            absent("this kernel has no fib_multipath_hash_seed (Linux 6.11)")
        held.enter_context(rehashed(made.spaces, {n: [x for at, x in far_ends() if at == n] for n in made.spaces}))
        yield made


def repaired(made: Diamond, after_s: float) -> tuple[Probed, Times]:
    """Silence between r1 and r2, and some time later r1 is told to use r3 alone."""
    r1 = made.spaces["r1"]
    with ExitStack() as held:
        told = held.enter_context(probing(made.spaces, flows()))
        time.sleep(0.1)
        begin = time.monotonic()
        held.enter_context(silent(r1, ["to-r2"]))
        fault_s = (begin, time.monotonic())
        time.sleep(after_s)
        begin = time.monotonic()
        r1.run("ip", "-batch", "-", text="nexthop replace id 19 group 11\nnexthop replace id 29 group 21\n")
        repair_s = (begin, time.monotonic())
        time.sleep(0.1)
        return told(), Times(fault_s, repair_s)


@pytest.mark.lab
@pytest.mark.usefixtures("_parts")
def test_flows_are_interrupted_as_long_as_their_link_is_silent_and_the_others_never() -> None:
    with ready() as made:
        ways = choice.ways(made.fabric(), flows())
        probed, times = repaired(made, 0.12)
    hit = [any(end in FAILED for end in way) for way in ways]
    assert 2 <= sum(hit) <= 10
    least_s, most_s = times.repair_s[0] - times.fault_s[1], times.repair_s[1] - times.fault_s[0]
    for each, gone in zip(probed.tracks, hit, strict=True):
        assert bool(each.lost) is gone, each.flow
        if gone:
            assert each.outage.least_s <= most_s + 0.001
            assert each.outage.most_s >= least_s
    slow = gaps(probed, ways, FAILED, within(least_s + 0.5, most_s + 0.6))
    assert [each.ok for each in slow] == [not gone for gone in hit]
    wrong = choice.ways(made.fabric(weights=(256, 1)), flows())
    assert not all(each.ok for each in gaps(probed, wrong, FAILED, within(least_s, most_s + 0.1)))


def test_the_interval_of_silence_is_not_that_of_a_carrier() -> None:
    """OSPF without BFD: 2 to 3.1 s when silent; each way is outside of the interval of the other."""
    underlay = Underlay.model_validate({"protocol": "ospf", "bfd": False, "hello": "1s", "dead": "3s"})
    silent, seen = (failover(underlay, carrier=carrier) for carrier in (False, True))
    for lost_ms, good in ((50, [False, True]), (2500, [True, False])):
        probed = Probed((track("1" * 9 + "0" * lost_ms + "1" * 9),), floats([0.0]))
        [[one], [other]] = (gaps(probed, [FAILED], FAILED, each) for each in (silent, seen))
        assert [one.ok, other.ok] == good
        assert "detection by hellos" in one.why
        assert other.what == one.what.replace(" of", " without carrier of", 1)


@pytest.mark.lab
@pytest.mark.usefixtures("_parts")
def test_a_cable_that_is_pulled_is_left() -> None:
    """The kernel takes next hops without carrier out of groups by itself."""
    with ready() as made, probing(made.spaces, flows()) as told, waiting() as waits:
        time.sleep(0.1)
        with pulled([(made.spaces[node], device) for node, device in FAILED]):
            time.sleep(0.3)
            found = json.loads(made.spaces["r1"].run("ip", "-j", "link", "show", "to-r2"))[0]["flags"]
            assert "UP" in found and "NO-CARRIER" in found
            probed = told()
        ways = choice.ways(made.fabric(), flows())
        compared = gaps(probed, ways, FAILED, within(0.0, 0.1), delayed_s=waits().of())
    assert all(each.ok for each in compared), compared


def test_flows_that_stay_with_a_place_that_withdrew_are_noticed() -> None:
    away, here = ("left", "10.66.0.1", 4791), ("right", "10.66.0.1", 4791)
    arrived = "1110001111"
    moving = replace(track(arrived), door=(away,) * 3 + (None,) * 3 + (here,) * 4)
    staying = replace(track("1" * 10), door=(away,) * 10)
    other = replace(track("1" * 10), door=(here,) * 10)
    good = judged(Probed((moving, other), floats([0.0])), "left", 0.5, 0.0)
    assert [(each.predicted, each.measured, each.ok) for each in good[:1]] == [(1, 1, True)]
    assert good[1].measured == pytest.approx(0.003)
    assert good[1].ok
    assert not judged(Probed((moving, staying), floats([0.0])), "left", 0.5, 0.0)[0].ok
    assert not judged(Probed((moving,), floats([0.0])), "left", 0.0005, 0.0)[1].ok

"""Three witnesses of the sites of the gallery: formulae, packets and bounds; and that mistakes in either are found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from easterly.model.packet_records import Trace
from easterly.predict.queueing.general import md1
from easterly.site import load
from easterly.study.nouns import Nouns
from easterly.study.queueing import queue_site
from easterly.study.witnesses import at_random, findings, witness_site
from easterly.study.witnesses import run as running
from easterly.study.witnesses.envelopes import least_bursts
from easterly.study.witnesses.open_loop import sojourns
from easterly.study.witnesses.statistics import half_width, measured

ROOT = Path(__file__).parents[2]
QUICK = ("direct-networks", "rail-only")
SLOW = ("leaf-spine", "two-fabrics-wan", "multi-plane", "clos-taper", "shared-services", "mixed-workloads")
LOAD = 0.7
"""Of the busiest port: most sites load their ports by a few percent, where nothing would wait."""


def nouns_of(name):
    return Nouns(load(ROOT / f"examples/{name}.yaml").site)


def factor(nouns, arrivals="packets"):
    return LOAD / float(queue_site(nouns, arrivals=arrivals).waits.port_load.max())


def said(made):
    links = [str(link) for link in range(len(made.means.offered.ports))]
    return findings(made, links, {})


def assert_no_contradiction(name, hops):
    nouns = nouns_of(name)
    made = witness_site(nouns, factor=factor(nouns), hops=hops)
    assert not said(made) and made.contradictions == 0
    assert not made.random.unlike and not made.random.void and made.steps.unlike and not made.steps.void
    groups = made.random.groups
    assert (groups.status == "agrees")[groups.first & (groups.queues > 0)].any()  # something was compared
    assert (made.random.bound_status == "holds").sum() > 0.3 * len(made.random)
    assert (made.steps.bound_status == "holds").all()


@pytest.mark.no_cover
@pytest.mark.parametrize("name", QUICK)
def test_nothing_contradicts(name):
    assert_no_contradiction(name, 200_000)


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_nothing_of_the_gallery_contradicts(name):
    assert_no_contradiction(name, 600_000)


@pytest.mark.no_cover
def test_messages_at_random_agree_at_their_senders():
    """M^X/G/1: messages of a packet or of some; of those of millions of packets no run says anything."""
    nouns = nouns_of("shared-services")
    made = at_random(queue_site(nouns, arrivals="messages", factor=factor(nouns)), hops=600_000)
    first = made.waits.first
    assert made.contradictions == 0 and (made.mean_status == "agrees")[first].sum() > 3


@pytest.fixture(scope="module")
def rails():
    nouns = nouns_of("rail-only")
    return queue_site(nouns, factor=factor(nouns))


@pytest.mark.no_cover
def test_many_packets_of_one_queue_are_judged():
    """One job of few connections: queue by queue, most of them within the exact mean of M/D/1."""
    nouns = nouns_of("direct-networks")
    made = at_random(queue_site(nouns, factor=factor(nouns)), hops=800_000)
    assert (made.mean_status == "agrees").sum() > 50 and made.contradictions == 0


@pytest.mark.no_cover
@pytest.mark.parametrize("wrong", [0.85, 1.15])
def test_a_formula_that_is_wrong_is_found(rails, wrong, monkeypatch):
    """Packets of 15 % less or more than the formula knows of."""
    real = running.run_open
    monkeypatch.setattr(
        running, "run_open", lambda made, **more: real(replace(made, factor=made.factor * wrong), **more)
    )
    made = at_random(rails, hops=300_000)
    found = said(running.SiteWitnesses(rails, made, None, 1.0))
    assert {each.code for each in found} == {"E710"} and "senders fill" in found[-1].message
    assert all(each.severity == "error" for each in found)


def test_a_bound_that_is_wrong_is_found(rails, monkeypatch):
    """Bounds of a hundredth of what was sent."""
    real = running.bounds_of
    monkeypatch.setattr(running, "bounds_of", lambda made, flow, at_s, size_B: real(made, flow, at_s, size_B * 0.01))
    made = at_random(rails, hops=100_000)
    found = said(running.SiteWitnesses(rails, made, None, 1.0))
    assert [each.code for each in found] == ["E709"] and made.contradictions == (made.bound_status == "exceeded").sum()


def test_the_same_seed_gives_the_same_numbers(rails):
    one, other = (at_random(rails, hops=20_000, seed=7) for _ in range(2))
    assert np.array_equal(one.measured.mean_s, other.measured.mean_s, equal_nan=True)
    assert not np.array_equal(
        one.measured.mean_s, at_random(rails, hops=20_000, seed=8).measured.mean_s, equal_nan=True
    )


def test_overload_has_no_mean(rails):
    with pytest.raises(ValueError, match="no run has a mean"):
        at_random(replace(rails, waits=queue_site(rails.offered.nouns, factor=1000).waits))


def test_least_bursts_are_those_of_every_stretch():
    draws = np.random.default_rng(3)
    flow, at_s, size_B = draws.integers(0, 4, 60), np.sort(draws.random(60)), draws.integers(1, 9, 60).astype(float)
    rate_Bps = np.array([50.0, 5.0, 0.0, 500.0])
    found = least_bursts(flow, at_s, size_B, rate_Bps)
    for f in range(4):
        own = np.flatnonzero(flow == f)
        every = [
            size_B[own[i : j + 1]].sum() - rate_Bps[f] * (at_s[own[j]] - at_s[own[i]])
            for i in range(len(own)) for j in range(i, len(own))
        ]  # fmt: skip
        assert found[f] == pytest.approx(max(every) + 1)


def test_sojourns_of_two_classes_of_one_link():
    """The second class waits for the first; the last packet has not left."""
    rows = [(0, 0, 3, 0), (0, 0, 5, 0), (8_000, 3, 3, 3), (16_000, 3, 5, 3), (9_000, 0, 3, 0)]
    time_ps, event, traffic_class, _ = (np.array(column) for column in zip(*rows, strict=True))
    same = np.zeros(5, dtype=np.int64)
    trace = Trace(time_ps, same, same, same, same + 1000, same, traffic_class, event, 0)
    found = sojourns(trace, np.array([0, 0]), np.array([5, 3]), np.array([1e12]))
    assert found.row.tolist() == [1, 0] and found.wait_s == pytest.approx([0.0, 8e-9])


def test_stretches_that_cluster_are_less_sure():
    """Packets of a stretch are all alike: the interval is Student's of ten stretches, not of 500 packets."""
    draws = np.random.default_rng(1).random((200, 10))
    count = np.full((200, 10), 50)
    inside = np.abs(draws.mean(axis=1) - 0.5) <= half_width(count, draws * 50, 0.9)
    assert 0.84 <= inside.mean() <= 0.95


def test_quantiles_and_what_is_left_out():
    found = measured(np.zeros(1000, np.int32), np.linspace(0, 1, 1000), np.arange(1000.0), 2, 1.0)
    assert found.packets.tolist() == [900, 0] and found.most_s[0] == 999
    assert found.at_s[0].tolist() == [549, 909, 990, 999] and np.isnan(found.at_s[1]).all()


def test_the_exact_mean_is_that_of_md1(rails):
    first = rails.waits.first
    each_s = (rails.waits.stations.W - rails.waits.stations.Wq)[first]
    exact = md1(rails.waits.stations.entering[first], each_s).Wq
    assert np.allclose(rails.waits.stations.Wq[first], exact, rtol=1e-12)

"""Tight bounds beside published and measured ones: total, separated, polynomial and exponential linear programmes."""

from __future__ import annotations

import numpy as np
import pytest
from tests.predict.calculus.servers import interleaved, ring, tandem

from easterly.predict.calculus.tight import ServerNetwork, bound_flow, known, sink_tree, total


def delay_s(net, analysis, flow=0):
    return bound_flow(net, flow, analysis).delay_s


@pytest.mark.parametrize(
    ("n", "by_total", "by_separated", "by_linear"),
    [(2, 0.66, 0.566667, 0.54), (3, 1.092, 0.766667, 0.766667), (5, 2.232480, 1.166667, 1.166667),
     (10, 7.787605, 2.166667, 2.166667)],
)  # fmt: skip
def test_tandems_with_cross_traffic_at_each_hop(n, by_total, by_separated, by_linear):
    """As panco finds them; separated is n (T + s / R) + 1 / (R - r), what LUDB gives here."""
    net = tandem(n)
    assert delay_s(net, "total") == pytest.approx(by_total, abs=1e-6)
    assert delay_s(net, "separated") == pytest.approx(by_separated, abs=1e-6)
    assert delay_s(net, "separated") == pytest.approx(n * 0.2 + 1 / 6, rel=1e-9)
    assert delay_s(net, "linear") == pytest.approx(by_linear, abs=1e-6)


@pytest.mark.parametrize(("n", "bound_s"), [(2, 0.54), (3, 0.756)])
def test_exact_tandems_are_reached_and_nothing_is_below(n, bound_s):
    found = bound_flow(tandem(n), 0, "exact")
    assert found.delay_s >= bound_s > found.reached_s
    assert found.delay_s == pytest.approx(bound_s, rel=1e-9) and found.reached_s == pytest.approx(bound_s, rel=1e-7)
    assert found.tightness == pytest.approx(1, rel=1e-7)
    assert min(delay_s(tandem(n), each) for each in ("total", "separated", "linear")) >= bound_s


def test_a_tandem_whose_links_shape():
    assert delay_s(tandem(10, shaped=True), "total") == pytest.approx(4.781227, abs=1e-6)
    assert delay_s(tandem(10, shaped=True), "linear") <= 2.166667


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("n", "by_total", "by_separated", "by_linear"),
    [(3, 1.664, 1.210667, 0.925333), (5, 3.61984, 2.036267, 1.610667), (10, 14.37692, 4.467079, 3.341333),
     (20, 137.07539, 11.38425, 6.674667), (40, 10_027.66, 39.75954, 13.34133)],
)  # fmt: skip
def test_interleaved_tandems(n, by_total, by_separated, by_linear):
    net = interleaved(n)
    assert delay_s(net, "total") == pytest.approx(by_total, rel=1e-6)
    assert delay_s(net, "separated") == pytest.approx(by_separated, rel=1e-6)
    assert delay_s(net, "linear") == pytest.approx(by_linear, rel=1e-6)
    assert delay_s(net, "linear") <= by_linear + 1e-5


def test_an_interleaved_tandem_exactly():
    found = bound_flow(interleaved(3), 0, "exact")
    assert found.delay_s == pytest.approx(0.888, rel=1e-9) and found.reached_s == pytest.approx(0.888, rel=1e-7)


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("n", "load", "by_total", "by_separated", "by_linear", "shaped"),
    [(5, 0.3, 3.636364, 2.626647, 1.399560, (1.33558, 1.032938)),
     (5, 0.6, 20.0, 7.011826, 1.941121, (1.87952, 1.296963)),
     (10, 0.3, np.inf, np.inf, 3.762674, (3.158658, 2.300809))],
)  # fmt: skip
def test_rings(n, load, by_total, by_separated, by_linear, shaped):
    """Finite where total flow analysis has no bound; never above what panco finds by one programme for all bursts."""
    free, held = ring(n, load), ring(n, load, shaped=True)
    assert delay_s(free, "total") == pytest.approx(by_total, rel=1e-6)
    assert delay_s(free, "separated") == pytest.approx(by_separated, rel=1e-6)
    assert delay_s(held, "total") == pytest.approx(shaped[0], rel=2e-6)
    for net, limit, least in ((free, by_linear, 0.97), (held, shaped[1], 0.97)):
        assert least * limit < delay_s(net, "linear") <= limit


def test_separated_takes_bursts_that_have_no_bound_for_what_they_are():
    found = bound_flow(ring(10, 0.3), 0, "separated")
    assert np.isinf(found.delay_s) and "ring" in found.why
    over = ServerNetwork.of([(80, 0)], [((0,), 1, 80), ((0,), 1, 8)])
    for analysis in ("total", "separated", "linear", "exact", "blind"):
        bound = bound_flow(over, 0, analysis)
        assert np.isinf(bound.delay_s) and bound.why.startswith("server 0 gets as much")


def test_a_ring_that_holds_no_bursts_says_so():
    found = bound_flow(ring(4, 0.99), 0, "blind")
    assert np.isinf(found.delay_s) and "ring" in found.why


def test_one_server_is_a_sum():
    """T + sum of bursts / R for first in, first out; (R T + bursts) / (R - rates) for any order."""
    net = ServerNetwork.of([(800, 0.2)], [((0,), 3, 80), ((0,), 5, 240)])
    for analysis in ("total", "linear", "exact", "sink-tree"):
        assert delay_s(net, analysis) == pytest.approx(0.2 + 8 / 100, rel=1e-9)
    assert delay_s(net, "blind") == pytest.approx((100 * 0.2 + 5 + 3) / 70, rel=1e-12)


def test_a_sink_tree_is_exact():
    """The closed form of Lenzini et al. meets what programmes find from both sides."""
    net = ServerNetwork.of(
        [(80, 0.1), (100, 0.05), (120, 0.02), (60, 0.1)],
        [((0, 1, 2), 1, 16), ((0, 1, 2), 2, 8), ((1, 2), 1.5, 24), ((2,), 3, 30), ((3, 2), 1, 10)],
    )
    found = bound_flow(net, 0, "exact")
    assert found.delay_s == pytest.approx(sink_tree(net, 0), rel=1e-8)
    assert found.reached_s == pytest.approx(sink_tree(net, 0), rel=1e-6)
    with pytest.raises(ValueError, match="no sink tree"):
        sink_tree(tandem(2), 0)


def test_buckets_hold_together():
    """min(2 + 4 t, 6 + t) into 10 B/s behind 0.1 s: delay where neither bends, backlog at the latency."""
    net = ServerNetwork.of([(80, 0.1)], [((0,), 6, 8)], buckets={0: [(2, 32)]})
    assert delay_s(net, "total") == pytest.approx(0.1 + 2 / 10, rel=1e-12)
    assert delay_s(net, "linear") == pytest.approx(0.3, rel=1e-9)
    assert total(net).backlog_B[0] == pytest.approx(2.4, rel=1e-12)


def test_what_does_not_fit_is_refused():
    for servers, flows, said in (
        ([(0, 0)], [((0,), 1, 1)], "rate of a server is 0"), ([(8, -1)], [((0,), 1, 1)], "latency is -1"),
        ([(8, 0)], [((), 1, 1)], "no server"), ([(8, 0)], [((1,), 1, 1)], "server 1: there are 1"),
        ([(8, 0)], [((0, 0), 1, 1)], "twice in a row"), ([(8, 0)], [((0,), np.nan, 1)], "burst is nan"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=said):
            ServerNetwork.of(servers, flows)
    with pytest.raises(ValueError, match="no analysis"):
        bound_flow(tandem(2), 0, "fluid")
    with pytest.raises(ValueError, match="flow 9 is none of 3"):
        bound_flow(tandem(2), 9, "total")
    with pytest.raises(ValueError, match="256 dates"):
        bound_flow(tandem(8), 0, "exact")


def test_flows_share_what_is_known():
    net = interleaved(5)
    given = known(net)
    assert [bound_flow(net, f, "linear", given=given) for f in range(3)] == [
        bound_flow(net, f, "linear") for f in range(3)
    ]

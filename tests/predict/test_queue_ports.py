"""Queues of a network as stations: against single stations, a law of conservation, and packets one by one."""

from __future__ import annotations

import numpy as np
import pytest

from easterly.base.columns import floats, indices, ints
from easterly.model.packets import PacketFlows, Ports
from easterly.predict.packet.star import star_flows, star_ports
from easterly.predict.queueing.general import md1, mxg1
from easterly.predict.queueing.levels import Classes, waits
from easterly.predict.queueing.ports import port_waits
from easterly.predict.queueing.priority import non_preemptive

US = 1e-6


def line_ports(*rate_bps):
    count, none = len(rate_bps), indices(np.full(len(rate_bps), -1))
    return Ports(
        floats(rate_bps), floats(np.zeros(count)), none, none, none, floats(np.ones(count)), floats(np.zeros(count))
    )


def on_paths(*paths):
    ptr = indices(np.cumsum([0, *(len(path) for path in paths)]))
    zero = np.zeros(len(paths))
    return PacketFlows(
        indices(zero), floats(zero), ptr, ints(np.concatenate(paths)), indices(np.zeros(len(paths) + 1)), ints([])
    )


def classes(level, rate, each):
    rate, each = np.array(rate, dtype=float), np.array(each, dtype=float)
    none = np.zeros(len(rate))
    port, same = np.zeros(len(rate), dtype=np.int64), np.ones(len(rate), dtype=bool)
    return Classes(port, np.array(level), rate, rate * each, each, none, rate * each**2 / 2, same)


def test_strict_classes_are_cobhams():
    rate, each = [0.2, 0.3, 0.1], [1.0, 0.8, 2.0]
    alike, first, last = waits(classes([0, 1, 2], rate, each))
    exact = non_preemptive(rate, each, 0.0).Wq
    assert np.allclose(alike, exact, rtol=1e-12) and np.allclose(first, exact) and np.allclose(last, exact)


def test_weighted_classes_between_first_and_last():
    """Both ends are Cobham's with that class first, and last; and who goes first changes no sum of rho W."""
    rate, each = np.array([0.2, 0.3, 0.1]), np.array([1.0, 0.8, 2.0])
    alike, first, last = waits(classes([8, 8, 8], rate, each))
    for k in range(3):
        others = [i for i in range(3) if i != k]
        ahead, behind = [k, *others], [*others, k]
        assert first[k] == pytest.approx(non_preemptive(rate[ahead], each[ahead], 0.0).Wq[0], rel=1e-12)
        assert last[k] == pytest.approx(non_preemptive(rate[behind], each[behind], 0.0).Wq[-1], rel=1e-12)
    work = rate * each
    assert (work * alike).sum() == pytest.approx((work * non_preemptive(rate, each, 0.0).Wq).sum(), rel=1e-12)


def test_overload_spares_the_classes_above():
    alike, _, _ = waits(classes([0, 1, 2], [0.5, 0.6, 0.1], [1, 1, 1]))
    exact = non_preemptive([0.5, 0.6, 0.1], [1, 1, 1], 0.0).Wq
    assert np.isfinite(alike[0]) and np.allclose(alike, exact, rtol=1e-12)


@pytest.mark.parametrize("packets", [1, 7])
def test_one_sender_is_a_station_with_batches(packets):
    made = port_waits(line_ports(8e9), None, on_paths([0]), 6e9, 1000, batch=packets)
    exact = mxg1(0.75e6 / packets, US, 0, packets, 0)
    assert made.stations.Wq == pytest.approx([float(exact.Wq)], rel=1e-12)
    assert made.stations.band.low == made.stations.band.high == made.stations.Wq


def test_quantiles_of_one_sender_are_those_of_fixed_times():
    made = port_waits(line_ports(8e9), None, on_paths([0]), 6e9, 1000)
    assert np.allclose(made.stations.Wq_at[:, 0], md1(0.75e6, US, levels=(0.5, 0.99)).Wq_at, rtol=1e-12)


def test_nothing_waits_behind_one_link_as_fast():
    made = port_waits(line_ports(8e9, 8e9, 1e10), None, on_paths([0, 1, 2]), 7e9, 1000)
    assert np.allclose(made.stations.Wq[1:], 0, atol=1e-18) and made.first.tolist() == [True, False, False]


def departures(at, each):
    """When fixed services end, first come first served."""
    order = np.argsort(at, kind="stable")
    index = np.arange(len(at)) * each
    ends = np.empty(len(at))
    ends[order] = np.maximum.accumulate(at[order] - index) + index + each
    return ends


@pytest.mark.parametrize("faster", [1.0, 4.0])
def test_a_tree_of_links_is_exact(faster):
    """Three senders into one port, by the recursion of every packet: links before as fast as the port, or faster."""
    draws, count, rate, each = np.random.default_rng(11), 300_000, 0.27, 1.0
    at, came = [], []
    for _ in range(3):
        at.append(np.cumsum(draws.exponential(1 / rate, count)))
        came.append(departures(at[-1], each / faster))
    joined = np.concatenate(came)
    found = (departures(joined, each) - joined - each)[joined < 0.95 * count / rate].mean()
    ports = line_ports(*[8e9 * faster] * 3, 8e9)
    made = port_waits(ports, None, on_paths([0, 3], [1, 3], [2, 3]), rate * 8e9, 1000)
    assert made.stations.Wq[3] / US == pytest.approx(found, rel=0.03)
    band = made.stations.band
    assert band.low[3] <= made.stations.Wq[3] <= band.high[3]


def test_links_before_that_are_full_of_others():
    """As in a switch of slots: (n - 1) / n of the wait of M/D/1 (Karol, Hluchyj & Morgan 1987)."""
    ports = line_ports(*[8e9] * 4, 8e9, *[8e9] * 4)
    paths = [[i, 4] for i in range(4)] + [[i, 5 + i] for i in range(4)]
    rate = np.array([0.2] * 4 + [0.8 - 1e-9] * 4) * 8e9
    made = port_waits(ports, None, on_paths(*paths), rate, 1000)
    assert made.stations.Wq[4] / US == pytest.approx(0.75 * 0.8 / (2 * 0.2), rel=1e-6)


def test_end_to_end_is_the_sum_along_the_way():
    made = port_waits(star_ports(3, 8e9, 2e-6), None, star_flows(np.arange(2), 2, 1), [2e9, 2e9], 1000)
    wait = made.stations.Wq
    assert made.flow_s == pytest.approx(wait[:2] + wait[2] + 2 * US + 2 * 2e-6)
    assert np.allclose(made.stations.L, made.stations.entering * made.stations.W, rtol=1e-12)


def test_what_is_no_load():
    made = port_waits(line_ports(8e9), None, on_paths([0], [0]), [0.0, 9e9], 1000)
    assert np.isinf(made.stations.Wq).all() and "more than they can send" in made.stations.reasons[0]
    with pytest.raises(ValueError, match="packet_B is 0"):
        port_waits(line_ports(8e9), None, on_paths([0]), 1e9, 0)

"""Flows packet by packet, against closed forms and against each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.base.columns import floats, ints
from easterly.model.packets import PacketFlows, Ports
from easterly.predict.packet import PRESETS, bound_s, ideal_s, incast, mark_at_B, simulate, transport
from easterly.predict.packet.star import one_switch

DCTCP, NEWRENO, FIXED = transport("dctcp"), transport("newreno"), transport("fixed")


def line(rates_bps, delays_s):
    """Links there, and the same back."""
    rate, delay = floats([*rates_bps, *rates_bps]), floats([*delays_s, *delays_s])
    none = np.full(len(rate), -1)
    return Ports(rate, delay, none, none, none, floats(np.ones(len(rate))), floats(np.zeros(len(rate))))


def along(links, sizes_B, starts_s=None):
    """Flows over all links of a line."""
    n = len(sizes_B)
    ptr = links * np.arange(n + 1)
    return PacketFlows(
        np.array(sizes_B), floats(np.zeros(n) if starts_s is None else starts_s),
        ptr, ints(np.tile(np.arange(links), n)), ptr, ints(np.tile(np.arange(links, 2 * links), n)),
    )  # fmt: skip


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from([10e9, 25e9, 100e9, 400e9]), min_size=1, max_size=5),
    st.integers(1, 300_000), st.sampled_from([0.0, 5e-7, 1e-5]),
)  # fmt: skip
def test_alone_a_flow_takes_the_ideal_time(rates_bps, size_B, delay_s):
    ports, flows = line(rates_bps, [delay_s] * len(rates_bps)), along(len(rates_bps), [size_B])
    how = replace(FIXED, first_window=1e9, nic_B=10**9)
    ideal = ideal_s(ports, flows, how)[0]
    found = simulate(ports, flows, how).fct_s[0]
    # The last packet is short, and then the slowest link may not be what it waits for.
    assert ideal * (1 - 1e-9) - 1500 * 8 / min(rates_bps) <= found <= ideal * (1 + 1e-9)
    if size_B % 1448 == 0:
        assert found == pytest.approx(ideal, rel=1e-9)


def test_fifteen_to_one():
    found = incast(15, 10**6, 100e9, DCTCP, buffer_B=16 * 10**6, mark_B=65 * 1500)
    bound = bound_s(15, 10**6, 100e9, DCTCP)
    assert bound <= found.fct_s.max() <= 1.05 * bound
    assert bound == pytest.approx(1243.1e-6, rel=2e-3)
    assert found.complete and found.drops.sum() == 0 and found.marks.sum() > 0
    assert found.packet_hops == 2 * 2 * 15 * 691


def test_without_marks_and_drops_the_bound_is_met():
    found = incast(15, 10**6, 100e9, NEWRENO)
    assert found.fct_s.max() == pytest.approx(bound_s(15, 10**6, 100e9, NEWRENO), rel=1e-9)


@pytest.mark.parametrize(
    "name", sorted(name for name, how in PRESETS.items() if how.law not in ("fixed", "open") and not how.lossless)
)
@pytest.mark.parametrize("buffer_B", [30_000, 300_000])
def test_what_is_dropped_is_sent_again(name, buffer_B):
    found = incast(20, 200_000, 25e9, transport(name), buffer_B=buffer_B, mark_B=20_000)
    assert np.isfinite(found.fct_s).all() and found.complete
    if (name, buffer_B) != ("swift", 300_000):  # whose window holds the queue below that
        assert found.drops.sum() > 0 and found.again.sum() >= 1
    assert (found.fct_s >= found.ideal_s * (1 - 1e-9)).all()


def test_a_timeout_is_waited_for():
    found = incast(60, 30_000, 100e9, NEWRENO, buffer_B=15_000)
    assert found.timeouts.sum() > 0
    assert found.fct_s.max() >= NEWRENO.least_timeout_s


def test_stopping_early_leaves_what_has_not_arrived():
    seen = []
    ports, flows = line([1e9], [1e-3]), along(1, [10**6, 10**6])
    found = simulate(ports, flows, DCTCP, until_s=5e-3)
    assert not found.complete and np.isinf(found.fct_s).all() and found.end_s <= 5e-3
    simulate(ports, flows, DCTCP, progress=lambda now_s, left, hops: seen.append((now_s, left, hops)) or True)


def test_seeds_matter_only_where_something_is_drawn():
    ports = line([100e9] * 2, [1e-6] * 2)
    lossy = replace(ports, loss=floats([0.01] * 4))
    flows = along(2, [400_000] * 3)
    assert np.array_equal(*(simulate(ports, flows, DCTCP, seed=s).fct_s for s in (1, 2)))
    a, b, again = (simulate(lossy, flows, DCTCP, seed=s).fct_s for s in (1, 2, 1))
    assert np.array_equal(a, again) and not np.array_equal(a, b)


def test_names_of_transports():
    assert all(made.name == name and made.source for name, made in PRESETS.items())
    with pytest.raises(ValueError, match="no transport 'vegas'"):
        transport("vegas")
    with pytest.raises(ValueError, match="at least one"):
        incast(0, 1, 1e9, DCTCP)


def test_the_threshold_of_marks():
    assert mark_at_B(10e9, 100e-6) == 17857  # 11.9 packets (Alizadeh et al. 2010)
    assert mark_at_B(1e9, 1e-6) == 3000


def test_a_lossless_switch_drops_nothing_and_a_rate_answers_marks():
    how = transport("dcqcn-paper")
    found = incast(15, 10**6, 40e9, how, buffer_B=4 * 10**6)
    assert found.drops.sum() == 0 and found.again.sum() == 0 and found.timeouts.sum() == 0
    assert found.marks.sum() > 0 and found.complete
    assert 1 <= found.fct_s.max() / bound_s(15, 10**6, 40e9, how) < 2.5
    with pytest.raises(ValueError, match="nothing to share"):
        incast(15, 10**6, 40e9, how, buffer_B=40_000)


def test_without_headroom_a_lossless_class_loses():
    how = replace(transport("dcqcn-paper"), first_window=1e9)
    ports, hosts = line([40e9] * 6, [1e-6] * 6), 6
    flows = PacketFlows(
        np.full(5, 10**6), floats(np.zeros(5)), 2 * np.arange(6), ints([x for i in range(5) for x in (2 * i, 11)]),
        2 * np.arange(6), ints([x for i in range(5) for x in (10, 2 * i + 1)]),
    )  # fmt: skip
    drops = []
    for headroom_B in (20_000, 0):
        queues = one_switch(
            hosts, how, rate_bps=40e9, shared_B=60_000, alpha=0.5, headroom_B=headroom_B, xon_offset_B=3_000
        )
        drops.append(simulate(ports, flows, how, queues=queues).drops.sum())
    assert drops[0] == 0 < drops[1]


def test_a_rate_answers_without_a_switch_that_pauses():
    how = replace(transport("dcqcn-paper"), lossless=False)
    found = incast(6, 2_000_000, 40e9, how, buffer_B=200_000, mark_B=50_000)
    assert found.complete and np.isfinite(found.fct_s).all()
    assert found.fct_s.max() >= bound_s(6, 2_000_000, 40e9, how)


def test_a_stop_before_the_first_event_stops():
    found = simulate(line([1e9], [1e-3]), along(1, [10**6], [5e-3]), DCTCP, until_s=1e-3)
    assert not found.complete and found.events == 0 and np.isinf(found.fct_s).all()


def test_transports_of_one_run():
    ports = line([100e9], [1e-6])
    flows = replace(along(1, [50_000, 50_000], [0.0, 1.0]), transport=ints([0, 1]))
    big = replace(FIXED, packet_B=4096, header_B=58, first_window=1e6, nic_B=10**9)
    small = replace(big, packet_B=1500, header_B=52)
    found = simulate(ports, flows, [small, big])
    wire_B = np.array([50_000 + 35 * 52, 50_000 + 13 * 58])
    assert found.fct_s == pytest.approx(wire_B * 8e-11 + 1e-6, rel=1e-9)
    assert found.fct_s == pytest.approx(ideal_s(ports, flows, [small, big]), rel=1e-9)

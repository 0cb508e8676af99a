"""Buffers by every method: against windows and queues that are played through, and what decides among them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.qos.memory import MemoryShare, Method, QueueLoad, headroom, recommend

WHOLE = {"port_bps": 100e9, "rtt_s": 20e-6, "senders": 64, "burst_B": 21_720}


def keeps_busy(buffer, pipe, keeps):
    """Whether a window that grows by one until a packet is lost, then backs off, always fills the pipe."""
    window = pipe + buffer + 1  # the next packet is lost
    return all(w >= pipe for w in (keeps * (window - 1), window - 1))


@pytest.mark.parametrize("keeps, products", [(0.5, 1.0), (0.7, 0.428571), (0.85, 0.176471)])
def test_one_flow_needs_what_its_backing_off_leaves_empty(keeps, products):
    pipe = 700_000  # packets of one byte: 28 us at 200 Gb/s
    least = next(b for b in range(0, 2 * pipe, 7) if keeps_busy(b, pipe, keeps))
    need = recommend(QueueLoad(port_bps=200e9, rtt_s=28e-6, keeps=keeps)).need(Method.BDP)
    assert need.size_B == pytest.approx(least, abs=7)
    assert need.size_B / pipe == pytest.approx(products, abs=1e-6)


def test_figures_of_each_method():
    made = recommend(QueueLoad(**WHOLE, flows=10_000, lossless=True, cable_m=100, upstream=3))
    sizes = {need.method.value: need.size_B for need in made.needs}
    want = {"bdp": 250e3, "bdp-root-n": 2500.0, "incast": 1_368_360.0, "headroom": 3 * 56_272.0}
    assert sizes == pytest.approx(want, rel=1e-12)
    assert made.need(Method.HEADROOM).most_B == 3 * headroom(100e9, 100, 9216).high_B


@pytest.mark.parametrize(
    "load, chosen, says",
    [
        ({"rtt_s": 1e-3}, Method.BDP, "1 long flow:"),
        ({"rtt_s": 1e-3, "flows": 499}, Method.BDP, "below 500 they may fall into step"),
        ({"rtt_s": 1e-3, "flows": 500}, Method.BDP_ROOT, "500 long flows that are not in step"),
        ({"rtt_s": 1e-3, "flows": 500, "in_step": True}, Method.BDP, "flows in step act as one"),
        ({"rtt_s": 1e-3, "senders": 3, "burst_B": 1e6}, Method.BDP, "more than incast (2MB)"),
        ({"rtt_s": 1e-6, "senders": 3, "burst_B": 1e6}, Method.INCAST, "more than bdp (12.5kB)"),
        ({"senders": 4, "burst_B": 1e6, "sender_bps": 25e9}, Method.INCAST, "no faster than the port"),
        ({"lossless": True, "cable_m": 3.0}, Method.HEADROOM, "nothing is lost, whatever arrives"),
        ({"rtt_s": 1e-3, "lossless": True, "cable_m": 3.0, "senders": 3, "burst_B": 1e6}, Method.HEADROOM, "2MB"),
        ({"rtt_s": 1e-3, "lossless": True}, None, "no length of cable is known"),
        ({}, None, "give the round trip"),
        ({"rtt_s": 1e-3, "keeps": 0}, None, "nothing holds"),
    ],
)
def test_what_decides_and_why(load, chosen, says):
    made = recommend(QueueLoad(port_bps=100e9, **load))
    assert made.chosen is chosen
    assert says in made.reason
    assert chosen is not None or math.isnan(made.size_B)
    assert all(need.why and need.assumption for need in made.needs)


@given(
    st.floats(1e8, 1e12), st.none() | st.floats(1e-7, 1), st.integers(1, 10**6), st.booleans(),
    st.none() | st.integers(1, 5000), st.floats(1, 1e8), st.booleans(), st.none() | st.floats(0, 1e5),
)  # fmt: skip
def test_the_choice_covers_all_that_holds(port, rtt, flows, in_step, senders, burst, lossless, cable):
    load = QueueLoad(port_bps=port, rtt_s=rtt, flows=flows, in_step=in_step, senders=senders, burst_B=burst,
                     lossless=lossless, cable_m=cable)  # fmt: skip
    made = recommend(load)
    held = [need for need in made.needs if need.holds]
    assert all(math.isfinite(need.size_B) and need.size_B <= need.most_B for need in held)
    if lossless:
        assert (made.chosen is Method.HEADROOM) is (cable is not None)
    elif held:
        assert made.size_B == max(need.size_B for need in held)
    else:
        assert made.chosen is None
    assert not (made.need(Method.BDP).holds and made.need(Method.BDP_ROOT).holds)


def test_a_chip_gives_its_threshold_or_its_headroom():
    share = MemoryShare(memory_B=64e6, alpha=0.5, queues=4, reserved_B=1000, headroom_B=60_000)
    assert (share.limit_B, share.free_B) == pytest.approx((64e6 / 6 + 1000, 64e6 / 3))
    assert recommend(QueueLoad(**WHOLE), share).enough is True
    assert recommend(QueueLoad(**{**WHOLE, "senders": 600}), share).enough is False
    assert recommend(QueueLoad(**WHOLE)).enough is None
    lossless = recommend(QueueLoad(port_bps=100e9, lossless=True, cable_m=100), share)
    assert (lossless.size_B, lossless.given_B) == (56_272, 60_000)
    assert lossless.enough is False  # 60,000 B hold the sum of the annex, and not its worst case


@pytest.mark.parametrize(
    "wrong, says",
    [
        (lambda: QueueLoad(port_bps=0), "port_bps is 0: give a number above 0"),
        (lambda: QueueLoad(port_bps=1e9, flows=0), "flows is 0"),
        (lambda: QueueLoad(port_bps=1e9, rtt_s=math.nan), "rtt_s is nan"),
        (lambda: QueueLoad(port_bps=1e9, keeps=1), "keeps is 1"),
        (lambda: MemoryShare(memory_B=-1, alpha=1), "memory_B is -1"),
        (lambda: MemoryShare(memory_B=1, alpha=1, queues=0), "the queue itself is one"),
        (lambda: recommend(QueueLoad(port_bps=1e9, lossless=True, cable_m=-1)), "cable_m is -1"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()

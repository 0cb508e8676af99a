"""TCP, DCTCP and DCQCN at rest: figures of RFCs and papers, and cycles that are played packet by packet."""

from __future__ import annotations

import math

import numpy as np
import pytest

from easterly.predict.control import dcqcn, dctcp, tcp


@pytest.mark.parametrize(
    ("loss", "rtt_s", "packets"),
    [(1e-2, 0.1, 12), (1e-3, 0.1, 38), (1e-4, 0.1, 187), (1e-5, 0.1, 1054), (1e-6, 0.1, 5926), (1e-7, 0.1, 33325),
     (1e-8, 0.1, 187400), (1e-7, 0.01, 5926), (1e-8, 0.01, 33325)],
)  # fmt: skip
def test_windows_of_the_tables_of_rfc_9438(loss, rtt_s, packets):
    assert round(float(tcp.cubic_mean(loss, rtt_s))) == pytest.approx(packets, abs=1)


@pytest.mark.parametrize(("loss", "packets"), [(1e-4, 120), (1e-5, 379)])
def test_where_cubic_follows_reno_the_tables_round_its_constant(loss, packets):
    """The root of 3/2 is 1.2 there: 1.2247 here."""
    assert float(tcp.cubic_mean(loss, 0.01)) / 1.5**0.5 * 1.2 == pytest.approx(packets, abs=1)


def test_figures_of_cubic():
    assert tcp.cubic_k(100) == pytest.approx(4.217163, abs=5e-7)
    assert tcp.cubic_window([0, 2, 6], 100) == pytest.approx([70, 95.640336, 102.266703], abs=5e-7)
    assert tcp.cubic_friendly() == pytest.approx(0.529412, abs=5e-7)
    assert tcp.cubic_k(50, 50) == 0


def played(loss: float, grow: float, keep: float) -> float:
    """Mean window of a sawtooth of a window that grows each round trip, a loss every 1 / p packets."""
    window, sent, rounds, total = 100.0, 0.0, 0, 0.0
    for k in range(400_000):
        if sent >= 1 / loss:
            window, sent = window * keep, sent - 1 / loss
        sent += window
        if k > 100_000:
            rounds, total = rounds + 1, total + window
        window += grow
    return total / rounds


@pytest.mark.no_cover
def test_reno_is_its_sawtooth():
    assert float(tcp.reno_window(1e-5)) == pytest.approx(played(1e-5, 1, 0.5), rel=5e-3)
    assert float(tcp.reno_window(1e-5, per_ack=2)) == pytest.approx(played(1e-5, 0.5, 0.5), rel=5e-3)
    assert float(tcp.reno_window(1e-5, beta=0.7)) == pytest.approx(played(1e-5, 1, 0.7), rel=5e-3)
    friendly = played(1e-5, tcp.cubic_friendly(), 0.7)
    assert friendly == pytest.approx(played(1e-5, 1, 0.5), rel=5e-3)
    assert float(tcp.reno_window(1e-4, form=tcp.Reno.FLUID)) ** 2 * 1e-4 == pytest.approx(2)


def test_the_mean_window_of_cubic_is_that_of_its_curve():
    """The area under one epoch is 1 / p packets in round trips of R."""
    loss, rtt = 1e-7, 0.1
    low, high = 1.0, 1e7
    for _ in range(200):
        top = math.sqrt(low * high)
        t = np.linspace(0, tcp.cubic_k(top), 20_001)
        sent = np.trapezoid(tcp.cubic_window(t, top), t) / rtt
        low, high = (top, high) if sent < 1 / loss else (low, top)
    mean = np.trapezoid(tcp.cubic_window(t, top), t) / t[-1]
    assert float(tcp.cubic_mean(loss, rtt)) == pytest.approx(float(mean), rel=1e-6)


def test_tfrc_and_padhye():
    assert float(tcp.tfrc(0.01, 0.1)) == pytest.approx(164005.06, abs=0.005)
    # Without timeouts and for small losses both are Reno with one acknowledgement per packet.
    assert float(tcp.pftk(1e-7, 0.1, 1e-9, per_ack=1)) * 0.1 == pytest.approx(float(tcp.reno_window(1e-7)), rel=2e-3)
    assert float(tcp.tfrc(1e-7, 0.1, packet_B=1, timeout_s=1e-9)) * 0.1 == pytest.approx(float(tcp.reno_window(1e-7)))
    assert float(tcp.pftk(1e-9, 0.1, 0.4, most=64)) == pytest.approx(640, rel=1e-3)  # the receiver's window
    assert float(tcp.pftk(1, 0.1, 0.4)) == 0


@pytest.mark.parametrize("buffer_bdp", [1.0, 1.5, 4, 30])
def test_bbr_balances_its_cap_with_what_fits(buffer_bdp):
    """Ware et al. 2019: what BBR has in flight is twice what it believes the path holds."""
    bdp, flows = 500.0, 2
    part = float(tcp.bbr_share(buffer_bdp, flows=flows, bdp=bdp))
    buffer, others = buffer_bdp * bdp, 1 - part
    inside = part * (buffer + bdp)
    believed = bdp + others * buffer + 4 * flows
    assert inside <= 2 * part * believed * (1 + 1e-12)
    if part < 1:
        assert inside == pytest.approx(2 * part * believed)
    assert tcp.bbr_most_loss() == pytest.approx(0.2)


def test_figures_of_dctcp():
    assert dctcp.least_threshold(10e9 / 8 / 1500, 100e-6) == pytest.approx(11.905, abs=5e-4)
    assert dctcp.least_threshold(100e9 / 8 / 1500, 10e-6) * 1500 == pytest.approx(17857, abs=0.5)
    alpha = dctcp.estimates([0.2] * 5)[-1]
    assert alpha == pytest.approx(0.779357, abs=5e-7) and 100 * (1 - alpha / 2) == pytest.approx(61.0321, abs=5e-5)


@pytest.mark.parametrize("window", [8.0, 60.0, 500.0])
def test_the_share_of_marks_of_dctcp_reproduces_itself(window):
    """Sum the packets of a cycle: those of its last round trip over all are alpha."""
    made = dctcp.sawtooth(1, window, 1.0, 0.0)
    start, end = (made.window + 1) * (1 - made.alpha / 2), made.window + 1
    w = np.linspace(start, end, 100_001)
    marked = np.trapezoid(np.where(w >= made.window, w, 0.0), w) / np.trapezoid(w, w)
    assert marked == pytest.approx(made.alpha, rel=1e-3)
    assert made.amplitude == pytest.approx(end - start) and made.period_s == pytest.approx(end - start)


def test_the_least_queue_of_dctcp_is_at_its_least_at_one_number_of_flows():
    rate, rtt = 400e9 / 8 / 1500, 10e-6
    least = dctcp.least_threshold(rate, rtt)
    many = [n for n in range(1, 300) if rate * rtt >= n]
    rough = [least + n - math.sqrt(2 * n * (rate * rtt + least)) / 2 for n in many]
    assert min(rough) == pytest.approx(0, abs=1e-3 * rate * rtt)
    assert many[int(np.argmin(rough))] == pytest.approx((rate * rtt + least) / 8, rel=0.02)
    # Without the approximations a seventh is not quite enough, and what is enough is not too much.
    exact = [dctcp.sawtooth(n, rate, rtt, least).least for n in many]
    assert -0.06 * rate * rtt < min(exact) < -0.02 * rate * rtt
    certain = dctcp.certain_threshold(rate, rtt)
    assert min(dctcp.sawtooth(n, rate, rtt, certain).least for n in many) == pytest.approx(0, abs=1e-3 * rate * rtt)


def derivatives(at: dcqcn.Rest, settings: dcqcn.Settings) -> tuple[float, float, float]:
    """Of alpha, target and rate, as Zhu et al. 2015 write them (equations 5 to 7), in packets, with plain powers."""
    bits, p = settings.packet_bits, at.marked
    rate, target = at.rate_bps / bits, at.target_bps / bits
    count, timer = settings.count_B / settings.packet_B, settings.timer_s * rate
    told = 1 - (1 - p) ** (settings.cnp_s * rate)
    by_count, by_timer = (p / (min((1 - p) ** -min(each, 100 / p), 1e300) - 1) for each in (count, timer))
    add = settings.add_bps / bits * rate
    return (
        settings.gain / settings.alpha_s * (1 - (1 - p) ** (settings.alpha_s * rate) - at.alpha),
        -(target - rate) / settings.cnp_s * told
        + add * ((1 - p) ** (settings.stages * count) * by_count + (1 - p) ** (settings.stages * timer) * by_timer),
        -rate * at.alpha / (2 * settings.cnp_s) * told + (target - rate) / 2 * rate * (by_count + by_timer),
    )


@pytest.mark.parametrize("flows", [1, 2, 10, 64, 500])
@pytest.mark.parametrize("rate_bps", [40e9, 400e9])
def test_dcqcn_rests_where_nothing_changes(flows, rate_bps):
    settings = dcqcn.Settings(most=1.0)
    at = dcqcn.rest(flows, rate_bps, settings)
    alpha, target, rate = derivatives(at, settings)
    bits = settings.packet_bits
    assert abs(alpha) < 1e-9 / settings.alpha_s
    assert abs(target) < 1e-6 * settings.add_bps / bits / settings.timer_s
    assert abs(rate) < 1e-6 * at.rate_bps / bits * at.alpha / settings.cnp_s
    assert settings.mark(at.queue_B) == pytest.approx(at.marked, rel=1e-9) and at.rate_bps == rate_bps / flows


def test_the_cube_root_is_right_for_small_shares():
    """Zhu et al. 2016, equation 11; it neglects what p does in powers."""
    small = dcqcn.rest(2, 40e9, dcqcn.Settings(add_bps=1e3))
    assert small.marked == pytest.approx(small.estimate, rel=0.05)
    assert not dcqcn.rest(64, 40e9).held and dcqcn.rest(64, 40e9).queue_B == 200e3


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: tcp.reno_window(0), "loss is 0"),
        (lambda: tcp.cubic_mean(2, 0.1), "loss is 2"),
        (lambda: tcp.cubic_k(10, 20), "above the window"),
        (lambda: tcp.bbr_share(0), "above 0"),
        (lambda: tcp.bbr_most_loss(1), "gain is 1"),
        (lambda: dctcp.sawtooth(100, 10, 1, 0), "less than one each"),
        (lambda: dcqcn.Settings(from_B=10, to_B=5), "below to_B"),
        (lambda: dcqcn.rest(0, 1e9), "flows is 0"),
    ],
)
def test_nonsense_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()

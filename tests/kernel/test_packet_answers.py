"""What windows do after a mark, a loss and a timeout, beyond the reduction itself."""

from __future__ import annotations

import numpy as np
import pytest
from tests.kernel.test_packet import GB
from tests.kernel.test_packet_windows import MS, US, bottleneck, watched


@pytest.mark.parametrize("law", ["newreno", "cubic", "dctcp"])
@pytest.mark.parametrize(("rate_bps", "rtt_ps", "mark"), [(10 * GB, 100 * US, 40), (GB, 400 * US, 20)])
def test_no_window_grows_until_the_answer_to_a_mark_is_acknowledged(law, rate_bps, rtt_ps, mark):
    """RFC 3168, section 6.1.2: as after a loss, for the packets in flight at the answer, and no longer."""
    net = bottleneck(rate_bps, rtt_ps, mark_B=(mark * 1500, mark * 1500))
    _, (seen,) = watched(net, 60 * MS, law, classic_ecn=1, least_timeout_ps=100 * MS)
    time, window, pipe = seen["time_ps"], seen["window"], seen["pipe"]
    cuts = np.flatnonzero(np.diff(window) < 0) + 1
    assert len(cuts) > 4
    for cut in cuts[1:-1]:
        grows = cut + np.flatnonzero(window[cut:] > window[cut])[0]
        assert time[grows] - time[cut] >= rtt_ps
        assert abs(grows - cut - pipe[cut - 1]) <= 2  # one acknowledgement for each packet in flight


def test_equal_windows_at_losses_are_no_reason_to_give_way():
    """RFC 9438, section 4.7, asks for a window below the last one; a flow alone before one buffer has equal ones."""
    periods = []
    for fast_convergence in (0, 1):
        net = bottleneck(GB // 10, 20 * MS, limit_B=250_000)
        _, (seen,) = watched(net, 50 * 10**12, "cubic", fast_convergence=fast_convergence, least_timeout_ps=200 * MS)
        cuts = np.flatnonzero(np.diff(seen["window"]) < -20)
        assert np.floor(seen["window"][cuts[3:]]).tolist() == [334.0] * (len(cuts) - 3)
        periods.append(np.diff(seen["time_ps"][cuts]) * 1e-12)
    K = np.cbrt(0.3 * 334 / 0.4)
    assert periods[0][-3:] == pytest.approx(K, rel=0.03)
    assert periods[1][-3:] == pytest.approx(periods[0][-3:], rel=0.02)


@pytest.mark.no_cover
@pytest.mark.parametrize("lost_at", [300, 700])
def test_cubic_begins_at_its_inflection_after_a_timeout(lost_at):
    """RFC 9438, section 4.8: K is 0 and W_max the window where congestion avoidance begins, so that C t^3 is added."""
    rtt_ps = 200 * MS
    net = bottleneck(100 * GB, rtt_ps, size_B=1448 * 10**7)
    simulation = net.simulation("cubic", first_window=200.0, least_timeout_ps=1000 * MS, duplicates=10**6, pacing=1.0)
    simulation.probe(0, 0)
    simulation.lose(1, lost_at, 0)  # nothing overtakes enough of them for a fast answer
    simulation.run(25 * 10**12, 10**12)
    seen = simulation.probed(0)
    assert simulation.flows()["timeouts"][0] == 1
    down = np.flatnonzero(seen["window"] == 1.0)[-1]
    window, time = seen["window"][down:], seen["time_ps"][down:]
    climbs = np.flatnonzero(np.diff(window) < 0.5)[0]
    begins = window[climbs]
    assert begins == pytest.approx(seen["threshold"][down], abs=1.5)
    assert np.diff(window[: climbs + 1]).max() == 1.0  # RFC 3465, section 2.3: by no more than what is newly there
    t = (time[climbs:] - time[climbs]) * 1e-12
    cubic = begins + 0.4 * t**3
    use = (t > 3.0) & (0.4 * t**3 > 1.2 * t / 0.2)  # above what Reno would have
    assert use.sum() > 500
    assert window[climbs:][use] == pytest.approx(cubic[use], rel=0.02)

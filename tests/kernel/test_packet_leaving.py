"""Marks of what leaves a queue, beside marks of what joins it."""

from __future__ import annotations

import numpy as np
import pytest
from tests.kernel.test_packet import GB, Net, done

SLOW = 1


def burst(packets, threshold, leaving, drops=0):
    """Packets of flows of their own, all there before the second of them leaves a slow link."""
    net = Net([100 * GB, GB, 100 * GB, 100 * GB], [0] * 4)
    net.flows = [([0, SLOW], [2, 3], 1448, 1000 * i) for i in range(packets)]
    made = net.simulation("newreno", classic_ecn=1)
    one, none, each = np.ones(1, dtype=np.int32), np.full(1, -1, dtype=np.int32), np.full(4, -1, dtype=np.int32)
    ramp = np.tile([threshold * 1500.0, threshold * 1500.0, 1.0], (1, 8))
    made.queues(
        SLOW * one, 0 * one, np.full((1, 8), 1500), ramp, drops * one, np.full((1, 8), -1), none, none, each, each,
        np.array([3, 2, 1, 0], dtype=np.int32), [],
    )  # fmt: skip
    if leaving:
        made.mark_leaving(SLOW, 0)
    return made


@pytest.mark.parametrize("packets", [2, 7, 20])
@pytest.mark.parametrize("threshold", [1, 5, 12])
def test_who_is_marked(packets, threshold):
    """Joining, those that find so many waiting; leaving, those that leave so many behind."""
    before, after = (done(burst(packets, threshold, leaving))["marked"] for leaving in (False, True))
    place = np.arange(packets)
    assert before.tolist() == (place - 1 >= threshold).astype(int).tolist()
    assert after.tolist() == ((place >= 1) & (packets - 1 - place >= threshold)).astype(int).tolist()


def test_what_cannot_be():
    made = burst(3, 1, False, drops=1)
    with pytest.raises(ValueError, match="drops early"):
        made.mark_leaving(SLOW, 0)
    with pytest.raises(ValueError, match="has no queues"):
        made.mark_leaving(0, 0)
    with pytest.raises(ValueError, match="traffic_class"):
        made.mark_leaving(SLOW, 8)

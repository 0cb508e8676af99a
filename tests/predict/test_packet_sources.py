"""Open loops and delays of packets, from nouns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.predict.test_packet import along, line

from easterly.model.packets import OpenLoop
from easterly.predict.packet import simulate, transport

UDP = transport("udp")


def test_delays_of_an_idle_path():
    how = replace(UDP, open=OpenLoop(1e9), delays="histogram")
    found = simulate(line([100e9] * 3, [1e-6] * 3), along(3, [1472 * 50, 1472]), how)
    delays = found.delays
    assert np.array_equal(delays.packets, [50, 1]) and np.array_equal(found.received, found.sent)
    alone_s = 3 * (120e-9 + 1e-6)
    assert delays.least_s[0] == pytest.approx(alone_s) and delays.most_s[1] == pytest.approx(alone_s + 120e-9)
    assert delays.mean_s[1] == delays.most_s[1]
    for share in (0.01, 0.5, 1.0):
        assert alone_s <= delays.quantile_s(share)[0] <= alone_s * 9 / 8


def test_the_wait_of_md1():
    """Poisson packets of one length at a load of 0.8: 0.8 s / (2 (1 - 0.8)), twice the time of a packet."""
    n, load = 400_000, 0.8
    how = replace(UDP, header_B=0, packet_B=1000, open=OpenLoop(load * 1e9, gaps="exponential"), delays="moments")
    ports = line([100e9, 1e9], [0.0, 0.0])
    found = simulate(ports, along(2, [n * 1000]), how)
    wait_s = found.delays.mean_s[0] - 8e-6 - 8e-8
    assert wait_s / 8e-6 == pytest.approx(load / (2 * (1 - load)), rel=0.05)


def test_the_variance_of_delays_that_grow_evenly():
    """Twice the rate of the link: packet k takes 8 (k + 1) - 4 k us, 100 of them 4^2 (100^2 - 1) / 12 us^2."""
    how = replace(UDP, header_B=0, packet_B=1000, open=OpenLoop(2e9), delays="moments")
    found = simulate(line([1e9], [0.0]), along(1, [100_000]), how)
    assert found.delays.variance_s2 == pytest.approx([16e-12 * (100**2 - 1) / 12], rel=1e-9)
    one = simulate(line([1e9], [0.0]), along(1, [1000]), how)
    assert one.delays.variance_s2.tolist() == [0.0]


def test_none_is_kept_where_none_is_asked_for():
    found = simulate(line([1e9], [0.0]), along(1, [1000]), UDP)
    assert found.delays is None
    kept = simulate(line([1e9], [0.0]), along(1, [1000]), replace(UDP, delays="moments")).delays
    with pytest.raises(ValueError, match="without a histogram"):
        kept.quantile_s(0.5)


def test_delays_of_a_flow_of_which_nothing_arrived():
    ports = line([1e9], [1.0])
    kept = simulate(ports, along(1, [1000]), replace(UDP, delays="histogram"), until_s=0.5).delays
    assert kept.packets[0] == 0
    assert all(np.isnan(column[0]) for column in (kept.mean_s, kept.least_s, kept.most_s, kept.quantile_s(0.5)))


@pytest.mark.parametrize("field", ["gaps", "lengths", "phases"])
def test_laws_that_are_none(field):
    with pytest.raises(ValueError, match=f"{field} is 'normal'"):
        simulate(line([1e9], [0.0]), along(1, [1000]), replace(UDP, open=replace(OpenLoop(), **{field: "normal"})))

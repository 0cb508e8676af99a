"""Packets are sent no faster than links take them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from easterly.app.lab.cables import Cable
from easterly.app.lab.measure import flows

FRAME_B = 100 + 14 + 40 + 8 + 50
"""Data, Ethernet, IPv6, UDP, and a tunnel of VXLAN around it."""


class Link:
    """A socket behind which a cable of the lab is: its queue holds some packets, of which the rate takes some away."""

    def __init__(self, rate_bps: float) -> None:
        self.now_s = self.left_s = 0.0
        self.rate_bps, self.waiting_B, self.most_B, self.sent = rate_bps, 0.0, 0.0, 0

    def sendto(self, *words: Any) -> None:
        self.waiting_B = max(0.0, self.waiting_B - (self.now_s - self.left_s) * self.rate_bps / 8) + FRAME_B
        self.left_s, self.sent = self.now_s, self.sent + 1
        self.most_B = max(self.most_B, self.waiting_B)

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


@pytest.mark.parametrize("rate_bps", [1_000_000, 3_125_000, 12_500_000, 200_000_000])
def test_a_burst_leaves_no_queue_of_the_slowest_link_longer_than_it_may_be(
    rate_bps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = Link(rate_bps)

    @contextmanager
    def sockets(spaces: object, given: list[flows.Flow]) -> Iterator[list[Link]]:
        yield [link] * len(given)

    monkeypatch.setattr(flows, "senders", sockets)
    monkeypatch.setattr(flows, "receivers", sockets)
    monkeypatch.setattr(flows.time, "sleep", link.sleep)
    sent = flows.several(400, "a", "b", "10.0.0.2", "10.0.1.2")
    flows.burst({}, sent, packets=2, slowest_bps=rate_bps)
    limit = Cable("x", 0, (("a", "x"), ("b", "y")), rate_bps).shapers()[0].classes[2]
    assert link.sent == 800
    assert link.most_B <= limit.burst_B + limit.limit * FRAME_B, "some would have been dropped"
    assert link.now_s <= 0.1 + 2.5 * 800 * FRAME_B * 8 / rate_bps + 0.02

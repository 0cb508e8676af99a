"""Schedulers, queue management and pauses through `simulate`: every kind, and what a run says that cannot end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.predict.test_packet import along, line

from easterly.base.columns import bools, floats, indices, ints, texts
from easterly.model.packets import OpenLoop, PacketFlows
from easterly.model.port_queues import (
    CLASSES,
    ColourRamp,
    PacketQueues,
    Pauses,
    PauseStorm,
    PauseWatchdog,
    PortMarker,
    PortScheduler,
    QueueManagement,
    SwitchMemories,
)  # fmt: skip
from easterly.predict.packet import simulate, transport
from easterly.predict.packet.queues import equal_ports

FIXED = replace(transport("fixed"), first_window=1e6, nic_B=10**9, least_timeout_s=10.0)
NO_MEMORY = SwitchMemories(texts([]), ints([]), floats([]), floats([]), floats([]))
RATE_BPS = 10e9


def one_port(**more):
    """The first of two links has queues."""
    return PacketQueues(equal_ports([0], [-1], [-1]), NO_MEMORY, of_class=ints([0]), **more)


def shares(queues, classes, until_s=3e-3):
    """Bytes of flows of these classes over one link, all backlogged."""
    ports = line([RATE_BPS], [0.0])
    flows = replace(along(1, [10**8] * len(classes)), traffic_class=ints(classes))
    found = simulate(ports, flows, FIXED, queues=queues, until_s=until_s)
    return found.received * 1500.0, found


RATES = (RATE_BPS / 7, 2 * RATE_BPS / 7, 4 * RATE_BPS / 7, *[1e6] * 5)
KINDS = {
    "wrr": {"weight": (1, 2, 4, *[1] * 5)},
    "wrr-bytes": {"weight": (1500, 3000, 6000, *[1500] * 5)},
    "wfq": {"weight": (1, 2, 4, *[1] * 5)},
    "wf2q": {"weight": (1, 2, 4, *[1] * 5)},
    "wf2q+": {"weight": (1, 2, 4, *[1] * 5)},
    "scfq": {"weight": (1, 2, 4, *[1] * 5)},
    "htb": {"weight": (1500, 3000, 6000, *[1500] * 5), "rate_bps": RATES},
    "cbq": {"weight": (1500, 3000, 6000, *[1500] * 5), "rate_bps": RATES},
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_shares_are_as_weights(kind):
    """1 : 2 : 4 of a saturated port; 2 % as the known answer of HTB says."""
    queues = one_port(schedulers=(PortScheduler((0,), kind, **KINDS[kind]),))
    sent_B, found = shares(queues, [0, 1, 2])
    assert sent_B / sent_B.sum() == pytest.approx(np.array([1, 2, 4]) / 7, rel=0.02)
    assert found.sent_B[0] * 8 / 3e-3 == pytest.approx(RATE_BPS, rel=0.001)


def test_what_a_ceiling_leaves_others_borrow():
    rates = (2e9, 2e9, 2e9, *[1e6] * 5)
    how = PortScheduler((0,), "htb", weight=(1500,) * 8, rate_bps=rates, ceil_bps=(3e9, 0, 0, *[0] * 5))
    sent_B, _ = shares(one_port(schedulers=(how,)), [0, 1, 2])
    assert sent_B * 8 / 3e-3 == pytest.approx([3e9, 3.5e9, 3.5e9], rel=0.02)


def test_the_slope_of_a_class_is_its_rate():
    how = PortScheduler((0,), "cbs", rate_bps=(2e9, *[0.0] * 7))
    sent_B, _ = shares(one_port(schedulers=(how,)), [0, 3])
    assert sent_B * 8 / 3e-3 == pytest.approx([2e9, 8e9], rel=0.02)


@pytest.mark.parametrize("kind", ["red", "codel", "pie", "fq-codel"])
def test_every_management_marks_or_drops(kind):
    ports = line([RATE_BPS, RATE_BPS / 10], [1e-6, 1e-6])
    queue = equal_ports([1], [-1], [-1])
    how = replace(transport("newreno"), first_window=100.0)
    drops = []
    for managers in (
        (),
        (QueueManagement((1,), 0, kind, target_s=1e-4, interval_s=1e-3, burst_s=0.0, low_B=20e3, high_B=60e3),),
    ):
        queues = PacketQueues(queue, NO_MEMORY, of_class=ints([0]), managers=managers)
        found = simulate(ports, along(2, [3_000_000] * 4), how, queues=queues)
        assert np.isfinite(found.fct_s).all()
        drops.append((found.drops.sum(), found.most_B[1, 0]))
    assert drops[0][0] == 0 < drops[1][0] and drops[1][1] < drops[0][1]


def test_who_sends_more_than_was_agreed_loses_more():
    """Of two sources of 5 Gb/s one sends green; the other is to, at 1 Gb/s and 50 kB. A port of 8 Gb/s drops yellow."""
    ports = line([10e9, 8e9], [0.0, 0.0])
    how = replace(transport("udp"), header_B=0, open=OpenLoop(rate_bps=5e9, gaps="exponential"))
    flows = replace(along(2, [15_000_000] * 2), traffic_class=ints([0, 1]))
    mixed = replace(flows, traffic_class=ints([0, 0]), colour=ints([0, 1]))
    colours = ColourRamp(200e3, 400e3, 0.02), ColourRamp(20e3, 60e3, 0.1), ColourRamp(0.0, 0.0, 0.0)
    queues = PacketQueues(
        equal_ports([0, 1], [-1, -1], [-1, -1]), NO_MEMORY, of_class=ints([0, 1]),
        markers=tuple(PortMarker((0,), c, "srtcm", bps, 50_000, 0.0, 10**9) for c, bps in enumerate((5e9, 1e9))),
        managers=tuple(QueueManagement((1,), c, "wred", colours=colours) for c in (0, 1)),
    )  # fmt: skip
    found = simulate(ports, flows, how, queues=queues)
    assert found.coloured.sum(axis=1).tolist() == found.sent.tolist()
    assert found.coloured[:, 0] / found.sent == pytest.approx([1.0, 1 / 5 + 50e3 / 15e6], abs=0.01)
    assert found.coloured[:, 2].sum() == 0
    one_class = simulate(ports, mixed, how, queues=replace(queues, markers=()))
    lost = one_class.sent - one_class.received
    assert one_class.coloured is None and lost.sum() > 1000 and lost[0] < 0.05 * lost[1]
    with pytest.raises(ValueError, match="wred has 2 ramps"):
        simulate(
            ports, flows, how, queues=replace(queues, managers=(QueueManagement((1,), 0, "wred", colours=colours[:2]),))
        )
    with pytest.raises(ValueError, match="no marker"):
        simulate(ports, flows, how, queues=replace(queues, markers=(PortMarker((0,), 0, "blue", 1e9, 1),)))
    with pytest.raises(ValueError, match="0 to 2 are green"):
        simulate(ports, replace(flows, colour=ints([0, 3])), how, queues=queues)


def star_of(hosts, shared_B=400_000, headroom_B=30_000, **more):
    up, down = 2 * np.arange(hosts), 2 * np.arange(hosts) + 1
    lossless = np.repeat([False, True], hosts)[:, None] & (np.arange(CLASSES) == 0)
    ports = equal_ports(
        np.concatenate([up, down]), np.concatenate([down, up]), np.repeat([-1, 0], hosts), lossless=bools(lossless),
        alpha=floats(np.where(lossless, 1 / 8, np.nan)), headroom_B=indices(np.where(lossless, headroom_B, 0)),
        xon_offset_B=indices(np.where(lossless, 3000, 0)),
    )  # fmt: skip
    memory = SwitchMemories(texts(["s"]), ints([1]), floats([shared_B]), floats([0]), floats([headroom_B * hosts]))
    return PacketQueues(ports, memory, of_class=ints([0]), **more)


def stormy(pauses):
    links = line([100e9] * 4, [1e-6] * 4)
    flows = PacketFlows(
        np.array([10**6, 10**6]), floats([0.0, 0.0]), np.array([0, 2, 4]), ints([0, 7, 0, 5]), np.array([0, 2, 4]),
        ints([6, 1, 4, 1]),
    )  # fmt: skip
    how = replace(transport("dctcp"), first_window=1e4)
    return simulate(links, flows, how, queues=star_of(4, pauses=pauses))


def test_a_storm_is_told_in_words():
    found = stormy(Pauses(quanta=65535, storms=(PauseStorm(7, 0, 1e-5),), patience_s=0.1))
    assert found.stuck is not None and found.stuck.cause == "storm" and not found.complete
    assert "storm of pauses" in str(found.stuck) and "link 7 class 0" in str(found.stuck) and "storm" in repr(found)
    assert found.victim.tolist() == [False, True]


def test_a_storm_that_is_forwarded_through_hurts_nobody():
    watchdog = PauseWatchdog((7,), 0, poll_s=2e-4, detection_s=5e-4, restoration_s=1e-3, action="forward")
    found = stormy(Pauses(quanta=65535, storms=(PauseStorm(7, 0, 1e-5),), watchdogs=(watchdog,), patience_s=1.0))
    assert found.stuck is None and np.isfinite(found.fct_s).all() and found.drops.sum() == 0


def test_a_run_with_an_end_says_nothing():
    found = stormy(Pauses())
    assert found.stuck is None and found.complete and "storm" not in repr(found)


def test_kinds_that_are_none_are_refused():
    with pytest.raises(ValueError, match="kind is 'drr'"):
        shares(one_port(schedulers=(PortScheduler((0,), "drr"),)), [0])
    with pytest.raises(ValueError, match="no queue management"):
        shares(one_port(managers=(QueueManagement((0,), 0, "blue"),)), [0])
    with pytest.raises(ValueError, match="no queues"):
        shares(one_port(pauses=Pauses(storms=(PauseStorm(1, 0),))), [0])

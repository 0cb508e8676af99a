"""Collectives packet by packet, against their closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.demand.schedule.test_collectives import one_group

from easterly.base.columns import floats, ints
from easterly.demand.schedule import Latency, of_collective
from easterly.model.packets import PacketFlows, Ports
from easterly.predict.packet import conversation, simulate, transport

RATE_BPS, DELAY_S = 400e9, 5e-7
NOTHING = Latency(0.0, 0.0)


def through_a_star(hosts, talk):
    """Links 2 i from host i, 2 i + 1 to it; connections through the switch between them."""
    links = 2 * hosts
    none = np.full(links, -1)
    ports = Ports(
        floats(np.full(links, RATE_BPS)), floats(np.full(links, DELAY_S)), none, none, none,
        floats(np.ones(links)), floats(np.zeros(links)),
    )  # fmt: skip
    ptr, count = 2 * np.arange(len(talk.src) + 1), len(talk.src)
    return ports, PacketFlows(
        np.zeros(count, dtype=np.int64), floats(np.zeros(count)),
        ptr, ints(np.stack([2 * talk.src, 2 * talk.dst + 1], axis=1).ravel()),
        ptr, ints(np.stack([2 * talk.dst, 2 * talk.src + 1], axis=1).ravel()),
    )  # fmt: skip


def run(ranks, collective, size_B, algorithm, how, part=1.0, connections=1):
    made = of_collective(one_group(ranks), collective, size_B, algorithm, latency=NOTHING)
    made = replace(made, purposes=replace(made.purposes, connections=ints([connections])))
    nodes = np.unique([made.src, made.dst])
    talk = conversation(made, part=part)
    placed = replace(talk, src=ints(np.searchsorted(nodes, talk.src)), dst=ints(np.searchsorted(nodes, talk.dst)))
    ports, flows = through_a_star(len(nodes), placed)
    return made, talk, simulate(ports, flows, how, messages=talk.messages)


PACKET_B, HEADER_B = 4096, 58
FREE = replace(transport("fixed"), first_window=1e6, packet_B=PACKET_B, header_B=HEADER_B)
BYTE_S = 8 / RATE_BPS * PACKET_B / (PACKET_B - HEADER_B)
HOP_S = 2 * DELAY_S + PACKET_B * 8 / RATE_BPS
"""What a message takes beyond its bytes: two links, and the first packet twice."""


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize("ranks", [4, 8, 13])
@pytest.mark.parametrize(
    ("collective", "algorithm", "rounds"),
    [
        ("all-reduce", "ring", lambda n: 2 * (n - 1)), ("reduce-scatter", "ring", lambda n: n - 1),
        ("all-gather", "ring", lambda n: n - 1), ("all-to-all", "pairwise", lambda n: n - 1),
    ],
)  # fmt: skip
def test_rounds_of_equal_chunks(ranks, collective, algorithm, rounds, connections):
    size_B = ranks * 128 * (PACKET_B - HEADER_B)
    wanted = rounds(ranks) * (size_B / ranks * BYTE_S + HOP_S)
    times = {}
    for ack_B in (1, 64):
        how = replace(FREE, ack_B=ack_B)
        _, talk, found = run(ranks, collective, size_B, algorithm, how, connections=connections)
        times[ack_B] = found.done_s[talk.last].max()
    # Every link carries the acknowledgements of what comes the other way, too.
    assert wanted * (1 - 1e-9) <= times[1] <= wanted * (1 + 1e-3)
    assert times[1] < times[64] <= wanted * 1.03


@pytest.mark.parametrize("ranks", [4, 16])
def test_halving_and_doubling(ranks):
    size_B, steps = 8e6, int(np.log2(ranks))
    _, _, found = run(ranks, "all-reduce", size_B, "halving-doubling", FREE)
    wanted = 2 * steps * HOP_S + 2 * (ranks - 1) / ranks * size_B * BYTE_S
    assert wanted <= found.done_s.max() <= 1.03 * wanted


@pytest.mark.parametrize("law", ["dctcp", "cubic"])
def test_a_ring_is_within_three_per_cent_under_congestion_control(law):
    """Windows have opened after the first rounds, and nothing else is on the links."""
    how = replace(transport(law), packet_B=PACKET_B, header_B=HEADER_B, first_window=64.0)
    _, _, found = run(8, "all-reduce", 64e6, "ring", how)
    assert found.complete and 1 <= found.done_s.max() / (14 * (8e6 * BYTE_S + HOP_S)) <= 1.03


def test_what_waits_for_a_message_waits_for_all_its_parts():
    made, talk, found = run(5, "all-reduce", 3e6, "ring", FREE, connections=3)
    for event in range(len(made)):
        for before in made.pred_idx[made.pred_ptr[event] : made.pred_ptr[event + 1]]:
            parts = np.flatnonzero(talk.event == before)
            own = np.flatnonzero(talk.event == event)
            assert found.begun_s[own].min() >= found.done_s[parts].max()
    sizes = np.bincount(talk.event, talk.messages.size_B)
    assert sizes == pytest.approx(made.size_B, abs=0.5)


def test_a_part_of_a_schedule_takes_a_part_of_its_time():
    _, _, whole = run(8, "all-reduce", 64e6, "ring", FREE)
    _, _, part = run(8, "all-reduce", 64e6, "ring", FREE, part=0.25)
    assert part.done_s.max() - 14 * HOP_S == pytest.approx(0.25 * (whole.done_s.max() - 14 * HOP_S), rel=2e-3)
    with pytest.raises(ValueError, match="part is 0"):
        run(2, "all-reduce", 1e6, "ring", FREE, part=0)

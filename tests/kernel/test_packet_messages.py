"""Messages of connections and work between them, against closed forms and the critical path."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernel.test_packet import GB, NEVER, Net, chain

from easterly._kernel import dag

PAYLOAD = 1448
PS_PER_B = 80  # at 100 Gb/s


def give(simulation, messages):
    """Messages: connection (-1: work), size, earliest, delay, duration, those that it waits for."""
    ptr = np.cumsum([0, *(len(m[5]) for m in messages)])
    idx = np.array([b for m in messages for b in m[5]], dtype=np.int32)
    columns = [np.array([m[i] for m in messages], dtype=np.int64) for i in range(1, 5)]
    simulation.messages(np.array([m[0] for m in messages], dtype=np.int32), *columns, ptr, idx)
    return simulation


def one_way(packets, last_B=1500, hops=1):
    """Time of a train of packets over links of 100 Gb/s and 1 us."""
    return ((packets - 1) * 1500 + last_B) * PS_PER_B + (hops - 1) * 1500 * PS_PER_B + hops * 1_000_000


def connections(count, hops=1):
    net, there, back = chain(hops)
    net.flows = [(there, back, 0, 0)] * count
    return net


def test_messages_of_a_connection_follow_each_other():
    """As one long message would, where all of them are there at once."""
    whole, there, back = chain(3)
    whole.flows = [(there, back, 12 * PAYLOAD, 0)]
    alone = whole.simulation(first_window=1e6)
    alone.run(NEVER, 10**9)
    parts = give(connections(1, 3).simulation(first_window=1e6), [(0, n * PAYLOAD, 0, 0, 0, []) for n in (3, 1, 6, 2)])
    assert not parts.run(NEVER, 10**9)
    assert parts.flows()["delivered_ps"] == alone.flows()["delivered_ps"]
    assert parts.done()["done_ps"].tolist() == [one_way(n, hops=3) for n in (3, 4, 10, 12)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 20_000), min_size=1, max_size=30), st.floats(0.0, 0.3), st.integers(1, 40))
def test_all_of_every_message_arrives_in_order_whatever_is_lost(sizes_B, loss, window):
    net = connections(1)
    net.loss = [loss, loss]
    made = give(net.simulation(first_window=float(window)), [(0, size, 0, 0, 0, []) for size in sizes_B])
    assert not made.run(NEVER, 10**8)
    done = made.done()["done_ps"]
    packets = [-(-size // PAYLOAD) for size in sizes_B]
    assert (np.diff(done) >= 0).all() and made.flows()["delivered_ps"][0] == done[-1]
    assert made.flows()["packets"][0] == sum(packets) == made.flows()["received"][0]
    if loss == 0.0 and window == 40 and sum(packets) <= 40:
        wire = np.cumsum([size + n * 52 for size, n in zip(sizes_B, packets, strict=True)])
        assert done.tolist() == (wire * PS_PER_B + 1_000_000).tolist()


def test_a_message_waits_for_work_and_work_for_a_message():
    made = give(connections(2).simulation(first_window=1e6), [
        (-1, 0, 0, 0, 7_000_000, []),
        (0, 2 * PAYLOAD, 0, 500_000, 0, [0]),
        (-1, 0, 0, 0, 3_000_000, [1]),
        (1, 100, 50_000_000, 0, 0, [1, 2]),
        (-1, 0, 0, 0, 0, [3, 0]),
    ])  # fmt: skip
    assert not made.run(NEVER, 10**9)
    arrives = 7_500_000 + one_way(2)
    assert made.done()["begun_ps"].tolist() == [
        0, 7_500_000, arrives, 50_000_000, 50_000_000 + one_way(1, 152)
    ]  # fmt: skip
    assert made.done()["done_ps"].tolist()[2] == arrives + 3_000_000


@settings(max_examples=20, deadline=None)
@given(st.data(), st.integers(2, 25))
def test_alone_on_its_links_every_message_keeps_to_the_critical_path(data, count):
    """With a connection and links of its own per message, nothing but predecessors holds any of them up."""
    kinds = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    before = [
        data.draw(st.lists(st.integers(0, m - 1), unique=True, max_size=3)) if m else [] for m in range(count)
    ]  # fmt: skip
    times = data.draw(st.lists(st.tuples(*[st.integers(0, 9_000_000)] * 3), min_size=count, max_size=count))
    sizes = data.draw(st.lists(st.integers(1, 40_000), min_size=count, max_size=count))
    net = Net([100 * GB] * 2 * count, [1_000_000] * 2 * count)
    net.flows = [([2 * m], [2 * m + 1], 0 if kinds[m] else 1, 0) for m in range(count)]
    made = give(net.simulation(first_window=1e6), [
        (m if kinds[m] else -1, sizes[m] if kinds[m] else 0, *times[m], before[m]) for m in range(count)
    ])  # fmt: skip
    assert not made.run(NEVER, 10**9)
    takes = [
        one_way(-(-size // PAYLOAD), (size - 1) % PAYLOAD + 1 + 52) if sends else time[2]
        for sends, size, time in zip(kinds, sizes, times, strict=True)
    ]
    start, finish = dag.earliest(
        np.cumsum([0, *map(len, before)]), np.array([b for row in before for b in row], dtype=np.int32),
        np.array([time[0] for time in times], float),
        np.array([time[1] if row else 0 for time, row in zip(times, before, strict=True)], float),
        np.array(takes, float),
    )  # fmt: skip
    assert made.done()["begun_ps"].tolist() == start.tolist()
    assert made.done()["done_ps"].tolist() == finish.tolist()


@pytest.mark.parametrize("ranks", [2, 3, 8])
def test_a_ring_all_reduce_takes_its_closed_form(ranks):
    """2 (N - 1) rounds, each a chunk over one link and its delay; every rank sends what it has just received."""
    net = Net([100 * GB] * 2 * ranks, [1_000_000] * 2 * ranks)
    net.flows = [([r], [ranks + r], 0, 0) for r in range(ranks)]
    packets, rounds = 40, 2 * (ranks - 1)
    messages = [
        (r, packets * PAYLOAD, 0, 0, 0, [(k - 1) * ranks + (r - 1) % ranks] if k else [])
        for k in range(rounds) for r in range(ranks)
    ]  # fmt: skip
    made = give(net.simulation(first_window=1e6), messages)
    assert not made.run(NEVER, 10**9)
    assert made.done()["done_ps"].max() == rounds * one_way(packets)


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([(0, 10, 0, 0, 0, [1]), (0, 10, 0, 0, 0, [0])], "wait for each other"),
        ([(0, 0, 0, 0, 0, [])], "size_B is 0"),
        ([(1, 10, 0, 0, 0, [])], "size of its own"),
        ([(2, 10, 0, 0, 0, [])], "connection is 2"),
        ([(0, 10, 0, -1, 0, [])], "delay_ps is -1"),
        ([(0, 10, 0, 0, 0, [3])], "idx"),
        ([(0, 2**40, 0, 0, 0, [])] * 3, "2\\^31 packets"),
    ],
)
def test_what_is_no_message_is_refused(messages, words):
    net, there, back = chain(1)
    net.flows = [(there, back, 0, 0), (there, back, 5, 0)]
    with pytest.raises(ValueError, match=words):
        give(net.simulation(), messages)


def test_a_connection_without_messages_is_refused():
    with pytest.raises(ValueError, match="neither a size nor messages"):
        connections(1).simulation().run(NEVER, 1)

"""What is written down of packets: it changes nothing, adds up, and agrees with itself told in three ways."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernel.test_packet import NEVER, star
from tests.kernel.test_packet_queues import classes, queues

ENQUEUED, MARKED, DROPPED, SENT, LOST, DELIVERED = range(6)
PS_PER_B = 80  # at 100 Gb/s
SENDERS = 6
RECEIVER = 2 * SENDERS + 1


def record(simulation, links, *, every_ps=0, watch=0, traced=(), groups=(), most=10**6):
    """Samples of these links, and all of them watched."""
    watching = np.zeros(links, dtype=np.uint8)
    watching[:] = watch
    simulation.record(
        every_ps, np.arange(links, dtype=np.int32), np.array(groups, dtype=np.int32),
        max(groups, default=-1) + 1, watching, np.array(traced, dtype=np.uint8), most, most, True,
    )  # fmt: skip
    return simulation


def fetched(simulation, most=997):
    """Runs to the end in pieces, and joins what was fetched after each."""
    pieces = []
    more = True
    while more:
        more = simulation.run(NEVER, most)
        pieces.append((simulation.samples(), simulation.sights(), simulation.arrived()))
    return [{name: np.concatenate([piece[i][name] for piece in pieces]) for name in pieces[0][i]} for i in range(3)]


def lossy(queued, seed=1):
    """Few packets of room, packets lost on links, marks."""
    net = star(SENDERS, limit_B=20 * 1500, mark_B=(8 * 1500, 16 * 1500), size_B=150_000)
    net.loss = [0.004] * len(net.rate_bps)
    if not queued:
        return net.simulation("dctcp", seed=seed)
    made = classes(net, [f % 3 for f in range(SENDERS)], "dctcp", seed=seed, nic_B=64_000)
    return queues(made, SENDERS, shared_B=60_000, ramp=(5_000, 20_000, 0.5))


@pytest.mark.parametrize("queued", [False, True])
@pytest.mark.parametrize("every_ps", [0, 777_777])
def test_to_be_watched_changes_nothing(queued, every_ps):
    plain, seen = lossy(queued), record(lossy(queued), 14, every_ps=every_ps, watch=3)
    fetched(plain, 10**9), fetched(seen)
    for of in ("flows", "links"):
        a, b = getattr(plain, of)(), getattr(seen, of)()
        assert all(np.array_equal(a[name], b[name]) for name in a)
    assert (plain.hops, plain.events, plain.now_ps, plain.lost) == (seen.hops, seen.events, seen.now_ps, seen.lost)


@pytest.mark.parametrize("queued", [False, True])
def test_every_packet_is_accounted_for(queued):
    simulation = record(lossy(queued), 14, watch=2)
    _, seen, arrived = fetched(simulation)
    links, flows = simulation.links(), simulation.flows()
    count = np.stack([np.bincount(seen["link"][seen["event"] == e], minlength=14) for e in range(6)])
    assert np.array_equal(count[DROPPED], links["drops"]) and count[DROPPED].sum() > 0
    assert np.array_equal(count[MARKED], links["marks"]) and count[MARKED].sum() > 0
    assert np.array_equal(count[ENQUEUED], count[SENT])  # in the end nothing waits
    assert count[LOST].sum() == simulation.lost > 0
    assert count[SENT].sum() == simulation.hops
    last = [1, 3, 5, 7, 9, 11, 13]
    assert np.array_equal(count[DELIVERED][last], (count[SENT] - count[LOST])[last])
    sent_B = np.bincount(seen["link"], (seen["event"] == SENT) * seen["size_B"], minlength=14)
    assert np.array_equal(sent_B, links["sent_B"])
    order = np.argsort(flows["delivered_ps"], kind="stable")
    assert np.array_equal(arrived["flow"], order)


def visits(seen, link):
    """Time of joining and of the last bit's leaving, size, class: of each packet of a port, as it leaves."""
    at = {e: (seen["link"] == link) & (seen["event"] == e) for e in (ENQUEUED, SENT)}
    key = ["flow", "seq", "flags"]
    rows = {e: {name: column[at[e]] for name, column in seen.items()} for e in at}
    order = {}
    for e, columns in rows.items():
        same = [np.asarray(columns[name]) & ~np.int64(4 if name == "flags" else 0) for name in key]  # marked since
        order[e] = np.lexsort([columns["time_ps"], *same])
    came, left = (rows[e]["time_ps"][order[e]] for e in (ENQUEUED, SENT))
    size, of_class = rows[SENT]["size_B"][order[SENT]], rows[SENT]["traffic_class"][order[SENT]]
    assert (came + size * PS_PER_B <= left).all()
    return came, left, size, of_class


def test_littles_law_of_ports_first_in_first_out():
    """Mean backlog, by the bins, is the rate of arrival of bytes times their mean wait, by the trace."""
    simulation = record(lossy(False), 14, watch=3)
    _, seen, _ = fetched(simulation)
    depths, end = simulation.depths(), simulation.now_ps
    for i, link in enumerate(depths["link"].tolist()):
        came, left, size, _ = visits(seen, link)
        waits = left - came - size * PS_PER_B
        # What is on the link leaves bit by bit: half of it is there on average.
        work = float((size * waits).sum()) + float((size * size).sum()) * PS_PER_B / 2
        assert depths["integral_Bps"][i] == pytest.approx(work, rel=1e-9)
        assert depths["time_ps"][depths["gauge"] == i].sum() == end


def test_littles_law_of_queues():
    simulation = record(lossy(True), 14, watch=3)
    _, seen, _ = fetched(simulation)
    depths, end = simulation.depths(), simulation.now_ps
    busy = 0
    for i, (link, c) in enumerate(zip(depths["link"].tolist(), depths["traffic_class"].tolist(), strict=True)):
        came, left, size, of_class = visits(seen, link)
        waits = np.where(of_class == c, left - came - size * PS_PER_B, 0)
        assert depths["integral_Bps"][i] == float((size * waits).sum())
        assert depths["time_ps"][depths["gauge"] == i].sum() == end
        assert depths["most_B"][i] <= simulation.links()["most_B"][link, c]
        busy += depths["integral_Bps"][i] > 0
    assert busy == SENDERS + 3  # every NIC, and three classes at the receiver


def backlog_B(came, left, size, at):
    """What has not left, bit by bit, at these times."""
    out = np.clip((left[:, None] - at[None, :]) / PS_PER_B, 0, size[:, None])
    return (out * (came[:, None] <= at[None, :])).sum(axis=0)


@settings(max_examples=5)
@given(st.integers(1, 1000), st.integers(100_000, 3_000_000))
def test_samples_and_depths_are_those_of_the_trace(seed, every_ps):
    simulation = record(lossy(False, seed), 14, every_ps=every_ps, watch=3, groups=[0, 0, 1, 1, 1, -1])
    series, seen, _ = fetched(simulation)
    at, sent = series["time_ps"], simulation.links()["sent_B"]
    assert (at[:-1] == every_ps * np.arange(1, len(at))).all()
    assert np.array_equal(series["sent_B"][-1], sent)  # nothing is left at the end
    assert (np.diff(series["sent_B"], axis=0) <= every_ps / PS_PER_B + 1).all()
    assert series["packets"][-1].tolist() == [2 * 104, 3 * 104]
    came, left, size, _ = visits(seen, RECEIVER)
    assert np.abs(series["backlog_B"][:, RECEIVER] - backlog_B(came, left, size, at)).max() <= 1
    # Quantiles from the bins against those of a course that is sampled finely.
    depths = simulation.depths()
    own = depths["gauge"] == depths["link"].tolist().index(RECEIVER)
    shares = np.cumsum(depths["time_ps"][own]) / simulation.now_ps
    fine = np.sort(backlog_B(came, left, size, np.linspace(0, simulation.now_ps, 20_000)))
    for q in (0.5, 0.9, 0.99):
        i = int(np.searchsorted(shares, q))
        low, high = depths["from_B"][own][i], depths["to_B"][own][i]
        near = fine[int(20_000 * q) - 15], fine[min(19_999, int(20_000 * q) + 15)]
        assert low <= near[1] + 1 and near[0] - 1 <= high
        assert high - low <= max(low / 64, 1 / PS_PER_B) * (1 + 1e-9)


def test_queues_are_sampled_by_class():
    simulation = record(lossy(True), 14, every_ps=500_000, watch=3)
    series, seen, _ = fetched(simulation)
    by_class = series["class_B"].reshape(-1, 14, 8)[:, RECEIVER]
    came, left, size, of_class = visits(seen, RECEIVER)
    begins = left - size * PS_PER_B
    for c in range(3):
        own = of_class == c
        waiting = (came[own, None] <= series["time_ps"]) & (begins[own, None] > series["time_ps"])
        assert np.array_equal(by_class[:, c], (waiting * size[own, None]).sum(axis=0))
    assert by_class[:, :3].max() > 0 and by_class[:, 3:].max() == 0
    assert np.array_equal(series["memory_B"][-1], [0]) and series["memory_B"].max() <= 60_000


def test_a_trace_ends_at_its_limit_and_shows_the_flows_that_were_asked_for():
    whole = record(lossy(False), 14, watch=2)
    some = record(lossy(False), 14, watch=2, traced=[0, 1, 0, 0, 0, 0], most=100)
    (_, all_seen, _), (_, seen, _) = fetched(whole), fetched(some)
    own = all_seen["flow"] == 1
    assert len(seen["flow"]) == 100 and own.sum() == 100 + some.untold
    assert all(np.array_equal(seen[name], column[own][:100]) for name, column in all_seen.items())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"every_ps": -1}, "every_ps is -1"), ({"watch": 4}, "watch\\[0\\] is 4"),
        ({"traced": [1]}, "one per flow"), ({"groups": [5]}, "one per flow"), ({"links": 15}, "sampled\\[14\\]"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        record(lossy(False), **({"links": 14} | change))
    begun = lossy(False)
    begun.run(0, 1)
    with pytest.raises(ValueError, match="has begun"):
        record(begun, 14)

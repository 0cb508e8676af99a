"""What a run writes down, as nouns and as tables: each told in another way, too."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.base.columns import floats, ints, texts
from easterly.model.packet_records import EVENTS, Recording, jain
from easterly.model.packets import PacketFlows
from easterly.predict.packet import by_size, flow_statistics, incast, port_statistics, transport

DCTCP, NEWRENO, DCQCN = transport("dctcp"), transport("newreno"), transport("dcqcn-paper")
RECEIVER = 17
ALL = Recording(
    every_s=2e-6, group=ints([0, 0, 0, 0, 1, 1, 1, 1]), depth_links=ints([RECEIVER]), trace_links=ints(range(18)),
)  # fmt: skip


def burst(how=DCTCP, recording=ALL, **given):
    return incast(8, 200_000, 100e9, how, **{"buffer_B": 300_000, "mark_B": 60_000, "recording": recording} | given)


def test_to_write_down_changes_no_result():
    plain, seen = burst(recording=None), burst()
    assert all(
        np.array_equal(getattr(plain, name), getattr(seen, name))
        for name in ("fct_s", "again", "marked", "sent_B", "drops", "marks")
    )
    assert plain.recorded is None and (plain.packet_hops, plain.events) == (seen.packet_hops, seen.events)


def test_a_series_adds_up():
    found = burst(buffer_B=90_000)
    series, depths, trace = found.recorded.series, found.recorded.depths, found.recorded.trace
    assert np.array_equal(series.sent_B[-1], found.sent_B) and np.array_equal(series.drops[-1], found.drops)
    interval_s = np.diff(series.time_s, prepend=0.0)
    assert (series.rate_bps * interval_s[:, None]).sum(axis=0) == pytest.approx(8.0 * found.sent_B)
    assert series.rate_bps[:, RECEIVER].max() == pytest.approx(100e9, rel=1e-2)
    assert series.packets[-1].tolist() == [4 * 139, 4 * 139]
    # Samples are too far apart to see the deepest; the distribution sees it.
    assert 0.5 * depths.most_B[0] < series.backlog_B[:, RECEIVER].max() <= depths.most_B[0] + 1
    assert depths.most_B[0] <= 90_000 and depths.mean_B[0] < depths.quantile_B(0.99)[0] <= depths.most_B[0]
    assert depths.time_s.sum() == pytest.approx(found.end_s)
    assert (np.diff(trace.time_ps) >= 0).all() and trace.untold == 0
    assert np.bincount(trace.event, minlength=6)[EVENTS.index("dropped")] == found.drops.sum() > 0


def test_quantiles_of_a_queue_that_only_falls():
    """Two senders at once, windows that never grow: the queue rises to a known depth and falls evenly."""
    how = replace(transport("fixed"), first_window=1e6, nic_B=10**8)
    found = incast(2, 1448 * 100, 100e9, how, recording=Recording(depth_links=ints([5])))
    # 200 packets arrive at twice the rate for 100 packet times: a triangle of 100 packets' height with teeth of one.
    depths, tooth = found.recorded.depths, 1500
    assert depths.most_B[0] == pytest.approx(101 * tooth, rel=1e-9)
    busy_s = 200 * 1500 * 8e-11
    idle = 1 - busy_s / found.end_s
    for q in (0.25, 0.5, 0.9, 0.99):  # of the busy time
        deep = depths.quantile_B(idle + (1 - idle) * q)[0]
        assert abs(deep - q * 100 * tooth) <= deep / 64 + tooth


def test_statistics_of_ports_and_labels():
    found = burst(NEWRENO, None, buffer_B=60_000, mark_B=None)
    from easterly.model.packets import Ports

    none = np.full(18, -1)
    ports = Ports(floats([100e9] * 18), floats([1e-6] * 18), none, none, none, floats([1.0] * 18), floats([0.0] * 18))
    of_ports = port_statistics(found, ports, ints([RECEIVER]))
    assert of_ports.drops[0] == found.drops.sum() > 0
    assert of_ports.utilisation[0] == pytest.approx(found.sent_B[RECEIVER] * 8e-11 / found.end_s)
    flows = PacketFlows(np.full(8, 200_000), floats(np.zeros(8)), *[np.zeros(9, dtype=int), ints([])] * 2)
    label = texts(["red", "blue"] * 4)
    table = flow_statistics(found, flows, label)
    assert table.label.tolist() == ["blue", "red"] and table.flows.tolist() == table.done.tolist() == [4, 4]
    assert table.size_B.tolist() == [800_000, 800_000] and table.again.sum() == found.again.sum()
    blue = np.sort(found.fct_s[1::2])
    assert [table.p50_s[0], table.p99_s[0], table.most_s[0]] == [blue[1], blue[3], blue[3]]
    assert table.mean_s[0] == pytest.approx(blue.mean())
    late = replace(found, fct_s=floats(np.where(np.arange(8) < 6, found.fct_s, np.inf)))
    assert np.isinf(flow_statistics(late, flows, label).most_s).all()
    assert flow_statistics(late, flows, label).done.tolist() == [3, 3]


def test_pauses_and_memory_are_sampled():
    found = incast(8, 10**6, 40e9, DCQCN, buffer_B=2 * 10**6, recording=Recording(every_s=5e-6))
    series = found.recorded.series
    assert series.paused_s[-1] == pytest.approx(found.paused_s.sum(axis=1)) and series.paused_s[-1].sum() > 0
    assert series.class_B[:, RECEIVER, 0].max() > 0 and series.memory_B.max() >= series.class_B[:, RECEIVER].max()
    assert (np.diff(series.paused_s, axis=0) >= -1e-15).all()


def test_rows_handed_on_are_the_rows_that_are_kept():
    tables, batches = {}, []

    class Rows:
        def put(self, table, columns):
            assert len({len(values) for values in columns.values()}) == 1
            tables.setdefault(table, []).append(columns)

        def end_batch(self):
            batches.append(len(tables))

    kept, handed = burst(), burst(sink=Rows())
    rows = {t: {n: np.concatenate([c[n] for c in pieces]) for n in pieces[0]} for t, pieces in tables.items()}
    series = kept.recorded.series
    assert np.array_equal(rows["ports"]["backlog_B"], series.backlog_B.ravel())
    assert np.array_equal(rows["groups"]["packets"], series.packets.ravel())
    assert len(rows["trace"]["time_ps"]) == len(kept.recorded.trace)
    assert sorted(rows["flows"]["flow"].tolist()) == list(range(8))
    assert np.array_equal(rows["flows"]["again"], handed.again[rows["flows"]["flow"]])
    assert rows["depths"]["time_s"].sum() == pytest.approx(handed.end_s)
    assert np.array_equal(rows["flows"]["slowdown"], handed.slowdown[rows["flows"]["flow"]]) and len(batches) >= 2
    assert handed.recorded.series is None and handed.recorded.trace is None


@pytest.mark.parametrize(
    ("recording", "said"),
    [
        (Recording(every_s=1e-6, links=ints([99])), "links names one that is none: there are 18"),
        (Recording(depth_links=ints([-1])), "depth_links names one"),
        (Recording(trace_links=ints([0]), trace_flows=ints([8])), "trace_flows names one that is none: there are 8"),
        (Recording(every_s=-1.0), "every_ps is -"),
        (Recording(group=ints([0])), "one per flow"),
    ],
)
def test_what_is_none_is_refused(recording, said):
    with pytest.raises(ValueError, match=said):
        burst(recording=recording)


def test_fairness():
    assert jain(np.array([[5.0, 5.0, 5.0], [1.0, 0.0, 0.0]])).tolist() == pytest.approx([1.0, 1 / 3])
    assert np.isnan(jain(np.zeros((1, 2)))[0])


@given(st.lists(st.tuples(st.integers(1, 10**9), st.floats(1, 50)), max_size=60))
def test_slowdowns_by_size_are_those_of_counting(rows):
    """Half an octave a bin: from 2^(k/2) on."""
    sizes, slow = floats([a for a, _ in rows]), floats([b for _, b in rows])
    found = by_size(sizes, slow)
    own = {}
    for size, value in rows:
        own.setdefault(math.floor(2 * math.log2(size) + 1e-12), []).append((size, value))
    assert found.count.tolist() == [len(own[key]) for key in sorted(own)]
    for row, key in enumerate(sorted(own)):
        values, bytes_ = sorted(v for _, v in own[key]), sorted(s for s, _ in own[key])
        middle = (len(values) - 1) // 2
        assert (found.median[row], found.size_B[row], found.worst[row]) == (values[middle], bytes_[middle], values[-1])

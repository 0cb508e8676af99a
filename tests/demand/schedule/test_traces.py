"""Schedules as traces and back, and traces of other tools on our hosts."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.demand.clusters import NIC_BPS, network
from tests.demand.schedule.steps import assert_sound, layout, predecessors, sent, step_of

from easterly.base.columns import bools, floats, indices, ints, texts
from easterly.base.findings import FindingsError, Severity
from easterly.demand import mapping
from easterly.demand.mapping import Group
from easterly.demand.schedule import Detail, Replay, critical_path, of_step, of_traces, traces_of
from easterly.model.schedule import EventKind
from easterly.model.traces import TraceCollective, TraceGroups, TraceKind, Traces

COMP, SEND, RECV, COLL = (TraceKind[k] for k in ("COMP", "COMM_SEND", "COMM_RECV", "COMM_COLL"))
MESSAGE_S = 1e9 * 8 / NIC_BPS


def made_of(*ranks, groups=()):
    """Traces of ranks, each a list of nodes: kind, numbers of nodes that it depends on, and what is told of it."""
    rows, deps, first = [], [], 0
    for rank, nodes in enumerate(ranks):
        for number, (kind, before, told) in enumerate(nodes):
            rows.append((rank, number, kind, told))
            deps.append([first + b for b in before])
        first += len(nodes)

    def column(name, other):
        return [told.get(name, other) for *_, told in rows]

    ptr = np.cumsum([0, *(len(members) for _, members in groups)])
    return Traces(
        rank=ints([r[0] for r in rows]), node=indices([r[1] for r in rows]), kind=ints([r[2] for r in rows]),
        on_cpu=bools(column("on_cpu", False)), duration_s=floats(column("s", 0.0)), operations=floats(column("ops", 0)),
        tensor_B=floats(column("tensor", 0)), size_B=floats(column("size", 0)), src=ints(column("src", -1)),
        dst=ints(column("dst", -1)), tag=indices(column("tag", 0)), collective=ints(column("type", -1)),
        group=ints(column("group", -1)), dimensions=indices(column("dims", 0)),
        dep_ptr=indices(np.cumsum([0, *map(len, deps)])), dep_idx=ints([d for row in deps for d in row]),
        groups=TraceGroups(texts([*(name for name, _ in groups), ""])[:-1], indices(ptr),
                           ints([r for _, members in groups for r in members])),
        interface=texts([""] * len(ranks)),
    )  # fmt: skip


def replayed(traces, hosts=4, gpus=1, **how):
    schedule, notes = of_traces(traces, layout(hosts, gpus, gpus), Replay(**how))
    assert_sound(schedule)
    return schedule, notes


def refused(traces, hosts=4, **how):
    with pytest.raises(FindingsError) as error:
        of_traces(traces, layout(hosts, 1, 1), Replay(**how))
    return error.value.findings


def without_latency(schedule):
    from dataclasses import replace

    return critical_path(replace(schedule, delay_s=np.zeros(len(schedule))), NIC_BPS)


def comp(s, *before, **told):
    return COMP, before, {"s": s, **told}


def send(dst, *before, size=1e9, tag=0):
    return SEND, before, {"dst": dst, "size": size, "tag": tag}


def recv(src, *before, size=1e9, tag=0):
    return RECV, before, {"src": src, "size": size, "tag": tag}


def coll(kind, size, *before, **told):
    return COLL, before, {"type": int(TraceCollective[kind]), "size": size, **told}


def test_a_message_joins_two_ranks():
    """1 s, a message of 20 ms, 2 s after what the receiver does meanwhile."""
    schedule, notes = replayed(made_of([comp(1.0), send(1, 0)], [comp(0.5), recv(0, 0), comp(2.0, 1)]))
    assert notes == () and sent(schedule) == {(1, 2): 1e9}
    assert without_latency(schedule).makespan_s == pytest.approx(1.0 + MESSAGE_S + 2.0)
    late, _ = replayed(made_of([comp(1.0), send(1, 0)], [comp(5.0), recv(0, 0), comp(2.0, 1)]))
    assert without_latency(late).makespan_s == pytest.approx(7.0)


def test_compute_of_a_rank_is_one_after_the_other_and_the_processor_beside_it():
    schedule, _ = replayed(made_of([comp(1.0), comp(2.0), comp(10.0, on_cpu=True)]), hosts=1)
    assert without_latency(schedule).makespan_s == pytest.approx(10.0)
    gpu, _ = replayed(made_of([comp(1.0), comp(2.0), comp(10.0)]), hosts=1)
    assert without_latency(gpu).makespan_s == pytest.approx(13.0)


def test_what_is_ready_first_is_computed_first():
    """The node that waits for a message stands first in the file, and runs last."""
    schedule, _ = replayed(made_of([comp(3.0), send(1, 0)], [recv(0), comp(1.0, 0), comp(2.0)]))
    assert without_latency(schedule).makespan_s == pytest.approx(3.0 + MESSAGE_S + 1.0)


def test_work_takes_time_at_the_roof():
    """1e12 FLOP at 1e12 FLOP/s, or 4e9 B at 2e9 B/s: the slower counts; a told duration counts before both."""
    traces = made_of([(COMP, (), {"ops": 1e12, "tensor": 4e9}), comp(0.5, 0, ops=1e15)])
    for how, wanted in (({"peak_FLOPs": 1e12}, 1.0), ({"peak_FLOPs": 1e12, "memory_Bps": 2e9}, 2.0)):
        schedule, notes = replayed(traces, hosts=1, **how)
        assert without_latency(schedule).makespan_s == pytest.approx(wanted + 0.5) and notes == ()
    _, notes = replayed(traces, hosts=1)
    assert [(n.code, n.severity) for n in notes] == [("E668", Severity.WARNING)]


@pytest.mark.parametrize("kind, name, times", [
    ("ALL_REDUCE", "all-reduce", 1), ("ALL_GATHER", "all-gather", 4), ("REDUCE_SCATTER", "reduce-scatter", 1),
    ("ALL_TO_ALL", "all-to-all", 1), ("BROADCAST", "broadcast", 1), ("REDUCE", "reduce", 1),
    ("REDUCE_SCATTER_BLOCK", "reduce-scatter", 1),
])  # fmt: skip
@pytest.mark.parametrize("gpus", [1, 4])
def test_collectives_become_messages(kind, name, times, gpus):
    """What each rank puts in is its part of an all-gather, and the whole array of the others."""
    ranks = 4
    hosts = ranks // gpus if gpus == 1 else 1
    traces = made_of(*([comp(1.0), coll(kind, 1e9, 0), comp(1.0, 1)] for _ in range(ranks)))
    schedule, _ = replayed(traces, hosts, gpus)
    group = Group.of("x", layout(hosts, gpus, gpus), np.arange(ranks)[None])
    traffic = mapping.run(group, name, times * 1e9).traffic
    wanted = zip(zip(traffic.src.tolist(), traffic.dst.tolist(), strict=True), traffic.amount.tolist(), strict=True)
    assert sent(schedule) == pytest.approx(dict(wanted))
    assert critical_path(schedule, NIC_BPS).makespan_s > 2.0
    everyone = np.flatnonzero(schedule.kind == EventKind.COMPUTE)
    assert len(everyone) == 2 * ranks


def test_gathers_and_scatters_are_direct():
    for kind, wanted in (("GATHER", {(2, 1): 1e9, (3, 1): 1e9}), ("SCATTER", {(1, 2): 1e9 / 3, (1, 3): 1e9 / 3})):
        schedule, _ = replayed(made_of(*([coll(kind, 1e9)] for _ in range(3))))
        assert sent(schedule) == pytest.approx(wanted)


def test_barriers_wait_for_everybody():
    ranks = [[comp(float(rank)), coll("BARRIER", 0, 0), comp(1.0, 1)] for rank in range(4)]
    schedule, _ = replayed(made_of(*ranks))
    assert without_latency(schedule).makespan_s == pytest.approx(4.0) and sent(schedule) == {}
    assert (without_latency(schedule).start_s[schedule.kind == EventKind.COMPUTE] >= 3.0).sum() == 4


def test_collectives_of_groups_and_dimensions():
    """Ranks 0..3 as 2 x 2: the second dimension joins 0 and 2, 1 and 3; so do two named groups."""
    along = made_of(*([coll("ALL_REDUCE", 1e9, group=-2, dims=0b10)] for _ in range(4)))
    named = made_of(*([coll("ALL_REDUCE", 1e9, group=rank % 2)] for rank in range(4)),
                    groups=(("even", [0, 2]), ("odd", [1, 3])))  # fmt: skip
    pairs = {(1, 3), (3, 1), (2, 4), (4, 2)}
    assert set(sent(replayed(along, shape=(2, 2))[0])) == set(sent(replayed(named)[0])) == pairs
    everyone = made_of(*([coll("ALL_REDUCE", 1e9, group=0)] for _ in range(4)), groups=(("0", []),))
    assert len(sent(replayed(everyone)[0])) == 4


def test_the_first_collective_of_a_rank_is_the_first_of_the_others():
    ranks = [[coll("ALL_REDUCE", 1e9), coll("ALL_GATHER", 5.0, 0)] for _ in range(2)]
    schedule, _ = replayed(made_of(*ranks))
    assert sent(schedule) == pytest.approx({(1, 2): 1e9 + 5.0, (2, 1): 1e9 + 5.0})


def test_messages_inside_a_host_stay_there():
    schedule, _ = replayed(made_of([send(1)], [recv(0)]), hosts=1, gpus=2)
    assert sent(schedule) == {} and (schedule.kind == EventKind.LOCAL).sum() == 1


WRONG = {
    "received and never sent": ([[comp(1.0)], [recv(0)]], "E667", "ranks/1/nodes/0"),
    "another tag": ([[send(1, tag=1)], [recv(0, tag=2)]], "E667", "ranks/1/nodes/0"),
    "another size": ([[send(1)], [recv(0, size=3.0)]], "E667", "ranks/0/nodes/0"),
    "no receiver": ([[(SEND, (), {"size": 1})]], "E667", "ranks/0/nodes/0"),
    "a rank too many": ([[send(7)]], "E667", "ranks/0/nodes/0"),
    "somebody else's": ([[(SEND, (), {"src": 1, "dst": 1, "size": 1})], []], "E667", "ranks/0/nodes/0"),
    "one is missing": ([[coll("ALL_REDUCE", 1)], []], "E667", "ranks/0/nodes/0"),
    "another kind": ([[coll("ALL_REDUCE", 1)], [coll("ALL_GATHER", 1)]], "E667", "ranks/1/nodes/0"),
    "no such kind": ([[(COLL, (), {"type": 12})]], "E667", "ranks/0/nodes/0"),
    "too many ranks": ([[]] * 9, "E667", ""),
    "each sends after it has received": (
        [[recv(1), send(1, 0)], [recv(0), send(0, 0)]], "E666", None
    ),
    "itself": ([[comp(1.0, 1), comp(1.0, 0)]], "E666", None),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_is_refused_with_its_place(case):
    ranks, code, at = WRONG[case]
    [finding] = refused(made_of(*ranks))
    assert finding.code == code and (at is None or finding.at == at)
    if code == "E666":
        assert finding.message.count("node") >= 2


def test_groups_that_nobody_knows_are_refused():
    traces = made_of([coll("ALL_REDUCE", 1, group=0)], groups=(("7", []),))
    assert "'7'" in refused(traces)[0].message
    beyond = made_of([coll("ALL_REDUCE", 1, group=0)], groups=(("7", [0, 5]),))
    assert "rank 5" in refused(beyond)[0].message
    outside = made_of([coll("ALL_REDUCE", 1, group=0)], [], groups=(("7", [1]),))
    assert "takes part" in refused(outside)[0].message
    assert "2 x 2" in refused(made_of([coll("BARRIER", 0)]), shape=(2, 2))[0].message


def test_large_collectives_are_refused_before_they_are_made(monkeypatch):
    from easterly.demand.schedule import expand

    monkeypatch.setattr(expand, "messages", lambda *_: pytest.fail("it was made"))
    traces = made_of(*([coll("ALL_REDUCE", 1e9)] for _ in range(64)))
    [finding] = refused(traces, hosts=64, algorithm="ring", limit=4000)
    assert finding.code == "E665"


def test_what_has_no_time_is_told():
    traces = made_of([(TraceKind.MEM_LOAD, (), {}), (TraceKind.STORAGE, (0,), {}), send(1, 1), comp(1.0, 1)], [])
    schedule, notes = replayed(traces)
    assert [n.code for n in notes] == ["E668"] * 3 and "no trace receives" in notes[0].message
    assert sent(schedule) == {(1, 2): 1e9} and without_latency(schedule).makespan_s == pytest.approx(1.0)


def test_no_traces_at_all():
    schedule, notes = replayed(made_of([], []))
    assert len(schedule) == 0 and notes == ()


SMALL = st.tuples(
    st.sampled_from([1, 2, 4, 8]), st.integers(1, 2), st.integers(1, 3), st.integers(1, 3), st.booleans()
)  # fmt: skip


@given(SMALL, st.sampled_from([{}, {"overlap": {"dp": "0%"}}, {"zero": 3}]))
@settings(max_examples=25, deadline=None)
def test_traces_send_what_the_schedule_sends(degrees, job):
    """Every rank's file has its own sends and receipts; on the same hosts again, the same bytes go the same ways."""
    tp, cp, pp, dp, by_message = degrees
    step = step_of({"tp": tp, "cp": cp, "pp": pp, "dp": dp}, 2 * dp, gpus=4, nics=4, **job)
    made = of_step(step, detail=Detail(messages=by_message))
    net = network(len(step.layout.nic_node), 4, 4)
    traces = traces_of(made, net)
    assert [net.index[name] for name in traces.interface] == sorted(net.index[name] for name in traces.interface)
    node = np.array([net.index[name] for name in traces.interface])
    wanted, received = Counter(), Counter()
    for row in np.flatnonzero(np.isin(traces.kind, (SEND, RECV))):
        ends = int(node[traces.src[row]]), int(node[traces.dst[row]])
        (wanted if traces.kind[row] == SEND else received)[ends] += traces.size_B[row]
        assert traces.rank[row] == (traces.src if traces.kind[row] == SEND else traces.dst)[row]
    local = made.kind == EventKind.LOCAL
    assert wanted == received
    inside = Counter()
    for a, b, size in zip(made.src[local], made.dst[local], made.size_B[local], strict=True):
        if a != b:
            inside[int(a), int(b)] += size
    assert wanted == pytest.approx(Counter(sent(made)) + inside)
    if traces.ranks == len(step.layout.nic_node) * 4:
        again, notes = of_traces(traces, step.layout)
        assert_sound(again)
        assert sent(again) == pytest.approx(sent(made)) and notes == ()


def test_traces_keep_the_time_of_a_step_that_messages_tie_together():
    """Pipelines, and rings message by message, wait for messages only: traced and replayed they take as long."""
    for parallel, batch, job in (({"tp": 4, "pp": 4}, 8, {}), ({"pp": 2, "dp": 4}, 8, {"collective": "ring"}),
                                 ({"dp": 8}, 8, {"collective": "ring", "overlap": {"dp": "0%"}})):  # fmt: skip
        step = step_of(parallel, batch, gpus=4, nics=4, **job)
        made = of_step(step, detail=Detail(messages=True))
        again, _ = of_traces(traces_of(made, network(len(step.layout.nic_node), 4, 4)), step.layout)
        assert critical_path(again, NIC_BPS).makespan_s == pytest.approx(critical_path(made, NIC_BPS).makespan_s)


def walked(traces, message_s):
    """Finish of every node, by repeated walks over the definition: no contention, messages of equal time, no order."""
    finish: dict[int, float] = {}
    arrives: dict[tuple, float] = {}
    rows = range(len(traces))
    count = defaultdict(int)
    key = {}
    for row in rows:
        if traces.kind[row] in (SEND, RECV):
            a, b = (
                (traces.rank[row], traces.dst[row]) if traces.kind[row] == SEND else (traces.src[row], traces.rank[row])
            )
            turn = (int(traces.kind[row]), int(a), int(b), int(traces.tag[row]))
            key[row] = (*turn[1:], count[turn])
            count[turn] += 1
    while len(finish) < len(traces):
        for row in rows:
            deps = traces.dep_idx[traces.dep_ptr[row] : traces.dep_ptr[row + 1]].tolist()
            if row in finish or any(d not in finish for d in deps):
                continue
            ready = max((finish[d] for d in deps), default=0.0)
            if traces.kind[row] == SEND:
                arrives[key[row]] = finish[row] = ready + message_s
            elif traces.kind[row] != RECV:
                finish[row] = ready + traces.duration_s[row]
            elif key[row] in arrives:
                finish[row] = max(ready, arrives[key[row]])
    return finish


@st.composite
def talks(draw):
    """Two to four ranks that compute and send to each other, later nodes after earlier ones: no circles."""
    ranks = draw(st.integers(2, 4))
    nodes = [[] for _ in range(ranks)]
    for _ in range(draw(st.integers(1, 12))):
        a, b = draw(st.permutations(range(ranks)))[:2]
        before = draw(st.lists(st.integers(0, len(nodes[a]) - 1), max_size=2)) if nodes[a] else []
        if draw(st.booleans()):
            nodes[a].append(comp(0.0, *set(before), on_cpu=draw(st.booleans())))
        else:
            after = draw(st.lists(st.integers(0, len(nodes[b]) - 1), max_size=2)) if nodes[b] else []
            tag = draw(st.integers(0, 1))
            nodes[a].append(send(b, *set(before), tag=tag))
            nodes[b].append(recv(a, *set(after), tag=tag))
    return made_of(*nodes)


@given(talks())
@settings(deadline=None)
def test_replays_end_when_a_walk_over_the_traces_says(traces):
    schedule, _ = replayed(traces)
    wanted = walked(traces, MESSAGE_S)
    assert without_latency(schedule).makespan_s == pytest.approx(max(wanted.values()))
    assert sum(sent(schedule).values()) == pytest.approx(1e9 * int((traces.kind == SEND).sum()))
    assert all(p < e for e, before in enumerate(predecessors(schedule)) for p in before)

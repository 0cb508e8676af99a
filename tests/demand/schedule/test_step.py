"""Whole steps: pipelines against closed forms, bytes against phases, order against an independent walk."""

from __future__ import annotations

from collections import Counter

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.demand.clusters import MODEL, NIC_BPS, network, site
from tests.demand.schedule.steps import BACKWARD_S, FORWARD_S, assert_sound, predecessors, sent, step_of

from easterly import demand
from easterly.base.findings import FindingsError
from easterly.demand import schedule as schedules
from easterly.demand import training
from easterly.demand.phases import Effort
from easterly.demand.schedule import Detail, critical_events, critical_path, of_job, of_step, size_of, together
from easterly.demand.schedule.passes import one_forward_one_backward
from easterly.model.schedule import EventKind

INSTANT = 1e30
BUSY_S = FORWARD_S + BACKWARD_S


def alone(made, rate_bps=INSTANT):
    """Timeline without latencies."""
    from dataclasses import replace

    still = replace(
        made, delay_s=np.zeros(len(made)), duration_s=np.where(made.kind == EventKind.LOCAL, 0, made.duration_s)
    )
    return critical_path(still, rate_bps)


def pipeline(stages, micro_batches, **more):
    """A step of stages on hosts of their own, whose communication takes no time, and no optimiser."""
    parallel = {"pp": stages, **({"interleave": more.pop("interleave")} if "interleave" in more else {})}
    return of_step(step_of(parallel, micro_batches, gpus=1, nics=1, **more))


@pytest.mark.parametrize("stages, micro_batches", [(1, 1), (2, 1), (2, 2), (4, 4), (4, 9), (8, 8), (8, 3), (5, 17)])
def test_one_forward_one_backward_takes_m_plus_p_minus_one_passes(stages, micro_batches):
    """(m + p - 1) (t_f + t_b): Narayanan et al. 2021, section 2.2; GPipe takes as long, and nothing takes less."""
    took = alone(pipeline(stages, micro_batches)).makespan_s
    assert took == pytest.approx((micro_batches + stages - 1) * BUSY_S / micro_batches)


@pytest.mark.parametrize("stages, rounds, chunks", [(2, 1, 2), (2, 3, 2), (4, 2, 2), (4, 1, 3), (4, 3, 7), (8, 2, 4)])
def test_interleaving_cuts_the_bubble_by_the_chunks(stages, rounds, chunks):
    """(p-1)/(v m) of the busy time: Narayanan et al. 2021, section 2.2."""
    micro_batches = stages * rounds
    took = alone(pipeline(stages, micro_batches, interleave=chunks)).makespan_s
    assert took / BUSY_S == pytest.approx(1 + (stages - 1) / (chunks * micro_batches))


@given(st.integers(1, 6), st.integers(1, 13), st.integers(1, 4))
def test_every_order_of_passes_is_whole_and_ends(stages, micro_batches, chunks):
    """Each pass once, forward before backward; no deadlock, and never slower than one pass after the other."""
    for stage in range(stages):
        order = one_forward_one_backward(stage, stages, micro_batches, chunks)
        passes = list(zip(order.backward.tolist(), order.chunk.tolist(), order.micro_batch.tolist(), strict=True))
        assert sorted(passes) == [(b, c, k) for b in (0, 1) for c in range(chunks) for k in range(micro_batches)]
        assert all(passes.index((0, c, k)) < passes.index((1, c, k)) for _, c, k in passes)
    took = alone(pipeline(stages, micro_batches, interleave=chunks)).makespan_s
    least = BUSY_S * (1 + (stages - 1) / (chunks * micro_batches))
    assert least * (1 - 1e-9) <= took <= stages * BUSY_S * (1 + 1e-9)


def test_stages_wait_for_messages():
    """Two stages, one micro-batch: forward, a message, forward and backward, a message, backward."""
    made = pipeline(2, 1)
    message_s = 1024 * 1024 * 2 * 8 / NIC_BPS
    assert alone(made, NIC_BPS).makespan_s == pytest.approx(2 * BUSY_S + 2 * message_s)
    latency_s = made.delay_s[made.kind == EventKind.SEND]
    assert critical_path(made, NIC_BPS).makespan_s == pytest.approx(2 * BUSY_S + 2 * message_s + latency_s.sum())


GRIDS = st.tuples(
    st.sampled_from([1, 2, 4, 8, 16]), st.integers(1, 2), st.integers(1, 3), st.integers(1, 3), st.integers(1, 2)
)  # fmt: skip
JOBS = st.fixed_dictionaries(
    {
        "zero": st.sampled_from([0, 1, 3]),
        "overlap": st.sampled_from([{}, {"dp": "0%"}, {"dp": "40%", "tp": "50%", "cp": "100%"}]),
        "collective": st.sampled_from(["auto", "ring", "hierarchical", "halving-doubling"]),
        "library": st.sampled_from([{}, {"bucket": "40MB"}]),
    }
)
EXPERTS = st.fixed_dictionaries(
    {
        "experts": st.just(8),
        "top_k": st.integers(1, 4),
        "max_hosts": st.sampled_from([None, 1]),
        "imbalance": st.sampled_from([1.0, 1.5]),
    }
)
DETAILS = st.builds(Detail, messages=st.booleans(), layer_groups=st.integers(1, 2), buckets=st.integers(1, 5))


def wanted_of(step):
    """Bytes of all phases of a step by sending and receiving node."""
    wanted = Counter()
    for phase in training.phases(step):
        ends = zip(phase.traffic.src.tolist(), phase.traffic.dst.tolist(), strict=True)
        for pair, size in zip(ends, phase.traffic.amount.tolist(), strict=True):
            wanted[pair] += size * phase.times
    return dict(wanted)


@given(GRIDS, st.sampled_from([(8, 8), (4, 4), (8, 4), (4, 8)]), JOBS, DETAILS, st.integers(1, 3), st.booleans())
@settings(max_examples=20, deadline=None)
def test_schedules_send_what_the_phases_of_the_step_say(degrees, make, job, detail, micro_batches, railed):
    """Conservation between both views: bytes between any two interfaces, over a step; and the number of events told."""
    tp, cp, pp, dp, chunks = degrees
    parallel = {"tp": tp, "cp": cp, "pp": pp, "dp": dp, "interleave": chunks if pp > 1 else 1}
    step = step_of(parallel, dp * micro_batches, gpus=make[0], nics=make[1], railed=railed, **job)
    made = of_step(step, detail=detail)
    assert sent(made) == pytest.approx(wanted_of(step))
    assert size_of(step, detail=detail) == len(made)
    assert_sound(made)


@given(EXPERTS, st.sampled_from([1, 2, 4]), st.integers(1, 2), st.integers(1, 2), DETAILS, st.sampled_from([1, 2, 3]))
@settings(max_examples=25, deadline=None)
def test_experts_and_hybrid_shards_send_what_their_phases_say(moe, ep, tp, pp, detail, zero):
    """All-to-alls in every pass, replicas of experts apart from those of the rest, shards summed between groups."""
    parallel = {"tp": tp, "pp": pp, "dp": 8, "ep": ep, "shard": 4}
    step = step_of(parallel, 16, gpus=4, nics=4, zero=zero, model={**MODEL, "params": 8e9, "moe": moe})
    made = of_step(step, detail=detail)
    assert {phase.axis for phase in training.phases(step)} >= ({"ep"} if ep > 1 else {"dp"})
    assert sent(made) == pytest.approx(wanted_of(step))
    assert size_of(step, detail=detail) == len(made)
    assert_sound(made)


@given(st.integers(1, 4), st.integers(1, 3), st.sampled_from([1, 2]))
@settings(max_examples=20, deadline=None)
def test_compute_adds_up(stages, dp, chunks):
    step = step_of(
        {"tp": 4, "pp": stages, "dp": dp, "interleave": chunks}, dp * 4, gpus=4, nics=4, overlap={"tp": "100%"}
    )
    made = of_step(step)
    busy_s = np.bincount(made.stream[made.stream >= 0], made.duration_s[made.stream >= 0])
    assert busy_s == pytest.approx(np.full(stages * dp, BUSY_S))
    by_stage = [made.duration_s[(made.purpose == row) & (made.stream == 0)].sum() for row in (0, 1)]
    assert by_stage == pytest.approx([FORWARD_S, BACKWARD_S])


@given(GRIDS, DETAILS)
@settings(max_examples=10, deadline=None)
def test_earliest_times_are_longest_ways(degrees, detail):
    """networkx finds the same makespan; events of one stream never overlap."""
    tp, cp, pp, dp, chunks = degrees
    step = step_of({"tp": tp, "cp": cp, "pp": pp, "dp": dp, "interleave": chunks if pp > 1 else 1}, dp * 2)
    made = of_step(step, detail=detail)
    timeline = critical_path(made, NIC_BPS)
    takes_s = np.where(made.kind == EventKind.SEND, made.size_B * 8 / NIC_BPS, made.duration_s) + made.delay_s
    graph = nx.DiGraph()
    for event, before in enumerate(predecessors(made)):
        for p in before or [-1]:
            graph.add_edge(p, event, weight=takes_s[event])
    assert timeline.makespan_s == pytest.approx(nx.dag_longest_path_length(graph, weight="weight"))
    for stream in range(len(made.streams)):
        mine = np.flatnonzero(made.stream == stream)
        mine = mine[np.lexsort((timeline.finish_s[mine], timeline.start_s[mine]))]
        assert (timeline.start_s[mine][1:] >= timeline.finish_s[mine][:-1] - 1e-12).all()
    path = critical_events(made, timeline)
    assert takes_s[path].sum() == pytest.approx(timeline.makespan_s)


def data_parallel(**job):
    """Two hosts of one GPU each: 4 GB of gradients, 2 GB of weights."""
    return step_of({"dp": 2}, 2, gpus=1, nics=1, **job)


def test_gradients_wait_for_the_last_pass_and_the_next_step_for_the_weights():
    """Nothing hidden: gather 1 GB, compute, scatter 2 GB, one after the other; two steps take twice as long."""
    step = data_parallel(overlap={"dp": "0%"})
    one_s = BUSY_S + (1e9 + 2e9) * 8 / NIC_BPS
    for steps in (1, 2, 3):
        assert alone(of_step(step, steps=steps), NIC_BPS).makespan_s == pytest.approx(steps * one_s)


@pytest.mark.parametrize("buckets", [1, 2, 8])
def test_hidden_gradients_leave_bucket_by_bucket(buckets):
    """The first bucket of weights and the last of gradients are never hidden; the others are behind compute."""
    made = of_step(data_parallel(), detail=Detail(buckets=buckets))
    wanted = BUSY_S + (1e9 + 2e9) * 8 / NIC_BPS / buckets
    assert alone(made, NIC_BPS).makespan_s == pytest.approx(wanted)


def test_what_compute_cannot_hide_is_waited_for():
    """Where gradients take longer than the backward pass, the buckets queue up behind each other."""
    made = of_step(data_parallel(zero=0), detail=Detail(buckets=4))
    slow_bps = 4e9 * 8 / (2 * BACKWARD_S)
    assert alone(made, slow_bps).makespan_s == pytest.approx(FORWARD_S + BACKWARD_S / 4 + 2 * BACKWARD_S)


def test_tensor_parallel_ranks_across_hosts_are_waited_for_in_every_pass():
    """Half of it beside compute: on two hosts each pass takes its compute and the exposed half of its bytes."""
    step = step_of({"tp": 2}, 4, gpus=1, nics=1, overlap={"tp": "50%"})
    total_B = sum(p.traffic.amount.max() * p.times for p in training.phases(step))
    assert alone(of_step(step), NIC_BPS).makespan_s == pytest.approx(BUSY_S + total_B / 2 * 8 / NIC_BPS)
    layers = of_step(step, detail=Detail(layer_groups=4))
    assert alone(layers, NIC_BPS).makespan_s == pytest.approx(BUSY_S + total_B / 2 * 8 / NIC_BPS)


def test_communication_inside_hosts_adds_to_compute():
    """Folded: times (latency + scale-up), the hidden share left out."""
    step = step_of({"tp": 8}, 4, overlap={"tp": "25%"})
    inside_s = sum(p.times * (p.latency_s + p.scaleup_s) for p in training.phases(step))
    made = of_step(step)
    assert set(made.kind.tolist()) == {EventKind.COMPUTE}
    assert critical_path(made, NIC_BPS).makespan_s == pytest.approx(BUSY_S + 0.75 * inside_s)


def test_replicas_do_not_wait_for_each_other_in_their_passes():
    """A slow message of one replica holds up its own pipeline, and the other one only at the gradients."""
    step = step_of({"pp": 2, "dp": 2}, 2, gpus=1, nics=1, overlap={"dp": "0%"})
    made = of_step(step)
    is_first = (made.kind == EventKind.SEND) & (made.purposes.axis[made.purpose] == "pp") & (made.src == 1)
    rates = np.where(is_first, 1e6, 1e15)
    timeline = critical_path(made, rates)
    late_s = 1024 * 1024 * 2 * 8 / 1e6
    passes = made.purpose < 2
    assert timeline.finish_s[passes & (made.stream == 3)].max() < late_s
    assert timeline.finish_s[passes & (made.stream == 2)].max() > late_s
    assert timeline.finish_s[(made.purpose == 2) & (made.stream == 3)].min() > late_s


def test_old_efforts_without_a_forward_share_are_divided():
    effort = Effort(gpus=1, compute_s=0.9, bubble=0.0)
    assert alone(of_step(step_of({}, 3, gpus=1, nics=1, effort=effort))).makespan_s == pytest.approx(0.9)


def test_too_large_schedules_are_refused_before_they_are_made(monkeypatch):
    step = step_of({"tp": 8, "pp": 4, "dp": 4}, 64)
    monkeypatch.setattr(schedules.step, "course", lambda *_: pytest.fail("it was made"))
    detail = Detail(messages=True, layer_groups=2)
    with pytest.raises(FindingsError) as refused:
        of_step(step, steps=3, detail=detail, limit=1000)
    [finding] = refused.value.findings
    assert (finding.code, finding.at) == ("E665", "jobs/j")
    assert f"{size_of(step, steps=3, detail=detail):,} events" in finding.message
    assert f"one step: {size_of(step, detail=detail):,} events" in finding.hint
    assert f"flows instead of messages: {size_of(step, steps=3, detail=Detail(layer_groups=2)):,}" in finding.hint


def test_a_ring_of_thousands_is_counted_without_being_made():
    step = step_of({"dp": 4096}, 4096, gpus=8, collective="ring")
    assert size_of(step, detail=Detail(messages=True)) > 4096 * 4095


def two_jobs():
    jobs = {name: {"parallel": {"tp": 8, "pp": 2}, "batch": 8, "peak": "1PFLOP/s", **more} for name, more in
            (("a", {}), ("b", {"class": "bulk", "connections": 7}))}  # fmt: skip
    plan, net = site(jobs, hosts=4), network(4)
    return plan, net, demand.place(plan, net).hosts


def test_jobs_of_a_site():
    plan, net, hosts = two_jobs()
    made = {name: of_job(plan, net, name, hosts) for name in "ab"}
    assert sent(made["a"]).keys().isdisjoint(sent(made["b"]))
    classes = sorted(plan.classes)
    assert {classes[i] for i in made["b"].traffic_class.tolist()} == {"bulk"}
    assert set(made["b"].connections.tolist()) == {7} and set(made["a"].connections.tolist()) == {4}
    demands = demand.build(plan, net)
    of = demands.phases.owner[demands.flows.phase]
    for name in "ab":
        flows = Counter()
        for row in np.flatnonzero(of == name):
            pair = int(demands.flows.src[row]), int(demands.flows.dst[row])
            flows[pair] += demands.flows.size_B[row] * demands.phases.times[demands.flows.phase[row]]
        assert sent(made[name]) == pytest.approx(dict(flows))


def test_schedules_of_several_jobs_stand_side_by_side():
    plan, net, hosts = two_jobs()
    parts = [of_job(plan, net, name, hosts) for name in "ab"]
    both = together(parts, [0.0, 3.0])
    assert_sound(both)
    one, other = (critical_path(part, NIC_BPS) for part in parts)
    whole = critical_path(both, NIC_BPS)
    assert whole.finish_s[: len(parts[0])].tolist() == one.finish_s.tolist()
    assert whole.finish_s[len(parts[0]) :] == pytest.approx(other.finish_s + 3.0)
    assert both.job.tolist() == [0] * len(parts[0]) + [1] * len(parts[1])
    assert both.connections[-1] == 7 and len(both.streams) == 4
    assert together([parts[0]]).pred_idx.tolist() == parts[0].pred_idx.tolist()
    with pytest.raises(ValueError, match="one start for each"):
        together(parts, [0.0])


def test_schedules_are_kept_and_read_back():
    from easterly.model.store import freeze, thaw

    made = of_step(step_of({"tp": 8, "pp": 2}, 4))
    again = thaw(freeze(made))
    assert freeze(again) == freeze(made) and repr(again) == repr(made)


@pytest.mark.slow
def test_a_schedule_of_sixteen_thousand_gpus_is_quick():
    from time import process_time

    step = step_of({"tp": 8, "pp": 16, "dp": 128}, 2048, model="llama3-405b")
    of_step(step)
    started = process_time()
    made = of_step(step)
    built = process_time()
    critical_path(made, NIC_BPS)
    assert len(made) > 500_000 and built - started < 4 and process_time() - built < 0.5

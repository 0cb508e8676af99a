"""Flows of training jobs against closed forms, published cases and groups written out by loops."""

from collections import Counter, defaultdict
from itertools import product
from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.clusters import NIC_BPS, SCALEUP_BPS, network, site

from easterly import demand
from easterly.model.catalog import models


def demands_of(job, hosts=4, gpus=8, nics=8, **more):
    plan = site({"j": job}, hosts=hosts, gpus=gpus, nics=nics)
    return demand.build(plan, network(hosts, gpus, nics, **more))


def phase(demands, axis, collective=None, stage=None):
    """Row of the one phase of an axis, and its flows as {(src, dst): bytes}."""
    table = demands.phases
    wanted = {"axis": axis, "collective": collective, "stage": stage}
    rows = [i for i in range(len(table)) if all(v in (None, str(getattr(table, k)[i])) for k, v in wanted.items())]
    assert len(rows) == 1
    f = demands.flows
    mine = f.phase == rows[0]
    flows = zip(f.src[mine].tolist(), f.dst[mine].tolist(), f.size_B[mine].tolist(), strict=True)
    return rows[0], {(a, b): size for a, b, size in flows}


def by_nic(flows, end=0):
    total = defaultdict(float)
    for pair, size in flows.items():
        total[pair[end]] += size
    return dict(total)


def all_reduce_job(size_B, **more):
    """Data parallelism without ZeRO: one all-reduce of the gradients, of that size."""
    model = {"params": size_B / 4, "layers": 8, "hidden": 1024, "heads": 16, "seq": 1024, "vocab": 32000}
    return {"model": model, "parallel": {"dp": 32}, "zero": 0, **more}


@pytest.mark.parametrize("algorithm, milliseconds", [("ring", 20.8), ("hierarchical", 16.1)])
def test_all_reduce_of_4_gib_leaves_on_every_interface(algorithm, milliseconds):
    """4 hosts of 8 GPUs, 50 GB/s interfaces: rings 20.8 ms, two levels 16.1 to 26.25 ms, one interface 85.9 ms."""
    busbw_bps = 740.64e9 * 8
    demands = demands_of(all_reduce_job(4 * 2**30, collective=algorithm), scaleup_bps=busbw_bps)
    row, flows = phase(demands, "dp")
    assert demands.phases.algorithm[row] == algorithm
    sent = by_nic(flows)
    assert len(sent) == 32
    wire_s = max(sent.values()) * 8 / NIC_BPS
    assert wire_s == pytest.approx(milliseconds * 1e-3, abs=0.05e-3)
    serial = {"ring": 20.8, "hierarchical": 26.25}[algorithm]
    assert wire_s + demands.phases.scaleup_s[row] == pytest.approx(serial * 1e-3, abs=0.05e-3)


def test_auto_takes_the_faster_algorithm():
    fast, slow = (demands_of(all_reduce_job(4 * 2**30), scaleup_bps=rate) for rate in (1e14, 2e11))
    assert phase_algorithm(fast, "dp") == "hierarchical" and phase_algorithm(slow, "dp") == "ring"


def phase_algorithm(demands, axis):
    return str(demands.phases.algorithm[phase(demands, axis)[0]])


def test_megatron_175b_bytes():
    """TP all-reduces of 50.33 MB, 270.6 GB per step and GPU; PP 6.29 MB per interface and micro-batch."""
    job = {"model": "megatron-175b", "parallel": {"tp": 8, "pp": 8}, "batch": 64}
    demands = demands_of(job, hosts=8)
    for stage in ("forward", "backward"):
        for half in ("reduce-scatter", "all-gather"):
            row, flows = phase(demands, "tp", half, stage)
            assert not flows and demands.phases.times[row] == 2 * 12 * 64
            assert demands.phases.scaleup_s[row] == pytest.approx(0.875 * 50.33e6 * 8 / SCALEUP_BPS, rel=1e-3)
        row, flows = phase(demands, "pp", stage=stage)
        assert demands.phases.times[row] == 64
        assert set(np.round(list(flows.values()), -4)) == {6.29e6}
    assert tensor_bytes(demands) == pytest.approx(270.6e9, rel=1e-3)
    assert tensor_bytes(demands_of({**job, "recompute": "full"}, hosts=8)) == pytest.approx(405.9e9, rel=1e-3)


def tensor_bytes(demands):
    """Bytes that a GPU sends for tensor parallelism in a step."""
    rows = demands.phases.axis == "tp"
    return float((demands.phases.times * demands.phases.scaleup_B)[rows].sum())


def test_llama_405b_gradients():
    """TP 8, PP 16, DP 128: reduce-scatter 12.56 GB and all-gather 6.28 GB per GPU, 0.377 s at 50 GB/s."""
    job = {"model": "llama3-405b", "parallel": {"tp": 8, "pp": 16, "dp": 128}, "batch": 2048, "mfu": "43%"}
    demands = demands_of(job, hosts=2048)
    reduce, gather = (
        by_nic(phase(demands, "dp", name)[1]) for name in ("reduce-scatter", "all-gather")
    )  # fmt: skip
    assert len(reduce) == 2048 * 8
    assert max(reduce.values()) == pytest.approx(12.58e9, rel=5e-3)
    assert max(gather.values()) == pytest.approx(6.29e9, rel=5e-3)
    assert (max(reduce.values()) + max(gather.values())) / 50e9 == pytest.approx(0.377, rel=5e-3)
    work = demands.work
    assert work.tokens[0] == 2048 * 8192 and work.gpus[0] == 16384
    busy_s = work.compute_s[0] * (1 - work.bubble[0])
    longest, mean = 8, 126 / 16
    assert busy_s == pytest.approx(work.flop[0] / (16384 * 989.5e12 * 0.43) * longest / mean)
    assert work.compute_s[0] / busy_s == pytest.approx(1 + (126 / longest - 1) / 16)


@pytest.mark.parametrize("zero, elements", [(0, 2), (1, 2), (2, 2), (3, 3)])
def test_zero_traffic(zero, elements):
    """ZeRO, section 7: 2 Y elements per step, 3 Y for stage 3; 29.5 and 44.3 GB for 7.5e9 parameters in bf16."""
    model = {"params": 7.5e9, "layers": 8, "hidden": 1024, "heads": 16}
    job = {"model": model, "parallel": {"dp": 64}, "batch": 64, "zero": zero, "grad_dtype": "bf16"}
    demands = demands_of(job, hosts=64, gpus=1, nics=1)
    sent = sum(
        size * demands.phases.times[p] for size, p, src in
        zip(demands.flows.size_B, demands.flows.phase, demands.flows.src, strict=True) if src == 1
    )  # fmt: skip
    assert sent == pytest.approx(elements * 63 / 64 * 2 * 7.5e9)
    assert sent == pytest.approx({2: 29.5e9, 3: 44.3e9}[elements], rel=2e-3)


def test_weights_are_gathered_for_every_micro_batch_of_stage_3():
    demands = demands_of({"parallel": {"dp": 32}, "batch": 128, "zero": 3})
    for stage in ("forward", "backward"):
        row, _ = phase(demands, "dp", "all-gather", stage)
        assert demands.phases.times[row] == 4


def ranks_by_group(tp, pp, dp, axis):
    """Groups of ranks, written out: tensor parallel fastest, then data, then pipeline."""
    rank = {(t, d, p): t + tp * (d + dp * p) for t, d, p in product(range(tp), range(dp), range(pp))}
    fixed = {"tp": lambda t, d, p: (d, p), "dp": lambda t, d, p: (t, p)}[axis]
    groups = defaultdict(list)
    for where, r in sorted(rank.items(), key=lambda item: item[1]):
        groups[fixed(*where)].append(r)
    return list(groups.values())


def host_bytes_by_loops(groups, gpus, size_B, factor):
    """Bytes that leave each host: a ring leaves each of its hosts once, whatever it has inside."""
    sent = Counter()
    for group in groups:
        hosts = {r // gpus for r in group}
        if len(hosts) > 1:
            sent.update(dict.fromkeys(hosts, factor * size_B))
    return sent


degrees = st.tuples(st.integers(1, 12), st.integers(1, 4), st.integers(1, 6))


@given(degrees, st.sampled_from([(8, 8), (8, 4), (4, 8), (8, 6), (2, 1)]), st.booleans())
def test_rings_leave_each_host_once(degree, make, railed):
    (tp, pp, dp), (gpus, nics) = degree, make
    hosts = -(-tp * pp * dp // gpus)
    job = {"parallel": {"tp": tp, "pp": pp, "dp": dp}, "batch": dp * pp, "zero": 0, "collective": "ring"}
    plan = site({"j": job}, hosts=hosts, gpus=gpus, nics=nics)
    demands = demand.build(plan, network(hosts, gpus, nics, railed=railed))
    f, n = demands.flows, max(2, nics * hosts + 1)
    if dp > 1:
        _, flows = phase(demands, "dp")
        wanted = host_bytes_by_loops(ranks_by_group(tp, pp, dp, "dp"), gpus, 1e9 / (tp * pp) * 4, 2 * (dp - 1) / dp)
        for end in (0, 1):
            sums = Counter()
            for nic, size in by_nic(flows, end).items():
                sums[(nic - 1) // nics] += size
            assert sums == pytest.approx(dict(wanted))
    pairs = f.phase.astype(np.int64) * n * n + f.src.astype(np.int64) * n + f.dst
    assert len(np.unique(pairs)) == len(pairs)
    assert ((f.src - 1) // nics != (f.dst - 1) // nics).all() and (f.size_B > 0).all()
    if railed:
        assert ((f.src - 1) % nics == (f.dst - 1) % nics).all()


@given(st.integers(2, 5), st.integers(2, 4), st.integers(1, 3))
def test_pipeline_sends_to_the_next_stage_and_back(pp, dp, interleave):
    """By loops over every boundary: M / t per GPU, v times, and v - 1 times from the last stage to the first."""
    tp, gpus, size_B = 2, 4, 1024 * 1024 * 2 / 2
    job = {"parallel": {"tp": tp, "pp": pp, "dp": dp, "interleave": interleave}, "batch": dp * pp}
    hosts = -(-tp * pp * dp // gpus)
    demands = demands_of(job, hosts=hosts, gpus=gpus, nics=gpus, railed=False)
    wanted = {"forward": Counter(), "backward": Counter()}
    for t, d, p in product(range(tp), range(dp), range(pp)):
        a, b = (t + tp * (d + dp * q) for q in (p, (p + 1) % pp))
        times = interleave if p < pp - 1 else interleave - 1
        if times and a // gpus != b // gpus:
            wanted["forward"][1 + a, 1 + b] += times * size_B
            wanted["backward"][1 + b, 1 + a] += times * size_B
    for stage, flows in wanted.items():
        assert phase(demands, "pp", stage=stage)[1] == pytest.approx(dict(flows))


@pytest.mark.parametrize("collective", ["ring", "hierarchical", "auto"])
def test_one_host_sends_nothing(collective):
    demands = demands_of({"parallel": {"tp": 2, "pp": 2, "dp": 2}, "batch": 8, "collective": collective}, hosts=1)
    assert len(demands.flows) == 0
    assert Counter(demands.phases.axis.tolist()) == {"tp": 4, "pp": 2, "dp": 2}
    assert (demands.phases.scaleup_s > 0).all() and (demands.phases.algorithm != "hierarchical").all()


def test_degree_one_has_no_phase():
    demands = demands_of({"parallel": {"tp": 8}}, hosts=1)
    assert set(demands.phases.axis.tolist()) == {"tp"} and demands.work.bubble[0] == 0


def test_two_levels_send_what_the_hosts_send_among_themselves():
    """Each interface (K-1)/K of its share of the array; inside, each GPU (q-1)/q of it all."""
    job = {"parallel": {"dp": 16}, "collective": "hierarchical", "grad_dtype": "bf16"}
    demands = demands_of(job, hosts=4, gpus=4, nics=4)
    row, flows = phase(demands, "dp", "reduce-scatter")
    assert set(by_nic(flows).values()) == {3 / 4 * 2e9 / 4}
    assert demands.phases.scaleup_B[row] == 3 / 4 * 2e9
    assert demands.phases.scaleup_s[row] == pytest.approx(3 / 4 * 2e9 * 8 / SCALEUP_BPS)


def test_traffic_between_rails_is_relayed_inside_the_host():
    """Stages 0 and 1 share host 0, stage 2 is GPU 0 of host 1: on rails, 1 sends to 2 by interface 0, which 0 owns."""
    job = {"parallel": {"tp": 1, "pp": 3}, "batch": 4}
    railed, plain = (demands_of(job, hosts=2, gpus=2, nics=2, railed=r) for r in (True, False))
    part_B = 1024 * 1024 * 2
    (ahead, there), (back, here) = (phase(railed, "pp", stage=s) for s in ("forward", "backward"))
    assert (there, here) == ({(1, 3): part_B}, {(4, 2): part_B})
    assert railed.phases.scaleup_B[ahead] == railed.phases.scaleup_B[back] == part_B  # of stage 0, or 1 for 2
    assert [phase(plain, "pp", stage=s)[1] for s in ("forward", "backward")] == [{(2, 3): part_B}, {(3, 2): part_B}]


def test_more_interfaces_than_gpus_share_the_load():
    job = all_reduce_job(4e9)
    one, two = (demands_of({**job, "collective": "ring"}, gpus=8, nics=n) for n in (8, 16))
    assert max(by_nic(phase(two, "dp")[1]).values()) == max(by_nic(phase(one, "dp")[1]).values()) / 2
    assert len(by_nic(phase(two, "dp")[1])) == 64


def test_latency_is_that_of_serial_messages():
    """Tensor parallel 8 in a host: 14 hops of 3.4 us and the base; data parallel 4: 3 hops of 14 us."""
    demands = demands_of({"parallel": {"tp": 8, "dp": 4, "sp": False}})
    latency = dict(zip(demands.phases.collective.tolist(), demands.phases.latency_s, strict=True))
    assert latency["all-reduce"] == pytest.approx((8.4 + 14 * 3.4) * 1e-6)
    assert latency["reduce-scatter"] == pytest.approx((8.4 + 3 * 14) * 1e-6)


def test_compute_takes_what_the_job_says():
    job = {"parallel": {"tp": 8}, "mfu": "50%", "peak": "1PFLOP/s", "model": "llama3-8b", "seq": 4096}
    work = demands_of(job, hosts=1).work
    llama = models.lookup("llama3-8b")
    looked_up, norms = llama.vocab * llama.hidden, 65 * llama.hidden
    counted = 6 * (llama.params - looked_up - norms) + 12 * llama.layers * llama.hidden * 4096
    assert work.flop[0] == pytest.approx(counted * 64 * 4096)
    assert work.compute_s[0] == pytest.approx(work.flop[0] / (8 * 5e14))


@pytest.mark.parametrize(
    "hosts, gpus, parallel, limit_s", [(256, 1, {"dp": 256}, 0.02), (1024, 8, {"tp": 8, "pp": 8, "dp": 128}, 1.0)]
)
def test_large_jobs_are_quick(hosts, gpus, parallel, limit_s):
    plan = site({"j": {"parallel": parallel, "batch": 2048}}, hosts=hosts, gpus=gpus, nics=gpus)
    net = network(hosts, gpus, gpus)
    placed = demand.place(plan, net)
    took = []
    for _ in range(3):
        started = process_time()
        demand.of_work(plan, net, "j", placed.hosts)
        took.append(process_time() - started)
    assert min(took) < limit_s

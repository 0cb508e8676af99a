"""Axes of one step against closed forms and groups written out by loops: context, experts, sharding, what is beside."""

from collections import Counter, defaultdict
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.clusters import NIC_BPS, network, site

from easterly import demand
from easterly.demand import parameters
from easterly.model.spec.transformer import ModelSpec

MOE = {"experts": 16, "top_k": 4, "ffn": 512}
SHAPE = {"params": 4e9, "layers": 8, "hidden": 1024, "heads": 16, "kv_heads": 4, "seq": 4096, "vocab": 32000}


def demands_of(job, hosts=4, gpus=8, nics=8, **more):
    plan = site({"j": {"model": SHAPE, **job}}, hosts=hosts, gpus=gpus, nics=nics, **more)
    return demand.build(plan, network(hosts, gpus, nics))


def rows(demands, **wanted):
    table = demands.phases
    return [i for i in range(len(table)) if all(str(getattr(table, k)[i]) == v for k, v in wanted.items())]


def sent(demands, row):
    """Bytes of one occurrence by sending interface."""
    total = defaultdict(float)
    mine = demands.flows.phase == row
    for src, size in zip(demands.flows.src[mine].tolist(), demands.flows.size_B[mine].tolist(), strict=True):
        total[src] += size
    return dict(total)


def test_context_parallel_gathers_keys_and_values():
    """(c-1)/c of 2 b s n_kv d_h e per layer, forward and again backward, and their gradients once (2 bytes each)."""
    demands = demands_of({"parallel": {"cp": 4}, "micro_batch": 2, "batch": 4}, hosts=4, gpus=1, nics=1)
    size_B = 2 * 2 * 4096 * 4 * 64 * 2
    assert {(str(demands.phases.stage[r]), str(demands.phases.collective[r])) for r in rows(demands, axis="cp")} == {
        ("forward", "all-gather"), ("backward", "all-gather"), ("backward", "reduce-scatter")
    }  # fmt: skip
    for row in rows(demands, axis="cp"):
        assert demands.phases.times[row] == 8 * 2
        assert set(sent(demands, row).values()) == {3 / 4 * size_B}


def test_keys_and_values_are_cut_by_tensor_parallelism_as_far_as_there_are_heads():
    by_tp = {tp: demands_of({"parallel": {"tp": tp, "cp": 2}}, hosts=16, gpus=1, nics=1) for tp in (1, 2, 4, 8)}
    size = {tp: max(sent(made, rows(made, axis="cp")[0]).values()) for tp, made in by_tp.items()}
    assert size[1] / size[2] == pytest.approx(2) and size[1] / size[4] == pytest.approx(4)
    assert size[8] == pytest.approx(size[4])  # 4 heads are not cut into 8


def test_full_recomputation_gathers_and_dispatches_once_more():
    job = {"parallel": {"cp": 2, "dp": 4, "ep": 4}, "model": {**SHAPE, "moe": MOE}}
    plain, full = (demands_of({**job, "recompute": r}) for r in ("none", "full"))
    for axis, name in (("cp", "all-gather"), ("ep", "all-to-all")):
        some, more = (m.phases.times[rows(m, axis=axis, collective=name, stage="backward")] for m in (plain, full))
        assert (more == 2 * some).all()


@given(st.sampled_from([(1, 8, 1, 4), (2, 4, 1, 8), (4, 4, 2, 4), (1, 16, 1, 16), (2, 8, 1, 2)]), st.integers(1, 2))
def test_experts_are_spread_over_neighbours_of_a_stage(degrees, pp):
    """Every group of ep ranks, by loops: the bytes that leave each host are those of pairs in different hosts."""
    tp, dp, etp, ep = degrees
    job = {"parallel": {"tp": tp, "dp": dp, "pp": pp, "ep": ep, "etp": etp}, "batch": dp, "zero": 0,
           "model": {**SHAPE, "moe": MOE}}  # fmt: skip
    gpus = 4
    demands = demands_of(job, hosts=-(-tp * dp * pp // gpus), gpus=gpus, nics=gpus)
    each_B = 4096 / tp * 4 * 1024 * 2 / ep
    wanted = Counter()
    for stage in range(pp):
        ranks = range(stage * tp * dp, (stage + 1) * tp * dp)
        groups = defaultdict(list)
        for place, rank in enumerate(ranks):
            groups[place // (ep * etp), place % etp].append(rank)
        for group in groups.values():
            assert len(group) == ep
            for a, b in product(group, group):
                if a // gpus != b // gpus:
                    wanted[a // gpus] += each_B
    for row in rows(demands, axis="ep"):
        hosts = Counter()
        for nic, size in sent(demands, row).items():
            hosts[(nic - 1) // gpus] += size
        assert hosts == pytest.approx(dict(wanted))
        assert demands.phases.times[row] == 8 / pp


def test_gradients_of_experts_go_to_their_own_replicas():
    """8 ranks of ep 4: two replicas of every expert, eight of the rest."""
    moe = {**SHAPE, "moe": MOE}
    moe["params"] = parameters.total(ModelSpec.model_validate(moe))
    demands = demands_of({"parallel": {"dp": 8, "ep": 4}, "model": moe, "zero": 0}, hosts=8, gpus=1, nics=1)
    expert = 8 * 16 * 2 * 1024 * 512
    (own,), (rest,) = rows(demands, axis="edp"), rows(demands, axis="dp")
    assert list(sent(demands, own).values()) == pytest.approx([2 * 1 / 2 * expert / 4 * 4] * len(sent(demands, own)))
    assert list(sent(demands, rest).values()) == pytest.approx(
        [2 * 7 / 8 * (moe["params"] - expert) * 4] * len(sent(demands, rest))
    )
    flows = demands.flows.phase == own
    assert {abs(a - b) for a, b in zip(demands.flows.src[flows], demands.flows.dst[flows], strict=True)} == {4}


def test_hybrid_sharding_gathers_inside_and_sums_across():
    """dp 8 in shards of 4: (4-1)/4 inside, and an all-reduce of a quarter between the two groups."""
    job = {"parallel": {"dp": 8, "shard": 4}, "zero": 3, "grad_dtype": "bf16", "batch": 8, "collective": "ring"}
    demands = demands_of(job, hosts=8, gpus=1, nics=1)
    weights = 4e9 * 2
    (scatter,), (across,) = (rows(demands, axis="dp", collective=c) for c in ("reduce-scatter", "all-reduce"))
    assert list(sent(demands, scatter).values()) == pytest.approx([3 / 4 * weights] * len(sent(demands, scatter)))
    assert list(sent(demands, across).values()) == pytest.approx([2 * 1 / 2 * weights / 4] * len(sent(demands, across)))
    gathers = rows(demands, axis="dp", collective="all-gather")
    assert [str(demands.phases.stage[r]) for r in gathers] == ["forward", "backward"]
    assert all(list(sent(demands, r).values()) == pytest.approx([3 / 4 * weights] * 8) for r in gathers)


def test_buckets_cut_the_gradients():
    whole, cut = (
        demands_of({"parallel": {"dp": 4}, "zero": 0, "library": lib}, gpus=1, nics=1)
        for lib in ({}, {"bucket": "1GB"})
    )
    (a,), (b,) = rows(whole, axis="dp"), rows(cut, axis="dp")
    assert cut.phases.times[b] == 16 and whole.phases.times[a] == 1
    assert sum(sent(cut, b).values()) * 16 == pytest.approx(sum(sent(whole, a).values()))


def test_what_may_be_hidden_stands_beside_the_compute_that_hides_it():
    """Gradients hide behind the backward pass of one micro-batch, weights of stage 3 behind every pass."""
    job = {"parallel": {"dp": 4}, "batch": 32, "overlap": {"dp": "80%"}, "mfu": "40%"}
    one, three = (demands_of({**job, "zero": z}, gpus=1, nics=1) for z in (1, 3))
    (row,) = rows(one, axis="dp", collective="reduce-scatter")
    assert one.phases.hidden[row] == 0.8
    assert one.phases.window_s[row] == pytest.approx(one.work.backward_s[0] / 8)
    forward, backward = rows(three, axis="dp", collective="all-gather")
    assert three.phases.window_s[forward] == three.work.forward_s[0]
    assert three.phases.window_s[backward] == three.work.backward_s[0]


def test_evaluation_repeats_the_forward_passes():
    job = {"parallel": {"dp": 2, "pp": 2}, "evaluate": {"every": 100, "batches": 5}}
    demands = demands_of(job, gpus=1, nics=1)
    (ahead,) = rows(demands, axis="pp", stage="forward")
    (extra,) = rows(demands, stage="evaluate")
    assert demands.phases.times[extra] == pytest.approx(demands.phases.times[ahead] * 0.05)
    assert sent(demands, extra) == sent(demands, ahead)


STORE = {"traffic": {"disks": {"kind": "storage", "class": "bulk", "hosts": 2, "copies": 1}}}


@pytest.mark.parametrize("zero, writers", [(0, 8), (1, 32)])
def test_checkpoints_are_written_by_those_who_hold_the_state(zero, writers):
    """14 bytes per parameter: all 32 interfaces with ZeRO, those of the first replica's host without."""
    job = {"parallel": {"tp": 8, "dp": 4}, "zero": zero, "checkpoint": {"to": "disks", "every": "10min"}}
    demands = demands_of(job, hosts=6, **STORE)
    (row,) = rows(demands, stage="checkpoint")
    by_nic = sent(demands, row)
    assert demands.phases.every_s[row] == 600 and sum(by_nic.values()) == pytest.approx(14 * 4e9)
    assert len(by_nic) == writers and max(by_nic.values()) <= 2 * min(by_nic.values())
    mine = demands.flows.phase == row
    assert set((demands.flows.dst[mine] - 1) // 8) == {4, 5}
    assert ((demands.flows.src[mine] - 1) % 8 == (demands.flows.dst[mine] - 1) % 8).all()
    taken = demands.work.checkpoint_s[demands.work.name == "j"][0]
    assert taken == pytest.approx(14 * 4e9 * 8 / (min(writers, 16) * NIC_BPS))


@pytest.mark.parametrize("keys, rate_bps", [
    ({"copies": 2}, 24 * NIC_BPS / 2),
    ({"erasure": {"data": 2, "parity": 1}}, 24 * NIC_BPS / 2),
    ({"erasure": {"data": 2, "parity": 1}, "fanout": "client"}, 24 * NIC_BPS / 1.5),
    ({"copies": 2, "disk": "10Gb/s"}, 3 * 10e9 / 2),
    ({"erasure": {"data": 2, "parity": 1}, "disk": "10Gb/s", "metadata": "10%"}, 3 * 10e9 / 1.5 / 1.1),
])  # fmt: skip
def test_a_store_takes_in_what_its_interfaces_and_disks_can_with_all_copies(keys, rate_bps):
    """3 servers of 8 interfaces; 32 interfaces write. Servers receive every copy or piece, and disks keep it."""
    disks = {"kind": "storage", "class": "bulk", "hosts": 3, **keys}
    job = {"parallel": {"tp": 8, "dp": 4}, "zero": 1, "checkpoint": {"to": "disks", "every": "10min"}}
    demands = demands_of(job, hosts=7, traffic={"disks": disks})
    assert demands.work.checkpoint_s[demands.work.name == "j"][0] == pytest.approx(14 * 4e9 * 8 / rate_bps)


def test_training_data_is_read_by_the_first_stage():
    """One reader per replica of the first of two stages; 4 bytes per token unless a sample has a size."""
    job = {"parallel": {"tp": 4, "pp": 2, "dp": 4}, "batch": 64, "data": {"from": "disks"}}
    demands = demands_of(job, hosts=6, **STORE)
    (row,) = rows(demands, axis="data")
    mine = demands.flows.phase == row
    assert demands.flows.size_B[mine].sum() == pytest.approx(64 * 4096 * 4)
    assert set((demands.flows.dst[mine] - 1) // 8) == {0, 1}
    large = demands_of({**job, "data": {"from": "disks", "sample": "3MB"}}, hosts=6, **STORE)
    assert large.flows.size_B[large.flows.phase == row].sum() == pytest.approx(64 * 3e6)
    assert demands.phases.hidden[row] == 1


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 2))
def test_every_byte_that_is_sent_is_received_between_hosts(tp, cp, dp, pp):
    job = {"parallel": {"tp": tp, "cp": cp, "dp": dp, "pp": pp}, "batch": dp * 2, "seq": 6 * 128}
    demands = demands_of(job, hosts=-(-tp * cp * dp * pp // 4), gpus=4, nics=4)
    assert (demands.flows.size_B > 0).all()
    assert (((demands.flows.src - 1) // 4) != ((demands.flows.dst - 1) // 4)).all()
    assert np.isfinite(demands.phases.times).all() and (demands.phases.times > 0).all()


@pytest.mark.parametrize("pp, chunks, batches", [(4, 1, 8), (4, 2, 8), (2, 4, 8), (8, 2, 8)])
def test_gradients_of_the_first_chunk_leave_beside_the_chunks_that_are_left(pp, chunks, batches):
    """Backward passes of a stage in an interleaved pipeline: groups of p micro-batches, last chunk first."""
    order = [
        (chunk, group * pp + i)
        for group in range(batches // pp)
        for chunk in reversed(range(chunks))
        for i in range(pp)
    ]
    done = max(place for place, (chunk, _) in enumerate(order) if chunk == chunks - 1)
    left = len(order) - done
    job = {"parallel": {"pp": pp, "dp": 2, "interleave": chunks}, "batch": 2 * batches, "mfu": "40%", "zero": 1}
    demands = demands_of({**job, "model": {**SHAPE, "layers": 16}}, hosts=2 * pp, gpus=1, nics=1)
    row = rows(demands, axis="dp", collective="reduce-scatter")[0]
    assert demands.phases.window_s[row] == pytest.approx(demands.work.backward_s[0] * left / len(order))

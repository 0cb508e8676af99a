"""Memory of a GPU against the formulas and figures of the papers, and against schedules written out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.published import job

from easterly.demand import optimizer
from easterly.demand.memory import RUNTIME_B, in_flight, layer_B, memory, of_stage
from easterly.demand.operators import slice_of
from easterly.demand.stages import shard_params, stages
from easterly.model.catalog import models
from easterly.model.spec.transformer import ModelSpec

GiB = 2**30
CASES = {  # pp, interleave, batch, micro-batch; parameters and state, activations of none and of both (GiB, figure 1)
    "megatron-22b": (1, 1, 4, 4, 45.5625, 59.25, 9.5625),
    "megatron-175b": (8, 3, 64, 1, 45.5625, 66.84375, 12.3515625),
    "megatron-530b": (35, 3, 280, 1, 31.640625, 114.0234375, 23.076171875),
    "megatron-1t": (64, 1, 512, 1, 32.958984375, 131.25, 26.5625),
}
FIGURE_7 = {  # percent of the tensor-parallel baseline: sequence, selective, both, full
    "megatron-22b": (66.84, 49.42, 16.18, 7.64),
    "megatron-175b": (62.04, 56.53, 18.49, 8.71),
    "megatron-530b": (58.31, 62.04, 20.27, 9.42),
    "megatron-1t": (58.31, 62.04, 20.27, 9.42),
}


def case(name, recompute, sp):
    pp, v, batch, micro_batch, *_ = CASES[name]
    return job(
        name, pp=pp, v=v, batch=batch, micro_batch=micro_batch, recompute=recompute, parallel={"sp": sp}
    )  # fmt: skip


@given(st.integers(1, 4), st.integers(64, 4096), st.integers(1, 8), st.sampled_from([1, 2, 4, 8]))
def test_a_layer_keeps_what_table_2_says(b, s, heads_per_rank, t):
    """Table 2 of arXiv 2205.05198, all six rows."""
    a, h = heads_per_rank * t, heads_per_rank * t * 16
    model = ModelSpec(params=1e9, layers=4, hidden=h, heads=a, seq=s, vocab=100, tied=True)
    sbh, scores = s * b * h, 5 * a * s / (h * t)
    wanted = {
        ("none", False): 10 + 24 / t + scores, ("none", True): 34 / t + scores,
        ("selective", False): 10 + 24 / t, ("selective", True): 34 / t, ("full", False): 2,
    }  # fmt: skip
    for (recompute, sp), factor in wanted.items():
        made = job(model, tp=t, micro_batch=b, seq=s, recompute=recompute, parallel={"sp": sp})
        assert layer_B(made, model, slice_of(made, model), False) == pytest.approx(sbh * factor)


@pytest.mark.parametrize("name", sorted(CASES))
def test_figure_1(name):
    """Without recomputation, and with sequence parallelism and selective recomputation: the first stage.

    Embeddings' masks and logits, which the figure leaves out, are the percent by which we are above.
    """
    pp, v, _, _, held, none, both = CASES[name]
    model = models.lookup(name)
    first = stages(model, pp, v)[0]
    for recompute, sp, activations in (("none", False, none), ("selective", True, both)):
        made = of_stage(case(name, recompute, sp), model, first)
        assert activations <= made.activations_B / GiB < 1.03 * activations
        assert made.state_B == 2 * made.weights_B * 3 and made.gradients_B == 2 * made.weights_B
    assert shard_params(model, 8, pp) * (2 + 4 + 12) / GiB == pytest.approx(held, rel=0.02)


@pytest.mark.parametrize("name", sorted(FIGURE_7))
def test_figure_7(name):
    """Read from the plot: within a percentage point."""
    model = models.lookup(name)

    def layer(recompute, sp):
        made = case(name, recompute, sp)
        return layer_B(made, model, slice_of(made, model), False)

    ways = (("none", True), ("selective", False), ("selective", True), ("full", False))
    for way, percent in zip(ways, FIGURE_7[name], strict=True):
        assert 100 * layer(*way) / layer("none", False) == pytest.approx(percent, abs=1.0)


def schedule(stage, p, v, m):
    """Passes of a stage in Megatron's interleaved order, as +1 and -1 chunks held: warm-up, then one each."""
    total = m * v
    warm = min(total, (p - stage - 1) * 2 + (v - 1) * p) if v > 1 else min(total, p - stage - 1)
    return [1] * warm + [1, -1] * (total - warm) + [-1] * warm


@given(st.integers(1, 8), st.integers(1, 4), st.integers(1, 6))
def test_micro_batches_in_flight_are_those_of_the_schedule(p, v, rounds):
    m = p * rounds
    for stage in range(p):
        held, most = 0, 0
        for change in schedule(stage, p, v, m):
            held += change
            most = max(most, held)
        assert held == 0 and in_flight(stage, p, v, m) == pytest.approx(most / v)


@pytest.mark.parametrize("zero, giga", [(0, 120), (1, 31.4), (2, 16.6), (3, 1.9)])
def test_zero_shards_the_state(zero, giga):
    """ZeRO, figure 1: 7.5e9 parameters, 64 GPUs, 16-bit gradients."""
    model = ModelSpec(params=7.5e9, layers=36, hidden=4096, heads=32, seq=1024, vocab=50257, tied=True)
    made = memory(job(model, tp=1, dp=64, batch=64, zero=zero, grad_dtype="bf16"), model)
    assert (made.weights_B + made.gradients_B + made.state_B) / 1e9 == pytest.approx(giga, abs=0.06)


def test_sharding_stops_at_the_group():
    """Hybrid sharding: 64 replicas, state spread over 8 of them."""
    model = models.lookup("llama3-8b")
    made = [memory(job("llama3-8b", tp=1, dp=64, batch=64, zero=1, parallel=p), model) for p in ({}, {"shard": 8})]
    assert made[1].state_B == 8 * made[0].state_B


@pytest.mark.parametrize("kind, each", [("adam", 12), ("adam-bf16", 8), ("adam-8bit", 6), ("sgd", 8), ("adafactor", 4)])
def test_state_by_optimiser(kind, each):
    assert optimizer.state_B(job("llama3-8b", optimizer=kind)) == each
    assert optimizer.state_B(job("llama3-8b", optimizer=kind, dtype="fp32")) == each - 4


def test_update_moves_fifty_bytes_per_parameter():
    model = models.lookup("megatron-22b")
    (stage,) = stages(model, 1)
    assert optimizer.update_B(job("megatron-22b"), model, stage) == pytest.approx(50 * model.params / 8)


def test_experts_are_sharded_among_their_own_replicas():
    """DeepSeek-V3 on 2,048 GPUs: a GPU holds four experts of each of its layers; their state is halved, not divided
    by 128."""
    model = models.lookup("deepseek-v3")
    plan = {"ep": 64, "etp": 1}
    made = of_stage(
        job("deepseek-v3", tp=1, pp=16, dp=128, batch=15360, seq=4096, zero=1, attention="fused", parallel=plan),
        model, stages(model, 16)[5],
    )  # fmt: skip
    experts, dense = 4 * 4 * 3 * 7168 * 2048, 4 * (187_107_328 + 3 * 7168 * 2048 + 256 * 7168)
    assert made.weights_B == pytest.approx(2 * (experts + dense), rel=1e-3)
    assert made.state_B == pytest.approx(12 * (experts / 2 + dense / 128), rel=1e-3)


def test_llama_405b_fits_without_recomputation():
    """It was trained so on 80 GB, state sharded over replicas (arXiv 2407.21783, section 3.3.2)."""
    model = models.lookup("llama3-405b")
    plan = {"seq": 8192, "recompute": "none", "attention": "fused", "zero": 2, "grad_dtype": "fp32", "batch": 2048}
    assert memory(job("llama3-405b", pp=16, v=8, dp=128, **plan), model).total_B < 80e9
    assert memory(job("llama3-405b", pp=16, dp=128, **{**plan, "attention": "unfused"}), model).total_B > 80e9


def test_long_sequences_need_context_parallelism():
    """131,072 tokens on 8 GPUs of a group: context parallelism 16 divides activations by 16."""
    model = models.lookup("llama3-8b")
    one, many = (
        memory(job("llama3-8b", seq=131072, recompute="none", attention="fused", parallel={"cp": cp}), model)
        for cp in (1, 16)
    )
    assert one.activations_B == pytest.approx(16 * many.activations_B)


def test_full_recomputation_has_one_layer_in_work():
    model = models.lookup("megatron-22b")
    made = memory(case("megatron-22b", "full", False), model)
    whole = case("megatron-22b", "none", False)
    assert made.workspace_B - RUNTIME_B == layer_B(whole, model, slice_of(whole, model), False)

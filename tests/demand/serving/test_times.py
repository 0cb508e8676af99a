"""Times of prompts, of steps of decoding and of exchanges: by hand, and against what was published."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.serving.made import figures, host

from easterly.demand.serving.engine import engine
from easterly.demand.serving.times import (
    context_FLOP,
    dispatched,
    exchange_s,
    prefill_s,
    prompt_FLOP,
    step_parts,
    step_s,
    token_FLOP,
)
from easterly.demand.serving.weights import copies, fitting, sequence_B, token_B, weights
from easterly.model.catalog import models

DEEPSEEK = {"model": "deepseek-v3", "dtype": "fp8", "kv_dtype": "bf16", "prefill": {"ep": 32}, "decode": {"ep": 144}}
LOAD = {"requests": "10/s", "prompt": 4989, "output": 1000}


@pytest.mark.parametrize(
    "model, nic_ms, size",
    [("llama3-405b", 51.5, 2.57e9), ("deepseek-v3", 7.0, 351e6)],
)
def test_caches_of_two_models_through_one_interface(model, nic_ms, size):
    """516,096 and 70,272 B a token in bf16; 4,989 tokens at 400 Gb/s."""
    run = figures(model=model, load=LOAD)
    from easterly.demand.serving.rates import cache_B

    moved = cache_B(run.service, run.model)
    assert moved == pytest.approx(size, rel=2e-3) and moved * 8 / run.nic_bps * 1e3 == pytest.approx(nic_ms, rel=2e-3)


def test_work_of_a_token_is_twice_its_parameters():
    assert token_FLOP(models.lookup("llama3-8b")) == pytest.approx(2 * 8.03e9, rel=1e-3)
    assert token_FLOP(models.lookup("deepseek-v3")) == pytest.approx(2 * 37e9, rel=0.03)


@given(st.integers(1, 60), st.integers(0, 60))
def test_attention_counts_pairs_of_tokens(new, known):
    """Each token looks at all before it: 4 h FLOP a pair and layer; half a pair for itself."""
    model = models.lookup("llama3-8b")
    pairs = sum(known + i + 0.5 for i in range(new))
    got = prompt_FLOP(model, np.array([float(new)]), np.array([float(known)]))[0] - new * token_FLOP(model)
    assert got == pytest.approx(4 * 4096 * 32 * pairs)


def test_a_token_of_an_answer_looks_at_its_context():
    assert context_FLOP(models.lookup("llama3-8b"), 1000) == pytest.approx(4 * 4096 * 32 * 1000)
    assert context_FLOP(models.lookup("deepseek-v3"), 1000) == pytest.approx(61 * 128 * 2 * (2 * 512 + 64) * 1000)


def test_a_prompt_of_llama_70b_by_hand():
    """2 x 70.55e9 x 2,000 and attention 4 x 8,192 x 80 x 2e6, over 4 x 989.5e12 x 0.43; 160 all-reduces of 32.8 MB."""
    run = figures(tp=4, load={"requests": "1/s", "prompt": 2000, "prompt_cv": 0})
    compute = (2 * 70_553_706_496 * 2000 + 4 * 8192 * 80 * 2000**2 / 2) / (4 * 989.5e12 * 0.43)
    reduce_s = 8.4e-6 + 6 * 3.4e-6 + 1.5 * 2000 * 8192 * 2 / 450e9
    assert run.prompts.mean_s == pytest.approx(compute + 160 * reduce_s, rel=1e-3)


def test_a_step_of_llama_70b_by_hand():
    """Weights 141.1 GB and 16 caches of 1,128 x 327,680 B over 4 x 3.35 TB/s x 0.6; all-reduces by the LL protocol."""
    run = figures(tp=4, load={"requests": "1/s", "prompt": 1000, "output": 256})
    read = (141_107_412_992 + 16 * 1128 * 327_680) / (4 * 3.35e12 * 0.6)
    reduce_s = 6.6e-6 + 6 * 0.6e-6 + 2 * 1.5 * 16 * 8192 * 2 / 450e9
    assert step_s(run.answers.bench, np.array([16.0]))[0] == pytest.approx(read + 160 * reduce_s, rel=1e-3)


def test_stages_read_their_weights_in_turn():
    """Two stages of half the model each, on half of the sequences: as long as one stage of all of it on that half."""
    one, two = figures(tp=4), figures(tp=4, pp=2)
    alone = step_parts(one.answers.bench, np.array([8.0]))
    both = step_parts(two.answers.bench, np.array([16.0]))
    assert both["memory"] == pytest.approx(alone["memory"]) and both["compute"] == pytest.approx(alone["compute"])
    assert both["network"][0] > alone["network"][0]
    assert two.prompts.mean_s == pytest.approx(one.prompts.mean_s, rel=0.02)
    assert two.prompts.busy_s == pytest.approx(two.prompts.mean_s / 2)


def test_few_tokens_read_few_experts():
    """One token reads 8 of 256 experts; many read all."""
    bench = figures(model="deepseek-v3", dtype="fp8", tp=8).answers.bench
    held = weights(bench.service, bench.model, bench.pool)
    read = step_parts(bench, np.array([1.0, 5000.0]))["memory"] * bench.engine.memory_Bps * 0.6
    caches = np.array([1.0, 5000.0]) * sequence_B(bench.service, bench.model, bench.pool, 1024 + 128)
    assert read - caches == pytest.approx([held.dense_B + held.expert_B * 8 / 256, held.gpu_B])


# DeepEP, low-latency kernels on H800 with 400 Gb/s: 128 tokens per GPU, hidden 7,168, 8 experts, FP8 out, BF16 back.
DEEPEP_US = {16: 118 + 195, 32: 155 + 273, 64: 173 + 314, 128: 192 + 369, 256: 194 + 360}


@pytest.mark.parametrize("ep", sorted(DEEPEP_US))
def test_exchange_with_experts_is_line_rate_below_what_deepep_measures(ep):
    """Line rate is what the measured kernels approach: they reach 65 to 85 % of it."""
    bench = figures(**{**DEEPSEEK, "decode": {"ep": ep}}).answers.bench
    ours = exchange_s(bench, np.array([128.0]))[0] / 58 * 1e6
    assert 0.65 * DEEPEP_US[ep] < ours < 0.85 * DEEPEP_US[ep]


def test_prefill_sends_a_token_once_to_each_host_decode_once_to_each_expert():
    run = figures(**DEEPSEEK)
    assert dispatched(run.prompts.bench) == pytest.approx(4 * 3 / 4)
    assert dispatched(run.answers.bench) == pytest.approx(8 * 17 / 18)
    assert dispatched(figures(model="deepseek-v3", ep=8).answers.bench) == 0


def test_a_step_of_deepseek_is_as_long_as_its_operators_say():
    """DeepSeek's overview of its V3/R1 service: 14,800 tokens/s a decode node at 20 to 22 tokens/s for each answer,
    hence some 88 sequences a GPU, with 4,989 tokens of cache each, in units of 144 GPUs."""
    bench = figures(**DEEPSEEK, load={"requests": "1/s", "prompt": 4989, "output": 1}).answers.bench
    sequences = 14_800 / 21 / 8
    assert step_s(bench, np.array([sequences * 144]))[0] == pytest.approx(1 / 21, rel=0.25)


def test_overlap_hides_the_exchange_but_no_more_than_there_is_work():
    def exposed(**more):
        return step_parts(figures(**DEEPSEEK, load=LOAD, **more).answers.bench, np.array([88.0 * 144]))["network"][0]

    assert exposed(overlap="50%") == pytest.approx(exposed() / 2) and exposed(overlap="100%") == pytest.approx(0)
    slow = host(nic_rate="10Gb/s")
    parts = step_parts(figures(slow, **DEEPSEEK, overlap="100%").answers.bench, np.array([88.0 * 144]))
    assert parts["network"][0] > 0


def test_uneven_experts_take_longer():
    shape = models.lookup("deepseek-v3").model_dump()
    shape["moe"]["imbalance"] = 1.5
    even, uneven = (figures(**{**DEEPSEEK, "model": m}) for m in ("deepseek-v3", shape))
    tokens = np.array([64.0])
    wire = [exchange_s(run.answers.bench, tokens)[0] - 58 * 2 * 2.7e-6 for run in (even, uneven)]
    assert wire[1] == pytest.approx(1.5 * wire[0])
    assert uneven.prompts.mean_s > even.prompts.mean_s


def test_a_prompt_takes_no_less_than_reading_the_weights():
    run = figures(tp=4)
    floor = run.model.params * 2 / 4 / (3.35e12 * 0.6)
    assert prefill_s(run.prompts.bench, np.array([1.0]))[0] >= floor


def test_weights_and_caches_of_replicas():
    run = figures(**DEEPSEEK, load=LOAD)
    held = weights(run.service, run.model, run.decode)
    dense = 671e9 - 256 * 3 * 7168 * 2048 * 58
    assert held.dense_B == pytest.approx(dense, rel=0.01) and held.expert_B == pytest.approx(
        (671e9 - dense) / 144, rel=0.01
    )
    assert token_B(run.service, run.model) == 70_272
    free = 80e9 * 0.9 - held.gpu_B
    assert fitting(run.service, run.model, run.engine, run.decode) == 144 * (free // (5989 * 70_272))


def test_heads_that_do_not_suffice_are_copied():
    wide, latent = figures(tp=8, model="llama3-8b"), figures(tp=8, model="deepseek-v3")
    assert copies(wide.model, wide.decode) == 1 and copies(latent.model, latent.decode) == 8
    sixteen = figures(host(gpus=16), tp=16, model="llama3-8b")
    assert copies(sixteen.model, sixteen.decode) == 2


def test_gpus_are_the_hosts_before_the_catalogs():
    service = figures().service
    own = engine(service, host(gpu="own", peak="1PFLOP/s", memory="100GB", memory_rate="4TB/s"))
    assert (own.peak_FLOPs, own.memory_B, own.memory_Bps) == (1e15, 100e9, 4e12) and own.known
    assert not engine(service, host(gpu="own")).known
    old = engine(figures(dtype="fp8").service, host(gpu="a100-sxm-80"))
    assert old.peak_FLOPs == 312e12


@pytest.mark.parametrize("nics", [1, 4, 8, 16])
def test_gpus_share_the_interfaces_of_their_host(nics):
    assert engine(figures().service, host(nics=nics)).nic_bps == nics / 8 * 400e9

"""Arithmetic of transformers against published figures."""

import pytest

from easterly.demand import transformer as t
from easterly.model.catalog import models

MEGATRON = {  # GPUs, batch, seconds with full and with selective recomputation, MFU (arXiv 2205.05198, table 5)
    "megatron-22b": (8, 4, 1.42, 1.10, 0.415),
    "megatron-175b": (64, 64, 18.13, 13.75, 0.514),
    "megatron-530b": (280, 280, 49.05, 37.83, 0.560),
    "megatron-1t": (512, 512, 94.42, 71.49, 0.563),
}
A100_FLOPs = 312e12


@pytest.mark.parametrize("name", sorted(MEGATRON))
def test_step_time_of_megatron_from_its_published_efficiency(name):
    gpus, batch, _, seconds, mfu = MEGATRON[name]
    computed = t.step_FLOP(models.lookup(name), batch, 2048) / (gpus * A100_FLOPs * mfu)
    assert computed == pytest.approx(seconds, rel=0.01)


@pytest.mark.parametrize("name", sorted(MEGATRON))
def test_full_recomputation_costs_a_third_more(name):
    """The hardware efficiency of the two runs differs by a few percent; their work by a third."""
    _, batch, full, selective, _ = MEGATRON[name]
    model = models.lookup(name)
    work = t.step_FLOP(model, batch, 2048, "full") / t.step_FLOP(model, batch, 2048, "selective")
    assert work == pytest.approx(4 / 3, rel=0.01)
    assert full / selective == pytest.approx(work, rel=0.10)


@pytest.mark.parametrize("name", sorted(MEGATRON))
def test_work_of_a_gpt_is_the_published_formula(name):
    """Equation 7 of arXiv 2205.05198 and equation 3 of arXiv 2104.04473, to the last digit."""
    m, s, batch = models.lookup(name), 2048, 8
    big = batch * s * m.layers * m.hidden**2
    model = 72 * big * (1 + s / (6 * m.hidden) + m.vocab / (12 * m.hidden * m.layers))
    full = 96 * big * (1 + s / (6 * m.hidden) + m.vocab / (16 * m.hidden * m.layers))
    assert t.step_FLOP(m, batch, s) == pytest.approx(model, rel=1e-12)
    assert t.step_FLOP(m, batch, s, "full") == t.hardware_FLOP(m, batch, s, "full") == pytest.approx(full, rel=1e-12)


def test_selective_recomputation_repeats_the_scores():
    """``4 B s^2 h`` a layer (arXiv 2205.05198, appendix A, in words; its equation 8 adds three times that)."""
    m = models.lookup("megatron-175b")
    again = t.hardware_FLOP(m, 3, 2048) - t.step_FLOP(m, 3, 2048)
    assert again == pytest.approx(4 * 3 * 2048**2 * m.hidden * m.layers)
    assert t.hardware_FLOP(m, 3, 2048, "none") == t.step_FLOP(m, 3, 2048)


@pytest.mark.parametrize("name", ["megatron-175b", "llama3-70b", "mixtral-8x7b", "qwen3-235b-a22b", "deepseek-v3"])
def test_work_is_six_per_active_parameter_and_token_and_attention(name):
    """Kaplan et al. 2020: 6 N per token; attention adds 6 s a (d_k + d_v) a layer; an embedding is only looked up."""
    m = models.lookup(name)
    keys, values = (192, 128) if m.mla else (m.head_dim or m.hidden // m.heads,) * 2
    looked_up = 0 if m.tied else m.vocab * m.hidden
    counted = 6 * ((m.active or m.params) - looked_up) + 6 * m.layers * m.heads * (keys + values) * 2048
    assert t.step_FLOP(m, 64, 2048) == pytest.approx(counted * 64 * 2048, rel=0.03)


def test_zero_memory_and_traffic():
    """ZeRO, figure 1: 7.5 billion parameters on 64 GPUs."""
    assert [round(t.state_B(7.5e9, 64, z) / 1e9, 1) for z in range(4)] == [120.0, 31.4, 16.6, 1.9]
    assert t.state_B(1e9, 1, 0, 4, 4) == 16e9


def test_cache_of_llama_405b():
    """516 KB per token; 4,989 tokens are 2.57 GB, 51.5 ms at 400 Gb/s."""
    token_B = t.kv_token_B(models.lookup("llama3-405b"), "bf16")
    assert token_B == 516_096
    assert 4989 * token_B == pytest.approx(2.57e9, rel=0.005)
    assert t.kv_rate_bps(1, 4989, token_B) / 400e9 == pytest.approx(51.5e-3, rel=0.002)
    assert t.kv_rate_bps(40, 3000, token_B, 0.5) == pytest.approx(40 * 3000 * 516096 * 4)
    assert t.kv_token_B(models.lookup("megatron-22b"), "fp8") == 2 * 48 * 6144


def test_cache_of_deepseek_v3():
    """70 KB per token against 516 KB of Llama 405B and 328 KB of Qwen2.5-72B (arXiv 2505.09343, table 1)."""
    token_B = t.kv_token_B(models.lookup("deepseek-v3"), "bf16")
    assert token_B == 70_272
    assert t.kv_token_B(models.lookup("qwen2.5-72b"), "bf16") == 327_680
    assert 4989 * token_B * 8 / 400e9 == pytest.approx(7.0e-3, rel=0.005)


def test_heads_may_be_wider_than_the_hidden_size():
    """Gemma 7B: 16 heads of 256 for a hidden size of 3,072."""
    assert t.kv_token_B(models.lookup("gemma-7b"), "bf16") == 2 * 28 * 16 * 256 * 2


def test_bubble_shrinks_with_interleaving():
    assert t.bubble(8, 64) == 7 / 64 and t.bubble(8, 64, 4) == 7 / 256 and t.bubble(1, 3) == 0

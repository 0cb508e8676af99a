"""The catalog against counts made from the published shapes."""

import pytest

from easterly.demand import parameters
from easterly.model.catalog import gpus, models

ROUNDED = {"falcon-40b": 0.04, "llama4-scout": 0.015}
"""Named after a rounder number than others; or counted without what is not text."""


def gpt_params(m):
    """12 L h^2 (1 + 13/(12 h)) + (V + s) h, tied embeddings (Narayanan et al. 2021, eq. 2)."""
    return 12 * m.layers * m.hidden**2 + 13 * m.layers * m.hidden + (m.vocab + m.seq) * m.hidden


def llama_params(m):
    """Untied embeddings, grouped-query attention, three matrices of SwiGLU, two norms a layer and one at the end."""
    head = m.hidden // m.heads
    layer = 2 * m.hidden**2 + 2 * m.hidden * m.kv_heads * head + 3 * m.hidden * m.ffn + 2 * m.hidden
    return 2 * m.vocab * m.hidden + m.layers * layer + m.hidden


@pytest.mark.parametrize("name", models.names())
def test_parameters_follow_from_the_shape(name):
    """Within 1 % of what was published: names are rounded, biases and learned positions are left out."""
    m = models.lookup(name)
    assert parameters.total(m) == pytest.approx(m.params, rel=ROUNDED.get(name, 0.01))


@pytest.mark.parametrize("name", [n for n in models.names() if n.startswith("llama3")])
def test_llama_parameters_are_exact(name):
    m = models.lookup(name)
    assert m.params == llama_params(m) == parameters.total(m)


@pytest.mark.parametrize("name", [n for n in models.names() if n.startswith(("megatron", "gpt3"))])
def test_gpt_parameters_follow_from_the_shape(name):
    m = models.lookup(name)
    assert m.params == pytest.approx(gpt_params(m), rel=1e-4)


@pytest.mark.parametrize("name", [n for n in models.names() if models.lookup(n).moe])
def test_active_parameters_follow_from_the_shape(name):
    """Some count the input embedding, which is only looked up, others do not: the published number is between."""
    m = models.lookup(name)
    counted = parameters.active(m.model_copy(update={"active": None}))
    if m.active is not None:
        assert parameters.active(m) == m.active
        assert 0.98 * (counted - m.vocab * m.hidden) <= m.active <= 1.02 * counted


def test_deepseek_v3_by_hand():
    """Section 4.2 of arXiv 2412.19437, written out: 671 billion, 37 billion for a token."""
    h, expert = 7168, 3 * 7168 * 2048
    attention = h * 1536 + 1536 * 128 * 192 + h * 576 + 512 * 128 * 256 + 128 * 128 * h
    per_token = 61 * attention + 3 * 3 * h * 18432 + 58 * (9 * expert + 256 * h) + 2 * 129280 * h
    m = models.lookup("deepseek-v3").model_copy(update={"active": None})
    assert parameters.active(m) == pytest.approx(per_token, rel=1e-4)
    assert parameters.total(m) == pytest.approx(per_token + 58 * 248 * expert, rel=1e-5)


def test_layers_with_experts():
    """Maverick alternates, DeepSeek-V3 starts with three dense layers."""
    count = {name: parameters.layers_with_experts(models.lookup(name)) for name in models.names()}
    assert (count["llama4-maverick"], count["deepseek-v3"], count["llama3-8b"]) == (24, 58, 0)


def test_every_model_divides_into_heads_and_names_its_source():
    for name in models.names():
        m = models.lookup(name)
        assert (m.head_dim or m.mla or m.hidden % m.heads == 0) and (m.kv_heads is None or m.heads % m.kv_heads == 0)
        assert len(models.source(name)) > 15


def test_gpus_are_dense_and_per_direction():
    """NVIDIA prints 1,979 TFLOP/s of BF16 with sparsity and 900 GB/s of NVLink in both directions for H100."""
    h100 = gpus.lookup("h100-sxm")
    assert h100.peak_FLOPs["bf16"] * 2 == pytest.approx(1979e12)
    assert h100.scaleup_bps * 2 / 8 == pytest.approx(900e9)


@pytest.mark.parametrize("name, mebibytes", [("a100-sxm-80", 81920), ("h100-sxm", 81559), ("h200-sxm", 143771)])
def test_memory_is_what_drivers_show(name, mebibytes):
    """nvidia-smi: the whole, or a percent less where error correction and firmware have some."""
    assert gpus.lookup(name).memory_B == pytest.approx(mebibytes * 2**20, rel=0.01)


def test_every_gpu_is_consistent():
    for name in gpus.names():
        gpu = gpus.lookup(name)
        assert gpu.source and gpu.name == name
        assert gpu.peak_FLOPs.get("fp32", 0) < gpu.half_FLOPs <= gpu.peak_FLOPs.get("fp8", float("inf"))
        assert 16e9 <= gpu.memory_B <= 1e12 and gpu.scaleup_bps >= 8 * 150e9
        assert 50 < gpu.half_FLOPs / gpu.memory_Bps < 600, "operations per byte"
        shares = [share for _, share in gpu.efficiency]
        assert shares == sorted(shares) and shares[0] > 0 and shares[-1] < 1


def test_only_what_was_fitted_has_its_own_curve():
    a100, h100 = gpus.lookup("a100-sxm-80"), gpus.lookup("h100-sxm")
    (small, low), *_ = a100.efficiency
    assert h100.efficiency[0] == pytest.approx((small * 989.5 / 312, low * 0.75))


def test_unknown_names_are_key_errors():
    with pytest.raises(KeyError):
        gpus.lookup("h1000")
    with pytest.raises(KeyError):
        models.lookup("llama9")

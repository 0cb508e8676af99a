"""The catalog against counts made from the published shapes."""

import pytest

from easterly.model.catalog import gpus, models

FFN = {"llama3-8b": 14336, "llama3-70b": 28672, "llama3-405b": 53248}


def llama_params(name):
    """Untied embeddings, grouped-query attention, three matrices of SwiGLU, two norms a layer and one at the end."""
    m = models.lookup(name)
    head = m.hidden // m.heads
    attention = 2 * m.hidden**2 + 2 * m.hidden * m.kv_heads * head
    layer = attention + 3 * m.hidden * FFN[name] + 2 * m.hidden
    return 2 * m.vocab * m.hidden + m.layers * layer + m.hidden


def gpt_params(m):
    """12 L h^2 (1 + 13/(12 h)) + (V + s) h, tied embeddings (Narayanan et al. 2021, eq. 2)."""
    return 12 * m.layers * m.hidden**2 + 13 * m.layers * m.hidden + (m.vocab + m.seq) * m.hidden


@pytest.mark.parametrize("name", sorted(FFN))
def test_llama_parameters_follow_from_the_shape(name):
    assert models.lookup(name).params == llama_params(name)


@pytest.mark.parametrize("name", [n for n in models.names() if not n.startswith("llama")])
def test_gpt_parameters_follow_from_the_shape(name):
    m = models.lookup(name)
    assert m.params == pytest.approx(gpt_params(m), rel=1e-4)


def test_every_model_divides_into_heads_and_names_its_source():
    for name in models.names():
        m = models.lookup(name)
        assert m.hidden % m.heads == 0 and (m.kv_heads is None or m.heads % m.kv_heads == 0)
        assert "arXiv" in models.source(name)


def test_gpus_are_dense_and_per_direction():
    """NVIDIA prints 1,979 TFLOP/s of BF16 with sparsity and 900 GB/s of NVLink in both directions for H100."""
    h100 = gpus.lookup("h100-sxm")
    assert h100.peak_FLOPs["bf16"] * 2 == pytest.approx(1979e12)
    assert h100.scaleup_bps * 2 / 8 == pytest.approx(900e9)


def test_every_gpu_is_consistent():
    for name in gpus.names():
        gpu = gpus.lookup(name)
        assert gpu.source and gpu.name == name
        assert gpu.peak_FLOPs["fp32"] < gpu.peak_FLOPs["bf16"] <= gpu.peak_FLOPs.get("fp8", float("inf")) / 2
        assert 32e9 <= gpu.memory_B <= 1e12 and gpu.scaleup_bps >= 8 * 300e9


def test_unknown_names_are_key_errors():
    with pytest.raises(KeyError):
        gpus.lookup("h1000")
    with pytest.raises(KeyError):
        models.lookup("llama9")

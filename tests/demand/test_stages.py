"""Layers and parameters of pipeline stages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.demand import parameters
from easterly.demand.stages import dealt, expert_replicas, shard, shard_params, stages
from easterly.model.catalog import models
from easterly.model.spec.job import Parallel


@given(st.integers(1, 200), st.integers(1, 64))
def test_chunks_are_as_even_as_can_be_and_ends_are_short(layers, chunks):
    size = dealt(layers, min(chunks, layers))
    assert sum(size) == layers and max(size) - min(size) <= 1
    longest = [i for i, n in enumerate(size) if n == max(size)]
    assert longest == list(range(longest[0], longest[-1] + 1)), "what is short stands at the ends"
    assert longest[0] <= len(size) - 1 - longest[-1] <= longest[0] + 1, "the last end first"


def test_llama_leaves_a_layer_out_at_both_ends():
    """Arxiv 2407.21783, section 3.3.2: 126 layers; first and last chunk of 128 have embedding and output alone."""
    for interleave in (1, 8):
        made = stages(models.lookup("llama3-405b"), 16, interleave)
        assert [s.layers for s in made] == [7, *[8] * 14, 7]
    assert made[0].first and made[-1].last and not made[3].first


def test_interleaved_stages_take_chunks_in_turn():
    """DeepSeek-V3, 61 layers, the first three dense, over 2 x 4 chunks of 8, 8, ..., 7."""
    one, two = stages(models.lookup("deepseek-v3"), 2, 4)
    assert dealt(61, 8) == [7, 8, 8, 8, 8, 8, 7, 7]
    assert (one.dense, one.layers) == (3, 7 + 8 + 8 + 7) and (two.dense, two.layers) == (0, 8 + 8 + 8 + 7)


@pytest.mark.parametrize("name", ["megatron-175b", "llama3-405b", "mixtral-8x22b", "deepseek-v3", "llama4-maverick"])
@pytest.mark.parametrize("tp, pp, interleave, ep, etp", [(1, 1, 1, 1, 1), (8, 4, 1, 8, 1), (4, 8, 2, 2, 2)])
def test_shards_make_up_the_model(name, tp, pp, interleave, ep, etp):
    model, plan = models.lookup(name), Parallel(tp=tp, pp=pp, interleave=interleave, ep=ep, etp=etp, dp=16)
    parts = [shard(model, plan, stage) for stage in stages(model, pp, interleave)]
    whole = sum(part.dense * tp + part.expert * ep * etp for part in parts)
    copy = model.vocab * model.hidden * parameters.scale(model) if model.tied and pp > 1 else 0
    assert whole - copy == pytest.approx(model.params, rel=1e-5)
    assert sum(part.params for part in parts) / pp == pytest.approx(
        shard_params(model, tp, pp, ep, etp) + copy / tp / pp, rel=1e-4
    )


def test_shard_of_llama_405b():
    """3.16e9 parameters on each of 8 x 16 GPUs, in the mean."""
    assert shard_params(models.lookup("llama3-405b"), 8, 16) == pytest.approx(3.17e9, rel=2e-3)


def test_experts_have_fewer_replicas():
    """DeepSeek-V3: 2,048 GPUs, 16 stages, 64-way expert parallel (arXiv 2412.19437, section 3.2): two replicas."""
    plan = Parallel(pp=16, dp=128, ep=64)
    assert expert_replicas(plan) == 2
    assert expert_replicas(Parallel(tp=8, dp=4, ep=4, etp=2)) == 4

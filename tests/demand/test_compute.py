"""Time of a step's arithmetic against published times, and against schedules written out."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.published import (
    A100,
    FITTED,
    H100,
    LLAMA_FITTED,
    LLAMA_UNSEEN,
    OTHER_SOFTWARE,
    UNSEEN,
    error,
    errors,
    job,
    predicted,
    sum_s,
)  # fmt: skip

from easterly.demand import operators, transformer
from easterly.demand.compute import compute, layer_times
from easterly.demand.roofline import Matmul, Roofline, roofline
from easterly.model.catalog import models
from easterly.model.spec.hardware import HostType


def test_published_step_times():
    """One set of settings; Calculon (Isaev et al. 2023) reaches a mean of 3.65 % and a worst of 8.87 % on these."""
    mean, worst = errors(FITTED)
    assert mean <= 0.0365 and worst <= 0.0887


def test_rates_that_were_not_used_to_fit():
    """A year older and up to 3,072 GPUs; and eight replicas of 530B."""
    mean, worst = errors(UNSEEN)
    assert mean < 0.055 and worst < 0.105


def test_llama_on_twice_the_gpus():
    """Fitted on 8,192 GPUs, seen on 16,384: half as many micro-batches, twice the bubble."""
    assert abs(error(LLAMA_FITTED)) < 0.01 and abs(error(LLAMA_UNSEEN)) < 0.03
    assert predicted(LLAMA_UNSEEN)[1].bubble > 1.8 * predicted(LLAMA_FITTED)[1].bubble


def test_other_software_was_slower():
    """What a well-tuned Megatron reaches is no promise: two DeepSpeed runs took a quarter to two fifths longer."""
    for point in OTHER_SOFTWARE:
        assert 0.15 < (-error(point) if point.seconds else error(point)) < 0.40


TABLE_4 = (  # recomputation, sequence parallelism, milliseconds forward and backward
    ("none", False, 7.7, 11.9), ("none", True, 7.2, 11.8), ("full", False, 7.7, 19.5),
    ("selective", False, 7.7, 13.2), ("selective", True, 7.2, 13.1),
)  # fmt: skip


def table_4(recompute, sp, forward_ms, backward_ms):
    """Relative errors of one layer of 22B, with its sums of activations."""
    model = models.lookup("megatron-22b")
    made = job("megatron-22b", micro_batch=4, batch=4, recompute=recompute, parallel={"sp": sp})
    gpu, part = roofline(made, A100), operators.slice_of(made, model)
    one = layer_times(operators.layer(model, part, experts=False), made, gpu, part)
    sums_s = 2 * sum_s(made, A100, 4 * 2048 * 6144 * 2)
    again = 2 if recompute == "full" else 1
    return (one.forward_s + sums_s) / forward_ms * 1e3 - 1, (one.backward_s + again * sums_s) / backward_ms * 1e3 - 1


@pytest.mark.parametrize("row", TABLE_4)
def test_one_layer_of_22b(row):
    """Table 4 of arXiv 2205.05198, not used to fit: forward within 4 %, backward, where part is hidden, 7 %."""
    forward, backward = table_4(*row)
    assert abs(forward) < 0.04 and abs(backward) < 0.07


def one_f_one_b(forward, backward, m):
    """Makespan of 1F1B with instant hand-over, by walking every stage's own order of passes."""
    p, done = len(forward), {}
    orders = []
    for i in range(p):
        warm = min(p - i - 1, m)
        order = [("f", k) for k in range(warm)]
        for k in range(m - warm):
            order += [("f", warm + k), ("b", k)]
        orders.append(order + [("b", k) for k in range(m - warm, m)])
    clock, at = [0.0] * p, [0] * p
    while any(at[i] < len(orders[i]) for i in range(p)):
        for i in range(p):
            while at[i] < len(orders[i]):
                kind, k = orders[i][at[i]]
                before = ("f", k, i - 1) if kind == "f" else ("b", k, i + 1)
                if 0 <= before[2] < p and before not in done:
                    break
                start = max(clock[i], done.get(before, 0.0))
                clock[i] = done[kind, k, i] = start + (forward if kind == "f" else backward)[i]
                at[i] += 1
    return max(clock)


def test_equal_stages_wait_for_fill_and_drain():
    assert one_f_one_b([1.0] * 4, [2.0] * 4, 8) == 3.0 * (8 + 3)


@given(st.lists(st.floats(0.5, 1.5), min_size=1, max_size=6), st.integers(1, 4))
def test_the_slowest_stage_sets_the_pace(forward, rounds):
    """``m max + sum of the others``: exact for equal stages, and within an eighth where they differ up to threefold."""
    m, backward = len(forward) * 4 * rounds, [2 * f for f in forward]
    wanted = 3 * ((m - 1) * max(forward) + sum(forward))
    walked = one_f_one_b(forward, backward, m)
    assert 3 * m * max(forward) * (1 - 1e-9) <= walked
    assert walked == pytest.approx(wanted, rel=1 / 8)


@pytest.mark.parametrize("name, pp", [("llama3-8b", 4), ("llama3-405b", 16), ("megatron-530b", 35)])
def test_pipeline_of_a_job_is_that_schedule(name, pp):
    """Stages with embedding or output matrix take longer; compute gives the makespan of the whole."""
    made = job(name, pp=pp, dp=1, batch=4 * pp, attention="fused", recompute="none")
    model = models.lookup(name)
    whole = compute(made, model, roofline(made, H100))
    m = transformer.micro_batches(made)
    pace_s = (whole.forward_s + whole.backward_s) / m
    assert whole.total_s - whole.optimizer_s == pytest.approx(m * pace_s + whole.bubble_s)
    assert 0.7 * (pp - 1) * pace_s < whole.bubble_s <= (pp - 1) * pace_s


def test_interleaving_divides_the_bubble():
    one, three = (compute_of(job("megatron-175b", pp=8, v=v, batch=64, recompute="selective")) for v in (1, 3))
    assert three.bubble_s == pytest.approx(one.bubble_s / 3, rel=0.02)
    assert three.busy_s == one.busy_s


def compute_of(made, host=A100):
    return compute(made, models.lookup(made.model), roofline(made, host))


def test_a_stated_mfu_is_taken_at_its_word():
    made = job("megatron-175b", pp=8, batch=64, mfu="50%")
    whole = compute_of(made)
    assert whole.busy_s == pytest.approx(whole.hardware_FLOP / (64 * 312e12 * 0.5))
    assert whole.backward_s == pytest.approx(3 * whole.forward_s)
    assert whole.bubble_s == pytest.approx(whole.busy_s * 7 / 64)
    selective = compute_of(job("megatron-175b", pp=8, batch=64, mfu="50%", recompute="selective"))
    assert selective.backward_s == pytest.approx(2 * selective.forward_s)
    assert whole.layer.forward_s * 12 * 64 == pytest.approx(whole.forward_s)


def test_uneven_stages_stretch_a_stated_mfu():
    """126 layers over 16 stages: eight at most, 7.875 in the mean."""
    made = job("llama3-405b", pp=16, dp=1, batch=64, mfu="43%", recompute="none", attention="fused")
    whole = compute_of(made, H100)
    even_s = whole.model_FLOP / (128 * 989.5e12 * 0.43)
    assert whole.busy_s == pytest.approx(even_s * 8 / 7.875)
    assert whole.total_s == pytest.approx(even_s * 8 / 7.875 * (1 + (126 / 8 - 1) / 64))


def test_nothing_beats_the_peak():
    """Hardware utilisation stays below what the largest products reach, everywhere."""
    for name in models.names():
        model = models.lookup(name)
        tp = 8 if model.heads % 8 == 0 else 1
        spread = {"ep": 8 if model.moe else 1}
        made = job(name, tp=tp, dp=8, batch=64, seq=4096, recompute="none", attention="fused", parallel=spread)
        whole = compute(made, model, roofline(made, H100))
        reached = whole.hardware_FLOP / (whole.total_s * tp * 8 * 989.5e12)
        assert 0.10 < reached < 0.66, name


@given(st.floats(1e6, 1e15), st.floats(1e6, 1e15))
def test_more_work_takes_longer_and_is_done_no_slower(one, two):
    gpu = roofline(job("llama3-8b"), A100)
    low, high = sorted((one, two))
    assert gpu.share(low) <= gpu.share(high) * (1 + 1e-12)
    assert low / gpu.share(low) <= high / gpu.share(high) * (1 + 1e-12)


def test_a_product_waits_for_memory_or_for_arithmetic():
    gpu = Roofline(peak_FLOPs=100e12, core_FLOPs=100e12, memory_Bps=1e12, curve=((1.0, 0.5), (2.0, 0.5)))
    thin, thick = Matmul(1, 4096, 4096), Matmul(4096, 4096, 4096)
    assert gpu.matmul_s(thin, 2) == pytest.approx(thin.elements * 2 / 1e12)
    assert gpu.matmul_s(thick, 2) == pytest.approx(thick.flop / 50e12)


def test_products_of_a_layer_are_all_that_the_work_counts():
    """Passes over all layers make up `step_FLOP`, whatever the shape and the split."""
    for name, tp, ep in (("megatron-22b", 8, 1), ("llama3-70b", 8, 1), ("mixtral-8x7b", 1, 8), ("deepseek-v3", 1, 64)):
        model = models.lookup(name)
        made = job(name, tp=tp, batch=1, parallel={"ep": ep, "etp": 1}, recompute="none")
        part = operators.slice_of(made, model)
        dense, sparse = (operators.layer(model, part, experts=e) for e in (False, True))
        count = sum(1 for i in range(model.layers) if operators_have_experts(model, i))
        work = [sum(m.flop for m in (*one.linear, *one.core)) for one in (dense, sparse)]
        forward = tp * ((model.layers - count) * work[0] + count * work[1])
        router = count * 2 * model.hidden * (model.moe.experts if model.moe else 0) * 2048
        logits = tp * operators.head(model, part).flop
        assert 3 * (forward + router + logits) == pytest.approx(transformer.step_FLOP(model, 1, 2048), rel=1e-9)


def operators_have_experts(model, layer):
    return (
        model.moe is not None
        and layer >= model.moe.dense_layers
        and (layer - model.moe.dense_layers) % model.moe.every == 0
    )


def test_own_figures_come_before_the_catalog():
    own = {"gpus": 8, "nics": 8, "nic_rate": "400Gb/s", "gpu": "a100-sxm-80"}
    plain = roofline(job("llama3-8b"), HostType.model_validate(own))
    assert plain.memory_Bps == pytest.approx(0.85 * 2039e9)
    curve = [{"flop": 1e9, "share": "10%"}, {"flop": 1e12, "share": "90%"}]
    made = roofline(job("llama3-8b"), HostType.model_validate({**own, "memory_rate": "3TB/s", "efficiency": curve}))
    assert made.memory_Bps == pytest.approx(0.85 * 3e12) and made.curve == ((1e9, 0.1), (1e12, 0.9))
    unknown = roofline(job("llama3-8b"), HostType.model_validate({**own, "gpu": "own", "peak": "624TFLOP/s"}))
    assert unknown.memory_Bps == pytest.approx(2 * plain.memory_Bps)
    assert unknown.curve == tuple((2 * flop, share) for flop, share in plain.curve)
    fp8 = roofline(job("llama3-8b", dtype="fp8"), H100)
    assert fp8.core_FLOPs == fp8.peak_FLOPs / 2 == pytest.approx(989.5e12)


def test_fused_attention_is_faster_and_keeps_nothing_to_repeat():
    slow, fast = (
        compute_of(job("megatron-22b", micro_batch=4, batch=4, recompute="selective", attention=a))
        for a in ("unfused", "fused")
    )
    assert fast.forward_s < slow.forward_s and slow.layer.recompute_s > 0 == fast.layer.recompute_s


def test_the_documentation_says_what_is_reached():
    """Rows of docs/explanation/compute-and-memory.md that no executed block prints."""
    text = (Path(__file__).parents[2] / "docs/explanation/compute-and-memory.md").read_text(encoding="utf-8")
    gpts, mt_nlg, bloom = UNSEEN[:10], OTHER_SOFTWARE[:3], OTHER_SOFTWARE[3:]
    rows = {
        "table 4) | 7.2 and 7.7 ms": [table_4(*row)[0] for row in TABLE_4],
        "the same, backward": [table_4(*row)[1] for row in TABLE_4],
        "arXiv 2104.04473, table 1": [error(p) for p in gpts],
        "section 6.3)": [error(UNSEEN[10])],
        "on 16,384 H100": [error(LLAMA_UNSEEN)],
        "MT-NLG": [error(p) for p in mt_nlg],
        "BLOOM": [error(p) for p in bloom],
    }
    for label, errors_ in rows.items():
        (line,) = [line for line in text.splitlines() if line.startswith("|") and label in line]
        *_, mean, worst, _ = line.split("|")
        each = [abs(e) for e in errors_]
        digits = 0.5 if max(each) > 0.15 else 0.05
        assert float(mean.strip(" %")) == pytest.approx(100 * sum(each) / len(each), abs=digits), line
        assert not worst.strip() or float(worst.strip(" %")) == pytest.approx(100 * max(each), abs=digits), line


def test_an_efficiency_of_nothing_takes_a_million_times_as_long_and_divides_by_nothing():
    """E618 reports it; the numbers beside it stay finite."""
    none, all_of_it = (compute_of(job("megatron-22b", micro_batch=4, batch=4, mfu=mfu)) for mfu in ("0%", "100%"))
    assert none.forward_s == pytest.approx(1e6 * all_of_it.forward_s)

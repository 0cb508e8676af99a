"""What users notice, how many replicas that takes, and what a flash crowd does."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.demand.serving.made import figures, host
from tests.demand.serving.test_queueing import simulated

from easterly.demand import serving
from easterly.demand.serving.crowd import crowd
from easterly.demand.serving.lengths import lengths
from easterly.demand.serving.times import prefill_s
from easterly.model.spec.service import Flash

CHAT = {"tp": 4, "replicas": {"prefill": 6, "decode": 4}}
LOAD = {"requests": "12/s", "prompt": 2000, "output": 300}


def test_littles_law():
    """Sequences = rate x tokens x time of each."""
    run = figures(**CHAT, load=LOAD)
    row = serving.row(run)
    assert row["decode_sequences"] == pytest.approx(12 / 4 * 300 * row["itl_mean_s"])
    assert row["decode_utilisation"] == pytest.approx(3 * 300 / (run.answers.limit / run.answers.step_s[-1]))


@pytest.mark.parametrize("variation", [0.0, 1.0])
def test_time_to_first_token_is_that_of_a_simulation(variation):
    run = figures(**CHAT, load={**LOAD, "prompt_cv": variation, "requests": "15/s"})
    random = np.random.default_rng(3)
    prompts = random.exponential(2000, 60_000) if variation else np.full(60_000, 2000.0)
    times = simulated(6, 15.0, prefill_s(run.prompts.bench, prompts))
    handed = 2000 * 327_680 / (4 * 50e9)
    assert run.prompts.utilisation(6) < 0.9
    for quantile in (0.5, 0.9, 0.99):
        assert run.ttft_s(6, quantile) == pytest.approx(np.quantile(times, quantile) + handed, rel=0.12)
    assert run.prompts.ttft_mean_s(6) == pytest.approx(times.mean() + handed, rel=0.06)


def test_an_idle_service_takes_the_time_of_its_work():
    run = figures(**CHAT, load={**LOAD, "requests": "0/s", "prompt_cv": 0})
    assert run.ttft_s(6, 0.999) == pytest.approx(run.prompts.mean_s + 2000 * 327_680 / 200e9)
    assert run.itl_s(4, 0.999) == run.answers.step_s[0] == run.answers.itl_mean_s(4)
    assert run.needed == (1, 1)


@settings(max_examples=40, deadline=None)
@given(st.floats(1, 40), st.floats(0.3, 8), st.floats(0.018, 0.06), st.sampled_from([0.5, 0.9, 0.99]))
def test_needed_replicas_are_the_fewest(requests, ttft, itl, quantile):
    slo = {"ttft": {"max": f"{ttft}s", "quantile": quantile}, "itl": {"max": f"{itl}s", "quantile": quantile}}
    run = figures(**CHAT, load={**LOAD, "requests": f"{requests}/s"}, slo=slo)
    limits = (ttft, itl)
    for needed, time_s, limit in zip(run.needed, (run.ttft_s, run.itl_s), limits, strict=True):
        if needed == -1:
            assert time_s(65_536, quantile) > limit
        else:
            assert time_s(needed, quantile) <= limit and (needed == 1 or time_s(needed - 1, quantile) > limit)


def test_without_objective_pools_have_to_keep_up():
    run = figures(**CHAT, load={**LOAD, "requests": "500/s"})
    first, then = run.needed
    assert run.prompts.utilisation(first) < 1 <= run.prompts.utilisation(first - 1)
    assert run.answers.utilisation(then) < 1 <= run.answers.utilisation(then - 1)
    assert not math.isfinite(run.ttft_s(6, 0.5)) and not math.isfinite(run.itl_s(4, 0.5))


def test_capacity_is_where_utilisation_is_one():
    run = figures(**CHAT, load=LOAD)
    at = figures(**CHAT, load={**LOAD, "requests": f"{run.capacity_hz}/s"})
    used = at.prompts.utilisation(6), at.answers.utilisation(4)
    assert max(used) == pytest.approx(1)
    both = figures(tp=4, mode="aggregated", replicas={"both": 8}, load=LOAD)
    full = figures(tp=4, mode="aggregated", replicas={"both": 8}, load={**LOAD, "requests": f"{both.capacity_hz}/s"})
    assert full.answers.utilisation(8, full.free) == pytest.approx(1)


def test_aggregated_replicas_stall_answers_by_prompts_and_less_so_in_chunks():
    def p99(**more):
        run = figures(tp=4, mode="aggregated", replicas={"both": 8}, load=LOAD, **more)
        return run.itl_s(8, 0.99), run

    whole, run = p99()
    chunked, _ = p99(chunk=512)
    step_s = run.answers.itl_s(8, 0.99, run.free)
    assert whole >= step_s + run.prompts.mean_s
    assert step_s < chunked < step_s + run.prompts.mean_s
    assert run.answers.itl_mean_s(8, run.free) > run.answers.itl_mean_s(8)


def test_batch_and_memory_limit_sequences():
    assert figures(**CHAT, load=LOAD, batch=16).answers.limit == 16
    each = (2000 + 300) * 327_680 / 4
    free = 80e9 * 0.9 - 141_107_412_992 / 4
    assert figures(**CHAT, load=LOAD).answers.limit == free // each
    assert figures(host(gpu="own", peak="1PFLOP/s", memory=None, memory_rate="3TB/s"), **CHAT).answers.limit == 65_536


def test_unknown_gpus_have_rates_and_no_times():
    row = serving.row(figures(host(gpu="own"), **CHAT, load=LOAD))
    assert math.isnan(row["ttft_s"]) and row["cache_bps"] == 12 * 2000 * 327_680 * 8 and row["prefill_needed"] == -1
    table = serving.table([row, serving.row(figures(**CHAT, load=LOAD))])
    assert len(table) == 2 and table.name.tolist() == ["chat", "chat"] and not table.ttft_s.flags.writeable


def test_caches_that_are_there_are_neither_computed_nor_moved():
    none, half = (figures(**CHAT, load={**LOAD, "prompt_cv": 0, "prefix_hit": hit}) for hit in ("0%", "50%"))
    assert serving.row(half)["cache_B"] == serving.row(none)["cache_B"] / 2
    assert 0.45 < half.prompts.mean_s / none.prompts.mean_s < 0.56
    store = figures(**CHAT, load={**LOAD, "prompt_cv": 0}, prefix={"hit": "50%"})
    assert store.prompts.mean_s == half.prompts.mean_s and serving.row(store)["cache_B"] == serving.row(none)["cache_B"]


@settings(max_examples=60)
@given(st.floats(1.01, 20), st.floats(0, 600), st.floats(1, 900), st.floats(1.001, 15))
def test_a_crowd_is_its_fluid_integral(factor, ramp, lasts, over):
    """Against adding up the backlog in small steps."""
    usual, capacity = 10.0, 10.0 * over
    found = crowd(Flash.model_validate({"factor": factor, "ramp": f"{ramp}s", "lasts": f"{lasts}s"}), usual, capacity)
    length = 2 * ramp + lasts + found.overload_s + 1
    at = np.linspace(0, length, 200_001)
    rate = np.interp(
        at, [0, ramp + 1e-9, ramp + lasts, 2 * ramp + lasts + 1e-9], [usual, usual * factor, usual * factor, usual]
    )
    excess = np.append(0.0, np.cumsum((rate[:-1] - capacity) * np.diff(at)))
    backlog = excess - np.minimum.accumulate(excess)
    assert found.backlog == pytest.approx(backlog.max(), rel=2e-3, abs=20 * factor * at[1])
    assert found.wait_s == pytest.approx(found.backlog / capacity)
    waiting = at[backlog > 1e-3 * max(1.0, backlog.max())]
    if found.backlog > 1:
        assert found.overload_s == pytest.approx(waiting[-1] - waiting[0], rel=0.08, abs=2)


def test_a_crowd_on_a_full_service_never_ends():
    flash = Flash.model_validate({"factor": 2, "lasts": "1s"})
    assert crowd(flash, 10, 10).overload_s == math.inf and crowd(flash, 10, 21).overload_s == 0


def test_lengths_with_the_quadratic_part_of_attention():
    """The mean time of prompts of several lengths is more than the time of the mean prompt."""
    one, many = (figures(**CHAT, load={**LOAD, "prompt": 30_000, "prompt_cv": cv}) for cv in (0, 1))
    points, weight = lengths(30_000.0, 1.0)
    assert many.prompts.mean_s > 1.05 * one.prompts.mean_s
    assert many.prompts.mean_s == pytest.approx((prefill_s(many.prompts.bench, points) * weight).sum())

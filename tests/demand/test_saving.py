"""Intervals of checkpoints against brute force and published figures."""

import numpy as np
import pytest
from tests.demand.clusters import site

from easterly.demand import saving
from easterly.demand.facts import model_of


def lost(every_s, cost_s, mtbf_s):
    """Share of time lost: by trying failures at every instant of an interval, each as likely."""
    instants = np.linspace(0, every_s + cost_s, 2001)
    return cost_s / (every_s + cost_s) + instants.mean() / mtbf_s


@pytest.mark.parametrize("cost_s, mtbf_s", [(5, 3600.0), (60, 6 * 3600.0), (20, 86400.0)])
def test_young_is_the_interval_of_least_loss(cost_s, mtbf_s):
    tried = np.linspace(0.3, 3, 2701) * saving.young_s(cost_s, mtbf_s)
    best = tried[np.argmin([lost(t, cost_s, mtbf_s) for t in tried])]
    assert saving.young_s(cost_s, mtbf_s) == pytest.approx(best, rel=0.05)


def exact_loss(every_s, cost_s, mtbf_s):
    """Expected time per useful time under Poisson failures: ``M (e^((T+C)/M) - 1) / T`` (Daly 2006, eq. 7, R = 0)."""
    return mtbf_s * np.expm1((every_s + cost_s) / mtbf_s) / every_s


@pytest.mark.parametrize("cost_s, mtbf_s", [(60, 600.0), (300, 3600.0), (5, 3600.0), (900, 3600.0)])
def test_daly_is_nearer_to_the_best_than_young(cost_s, mtbf_s):
    tried = np.linspace(0.01, 4, 100_000) * mtbf_s
    best = tried[np.argmin(exact_loss(tried, cost_s, mtbf_s))]
    assert saving.daly_s(cost_s, mtbf_s) == pytest.approx(best, rel=0.03)
    assert abs(saving.daly_s(cost_s, mtbf_s) - best) <= abs(saving.young_s(cost_s, mtbf_s) - best)


def test_a_checkpoint_that_costs_more_than_failures_allow():
    assert saving.daly_s(200, 100) == 100
    assert saving.goodput(100, 0, 1e6, 1000) == 0


def job(**checkpoint):
    made = site({"j": {"parallel": {"tp": 8, "dp": 4}, "checkpoint": checkpoint}}).jobs["j"]
    return made, model_of(made)


def test_size_is_14_bytes_per_parameter_in_bf16_and_what_the_job_says_else():
    made, shape = job()
    assert saving.size(made, shape) == 14 * shape.params
    assert saving.saving(*job(size="3TB"), 1e12).size_B == 3e12
    assert saving.saving(*job(size="3TB", rate="100Gb/s"), 1e12).write_s == pytest.approx(240)


def test_synchronous_checkpoints_stall_until_they_are_written():
    late, soon = (saving.saving(*job(size="1TB", asynchronous=a, every="1h"), 1e12) for a in (False, True))
    assert late.stall_s == late.write_s == pytest.approx(8)
    assert soon.stall_s == pytest.approx(1e12 / 32 / 25e9) and soon.goodput > late.goodput


def test_more_gpus_fail_more_often():
    few, many = (saving.saving(*job(mtbf="50000h"), 1e12, replicas=n) for n in (1, 4))
    assert few.every_s / many.every_s == pytest.approx(2, rel=0.01)


def test_llama_3_lost_little():
    """54 days on 16,384 H100 with more than 90 % of effective training time (arXiv 2407.21783, section 3.3.4)."""
    made = site({"j": {"model": "llama3-405b", "parallel": {"tp": 8, "pp": 16, "dp": 128}, "batch": 2048,
                       "checkpoint": {"rate": "2TB/s"}}}).jobs["j"]  # fmt: skip
    found = saving.saving(made, model_of(made), 1e15)
    assert 0.9 < found.goodput < 0.99

"""What follows from claimed numbers: closed forms against steps that are written out, counting against exact sums."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from easterly.verify import follow
from easterly.verify.follow import Follows

SHARES = st.floats(0, 1)


def step_s(compute_s, talk_s, hidden_s):
    """A step that computes, and talks behind some of its computing at most."""
    return compute_s + max(0.0, talk_s - hidden_s)


def test_two_fifths_less_of_one_half_is_a_quarter_more():
    assert follow.throughput_ratio(0.5, 0.4) == 1.25
    assert follow.share_needed(1.25, 0.4) == pytest.approx(0.5, rel=1e-15)
    (said,) = follow.speedup_claim(0.4, 1.25, share=0.5)
    assert said.follows is Follows.FOLLOWS


def test_half_as_long_again_becomes_a_fifth_as_long_again():
    _, left, blame = follow.speedup_claim(0.4, 1.25, share=0.5, slow=1.5)
    assert left.follows is Follows.NOT and "= 1.2x" in left.because
    assert follow.healthy_share(0.5, 1.5) == 0.25
    assert "3x as long before the repair, 1.8x after it" in blame.because and "66.67% less" in blame.needs


@given(SHARES, SHARES, SHARES, st.floats(0.1, 10))
def test_ratio_is_that_of_the_steps(share, cut, part, batch):
    waits = share * part
    compute, hidden = 1 - waits, share - waits
    before, after = step_s(compute, share, hidden), step_s(batch * compute, share * (1 - cut), batch * hidden)
    found = follow.throughput_ratio(share, cut, exposed=waits, batch=batch)
    assert before == pytest.approx(1)
    assert found * after == pytest.approx(batch, rel=1e-9, abs=1e-12) if after > 1e-12 else found > 1


@given(st.floats(1, 4), st.floats(0.01, 1), st.floats(0.01, 1), SHARES)
def test_what_is_needed_is_enough_and_no_more(ratio, share, cut, part):
    waits = share * part
    needed = follow.share_needed(ratio, cut)
    if math.isfinite(needed):
        assert follow.throughput_ratio(min(needed, 1.0), cut) == pytest.approx(ratio, rel=1e-9)
    else:
        assert follow.throughput_ratio(1.0, cut) < ratio
    less = follow.cut_needed(ratio, share, exposed=waits)
    if math.isfinite(less):
        assert follow.throughput_ratio(share, min(less, 1.0), exposed=waits) == pytest.approx(ratio, rel=1e-9)
    else:
        assert follow.throughput_ratio(share, 1.0, exposed=waits) < ratio
    batch = follow.batch_needed(ratio, share, cut, exposed=waits)
    if math.isfinite(batch) and 1e-6 < batch < 1e6:
        made = follow.throughput_ratio(share, cut, exposed=waits, batch=batch)
        assert made == pytest.approx(ratio, rel=1e-6)


def test_hidden_communication_gives_nothing():
    assert follow.throughput_ratio(0.5, 0.4, exposed=0.0) == 1.0
    (said,) = follow.speedup_claim(0.4, 1.25, share=0.5, exposed=0.1)
    assert said.follows is Follows.NOT and "no communication at all would give 1.111x" in said.needs
    (said,) = follow.speedup_claim(0.4, 1.25, share=0.5, exposed=0.2)
    assert said.follows is Follows.FOLLOWS


@pytest.mark.parametrize("ratio, status", [(1.5, Follows.OPEN), (1.7, Follows.CONTRADICTED)])
def test_a_cut_cannot_give_more_than_it_takes(ratio, status):
    """With nothing but communication, 40 % less is 1.667 times the throughput."""
    assert follow.speedup_claim(0.4, ratio)[0].follows is status


def test_a_slowdown_beyond_all_communication_has_another_cause():
    *_, blame = follow.speedup_claim(0.4, 1.1, share=0.2, slow=1.5)
    assert blame.follows is Follows.CONTRADICTED


def exact_at_most(misses, samples, share):
    p = Fraction(share)
    return sum((math.comb(samples, k) * p**k * (1 - p) ** (samples - k) for k in range(misses + 1)), Fraction(0))


@given(st.data())
def test_tails_are_exact_sums(data):
    samples = data.draw(st.integers(1, 60))
    misses, share = data.draw(st.integers(0, samples)), data.draw(st.integers(0, 64)) / 64
    found = follow.at_most(misses, samples, share)
    assert found == pytest.approx(float(exact_at_most(misses, samples, share)), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    "misses, samples, share",
    [(0, 2995, 0.001), (9, 10_000, 0.001), (500, 10_000, 0.06), (10**6, 10**9, 0.001002), (3, 10**12, 1e-11),
     (499_000, 10**6, 0.5)],
)  # fmt: skip
def test_large_tails_are_those_of_another_library(misses, samples, share):
    assert follow.at_most(misses, samples, share) == pytest.approx(stats.binom.cdf(misses, samples, share), rel=1e-10)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.999])
@pytest.mark.parametrize("samples", [1, 10, 1000, 123_456])
def test_proven_shares_are_those_of_clopper_and_pearson(samples, level):
    for misses in sorted({0, 1, samples // 20, samples // 2, samples - 1, samples}):
        exact = 0.0 if misses == samples else float(stats.beta.ppf(1 - level, samples - misses, misses + 1))
        assert follow.proven_share(samples, misses, level) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("share, misses, samples", [(0.999, 0, 2995), (0.95, 0, 59), (0.99, 0, 299), (0.9, 0, 29)])
def test_samples_that_are_known(share, misses, samples):
    """Rule of three, 3 / (1 - share), and its exact numbers."""
    assert follow.fewest_samples(share, misses) == samples
    assert samples <= 3 / (1 - share)


@given(st.floats(0.5, 0.9999), st.integers(0, 30), st.sampled_from([0.8, 0.95, 0.99]))
def test_fewest_samples_prove_it_and_one_less_does_not(share, misses, level):
    samples = follow.fewest_samples(share, misses, level)
    assert binomial(misses, samples, share) <= (1 - level) * (1 + 1e-9)
    assert samples - 1 == misses or binomial(misses, samples - 1, share) > (1 - level) * (1 - 1e-9)


def binomial(misses, samples, share):
    return float(stats.binom.cdf(misses, samples, 1 - share))


def test_confidence_is_kept():
    """What is proven with 90 % confidence is true nine times in ten, or more."""
    proven, samples, kept = [follow.proven_share(120, k, 0.9) for k in range(121)], 120, []
    for truth in (0.5, 0.9, 0.95, 0.97, 0.98):
        chance = stats.binom.pmf(range(samples + 1), samples, 1 - truth)
        kept.append(sum(chance[k] for k in range(samples + 1) if proven[k] <= truth))
    assert 0.9 <= min(kept) < 0.93


def test_a_p95_proves_no_p99_9():
    said = follow.quantile_claim(0.999, 0.1, 0.95, 0.035, before_s=0.15)
    assert [each.follows for each in said] == [Follows.NOT, Follows.FOLLOWS, Follows.OPEN]
    assert "-76.7%" in said[1].because
    for samples in (20, 10**6, 10**9):
        *_, counted = follow.quantile_claim(0.999, 0.1, 0.95, 0.035, samples=samples)
        assert counted.follows is Follows.NOT
    *_, counted = follow.quantile_claim(0.999, 0.1, 0.95, 0.035, samples=2995, misses=0)
    assert counted.follows is Follows.FOLLOWS
    assert follow.quantile_claim(0.999, 0.1, 0.999, 0.09)[0].follows is Follows.FOLLOWS
    assert follow.quantile_claim(0.999, 0.1, 0.95, 0.15)[0].follows is Follows.CONTRADICTED


def test_two_tails_with_one_p95():
    """Both distributions have a P95 of 35 ms, and only one of them keeps the promise."""
    light, heavy = stats.expon(scale=0.035 / math.log(20)), stats.pareto(2, scale=0.035 / math.sqrt(20))
    assert light.ppf(0.95) == pytest.approx(heavy.ppf(0.95)) == pytest.approx(0.035)
    assert follow.exponential_s(0.035, 0.95, 0.999) == pytest.approx(light.ppf(0.999)) and light.ppf(0.999) < 0.1
    assert heavy.ppf(0.999) > 0.1
    index = follow.pareto_needed(0.035, 0.95, 0.999, 0.1)
    just = stats.pareto(index, scale=0.035 * 0.05 ** (1 / index))
    assert (just.ppf(0.95), just.ppf(0.999)) == pytest.approx((0.035, 0.1))


def test_errors_of_the_dashboard_are_within_the_budget_and_time_is_another_matter():
    errors, time = follow.availability_claim(0.999, errors={"5xx": 0.0005, "timeout": 0.0002})
    assert errors.follows is Follows.FOLLOWS and "43.2 min" in time.because and time.follows is Follows.OPEN
    kinds = {"4xx": 0.001, **{"5xx": 0.0005, "timeout": 0.0002}}
    assert follow.availability_claim(0.999, errors=kinds)[0].follows is Follows.OPEN
    assert follow.availability_claim(0.9999, errors=kinds)[0].follows is Follows.CONTRADICTED


@given(st.lists(st.sets(st.integers(0, 49)), min_size=1, max_size=4))
def test_joint_errors_hold_for_any_overlap(kinds):
    low, high = follow.joint_errors({str(i): len(kind) / 50 for i, kind in enumerate(kinds)})
    assert low - 1e-12 <= len(set().union(*kinds)) / 50 <= high + 1e-12


def test_anycast():
    assert follow.replicated(0.99, 2) == pytest.approx(0.9999, rel=1e-12)
    sites, _ = follow.availability_claim(0.999, sites=2, site=0.9)
    assert sites.follows is Follows.NOT and "3 sites" in sites.needs
    rng, lost, sent = random.Random(3), 0.0, 40_000.0
    for _ in range(4):  # sites of a quarter each, failing every 100 s in the mean, for 2 s
        at = 0.0
        while (at := at + rng.expovariate(1 / 100)) < sent:
            lost += 2 / 4
    assert lost / sent == pytest.approx(follow.failover_share(100, 2), rel=0.1)
    slow, _ = follow.availability_claim(0.9999, mtbf_s=86400.0, failover_s=60)
    assert slow.follows is Follows.NOT and "8.64s" in slow.needs


@pytest.mark.parametrize(
    "call, said",
    [
        (lambda: follow.throughput_ratio(1.5, 0.4), "share is 1.5"),
        (lambda: follow.throughput_ratio(0.5, 0.4, exposed=0.6), "lasts only 0.5"),
        (lambda: follow.throughput_ratio(0.5, 0.4, batch=0), "batch is 0"),
        (lambda: follow.throughput_ratio(math.nan, 0.4), "share is nan"),
        (lambda: follow.share_needed(0.9, 0.4), "ratio is 0.9"),
        (lambda: follow.speedup_claim(0.4, 1.25, exposed=0.2), "say how long that takes"),
        (lambda: follow.speedup_claim(0.4, 1.25, batch=2), "batch is of use"),
        (lambda: follow.at_most(4, 3, 0.1), "misses is 4 of 3"),
        (lambda: follow.at_most(0, 0, 0.1), "samples is 0"),
        (lambda: follow.proven_share(10, 1, 1.0), "level is 1"),
        (lambda: follow.fewest_samples(1.0), "share is 1"),
        (lambda: follow.fewest_samples(1 - 1e-14), "would be needed"),
        (lambda: follow.quantile_claim(0.999, 0.1, 1.0, 0.03), "quantile is 1"),
        (lambda: follow.quantile_claim(0.999, 0.1, 0.9, 0.03, misses=3), "say how many were taken"),
        (lambda: follow.availability_claim(0.999, sites=2), "sites go with"),
        (lambda: follow.budget_s(1.1, 1.0), "share is 1.1"),
        (lambda: follow.replicated(0.9, 0), "there must be a site"),
        (lambda: follow.failover_share(0.0, 1.0), "times above 0"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()

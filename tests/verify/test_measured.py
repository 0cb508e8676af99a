"""What was measured proves what is promised, or not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.demand.clusters import service, site

from easterly.base.findings import Severity
from easterly.verify import checks

RULES = (checks.measurements_reach_the_promise, checks.samples_suffice, checks.measurements_meet_the_promise)


def found(limit, promised, **measured):
    latency = {"max": limit, "quantile": promised, "measured": measured}
    plan = site(services={"s": service()}, intents={"i": {"service": "s", "latency": latency}})
    queue = site(intents={"i": {"class": "bulk", "queue_delay": latency}})
    said = [f for rule in RULES for f in rule(plan)]
    assert [f.message for rule in RULES for f in rule(queue)] == [f.message for f in said]
    return said


def codes(*args, **measured):
    return [(f.code, f.severity) for f in found(*args, **measured)]


@pytest.mark.parametrize("promised", [0.9, 0.99, 0.999, 0.9999])
@pytest.mark.parametrize("measured", [0.5, 0.9, 0.95, 0.99, 0.999, 0.99999])
def test_a_lower_quantile_proves_nothing_of_a_higher_one(promised, measured):
    assert codes("1s", promised, quantile=measured) == ([("E952", Severity.ERROR)] if measured < promised else [])


def test_the_numbers_of_both_are_said():
    (one,) = found("100ms", 0.999, quantile=0.95, value="35ms")
    assert "P99.9" in one.message and "P95" in one.message and "4.9%" in one.message and "1,000" in one.hint


@pytest.mark.parametrize(
    "quantile, samples, severity",
    [(0.999, 999, "error"), (0.999, 1000, "warning"), (0.999, 2994, "warning"), (0.999, 2995, None), (0.5, 1, "error"),
     (0.95, 19, "error"), (0.95, 58, "warning"), (0.95, 59, None), (0.99, 99, "error"), (0.99, 299, None)],
)  # fmt: skip
def test_samples(quantile, samples, severity):
    assert [s for _, s in codes("1s", quantile, quantile=quantile, samples=samples)] == ([severity] if severity else [])


@pytest.mark.parametrize("q", [0.9, 0.95, 0.99, 0.999])
def test_confidence_is_that_of_a_draw(q):
    """The fewest samples of which, 19 times in 20, one at least lies in the worst part."""
    n = next(n for n in range(1, 10**5) if 1 - q**n >= 0.95)
    (one,) = found("1s", q, quantile=q, samples=n - 1)
    assert f"{n:,} for 95% confidence" in one.hint
    assert found("1s", q, quantile=q, samples=n) == []
    worst = np.random.default_rng(7).random((4000, n)) > q
    assert worst.any(axis=1).mean() == pytest.approx(0.95, abs=0.02)
    assert math.ceil(round(1 / (1 - q), 6)) <= n


@pytest.mark.parametrize(
    "promised, measured, value, said",
    [(0.99, 0.99, "101ms", ["E954"]), (0.99, 0.99, "100ms", []), (0.99, 0.95, "150ms", ["E952", "E954"]),
     (0.95, 0.999, "150ms", []), (0.99, 0.95, "50ms", ["E952"])],
)  # fmt: skip
def test_quantiles_grow(promised, measured, value, said):
    assert [code for code, _ in codes("100ms", promised, quantile=measured, value=value)] == said


def test_without_a_measurement_nothing_is_said():
    plan = site(intents={"i": {"class": "bulk", "queue_delay": {"max": "1ms", "quantile": 0.999}}})
    assert [f for rule in RULES for f in rule(plan)] == []

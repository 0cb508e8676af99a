"""Intervals of mean waits: they hold what is exact, and what a slow recursion finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.model.stations import Band
from easterly.predict.queueing.approximate import (
    allen_cunneen,
    dm1,
    kimura,
    kingman,
    kingman_bound,
    klb,
    marchal,
    whitt,
)
from easterly.predict.queueing.markov import mmc
from easterly.predict.queueing.qna import decompose


def lindley(between, service):
    """Mean wait by W' = max(W + S - T, 0), customer by customer (Lindley 1952)."""
    steps = np.cumsum(np.concatenate([[0.0], service[:-1] - between[1:]]))
    return float((steps - np.minimum.accumulate(steps)).mean())


@given(st.floats(0.05, 0.99))
def test_exact_waits_are_within(rho):
    for made, exact in (
        (klb(rho, 1, 0, 1), dm1(rho, 1).Wq), (marchal(rho, 1, 1, 1), rho / (1 - rho)),
        (kingman(rho, 1, 1, 0), rho / (2 * (1 - rho))), (whitt(3 * rho, 1, 3, 1, 1), mmc(3 * rho, 1, 3).Wq),
        (allen_cunneen(8 * rho, 1, 8, 1, 1), mmc(8 * rho, 1, 8).Wq),
    ):  # fmt: skip
        assert made.band.low * (1 - 1e-12) <= exact <= made.band.high * (1 + 1e-12), made.method


@pytest.mark.parametrize("rare", [0.02, 0.5])
@pytest.mark.parametrize("rho", [0.4, 0.9])
def test_two_points_are_within(rare, rho):
    """Times between arrivals are short, or long and rare: the laws for which such bounds are nearly met."""
    draws = np.random.default_rng(5)
    between = np.where(draws.random(400_000) < rare, (1 - 0.1 * (1 - rare)) / rare, 0.1) / rho
    service = draws.exponential(1.0, between.size)
    ca = between.var() / between.mean() ** 2
    band = klb(rho, 1, ca, 1).band
    assert band.low <= lindley(between, service) <= band.high


def test_daleys_bound_is_within_kingmans():
    rate, ca, cs = np.meshgrid([0.1, 0.5, 0.95], [0, 0.5, 4], [0.0, 1, 3])
    assert (klb(rate, 1, ca, cs).band.high <= kingman_bound(rate, 1, ca, cs).Wq * (1 + 1e-12)).all()


def test_what_is_said_where_nothing_is_known():
    made = decompose([0.5, 0], [1, 1], [1, 1], [1, 1], [[0, 1], [0, 0]]).stations
    assert np.isnan(made.band.low).all() and "not known" in made.band.source
    assert not made.band.apart(np.array([0.0, 1e9]), np.array([0.0, 1e9])).any()
    exact, upper = mmc(1.5, 1, 2).band, kingman_bound(0.5, 1, 1, 1).band
    assert exact.low == exact.high and upper.low == 0 and upper.high == 2.5
    assert kimura(1.5, 1, 2, 1, 0).band.factors(kimura(1.5, 1, 2, 1, 0).Wq)[1] > 1


def test_overload_is_within_its_band():
    made = klb(2, 1, 1, 1)
    assert made.Wq == made.band.low == made.band.high == np.inf
    assert np.isnan(made.band.factors(made.Wq)).all()


def test_ends_belong_to_a_band():
    band = Band(np.array([1.0]), np.array([2.0]), "")
    assert not band.apart(np.array([2.0]), np.array([3.0])).any() and band.apart(np.array([0.0]), np.array([0.9])).all()


def test_bands_are_told_with_answers():
    from click.testing import CliRunner

    from easterly.app.cli import main

    words = ["calc", "queue", "gg1", "--arrival", "0.9", "--service", "1", "--arrival-scv", "4", "--service-scv", "1"]
    done = CliRunner().invoke(main, words)
    assert "Wq within" in done.stdout and "4 to 26.5" in done.stdout and "Daley" in done.stdout, done.output

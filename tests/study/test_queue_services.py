"""Stations of inference services: those of the demand, formulae that know nothing of it, and a simulated replica."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from easterly import demand
from easterly.predict.queueing import mg1, mg1_ps
from easterly.site import load
from easterly.site.load import load_text
from easterly.study.nouns import Nouns
from easterly.study.queueing import queue_services

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module", params=["mixed-workloads", "shared-services"])
def nouns(request) -> Nouns:
    return Nouns(load(EXAMPLES / f"{request.param}.yaml").site)


def test_stations_are_those_that_the_demand_is_made_of(nouns):
    made, known = queue_services(nouns), nouns.services.value
    assert made.name.tolist() == known.name.tolist() and made.unknown == ()
    assert made.prompts.Wq == pytest.approx(known.wait_s, rel=1e-12)
    assert made.prompts.rho == pytest.approx(known.prefill_utilisation, rel=1e-12)
    number = made.answers.L
    assert number == pytest.approx(known.decode_sequences, rel=1e-9)
    assert made.answers.rho == pytest.approx(known.decode_utilisation, rel=1e-12)
    assert made.answers.entering * made.replicas == pytest.approx(known.requests_hz)


def test_more_requests_wait_longer_and_too_many_for_ever(nouns):
    waits = [queue_services(nouns, factor=factor) for factor in (0.5, 1.0, 1.05, 50.0)]
    for stage in ("prompts", "answers"):
        W = np.array([getattr(made, stage).W for made in waits])
        assert (np.diff(W[:3], axis=0) > 0).all() and np.isinf(W[3]).all()
    with pytest.raises(ValueError, match="factor"):
        queue_services(nouns, factor=math.nan)


def test_one_replica_of_prompts_is_the_formula_of_pollaczek_and_khinchine():
    source = (EXAMPLES / "mixed-workloads.yaml").read_text(encoding="utf-8")
    assert "prefill: 20" in source
    site = load_text(source.replace("prefill: 20", "prefill: 1")).site
    (run,) = demand.service_figures(site, Nouns(site).network.value)
    factor = 0.5 / (run.prompts.busy_s * run.service.load.requests)  # half of its time
    wanted = mg1(0.5 / run.prompts.busy_s, run.prompts.busy_s, run.prompts.scv)
    made = queue_services(Nouns(site), factor=factor)
    assert made.servers.tolist() == [1] and made.prompts.rho[0] == pytest.approx(0.5)
    assert made.prompts.Wq[0] == pytest.approx(float(wanted.Wq)) and made.prompts.L[0] == pytest.approx(float(wanted.L))


def test_at_a_speed_that_does_not_change_answers_share_a_processor():
    """Speeds n / step_s[n]: made equal, the population is that of M/G/1 under processor sharing."""
    from easterly.demand.serving.queueing import population

    for rho in (0.2, 0.9):
        found = population(rho * 100.0, np.full(5000, 100.0))
        assert found.mean == pytest.approx(float(mg1_ps(rho, 1.0).L), rel=1e-6)


@pytest.mark.no_cover
def test_a_replica_that_is_simulated_holds_as_many(nouns):
    """Fixed lengths, which are not exponential at all: only their mean counts."""
    run = demand.service_figures(nouns.site, nouns.network.value)[0]
    made = queue_services(nouns)
    rate, length = float(made.answers.entering[0]), float(run.service.load.output)
    draw, means = np.random.default_rng(5), []
    for _ in range(6):
        left, now, area = [], 0.0, 0.0
        come = np.cumsum(draw.exponential(1 / rate, 4000))
        for at in come.tolist():
            while left and now < at:
                each_hz = run.free / float(run.answers.step_s[len(left) - 1])
                until = min(at, now + min(left) / each_hz)
                area += len(left) * (until - now)
                left = [tokens - (until - now) * each_hz for tokens in left]
                left, now = [tokens for tokens in left if tokens > 1e-6], until
            now = at
            left.append(length)
            assert len(left) <= run.answers.limit
        means.append(area / float(come[-1]))
    error = np.std(means, ddof=1) / math.sqrt(len(means))
    assert np.mean(means) == pytest.approx(float(made.answers.L[0]), abs=4 * error)
    assert error < 0.03 * float(made.answers.L[0])

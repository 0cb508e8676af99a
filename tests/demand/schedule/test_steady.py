"""Traffic at a rate as messages: as much of it as the rate says, at times that nothing else moves."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from easterly.base.columns import ints
from easterly.demand.schedule import of_rates
from easterly.demand.schedule.steady import MOST, USUAL_B
from easterly.model.demand import Flows
from easterly.site import load_text
from easterly.study.nouns import Nouns

SITE = """
version: 1
site: {name: s}
hardware:
  switches: {sw: {ports: 64, rate: 400Gb/s}}
  hosts: {dgx: {gpus: 8, nics: 8, nic_rate: 400Gb/s, gpu: h200-sxm}}
fabrics:
  train: {blueprint: leaf-spine, hosts: {type: dgx, count: 16}, leaf: {type: sw, down: 32, up: 32}, spine: {type: sw}}
classes: {inference: {dscp: 46, share: 50%}, default: {dscp: 0, share: rest}}
services:
  chat:
    fabric: train
    class: inference
    model: llama3-70b
    tp: 8
    replicas: {prefill: 4, decode: 4}
    load: {requests: 40/s, prompt: 3000, output: 400}
"""


@pytest.fixture(scope="module")
def nouns():
    return Nouns(load_text(SITE).site)


def rows(demands, keep):
    """Only some of its flows."""
    flows = demands.flows
    return replace(demands, flows=Flows(**{f.name: getattr(flows, f.name)[keep] for f in fields(Flows)}))


def pairs(made):
    """Times and sizes by ends."""
    return {
        (int(s), int(d)): (made.earliest_s[at].tolist(), made.size_B[at].tolist())
        for s, d in set(zip(made.src.tolist(), made.dst.tolist(), strict=True))
        for at in [np.flatnonzero((made.src == s) & (made.dst == d))]
    }


@pytest.mark.parametrize(("until_s", "seed"), [(30.0, 1), (300.0, 2)])
def test_it_sends_what_the_rates_say(nouns, until_s, seed):
    demands = nouns.demands.value
    made = of_rates(nouns.network.value, demands, until_s, seed=seed, most=10**9)
    expected = demands.flows.rate_bps.sum() / 8 * until_s
    size_B = demands.phases.message_B[demands.flows.phase[0]]
    count = expected / size_B  # of a Poisson process: its deviation is the root of it
    assert abs(len(made) - count) < 4 * np.sqrt(count)
    assert (made.size_B == size_B).all()
    assert (np.diff(made.earliest_s) >= 0).all()
    assert made.earliest_s.max() < until_s
    gaps = np.diff(made.earliest_s) * count / until_s
    # Gaps of a Poisson process are exponential: as many below their median as above it.
    assert abs((gaps < np.log(2)).mean() - 0.5) < 4 * 0.5 / np.sqrt(len(gaps))


def test_larger_messages_where_there_would_be_too_many(nouns):
    demands = nouns.demands.value
    made = of_rates(nouns.network.value, demands, 1e5, seed=3)
    count = MOST * len(demands.flows)
    assert abs(len(made) - count) < 4 * np.sqrt(count)
    assert made.size_B.sum() == pytest.approx(demands.flows.rate_bps.sum() / 8 * 1e5, rel=0.1)


def test_a_flow_more_moves_no_other(nouns):
    demands, network = nouns.demands.value, nouns.network.value
    whole = pairs(of_rates(network, demands, 20.0))
    fewer = pairs(of_rates(network, rows(demands, np.arange(len(demands.flows)) % 3 > 0), 20.0))
    assert fewer.items() <= whole.items() and len(fewer) < len(whole)
    assert pairs(of_rates(network, demands, 20.0, seed=2)) != whole


def test_messages_without_a_size_have_the_usual_one(nouns):
    demands = nouns.demands.value
    unsaid = replace(demands, phases=replace(demands.phases, message_B=np.zeros(len(demands.phases))))
    made = of_rates(nouns.network.value, unsaid, 1e-3, most=10**9)
    assert (made.size_B == USUAL_B).all()


def test_what_stays_where_it_is_is_not_sent(nouns):
    demands = nouns.demands.value
    still = replace(demands, flows=replace(demands.flows, dst=ints(demands.flows.src)))
    assert len(of_rates(nouns.network.value, still, 20.0)) == 0


def test_what_is_due_at_intervals_is_sent_then(nouns):
    demands = nouns.demands.value
    often = replace(
        demands, phases=replace(demands.phases, every_s=np.full(len(demands.phases), 3.0)),
        flows=replace(demands.flows, rate_bps=np.zeros(len(demands.flows)), size_B=np.full(len(demands.flows), 5e6)),
    )  # fmt: skip
    made = of_rates(nouns.network.value, often, 20.0)
    times = np.unique(made.earliest_s)
    assert len(times) in (6, 7) and np.diff(times) == pytest.approx(np.full(len(times) - 1, 3.0))
    assert len(made) == len(times) * len(demands.flows) and (made.size_B == 5e6).all()
    assert len(of_rates(nouns.network.value, often, 2.9)) == 0

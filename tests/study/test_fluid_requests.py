"""Requests that come one by one: against queueing theory, and against the rates that they replace."""

from __future__ import annotations

import numpy as np
import pytest
from tests.study.test_fluid_course import RATE, job, nouns, simulate

from easterly.base.columns import floats
from easterly.demand.serving.requests import gaps
from easterly.model.schedule import EventKind
from easterly.predict import fluid as kernel
from easterly.study import fluid
from easterly.study.fluid import asked

CACHE_B = 8192 * 131072
"""Prompt of 8,192 tokens with 32 layers, 8 heads of 128, keys and values, 2 bytes."""
SERVICE = """
services:
  chat:
    {{fabric: f, class: training, model: llama3-8b, tp: 1, replicas: {{prefill: {prefill}, decode: {decode}}},
     on_hosts: [{hosts}], load: {{requests: {rate}/s, prompt: 8192, output: 1, prompt_cv: {cv}}}{more}}}
"""


def service(rate, cv=0, prefill=1, decode=1, hosts="f-host-1, f-host-2", more=""):
    return SERVICE.format(rate=rate, cv=cv, prefill=prefill, decode=decode, hosts=hosts, more=more)


def prepared(tmp_path, *parts, **wishes):
    made = nouns(tmp_path, job(), *parts)
    return fluid.prepare(made, fluid.Wishes(**{"line_rate": True, "requests": True, **wishes}))


@pytest.mark.no_cover
@pytest.mark.parametrize("load, cv", [(0.3, 0), (0.5, 0), (0.5, 1)])
def test_equal_caches_on_one_link_take_as_long_as_processor_sharing_says(tmp_path, load, cv):
    """The mean slowdown of M/G/1 with processor sharing is 1 / (1 - rho), whatever the sizes (Kleinrock 1967)."""
    rate = load * RATE / 8 / CACHE_B
    found = prepared(tmp_path, service(f"{rate:.9f}", cv), steps=100)
    own = found.schedule.purpose == found.asked[0]
    time_s, size_B = found.schedule.earliest_s[own], found.schedule.size_B[own]
    run = kernel.simulate(floats([RATE]), kernel.activities([[0]] * len(time_s), size_B, begin_s=time_s), mode="exact")
    slowdown = (run.done_s - time_s) / (size_B * 8 / RATE)
    batches = slowdown[: len(slowdown) // 20 * 20].reshape(20, -1).mean(axis=1)
    error = batches.std(ddof=1) / np.sqrt(20)
    assert len(time_s) > 1500 and error < 0.08 / (1 - load)
    assert slowdown.mean() == pytest.approx(1 / (1 - load), abs=3 * error)
    if cv == 0 and load == 0.5:
        site = fluid.simulate_site(found).requests
        assert site.owner.tolist() == ["chat"] and site.requests[0] == len(time_s)
        assert site.slowdown[0] == pytest.approx(slowdown.mean(), rel=1e-6)
        assert site.mean_s[0] == pytest.approx(slowdown.mean() * CACHE_B * 8 / RATE, rel=1e-6)
        assert site.p99_s[0] == pytest.approx(np.sort(slowdown)[int(np.ceil(0.99 * len(slowdown))) - 1]
                                              * CACHE_B * 8 / RATE, rel=1e-6)  # fmt: skip


@pytest.mark.parametrize("variation", [0.0, 0.4, 1.0, 2.5])
def test_gaps_have_mean_and_variation(variation):
    draws = np.random.default_rng(1).uniform(size=(2, 200_000))
    made = gaps(floats(draws), variation)
    assert made.mean() == pytest.approx(1.0, abs=4 * max(variation, 1e-12) / np.sqrt(200_000))
    assert made.std() == pytest.approx(variation, rel=0.05, abs=1e-12)
    assert (made >= 0).all()


def test_requests_carry_in_the_mean_what_the_rate_does(tmp_path):
    """Over all pairs of replicas, with a profile and a prompt of any length; counted from the events."""
    more = ", profile: p, begins: 20s, until: 520s"
    text = service(40, 1, 2, 2, "f-host-1, f-host-2, f-host-4, f-host-5", more)
    text += "profiles: {p: {day: [0.5, 1.5]}}\n"
    found = prepared(tmp_path, text, steps=100, at_s=43_200.0 - 270.0)
    made = found.schedule
    own = made.purpose == found.asked[0]
    assert (made.kind[own] == EventKind.SEND).all()
    flows, phases = found.nouns.demands.value.flows, found.nouns.demands.value.phases
    rows = phases.axis[flows.phase] == "kv"
    sent = {(a, b): made.size_B[own & (made.src == a) & (made.dst == b)].sum() * 8
            for a, b in zip(flows.src[rows].tolist(), flows.dst[rows].tolist(), strict=True)}  # fmt: skip
    asked_bit = flows.rate_bps[rows] * (250 * 0.5 + 250 * 1.5)
    assert len(sent) == 4
    assert list(sent.values()) == pytest.approx(asked_bit, rel=4 * np.sqrt(2 / 5000))
    early, late = ((made.earliest_s[own] < 270).sum(), (made.earliest_s[own] >= 270).sum())
    assert late / early == pytest.approx(3.0, rel=0.1)
    assert made.earliest_s[own].min() >= 20 and made.earliest_s[own].max() < 520
    assert not (found.steady.rate_bps[np.isin(found.steady.flow, np.flatnonzero(rows))]).any()


def test_a_cache_leaves_by_all_interfaces_of_its_replica_at_once(tmp_path):
    text = service(1, 0, 1, 1, "f-host-1, f-host-2").replace("tp: 1", "tp: 4")
    site = (
        (job() + text).replace("type: one", "type: four").replace("down: 3", "down: 12").replace("{dp: 2}", "{dp: 8}")
    )
    found = fluid.prepare(nouns(tmp_path, site), fluid.Wishes(requests=True, steps=20))
    own = found.schedule.purpose == found.asked[0]
    number, count = np.unique(found.schedule.group[own], return_counts=True)
    assert set(count) == {4} and len(number) > 5
    for each in number[:3]:
        lanes = own & (found.schedule.group == each)
        assert len(set(found.schedule.src[lanes])) == 4 and len(set(found.schedule.earliest_s[lanes])) == 1
        assert found.schedule.size_B[lanes].sum() == pytest.approx(CACHE_B)


def test_an_answer_goes_to_its_user_as_fast_as_its_tokens_are_made(tmp_path):
    """Text and protocol of each token over the time of all of them; a request goes at once."""
    text = service(4, more=", users: {from: f}").replace("output: 1", "output: 200")
    site = job().replace("spine: {type: sw}", "spine: {type: sw}\n    border: {type: sw, count: 2}")
    made = nouns(tmp_path, site, text)
    found = simulate(made, steps=4, requests=True)
    rows = {what: row for row, what in enumerate(found.requests.what.tolist())}
    assert set(rows) == {"kv", "request", "answer"}
    answer, users = rows["answer"], made.site.services["chat"].users
    made_s = 200 * made.services.value.itl_mean_s[0]
    assert found.requests.median_s[answer] == pytest.approx(made_s, rel=1e-6)
    assert found.requests.size_B[answer] == pytest.approx(200 * (users.token + users.per_token) + users.per_request)
    assert found.requests.median_s[rows["request"]] < 1e-4
    assert found.requests.requests[answer] == found.requests.requests[rows["kv"]] > 80
    assert found.rates.axis.tolist() == []


def test_requests_of_one_service_do_not_move_those_of_another(tmp_path):
    one = prepared(tmp_path, service(5), steps=3)
    other = service(7, hosts="f-host-4, f-host-5").replace("services:", "").replace("chat", "another")
    two = prepared(tmp_path, service(5) + other, steps=3)
    times = []
    for found in (one, two):
        own = np.isin(found.schedule.purpose, found.asked) & (found.owner[found.schedule.purpose] == "chat")
        times.append(found.schedule.earliest_s[own].tolist())
    assert times[0] == times[1] and len(times[0]) > 50
    assert prepared(tmp_path, service(5), steps=3, seed=2).schedule.earliest_s.tolist() != times[0]


def test_too_many_requests_come_at_their_mean_rate(tmp_path, monkeypatch):
    monkeypatch.setattr(asked, "MOST", 50)
    found = prepared(tmp_path, service(20), steps=2)
    assert found.at_mean.tolist() == ["chat"] and not len(found.asked)
    mean = simulate(nouns(tmp_path, job(), service(20)), steps=2)
    made = fluid.simulate_site(found)
    assert (made.step_s == mean.step_s).all() and not len(made.requests) and made.at_mean.tolist() == ["chat"]

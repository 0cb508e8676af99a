"""What waits, as a part of the plan: the numbers of both predictors, or why there are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from easterly.app.document import document, dump
from easterly.model.waiting import Waiting
from easterly.site import load
from easterly.site.load import load_text
from easterly.study.bounds import bound_site
from easterly.study.nouns import Nouns
from easterly.study.pipeline import plan
from easterly.study.queueing import queue_site
from easterly.study.stages import Stages
from easterly.study.waiting import PLAN_CONNECTIONS, connections, waiting

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "src/easterly/app/demo.yaml"
MIXED = ROOT / "examples/mixed-workloads.yaml"
LLAMA = ROOT / "examples/llama3-405b.yaml"
GOLDEN = ROOT / "tests/golden"


@pytest.fixture(scope="module", params=[DEMO, MIXED, GOLDEN / "two-sites.yaml"], ids=lambda path: path.stem)
def nouns(request):
    return Nouns(load(request.param).site)


@pytest.fixture(scope="module")
def found(nouns):
    said = waiting(nouns, PLAN_CONNECTIONS)
    assert said is not None and said.because == "" and said.found is not None
    return said.found


def at_switches(nouns, link):
    """Whether each link leaves a switch that has memory, said device by device."""
    ports = nouns.qos.value.groups
    switch = {
        int(at)
        for g, kind in enumerate(ports.kind.tolist())
        if not kind.endswith("-nic")
        for at in ports.port_link[ports.port_ptr[g] : ports.port_ptr[g + 1]]
    }
    return np.array([int(each) in switch for each in link])


def test_means_are_those_of_the_queue_that_waits_longest(nouns, found):
    waits, classes = queue_site(nouns).waits, found.classes
    inside, ids = at_switches(nouns, waits.link), nouns.network.value.link_ids
    assert len(classes) == len(set(waits.queue[inside].tolist()))
    for r, q in enumerate(sorted(set(waits.queue[inside].tolist()))):
        own = np.flatnonzero(inside & (waits.queue == q))
        assert classes.mean_s[r] == max(waits.stations.Wq[i] for i in own)
        (at,) = np.flatnonzero(inside & (waits.queue == q) & (ids[waits.link] == classes.link[r]))
        assert waits.stations.Wq[at] == classes.mean_s[r]
        assert waits.stations.levels[1] == 0.99 and waits.stations.Wq_at[1, at] == classes.p99_s[r]
        assert classes.overloaded[r] == sum(waits.port_load[i] > 1 and np.isinf(waits.stations.Wq[i]) for i in own)


@pytest.mark.no_cover
def test_worst_cases_are_those_of_the_bounds(nouns, found):
    table, classes = bound_site(nouns).bounds.queues, found.classes
    inside, ids = at_switches(nouns, table.link), nouns.network.value.link_ids
    for r, name in enumerate(classes.name.tolist()):
        number = nouns.qos.value.traffic_class.tolist().index(name)
        q = int(nouns.qos.value.queue[number])
        own = np.flatnonzero(inside & (table.queue == q))
        if not len(own):
            assert np.isnan(classes.delay_s[r]) and classes.delay_link[r] == "" and classes.beyond[r] == 0
            continue
        assert classes.delay_s[r] == max(table.delay_s[i] for i in own)
        assert classes.beyond[r] == sum(table.backlog_B[i] > table.safe_B[i] for i in own)
        (at,) = np.flatnonzero(inside & (table.queue == q) & (ids[table.link] == classes.needs_link[r]))
        numbers = (table.backlog_B[at], table.safe_B[at], table.room_B[at])
        np.testing.assert_array_equal(numbers, (classes.needs_B[r], classes.safe_B[r], classes.room_B[r]))
        parts = table.backlog_B / (table.safe_B if np.isfinite(table.safe_B[own]).all() else 1.0)
        assert parts[at] == max(parts[i] for i in own)
        assert classes.lossless[r] == table.lossless[at]


def test_nothing_waits_longer_in_the_mean_than_at_its_worst(found):
    """Of one step at once, far more can meet than what is sent at random meets in the mean."""
    classes, senders = found.classes, found.senders
    both = np.isfinite(classes.delay_s) & np.isfinite(classes.mean_s)
    assert both.any() and (classes.delay_s[both] >= classes.mean_s[both]).all()
    whole_s = senders.nic_s + senders.network_s
    both = np.isfinite(whole_s)
    assert both.any() and (whole_s[both] >= senders.mean_s[both]).all()


@pytest.mark.no_cover
def test_senders_are_all_who_send(nouns, found):
    means, worst, senders = queue_site(nouns), bound_site(nouns), found.senders
    what = means.offered
    classes = nouns.demands.value.classes
    pairs = list(zip(senders.owner.tolist(), senders.traffic_class.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs) and senders.connections.sum() == len(what.flows)
    for r, (owner, name) in enumerate(pairs):
        own = [i for i in range(len(what.flows)) if (what.owner[i], classes[what.traffic_class[i]]) == (owner, name)]
        assert senders.connections[r] == len(own) and senders.slowest_s[r] == max(means.waits.flow_s[own])
        packets = [what.rate_bps[i] / what.packet_B[i] for i in own]
        assert senders.mean_s[r] == pytest.approx(np.average(means.waits.flow_s[own], weights=packets), rel=1e-12)
        talk = worst.talk
        of = [i for i, c in enumerate(talk.traffic_class.tolist()) if (worst.owner[i], classes[c]) == (owner, name)]
        if of:
            assert senders.network_s[r] == max(worst.bounds.network_s[of])
            assert senders.nic_s[r] == max(worst.bounds.nic_s[of])


def test_connections_are_counted_before_they_are_made(nouns):
    assert connections(nouns.demands.value) == len(queue_site(nouns).offered.flows)


@pytest.mark.no_cover
def test_too_many_connections_say_so_and_cost_nothing():
    nouns = Nouns(load(LLAMA).site)
    said = waiting(nouns, PLAN_CONNECTIONS)
    assert said.found is None and "786,432 connections" in said.because and "200,000" in said.because


def test_a_limit_of_one_less_is_passed():
    nouns = Nouns(load(GOLDEN / "rails.yaml").site)
    count = connections(nouns.demands.value)
    assert waiting(nouns, count).found is not None
    assert waiting(nouns, count - 1).because.startswith(f"there are {count} connections")
    assert waiting(nouns, 0) is None


@pytest.mark.no_cover
def test_a_plan_has_what_waits_and_reads_it_the_second_time(tmp_path):
    site, texts = load(GOLDEN / "two-sites.yaml").site, []
    for again in (False, True):
        nouns = Nouns(site, Stages(tmp_path))
        made = plan(site, nouns=nouns, connections=PLAN_CONNECTIONS)
        assert ("waiting" in nouns.stages.reused) == again
        texts.append(dump(document(made)))
    assert texts[0] == texts[1]
    rest = document(plan(site))
    assert rest.pop("waiting") is None
    assert {key: value for key, value in document(made).items() if key != "waiting"} == rest


def test_a_site_without_classes_has_nothing_that_waits():
    bare = """\
version: 1
site: {name: bare}
hardware:
  switches: {sw: {ports: 16, rate: 100Gb/s, buffer: 16MB, queues: 8}}
  hosts: {pair: {gpus: 2, nics: 2, nic_rate: 100Gb/s, gpu: h100-sxm}}
fabrics:
  lab: {blueprint: leaf-spine, hosts: {type: pair, count: 8}, leaf: {type: sw, down: 8, up: 8}, spine: {type: sw}}
addressing: {pools: {fabric: 10.0.0.0/16, loopback: 10.1.0.0/24}}
"""
    nouns = Nouns(load_text(bare).site)
    assert connections(nouns.demands.value) == 0
    made = plan(nouns.site, nouns=nouns, connections=PLAN_CONNECTIONS)
    assert made.waiting is None and document(made)["waiting"] is None and "waiting" not in nouns.stages.timings


def test_without_a_job_there_are_means_and_no_worst_case():
    site = load(ROOT / "examples/mixed-workloads.yaml").site
    said = waiting(Nouns(site.model_copy(update={"jobs": {}})), PLAN_CONNECTIONS).found
    assert isinstance(said, Waiting) and "no job has hosts" in said.unbounded and said.worst == ""
    assert (said.classes.mean_s >= 0).all() and np.isnan(said.classes.delay_s).all()


def test_steps_of_too_many_events_have_means_and_no_worst_case(monkeypatch):
    monkeypatch.setattr("easterly.study.waiting.EVENTS", 100)
    said = waiting(Nouns(load(GOLDEN / "rails.yaml").site), PLAN_CONNECTIONS).found
    assert "events, and a plan looks at 100" in said.unbounded and said.worst == ""
    assert np.isnan(said.classes.needs_B).all() and np.isfinite(said.classes.mean_s).all()

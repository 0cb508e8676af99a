"""Packets as a part of the plan: kept between runs, within their budget, and first passes that tell of all of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from easterly.app.document import document, dump
from easterly.base.columns import floats
from easterly.demand.schedule import LIMIT, size_of
from easterly.site import load
from easterly.study import packets
from easterly.study.nouns import Nouns
from easterly.study.packets.results import all_passes, estimate
from easterly.study.packets.wishes import HOPS_OF_EVENT
from easterly.study.pipeline import plan
from easterly.study.stages import Stages

ROOT = Path(__file__).parents[2]
TWO = ROOT / "examples/two-fabrics-wan.yaml"
LLAMA = ROOT / "examples/llama3-405b.yaml"


def predicted(path, **wishes):
    prepared = packets.prepare(Nouns(load(path).site), packets.Wishes(**wishes))
    return prepared, packets.simulate_site(prepared, packets.runs_of(prepared))


@pytest.fixture(scope="module")
def long_and_short():
    return [predicted(TWO, hops=hops) for hops in (600_000, 75_000)]


def test_first_passes_tell_of_all(long_and_short):
    (whole, by_all), (begun, by_few) = long_and_short
    assert len(whole.beginnings) == 1 and by_all.passes.tolist() == [1.0]
    assert len(begun.beginnings) == 3 and 0 < by_few.passes[0] < 1
    assert all(len(each.schedule) <= 75_000 / HOPS_OF_EVENT + 4181 for each in begun.beginnings)
    apart_s = abs(by_few.step_s[0] - by_all.step_s[0])
    assert apart_s <= by_few.spread_s[0] + by_all.spread_s[0] + 0.01 * by_all.step_s[0]


def test_the_longest_queues_are_those_of_the_ports(long_and_short):
    for prepared, made in long_and_short:
        plan_ = prepared.nouns.qos.value
        for g in range(len(plan_.groups)):
            links = plan_.groups.port_link[plan_.groups.port_ptr[g] : plan_.groups.port_ptr[g + 1]]
            for c, queue in enumerate(prepared.queues.of_class.tolist()):
                assert made.longest_B[g, c] == max(made.outcome.most_B[link, queue] for link in links.tolist())
        assert np.nanmax(made.longest_B) > 0


def test_what_waits_is_no_more_than_the_longest_queues(long_and_short):
    for prepared, made in long_and_short:
        found, of_class = made.waiting, prepared.queues.of_class
        assert len(found.link) > 0 and (np.diff(found.time_s) >= 0).all()
        most_B = made.outcome.most_B[found.link].sum(axis=0)[of_class]
        assert (found.waiting_B.max(axis=0) <= most_B).all() and found.waiting_B.shape[1] == len(of_class)


def test_slowdowns_are_of_all_messages(long_and_short):
    for _, made in long_and_short:
        assert made.slowdowns.count.sum() == made.phases.messages.sum()
        assert made.slowdowns.worst.max() == pytest.approx(made.phases.worst.max())
        assert (made.slowdowns.median >= 0.999).all() and (np.diff(made.slowdowns.size_B) > 0).all()


@pytest.mark.no_cover
def test_a_plan_has_packets_and_reads_them_the_second_time(tmp_path):
    site, texts = load(TWO).site, []
    for again in (False, True):
        nouns = Nouns(site, Stages(tmp_path))
        made = plan(site, nouns=nouns, packets=60_000)
        assert ("packets" in nouns.stages.reused) == again
        texts.append(dump(document(made)))
    assert texts[0] == texts[1]
    said = document(made)
    (job,) = said["packets"]["jobs"]
    assert job["fluid_s"]["low"] <= job["step_s"] <= job["fluid_s"]["high"]
    simulated = [row["simulated_B"] for row in said["queues"]]
    assert max(simulated) == said["packets"]["queues"][0]["longest_B"] > 0
    assert len(said["queues"]) == len(made.qos.groups) * len(made.qos.traffic_class)


@pytest.mark.no_cover
def test_nobody_asks_and_nothing_sends():
    site = load(TWO).site
    assert document(plan(site))["packets"] is None
    assert packets.witness(Nouns(load(ROOT / "tests/golden/tapered.yaml").site), 0) is None


@pytest.mark.no_cover
def test_a_step_that_cannot_be_short_enough_says_what_it_takes():
    said = packets.witness(Nouns(load(LLAMA).site), packets.PLAN_HOPS)
    assert said.prediction is None and "4,950,528 events" in said.because and "ask for" in said.because


@pytest.mark.no_cover
def test_a_step_of_more_events_than_there_may_be_is_begun():
    """Eight chunks on each stage: three of them fit, with a beginning of two and one of one beside them."""
    nouns = Nouns(load(LLAMA).site)
    own = packets.steps.extents(nouns, ["pre"], packets.Wishes())
    assert [length.laid_out.chunks for (length,) in own] == [3, 2, 1]
    assert {length.laid_out.micro_batches for (length,) in own} == {16} and own[0][0].whole.passes == 128
    assert packets.Wishes().events > LIMIT
    steps = [packets.steps._step(nouns, "pre")]
    assert sum(size_of(steps[0], extent=length.laid_out) for (length,) in own) < LIMIT < size_of(steps[0])


def test_a_line_of_lines_finds_what_grows_with_both():
    """(a + b n) + (c + d n) p: what a part p of n passes takes."""

    def took(count, part):
        return floats([0.3 + 0.02 * count + (5.0 + 0.5 * count) * part, 1.0 * part])

    parts, counts = [0.01, 0.005, 0.0025], [12.0, 6.0, 3.0]
    found = [estimate(parts, [took(count, part) for part in parts]) for count in counts]
    step_s, spread_s, fixed_s = all_passes(floats([64.0, 5.0]), [floats([count, 5.0]) for count in counts], found)
    assert step_s == pytest.approx([*took(64.0, 1.0)[:1], 1.0])
    assert spread_s == pytest.approx([0.0, 0.0], abs=1e-8) and fixed_s == pytest.approx([0.3 + 0.02 * 64, 0.0])


def test_beginnings_that_bend_are_said_to_be_unsure():
    counts = [8.0, 4.0, 2.0]
    found = [estimate([1.0], [floats([count * count])]) for count in counts]
    step_s, spread_s, _ = all_passes(floats([16.0]), [floats([count]) for count in counts], found)
    # Through 8 and 4: 64 + 8 x 12; through 4 and 2: 16 + 12 x 6.
    assert step_s == pytest.approx([160.0]) and spread_s == pytest.approx([160.0 - 88.0])
    alone, unsure, _ = all_passes(floats([16.0]), [floats([8.0])], found[:1])
    assert alone == pytest.approx([64.0]) and unsure.tolist() == [np.inf]

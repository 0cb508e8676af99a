"""Thresholds tried packet by packet: the star is the plan's port, and what is chosen is no worse than the plan."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from easterly.model.port_queues import PortQueues
from easterly.predict.packet import plan_queues
from easterly.site import load_text
from easterly.study.buffers import Target, choose, meetings
from easterly.study.buffers.knobs import KNOBS, applies
from easterly.study.nouns import Nouns
from easterly.study.packets.transports import transports_of

SITE = """
version: 1
site: {name: s}
hardware:
  switches: {sw: {ports: 64, rate: 100Gb/s, buffer: %s, queues: 8}}
  hosts: {dgx: {gpus: 8, nics: 8, nic_rate: 100Gb/s, gpu: h200-sxm}}
fabrics:
  train: {blueprint: leaf-spine, hosts: {type: dgx, count: 8}, leaf: {type: sw, down: 32, up: 32}, spine: {type: sw}}
classes:
  training: {dscp: 26, share: 50%%, lossless: true, ecn: auto}
  storage: {dscp: 18, share: 20%%, ecn: auto}
  default: {dscp: 0, share: rest}
"""
DOWN = "leaf-down"


def nouns(buffer="64MB"):
    return Nouns(load_text(SITE % buffer).site)


def down(made, name, size_B=200_000, senders=16):
    """The meeting of a class at the ports towards hosts."""
    plan = made.qos.value
    found = meetings(made.network.value, plan, transports_of(plan, {}), size_B=size_B, senders=senders)
    return next(each for each in found if f"/{DOWN}/" in each.group and each.traffic_class == name)


@pytest.fixture(scope="module")
def large():
    return nouns()


def test_the_port_of_the_star_is_that_of_the_plan(large):
    meeting, network, plan = down(large, "training"), large.network.value, large.qos.value
    queues = plan_queues(network, plan)
    group = plan.groups.name.tolist().index(meeting.group)
    row = queues.ports.link.tolist().index(int(plan.groups.ports(group)[0]))
    columns = [f.name for f in fields(PortQueues) if f.name not in ("link", "link_in", "memory")]
    for name in columns:
        planned, there = getattr(queues.ports, name)[row], getattr(meeting.queues.ports, name)
        assert all(np.array_equal(there[i], planned, equal_nan=planned.dtype.kind == "f") for i in range(17))
    at = queues.ports.memory[row]
    assert meeting.queues.memories.lossless_B[0] == queues.memories.lossless_B[at]
    links = 4 * meeting.delay_s + meeting.farther_s
    assert links == pytest.approx(max(plan.groups.rtt_s[group], 4 * meeting.delay_s))


def test_senders_of_the_plan_where_none_are_given(large):
    plan = large.qos.value
    assert not meetings(large.network.value, plan, transports_of(plan, {}), size_B=1000)  # nobody sends anything


@pytest.mark.parametrize("name", ["training", "storage", "default"])
def test_a_knob_turns_what_it_reads(large, name):
    meeting = down(large, name)
    for knob in (knob for knob in KNOBS if applies(knob, meeting)):
        for factor in knob.factors:
            wanted = knob.read(meeting) * factor
            wanted = min(wanted, 1.0) if knob.name == "Pmax" else wanted
            assert knob.read(knob.turn(meeting, factor)) == pytest.approx(wanted, abs=0.5)
    names = {knob.name for knob in KNOBS if applies(knob, meeting)}
    assert ("headroom" in names) == (name == "training")
    assert ("Kmin and Kmax" in names) == (name != "default")


def test_what_is_planned_as_lossless_loses_nothing_and_without_headroom_does():
    small = down(nouns("12MB"), "training")
    headroom = next(knob for knob in KNOBS if knob.name == "headroom")
    memory = next(knob for knob in KNOBS if knob.name == "shared memory")
    scarce = memory.turn(small, 1 / 8)
    assert scarce.run(1).drops.sum() == 0 and scarce.run(1).pauses.sum() > 0
    assert headroom.turn(scarce, 0.25).run(1).drops.sum() > 0


@pytest.mark.parametrize("name", ["training", "storage"])
def test_what_is_chosen_is_the_best_that_was_tried_alone_or_better(name):
    made = choose(down(nouns("12MB"), name, size_B=60_000), Target())
    tunable = {knob.name for knob in KNOBS if knob.tunable}
    assert made.best.rank() <= made.planned.rank()
    for trial in made.sweep:
        if trial.knob in tunable and trial.meets:
            assert made.best.meets and made.best.last_s <= trial.last_s * (1 + 2e-3)
    assert all(trial.last_s >= made.meeting.bound_s * (1 - 1e-9) for trial in [made.planned, made.best, *made.sweep])


def test_a_wait_that_is_asked_for_is_bought_with_marks():
    meeting = down(nouns(), "storage", size_B=400_000)
    free = choose(meeting, Target())
    kmin = {trial.factor: trial for trial in free.sweep if trial.knob == "Kmin and Kmax"}
    assert kmin[1 / 8].wait_s < kmin[1.0].wait_s < kmin[8.0].wait_s
    target = Target(wait_s=(kmin[1 / 8].wait_s + kmin[1.0].wait_s) / 2)
    tight = choose(meeting, target)
    assert not tight.planned.meets
    assert tight.best.meets and tight.best.wait_s <= target.wait_s
    assert tight.chosen["Kmin and Kmax"][1] < 1


def test_every_simulation_is_told_once():
    told = []
    choose(down(nouns("12MB"), "default", size_B=10_000, senders=2), Target(), told=told.append)
    assert told == list(range(1, len(told) + 1)) and len(told) >= 10

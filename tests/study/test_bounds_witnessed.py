"""Sites of the gallery, packet by packet: no queue longer and no packet slower than its bound."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from easterly.predict.calculus import bounds
from easterly.predict.packet import simulate
from easterly.site import load
from easterly.study.bounds import bound_site
from easterly.study.nouns import Nouns
from easterly.study.packets.paths import pose

ROOT = Path(__file__).parents[2]
TICK_S = 1e-12
QUICK = {"rail-only": 2e-4, "direct-networks": 2e-5}
SLOW = {"leaf-spine": 1e-4, "two-fabrics-wan": 1e-4, "multi-plane": 1e-4, "clos-taper": 1e-4, "shared-services": 1e-3}


def witnessed(name, part):
    """Bounds of a part of a step, and its packets."""
    made = bound_site(Nouns(load(ROOT / f"examples/{name}.yaml").site), part=part)
    nouns, prepared = made.prepared.nouns, made.prepared
    posed = pose(made.talk, part, nouns.network.value, nouns.policy.value, prepared.queues, "hash", nouns.site.seed)
    how = [replace(each, delays="moments") for each in prepared.transports]
    outcome = simulate(
        made.ports, posed.flows, how, messages=made.talk.messages, queues=prepared.queues, routes=posed.routes, seed=1
    )
    return made, outcome


def violations(found, outcome):
    """Queues and connections that a simulation found beyond their bounds."""
    table = found.queues
    own = table.queue >= 0
    most_B = outcome.most_B[table.link[own], table.queue[own]]
    there = outcome.delays.packets > 0
    slow = outcome.delays.most_s[there] > found.delay_s[there] + 16 * TICK_S
    return int((most_B > table.backlog_B[own] * (1 + 1e-12)).sum()), int(slow.sum())


def assert_witnessed(name, part):
    made, outcome = witnessed(name, part)
    assert outcome.complete and not outcome.drops.any() and not outcome.pauses.any() and not outcome.again.any()
    assert violations(made.bounds, outcome) == (0, 0)
    table = made.bounds.queues
    known = np.zeros(outcome.most_B.shape, dtype=bool)
    known[table.link[table.queue >= 0], table.queue[table.queue >= 0]] = True
    assert not outcome.most_B[~known].any()  # nothing waits where no bound looked


@pytest.mark.no_cover
@pytest.mark.parametrize("name", QUICK)
def test_a_step_stays_within_its_bounds(name):
    assert_witnessed(name, QUICK[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_steps_of_the_gallery_stay_within_their_bounds(name):
    assert_witnessed(name, SLOW[name])


@pytest.mark.no_cover
def test_refined_bounds_hold_as_well():
    """Of the connections with the worst bounds, one by one, no packet is beyond the tighter one."""
    made, outcome = witnessed("direct-networks", QUICK["direct-networks"])
    many = bound_site(made.prepared.nouns, part=QUICK["direct-networks"], refine=40, steps=2)
    tight = many.refined
    assert (tight.refined_s <= tight.total_s).all() and tight.refined_s.sum() < 0.97 * tight.total_s.sum()
    assert tight.total_s == pytest.approx(np.sort(many.bounds.network_s)[::-1][:40], rel=1e-9)
    one = bound_site(made.prepared.nouns, part=QUICK["direct-networks"], refine=40).refined
    assert one.total_s == pytest.approx(np.sort(made.bounds.network_s)[::-1][:40], rel=1e-9)
    assert (one.refined_s <= one.total_s).all() and np.isnan(one.reached_s).all()  # what waits for what is not in it
    worst_s = made.bounds.nic_s[tight.flow] + tight.refined_s
    assert (outcome.delays.most_s[tight.flow] <= worst_s + 16 * TICK_S).all()
    assert outcome.delays.packets[tight.flow].all()


@pytest.mark.no_cover
def test_several_steps_are_worse_than_one():
    """Rates go on for ever, so that no bound is lower; and they load links by what steps carry."""
    nouns = Nouns(load(ROOT / "examples/rail-only.yaml").site)
    one, many = bound_site(nouns, part=1e-3), bound_site(nouns, part=1e-3, steps=2)
    assert (many.bounds.queues.backlog_B >= one.bounds.queues.backlog_B * (1 - 1e-9)).all()
    carried = np.repeat(many.envelopes.rate_bps, np.diff(many.flows.ptr))
    load_bps = np.bincount(many.flows.link, carried, len(many.ports))
    table = many.bounds.queues
    assert (table.load * many.ports.rate_bps[table.link] >= load_bps[table.link] * (1 - 1e-9)).all()
    assert one.bounds.queues.load.max() < 0.01


@pytest.mark.no_cover
def test_bounds_of_less_than_what_is_sent_are_violated():
    made, outcome = witnessed("direct-networks", QUICK["direct-networks"])
    less = bounds(
        made.ports, made.prepared.queues, made.flows, made.prepared.transports, made.envelopes.burst_B * 0.02, 0.0,
        packets=np.ceil(made.envelopes.packets * 0.02),
    )  # fmt: skip
    assert sum(violations(less, outcome)) > 0

"""Tenants and classes that share links, as flows: shares by hand, and what each has of a link."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from easterly.base.columns import ints, texts
from easterly.site import load
from easterly.study import fluid
from easterly.study.fluid.shares import shares_of
from easterly.study.fluid.site import heard
from easterly.study.nouns import Nouns

ROOT = Path(__file__).parents[2]
SITE = """
version: 1
site: {{name: tenants}}
hardware:
  switches: {{sw: {{ports: 64, rate: 100Gb/s}}}}
  hosts: {{one: {{gpus: 1, nics: 1, nic_rate: 100Gb/s, gpu: h100-sxm}}}}
fabrics:
  f:
    {{blueprint: leaf-spine, hosts: {{type: one, count: {hosts}}}, leaf: {{type: sw, down: {down}, up: 1}},
     spine: {{type: sw}}}}
addressing: {{pools: {{fabric: 10.64.0.0/16, loopback: 10.65.0.0/24}}}}
tenants: {{{tenants}}}
classes:
  bulk: {{dscp: 10, share: 60%}}
  urgent: {{dscp: 46, share: 10%, priority: strict}}
  default: {{dscp: 0, share: rest}}
jobs:
"""
JOB = """
  {name}:
    {{{tenant}fabric: f, class: {traffic}, model: llama3-8b, parallel: {{dp: {dp}}}, batch: {dp}, mfu: 40%,
     overlap: {{dp: 0%}}, zero: 0, collective: ring, connections: {connections}}}
"""


def site(tmp_path, tenants, *jobs, hosts=6, down=2):
    """Hosts in the order of jobs, two on a leaf: jobs of three have the only uplink of the second leaf in common."""
    text = SITE.format(hosts=hosts, down=down, tenants=tenants)
    for name, tenant, traffic, connections, dp in jobs:
        owner = f"tenant: {tenant}, " if tenant else ""
        text += JOB.format(name=name, tenant=owner, traffic=traffic, connections=connections, dp=dp)
    (tmp_path / "site.yaml").write_text(text)
    return Nouns(load(tmp_path / "site.yaml").site)


def pairs(tmp_path, tenants, *jobs):
    """Jobs of two hosts, one on either leaf: all of them have both uplinks in common."""
    text = SITE.format(hosts=2 * len(jobs), down=len(jobs), tenants=tenants)
    for i, (tenant, traffic) in enumerate(jobs):
        hosts = f", on_hosts: [f-host-{i}, f-host-{i + len(jobs)}]"
        job = JOB.format(name=f"j{i}", tenant=f"tenant: {tenant}, ", traffic=traffic, connections=1, dp=2)
        text += job.rstrip()[:-1] + hosts + "}"
    (tmp_path / "site.yaml").write_text(text)
    return Nouns(load(tmp_path / "site.yaml").site)


def simulate(made, **wishes):
    return fluid.simulate_site(fluid.prepare(made, fluid.Wishes(line_rate=True, routing="spray", **wishes)))


def by_tenant(found):
    rows = found.tenants
    return {str(name): (rows.share[i], rows.had[i], str(rows.beside[i])) for i, name in enumerate(rows.tenant)}


def test_a_tenant_of_seven_connections_has_no_more_than_its_share(tmp_path):
    """Both send S over one link: with 60 % blue is done after S / 0.6 C, and red, which has all then, after 2 S / C."""
    tenants = "red: {share: 40%}, blue: {share: 60%}"
    made = site(tmp_path, tenants, ("a", "red", "bulk", 7, 3), ("b", "blue", "bulk", 1, 3))
    found = simulate(made)
    size_bit = 2 * 2 / 3 * made.demands.value.work.gradients_B[0] * 8
    compute_s = made.prediction.value.compute_s[0]
    assert found.step_s[:, 0] - compute_s == pytest.approx(np.array([2, 1 / 0.6]) * size_bit / 100e9, rel=1e-3)
    told = by_tenant(found)
    assert told["red"][0] == pytest.approx(0.4) and told["red"][1] == pytest.approx(0.5, rel=1e-3)
    assert told["blue"][:2] == pytest.approx((0.6, 0.6), rel=1e-3) and told["blue"][2] == "red"
    assert (found.tenants.late_s > 0).all()


def taken_s(made):
    """(J,) [s] what the jobs exchange takes, and how long one would alone."""
    alone_s = made.demands.value.work.gradients_B[0] * 8 / 100e9  # 2 (N - 1) / N of them, N = 2
    return simulate(made).step_s[:, 0] - made.prediction.value.compute_s[0], alone_s


def test_seven_jobs_have_no_more_than_one(tmp_path):
    """Blue, with 60 %, is done first; the seven of red have what it leaves, and are done when the link is."""
    made = pairs(tmp_path, "red: {share: 40%}, blue: {share: 60%}", *[("red", "bulk")] * 7, ("blue", "bulk"))
    took_s, alone_s = taken_s(made)
    assert took_s == pytest.approx([8 * alone_s] * 7 + [alone_s / 0.6], rel=1e-3)


def course(parts):
    """When each of some flows of equal size is done, on a link of 1, with parts of it by who is left."""
    left, done, now = dict.fromkeys(parts(()), 1.0), {}, 0.0
    while left:
        rate = parts(tuple(done))
        step = min(left[name] / rate[name] for name in left)
        now, left = now + step, {name: size - step * rate[name] for name, size in left.items()}
        done |= {name: now for name, size in left.items() if size < 1e-12}
        left = {name: size for name, size in left.items() if name not in done}
    return [done[name] for name in sorted(done)]


def test_three_classes_and_their_tenants(tmp_path):
    """Urgent first, as far as it is let in; of the rest two thirds are bulk, of which red has a quarter."""
    jobs = (("red", "urgent"), ("red", "bulk"), ("blue", "bulk"), ("red", "default"))
    made = pairs(tmp_path, "red: {share: 25%}, blue: {share: 75%}", *jobs)

    def parts(done):
        rest = 1.0 - 0.1 * (0 not in done)
        within = {name: share for name, share in ((1, 0.25), (2, 0.75)) if name not in done}
        bulk = rest * (2 / 3 if 3 not in done else 1.0) if within else 0.0
        found = {name: bulk * share / sum(within.values()) for name, share in within.items()}
        return {0: 0.1, **found, 3: rest - bulk}

    took_s, alone_s = taken_s(made)
    assert took_s == pytest.approx(np.array(course(parts)) * alone_s, rel=1e-3)


def shares(made, *groups):
    """Shares of (class, tenant) in a plan."""
    plan = made.qos.value
    found = shares_of(ints([plan.index(c) for c, _ in groups]), texts([t for _, t in groups]), plan)
    return [float(found.within[found.of[i]]) for i in range(len(groups))]


def test_what_tenants_leave_of_a_class_is_for_nobody(tmp_path):
    """Red is promised 40 % and nobody else anything; of a class that is divided in full, nobody has as much as blue."""
    jobs = (("a", "red", "bulk", 1, 3), ("b", "", "bulk", 1, 3))
    made = site(tmp_path, "red: {share: 40%}", *jobs)
    assert shares(made, ("bulk", "red"), ("bulk", "")) == pytest.approx([0.4, 0.6])
    both = site(tmp_path, "red: {share: 75%}, blue: {share: 25%}", *jobs)
    assert shares(both, ("bulk", "red"), ("bulk", "blue"), ("bulk", "")) == pytest.approx([0.6, 0.2, 0.2])
    assert shares(both, ("default", "")) == [1.0]


def test_a_tenant_divides_its_own_share_among_classes(tmp_path):
    """Red gives all of its half to bulk, blue two fifths of its own: of bulk red has 5 / 7."""
    tenants = "red: {share: 50%, classes: {bulk: 100%}}, blue: {share: 50%, classes: {bulk: 40%, default: 60%}}"
    made = site(tmp_path, tenants, ("a", "red", "bulk", 1, 3), ("b", "blue", "bulk", 1, 3))
    assert shares(made, ("bulk", "red"), ("bulk", "blue")) == pytest.approx([5 / 7, 2 / 7])


@pytest.mark.parametrize("connections", [1, 7])
def test_classes_share_by_queues_not_by_flows(tmp_path, connections):
    """Bulk has two thirds beside default, however many connections either has."""
    jobs = (("a", "", "bulk", 1, 3), ("b", "", "default", connections, 3))
    made = site(tmp_path, "", *jobs)
    found = simulate(made)
    bit = 2 * 2 / 3 * made.demands.value.work.gradients_B[0] * 8
    talk_s = found.step_s[:, 0] - made.prediction.value.compute_s[0]
    assert talk_s == pytest.approx(np.array([1.5, 2.0]) * bit / 100e9, rel=1e-3)
    assert not len(found.tenants)


def test_a_policer_holds_beside_other_tenants(tmp_path):
    """Urgent goes first, with the tenth that it is let in with; bulk has nine tenths, and is done long before."""
    jobs = (("a", "red", "urgent", 7, 3), ("b", "blue", "bulk", 1, 3))
    made = site(tmp_path, "red: {share: 40%}, blue: {share: 60%}", *jobs)
    found = simulate(made)
    bit = 2 * 2 / 3 * made.demands.value.work.gradients_B[0] * 8
    talk_s = found.step_s[:, 0] - made.prediction.value.compute_s[0]
    assert talk_s == pytest.approx(bit / np.array([10e9, 90e9]), rel=1e-3)
    told = by_tenant(found)
    assert told["blue"] == (pytest.approx(0.9), pytest.approx(0.9, rel=1e-3), "red")
    assert told["red"][:2] == (1.0, pytest.approx(1.0, rel=1e-3))
    assert "policer of urgent" in found.tenants.link[found.tenants.tenant == "red"][0]


def test_only_what_some_tenants_send_is_heard_beside_jobs():
    """The service of beta is silent beside the job of acme, which itself is as it was."""
    demands = Nouns(load(ROOT / "examples/two-fabrics-wan.yaml").site).demands.value
    flows, owner = demands.flows, demands.phases.owner[demands.flows.phase]
    mine = heard(demands, fluid.Wishes(tenants=("acme",))).flows
    assert set(owner.tolist()) == {"pre", "chat"} and (flows.rate_bps[owner == "chat"] > 0).any()
    assert mine.rate_bps.tolist() == np.where(owner == "pre", flows.rate_bps, 0.0).tolist()
    assert mine.size_B.tolist() == np.where(owner == "pre", flows.size_B, 0.0).tolist()
    assert heard(demands, fluid.Wishes()) is demands

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


def test_only_what_some_tenants_send_is_heard_beside_jobs():
    """The service of beta is silent beside the job of acme, which itself is as it was."""
    demands = Nouns(load(ROOT / "examples/two-fabrics-wan.yaml").site).demands.value
    flows, owner = demands.flows, demands.phases.owner[demands.flows.phase]
    mine = heard(demands, fluid.Wishes(tenants=("acme",))).flows
    assert set(owner.tolist()) == {"pre", "chat"} and (flows.rate_bps[owner == "chat"] > 0).any()
    assert mine.rate_bps.tolist() == np.where(owner == "pre", flows.rate_bps, 0.0).tolist()
    assert mine.size_B.tolist() == np.where(owner == "pre", flows.size_B, 0.0).tolist()
    assert heard(demands, fluid.Wishes()) is demands

"""Steps as flows: against closed forms, and against activities played slowly and plainly."""

from __future__ import annotations

import numpy as np
import pytest
from tests.study.fluid_slow import play

from easterly.base.columns import floats, ints
from easterly.model.schedule import EventKind
from easterly.predict import fluid as kernel
from easterly.predict.fluid.losses import carried_share, most_bps
from easterly.predict.packet import transport
from easterly.site import load
from easterly.study import fluid
from easterly.study.fluid.effort import durations_s
from easterly.study.fluid.lanes import lanes_of
from easterly.study.fluid.outages import links_called
from easterly.study.fluid.paths import ways_of
from easterly.study.fluid.posed import pose
from easterly.study.fluid.standing import standing_of
from easterly.study.nouns import Nouns

HEAD = """
version: 1
site: {name: flows}
hardware:
  switches: {sw: {ports: 64, rate: 100Gb/s}, four: {ports: 4, rate: 100Gb/s}}
  hosts:
    one: {gpus: 1, nics: 1, nic_rate: 100Gb/s, gpu: h100-sxm}
    wide: {gpus: 1, nics: 4, nic_rate: 100Gb/s, gpu: h100-sxm}
    four: {gpus: 4, nics: 4, nic_rate: 100Gb/s, gpu: h100-sxm}
addressing: {pools: {fabric: 10.64.0.0/16, loopback: 10.65.0.0/24}}
classes:
  training: {dscp: 26, share: 60%, lossless: true}
  urgent: {dscp: 46, share: 10%, priority: strict}
  default: {dscp: 0, share: rest}
"""
FABRIC = """
fabrics:
  f:
    blueprint: leaf-spine
    hosts: {{type: {host}, count: {count}}}
    leaf: {{type: sw, down: {down}, up: {up}}}
    spine: {{type: {spine}}}
jobs:
"""
JOB = """
  {name}:
    {{fabric: f, class: {traffic}, model: llama3-8b, parallel: {{tp: {tp}, pp: {pp}, dp: {dp}}}, batch: {batch},
     mfu: 40%, overlap: {{dp: 0%}}{more}}}
"""


def nouns(tmp_path, host, count, down, up, *jobs, spine="sw"):
    text = HEAD + FABRIC.format(host=host, count=count, down=down, up=up, spine=spine)
    for i, job in enumerate(jobs):
        text += JOB.format(
            **{"name": "abc"[i], "tp": 1, "pp": 1, "dp": 1, "batch": 8, "more": "", "traffic": "training"} | job
        )
    (tmp_path / "site.yaml").write_text(text)
    return Nouns(load(tmp_path / "site.yaml").site)


def simulate(made, **wishes):
    return fluid.simulate_site(fluid.prepare(made, fluid.Wishes(**{"line_rate": True, **wishes})))


def test_a_ring_takes_twice_its_array_over_the_rate_but_for_one_part(tmp_path):
    """2 (N - 1) / N S / B on one switch (Patarasuk & Yuan 2009)."""
    made = nouns(tmp_path, "one", 8, 16, 4, {"dp": 8, "more": ", collective: ring, zero: 0"})
    prepared = fluid.prepare(made, fluid.Wishes(line_rate=True))
    sends = prepared.schedule.kind == EventKind.SEND
    size_B = made.demands.value.work.gradients_B[0]
    found = simulate(made)
    busy_s = found.phases.busy_s[found.phases.collective == "all-reduce"]
    assert set(prepared.schedule.src[sends]) == set(made.network.value.hosts.nic_node[:8])
    assert busy_s == pytest.approx([2 * 7 / 8 * size_B * 8 / 100e9], rel=1e-3)
    assert found.step_s[0, 0] == pytest.approx(found.exposed_s[0] + made.prediction.value.compute_s[0], rel=1e-3)


@pytest.mark.parametrize("share, longer", [(0.1, 1.0333), (0.3, 1.1), (0.5, 1.1667)])
def test_a_lost_spine_of_four_stretches_what_crosses_it_by_a_third(tmp_path, share, longer):
    made = nouns(tmp_path, "wide", 4, 4, 4, {"dp": 4}, spine="four")
    whole = simulate(made, routing="spray")
    factor = whole.exposed_s[0] * (1 - share) / share / (whole.step_s[0, 0] - whole.exposed_s[0])
    slow = dict.fromkeys(made.network.value.hosts.name.tolist(), factor)
    before = simulate(made, routing="spray", stragglers=slow)
    assert before.exposed_s[0] / before.step_s[0, 0] == pytest.approx(share, rel=1e-3)
    after = simulate(
        made, routing="spray", stragglers=slow, outages=(fluid.Outage("f-spine-0", 0.0),), detect_s=0.0, reroute_s=0.0
    )
    assert after.step_s[0, 0] / before.step_s[0, 0] == pytest.approx(longer, rel=1e-3)


def test_hashing_uses_as_many_links_as_balls_fill_bins(tmp_path):
    """w (1 - (1 - 1/w)^f) of w links for f flows (Raab & Steger 1998): 65.6 % for eight on eight."""
    made = nouns(tmp_path, "one", 16, 8, 8, {"dp": 16, "batch": 16})
    network, policy = made.network.value, made.policy.value
    nic = network.hosts.nic_node
    leaf = [str(network.nodes.name[network.links.dst[np.flatnonzero(network.links.src == n)[0]]]) for n in nic]
    src = ints([n for n, at in zip(nic, leaf, strict=True) if at == leaf[0]])
    dst = ints([n for n, at in zip(nic, leaf, strict=True) if at != leaf[0]])
    assert len(src) == len(dst) == 8
    up = np.flatnonzero(
        (network.nodes.name[network.links.src] == leaf[0]) & np.isin(network.nodes.role[network.links.dst], ["spine"])
    )
    used = []
    for draw in range(300):
        ways = ways_of(network, policy, src, dst, ints(np.ones(8)), routing="hash", draw=draw)
        paths = [ways.link[ways.ptr[i] : ways.ptr[i + 1]].tolist() for i in range(8)]
        run = kernel.simulate(network, kernel.activities(paths, floats(np.full(8, 1e9))))
        assert run.complete
        used.append((run.carried_B[up] > 0).mean())
    assert len(up) == 8
    assert np.mean(used) == pytest.approx(1 - (7 / 8) ** 8, rel=0.02)


def test_what_fails_stands_still_until_it_is_told_and_then_goes_around(tmp_path):
    """Nothing moves for the time of detection and rerouting; after that a third longer for what is left."""
    made = nouns(tmp_path, "wide", 4, 4, 4, {"dp": 4}, spine="four")
    whole = simulate(made, routing="spray")
    compute_s, talk_s = whole.step_s[0, 0] - whole.exposed_s[0], whole.exposed_s[0]
    at = compute_s + 0.4 * talk_s
    wait = {"detect_s": 0.03, "reroute_s": 0.02}
    found = simulate(made, routing="spray", outages=(fluid.Outage("f-spine-1", at),), **wait)
    first = whole.phases.busy_s.max() / talk_s
    assert found.step_s[0, 0] == pytest.approx(at + 0.05 + 0.6 * talk_s * 4 / 3, rel=5e-3 / first)
    back = simulate(made, routing="spray", outages=(fluid.Outage("f-spine-1", at, at + 0.01),), **wait)
    assert back.step_s[0, 0] < found.step_s[0, 0]
    assert "failed" in found.reasons.kind.tolist()


def test_an_interface_that_stays_down_is_the_end_of_the_job(tmp_path):
    made = nouns(tmp_path, "one", 8, 16, 4, {"dp": 8})
    found = simulate(made, outages=(fluid.Outage("f-host-3:nic0", 0.001),))
    assert np.isinf(found.step_s).all() and "f-host-3:nic0" in found.stuck and np.isnan(found.exposed_s[0])
    again = simulate(made, outages=(fluid.Outage("f-host-3:nic0", 0.001, 2.0),))
    assert not again.stuck and np.isfinite(again.step_s).all()


def test_steps_are_those_of_activities_played_plainly(tmp_path):
    """Two jobs that share links by hash, with jitter and a straggler: the kernel and a slow loop agree."""
    made = nouns(tmp_path, "four", 4, 8, 2, {"tp": 4, "dp": 2, "batch": 2}, {"tp": 2, "pp": 2, "dp": 2, "batch": 4})
    prepared = fluid.prepare(made, fluid.Wishes(jitter=0.2, stragglers={"f-host-1": 1.3}, others=False))
    posed = pose(prepared)
    standing = standing_of(posed, made.qos.value, made.demands.value.work)
    _, done_s = play(
        posed.pred_ptr, posed.pred_idx, posed.delay_s, posed.earliest_s, posed.size_bit, standing.weight, posed.cap_bps,
        posed.paths, made.network.value.links.capacity_bps,
    )  # fmt: skip
    found = fluid.simulate_site(prepared)
    for job in range(2):
        last = done_s[posed.lanes.activity[prepared.schedule.job == job]].max()
        assert found.end_s[job, -1] == pytest.approx(last, rel=1e-9)
    for job in range(2):
        assert found.waits.share[found.waits.job == job].sum() == pytest.approx(1.0)


def test_lanes_that_are_alike_are_one_without_a_difference(tmp_path, monkeypatch):
    made = nouns(tmp_path, "four", 4, 4, 4, {"tp": 4, "dp": 2, "pp": 2, "batch": 8})
    whole = simulate(made, routing="spray")
    monkeypatch.setattr("easterly.study.fluid.lanes.MANY", 0)
    prepared = fluid.prepare(made, fluid.Wishes())
    lanes = lanes_of(prepared.schedule, made.network.value, many=0)
    sends = prepared.schedule.kind == EventKind.SEND
    assert len(np.unique(lanes.activity[sends])) * 4 == sends.sum()
    monkeypatch.setattr("easterly.study.fluid.posed.lanes_of", lambda a, b: lanes_of(a, b, many=0))
    merged = simulate(made, routing="spray")
    assert merged.merged == sends.sum() * 3 // 4
    assert merged.step_s == pytest.approx(whole.step_s, rel=1e-9)


def test_jitter_has_mean_one_and_the_variation_that_is_asked_for(tmp_path):
    made = nouns(tmp_path, "one", 64, 48, 16, {"dp": 64, "batch": 2048})
    prepared = fluid.prepare(made, fluid.Wishes(others=False))
    plain = prepared.schedule.duration_s
    drawn = durations_s(prepared.schedule, made.network.value, jitter=0.3, seed=5)
    works = (prepared.schedule.kind == EventKind.COMPUTE) & (plain > 0)
    factor = drawn[works] / plain[works]
    assert works.sum() > 3000 and len(np.unique(factor)) == works.sum()
    assert factor.mean() == pytest.approx(1.0, abs=4 * 0.3 / np.sqrt(works.sum()))
    assert factor.std() == pytest.approx(0.3, rel=0.08)
    assert (durations_s(prepared.schedule, made.network.value, jitter=0.3, seed=5) == drawn).all()
    assert (drawn[~works] == plain[~works]).all()


def test_a_straggler_holds_everybody_up_by_what_it_computes_more(tmp_path):
    made = nouns(tmp_path, "one", 8, 16, 4, {"dp": 8})
    usual, slow = simulate(made, steps=3), simulate(made, steps=3, stragglers={"f-host-5": 1.25})
    compute_s = made.prediction.value.compute_s[0]
    assert slow.step_s - usual.step_s == pytest.approx(0.25 * compute_s, rel=1e-3)
    assert slow.stragglers.host.tolist() == ["f-host-5"]
    assert slow.stragglers.factor[0] == pytest.approx(1.25) and slow.step_s.shape == (1, 3)
    assert slow.stragglers.late_s[0] == pytest.approx(0.25 * compute_s, rel=1e-3)
    assert not len(usual.stragglers)


def test_strict_classes_go_first_and_others_share_by_their_weights(tmp_path):
    made = nouns(tmp_path, "one", 8, 16, 4, {"dp": 4}, {"dp": 4, "more": ", connections: 2"})
    plan, prepared = made.qos.value, fluid.prepare(made, fluid.Wishes())
    posed = pose(prepared)
    found = standing_of(posed, plan, made.demands.value.work)
    rank = dict(zip(plan.traffic_class.tolist(), range(3), strict=True))
    assert set(found.rank.tolist()) == {1}
    sends = np.flatnonzero(posed.size_bit > 0)
    weight = {posed.connections[a]: found.weight[a] for a in sends.tolist()}
    assert weight[4] == pytest.approx(2 * weight[2])
    assert rank["training"] == posed.traffic_class[sends[0]]


@pytest.mark.parametrize("what, links", [("f-leaf-0", 2 * 20), ("f-host-0:nic0", 2), ("f-leaf-0>f-spine-0", None)])
def test_names_of_what_fails(tmp_path, what, links):
    network = nouns(tmp_path, "one", 16, 16, 4, {"dp": 16, "batch": 16}).network.value
    down = links_called(network, what)
    assert down.sum() == links if links else down.sum() % 2 == 0 and down.any()
    assert (down == down[network.links.reverse]).all()


@pytest.mark.parametrize(
    "wishes, said",
    [
        ({"jobs": ("z",)}, "no job that has hosts is called 'z'"),
        ({"stragglers": {"nobody": 2.0}}, "no host is called 'nobody'"),
        ({"stragglers": {"f-host-0": 0.0}}, "give a number above 0"),
        ({"routing": "luck"}, "no routing is called 'luck'"),
        ({"steps": 0}, "at least one step"),
        ({"jitter": -1.0}, "variation of compute"),
        ({"detect_s": float("nan")}, "is noticed"),
        ({"outages": (fluid.Outage("f-leaf-9", 0.0),)}, "'f-leaf-9'"),
        ({"outages": (fluid.Outage("f-leaf-0", 2.0, 1.0),)}, "is up at 1 s"),
        ({"degraded": {"f-leaf-0>f-spine-0": 1.0}}, "give a share from 0 to below 1"),
        ({"degraded": {"x>y": 0.1}}, "'x>y'"),
    ],
)
def test_wishes_that_make_no_sense(tmp_path, wishes, said):
    with pytest.raises(ValueError, match=said):
        simulate(nouns(tmp_path, "one", 8, 16, 4, {"dp": 8}), **wishes)


def test_losses_cost_what_is_sent_again(tmp_path):
    """Go-back-N sends a round trip again for each loss; a lossy cable slows down the whole ring by as much."""
    how, loss, rate, rtt = transport("dcqcn-paper"), 1e-3, 100e9, 8e-6
    packets = rate * rtt / (8 * how.packet_B)
    got = carried_share(how, floats([loss]), floats([rate]), floats([rtt]))[0]
    assert how.recovery == "go-back-n" and got == pytest.approx((1 - loss) / (1 + packets * loss))
    assert np.isinf(most_bps(how, floats([loss]), floats([rtt]))[0])
    cubic = most_bps(transport("cubic"), floats([0.0, 1e-6, 4e-6]), floats([rtt] * 3))
    assert np.isinf(cubic[0]) and cubic[1] == pytest.approx(2 * cubic[2])
    made = nouns(tmp_path, "one", 8, 16, 4, {"dp": 8})
    usual = simulate(made)
    worse = simulate(made, degraded={"f-host-2:nic0": 0.01})
    assert worse.phases.busy_s.max() > 1.01 * usual.phases.busy_s.max()


def test_a_run_that_is_stopped_says_so(tmp_path):
    made = nouns(tmp_path, "one", 64, 48, 16, {"dp": 64, "batch": 1024})
    told = []
    found = fluid.simulate_site(
        fluid.prepare(made, fluid.Wishes(steps=4)),
        lambda now_s, left, events: told.append((now_s, left, events)) or False,
    )
    assert told and not found.complete and not found.stuck
    assert np.isfinite(found.step_s[0, 0]) and np.isinf(found.step_s[0, -1])


def test_why_links_hold_messages_up(tmp_path):
    """One server for the gradients of eight is an incast; jobs with a host each on a leaf share its only uplink."""
    server = {"dp": 8, "more": ", collective: parameter-server, library: {servers: 1}, zero: 0"}
    met = simulate(nouns(tmp_path, "one", 8, 16, 4, server)).reasons
    assert "incast" in met.kind.tolist()
    assert met.messages[met.kind == "incast"].max() >= 7
    jobs = ({"dp": 3, "batch": 9}, {"dp": 3, "batch": 9})
    shared = simulate(nouns(tmp_path, "one", 6, 2, 1, *jobs), routing="spray").reasons
    assert set(zip(shared.job.tolist(), shared.with_whom.tolist(), strict=True)) >= {(0, "b"), (1, "a")}
    assert set(shared.kind[shared.with_whom != ""].tolist()) == {"shared"}


def test_links_carry_what_is_sent_over_them(tmp_path):
    """The course of the hottest links and their use add up to the bytes of the ring."""
    made = nouns(tmp_path, "one", 8, 16, 4, {"dp": 8, "more": ", zero: 0"})
    found = simulate(made, steps=2)
    bit = found.phases.size_B.sum() / 8 * 8
    capacity_bps = 100e9
    busy = found.busy[found.hottest]
    assert busy * capacity_bps * found.end_s[0, -1] == pytest.approx(np.full(len(busy), bit), rel=1e-6)
    lasts_s = np.diff(found.time_s, prepend=0.0)
    assert (found.used * lasts_s[:, None]).sum(axis=0) * capacity_bps == pytest.approx(
        np.full(len(busy), bit), rel=1e-6
    )


def test_a_policer_lets_in_what_it_is_set_to(tmp_path):
    """A strict class gets its share of the link at the hosts' ports, and no more: the ring takes as much longer."""
    made = nouns(tmp_path, "one", 8, 16, 4, {"dp": 8, "more": ", collective: ring, zero: 0", "traffic": "urgent"})
    plan = made.qos.value.policers
    assert plan.algorithm.tolist() == ["srtcm"] and plan.red.tolist() == ["drop"]
    found = simulate(made)
    size_B = made.demands.value.work.gradients_B[0]
    busy_s = found.phases.busy_s[found.phases.collective == "all-reduce"]
    assert busy_s == pytest.approx([2 * 7 / 8 * size_B * 8 / plan.cir_bps[0]], rel=1e-3)
    assert set(found.reasons.kind.tolist()) == {"policed"} and "policer of urgent" in found.reasons.link[0]

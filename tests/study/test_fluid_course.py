"""What changes while steps run: rates over the day, jobs and others that come and go; by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from tests.study.test_fluid_steps import HEAD

from easterly.demand.time.profile import DAY_s, WEEK_s, over
from easterly.model.spec.time import Profile
from easterly.site import load
from easterly.study import fluid
from easterly.study.fluid.paces import busiest_s, paces
from easterly.study.nouns import Nouns

RATE = 100e9
SITE = """
fabrics:
  f:
    blueprint: leaf-spine
    hosts: {type: one, count: 6}
    leaf: {type: sw, down: 3, up: 1}
    spine: {type: sw}
jobs:
  a:
    {fabric: f, class: training, model: llama3-8b, parallel: {dp: 2}, batch: 8, mfu: 40%, overlap: {dp: 0%},
     zero: 0, collective: ring, on_hosts: [f-host-0, f-host-3]%MORE}
"""
STORES = """
traffic:
  here: {kind: storage, class: training, hosts: 1, copies: 1, on_hosts: [f-host-1]}
  there: {kind: storage, class: training, hosts: 1, copies: 1, on_hosts: [f-host-4]}
  t: {kind: transfer, class: training, from: here, to: there, rate: 60Gb/s%T}
profiles:
  noon: {day: [0.5, 1.0]}
"""
NEIGHBOUR = """
  b:
    {fabric: f, class: training, model: llama3-8b, parallel: {dp: 2}, batch: 8, mfu: 40%, overlap: {dp: 0%},
     zero: 0, collective: ring, on_hosts: [f-host-1, f-host-4]%MORE}
"""


def nouns(tmp_path, *parts):
    """Two hosts on two leaves with one uplink each, and others beside them."""
    (tmp_path / "site.yaml").write_text(HEAD + "".join(parts))
    return Nouns(load(tmp_path / "site.yaml").site)


def job(name="a", more=""):
    return {"a": SITE, "b": NEIGHBOUR}[name].replace("%MORE", more)


def simulate(made, **wishes):
    return fluid.simulate_site(fluid.prepare(made, fluid.Wishes(**{"line_rate": True, **wishes})))


def exchange(found):
    """When the job begins to exchange gradients in its first step [s]."""
    row = int(np.flatnonzero(found.phases.collective == "all-reduce")[0])
    return float(found.spans.start_s[found.spans.phase == row].min())


def gradients_bit(made):
    return 8 * float(made.demands.value.work.gradients_B[list(made.demands.value.work.name).index("a")])


def test_a_flow_whose_rate_changes_at_noon_leaves_the_job_the_rest(tmp_path):
    """At half of 60 Gbit/s the job has 70 of 100; at noon the other wants 60, and both have 50."""
    made = nouns(tmp_path, job(), STORES.replace("%T", ", profile: noon"))
    alone = simulate(made, others=False)
    start_s, size_bit = exchange(alone), gradients_bit(made)
    assert alone.step_s[0, 0] > start_s + size_bit / RATE
    after_s = alone.step_s[0, 0] - start_s - size_bit / RATE
    for share in (0.25, 0.5, 0.9):
        noon_s = start_s + share * size_bit / 70e9
        found = simulate(made, at_s=DAY_s / 2 - noon_s)
        end_s = noon_s + (1 - share) * size_bit / 50e9
        assert found.step_s[0, 0] == pytest.approx(end_s + after_s, rel=1e-6)
    busiest = simulate(made)
    assert busiest.at_s == DAY_s / 2
    assert busiest.step_s[0, 0] == pytest.approx(start_s + size_bit / 50e9 + after_s, rel=1e-6)


def test_a_flow_that_comes_and_goes_is_in_the_way_only_then(tmp_path):
    plain = nouns(tmp_path, job())
    alone = simulate(plain)
    assert np.isnan(alone.at_s)
    start_s, step_s, size_bit = exchange(alone), alone.step_s[0, 0], gradients_bit(plain)
    half_s = start_s + size_bit / RATE / 2
    came = simulate(nouns(tmp_path, job(), STORES.replace("%T", f", begins: {half_s}s")))
    assert came.step_s[0, 0] == pytest.approx(step_s + size_bit / 2 * (1 / 50e9 - 1 / RATE), rel=1e-6)
    went = simulate(nouns(tmp_path, job(), STORES.replace("%T", f", until: {start_s + 0.1}s")))
    # What it could not send by then, 10 of 60 Gbit/s, it sends behind; so it is in the way for 0.12 s.
    assert went.step_s[0, 0] == pytest.approx(step_s + 0.12 * 0.5, rel=1e-6)


def test_a_job_that_arrives_in_the_middle_of_another_shares_from_then_on(tmp_path):
    """Half is sent alone, the other half at half the rate; then the newcomer goes on alone: both take 3/2."""
    alone = simulate(nouns(tmp_path, job()))
    size_bit = gradients_bit(nouns(tmp_path, job()))
    later_s = size_bit / RATE / 2
    both = simulate(nouns(tmp_path, job(), job("b", f", begins: {later_s:.12f}s")))
    assert both.begins_s == pytest.approx([0.0, later_s])
    assert both.step_s[:, 0] == pytest.approx(alone.step_s[0, 0] + size_bit / RATE / 2, rel=1e-6)
    assert both.end_s[1, 0] - both.end_s[0, 0] == pytest.approx(later_s, rel=1e-6)
    shares = [both.waits.share[both.waits.job == j].sum() for j in (0, 1)]
    assert shares == pytest.approx([1.0, 1.0])
    assert both.exposed_s == pytest.approx([size_bit / RATE * 1.5] * 2, rel=1e-3)


def test_steps_before_while_and_after_a_neighbour(tmp_path):
    alone = simulate(nouns(tmp_path, job()), steps=8)
    step_s = alone.step_s[0, 0]
    made = nouns(tmp_path, job(), job("b", f", begins: {2 * step_s:.9f}s, steps: 2"))
    found = simulate(made, steps=8)
    assert found.step_s.shape == (2, 8)
    assert np.isnan(found.step_s[1]).tolist() == [False] * 2 + [True] * 6
    slower = found.step_s[0] / step_s - 1
    assert (np.abs(slower[[0, 1, 5, 6, 7]]) < 1e-6).all() and (slower[[2, 3]] > 0.05).all()


def test_a_rate_is_held_back_by_what_it_could_not_send(tmp_path):
    """Of 60 Gbit/s it has 50 while gradients are exchanged, and sends the rest behind its time."""
    made = nouns(tmp_path, job(), STORES.replace("%T", ""))
    prepared = fluid.prepare(made, fluid.Wishes(line_rate=True))
    found, exchanged_s = fluid.simulate_site(prepared).rates, gradients_bit(made) / 50e9
    assert (found.owner.tolist(), found.axis.tolist(), found.flows.tolist()) == (["t"], ["transfer"], [1])
    assert found.rate_bps[0] == pytest.approx(60e9)
    assert found.worst[0] == found.slowdown[0] == pytest.approx(1 + exchanged_s / 6 / prepared.until_s, rel=1e-6)
    down = simulate(made, outages=(fluid.Outage("f-host-4:nic0", 0.01),)).rates
    assert np.isinf(down.worst[0]) and np.isinf(down.slowdown[0])
    assert not len(simulate(nouns(tmp_path, job())).rates)


@pytest.mark.parametrize("profile", [Profile(day=(0.5, 2.0, 1.0)), Profile(day=(1.0, 0.0), week=(1, 2, 3, 4, 5, 6, 7))])
@pytest.mark.parametrize("zone", ["UTC", "+05:30", "-09:00"])
def test_intervals_of_a_profile_have_its_mean(profile, zone):
    profile = profile.model_copy(update={"zone": zone})
    draws = np.random.default_rng(5)
    for _ in range(30):
        at_s, from_s = draws.uniform(0, WEEK_s), draws.uniform(0, 1e5)
        until_s = from_s + draws.uniform(1, 3e5)
        made = paces(profile, at_s, from_s, until_s)
        assert made[0][0] == from_s and made[-1][1] == until_s
        assert all(a[1] == b[0] and a[2] != b[2] for a, b in pairwise(made))
        mean = sum((b - a) * f for a, b, f in made) / (until_s - from_s)
        assert mean == pytest.approx(over(profile, [at_s + from_s], [until_s - from_s])[0][0], rel=1e-9)


def test_the_busiest_moment_is_that_of_the_sum(tmp_path):
    text = STORES.replace("%T", ", profile: noon").replace(
        "profiles:",
        "  s: {kind: transfer, class: training, from: there, to: here, rate: 40Gb/s, profile: late}\n"
        "profiles:\n  late: {day: [0, 1, 0, 0], week: [1, 1, 3, 1, 1, 1, 1]}",
    )
    made = nouns(tmp_path, job(), text)
    # 30 + 40 in the morning of any day, 60 in the afternoon; 30 + 120 on Wednesday morning.
    assert busiest_s(made.site, made.demands.value) == 2 * DAY_s + DAY_s / 4


def test_a_backup_is_sent_evenly_within_its_window(tmp_path):
    window = "{start: 2h, lasts: 4h}"
    text = STORES.replace("%T", "")
    backup = f"  k: {{kind: backup, class: training, from: here, to: there, size: 1TB, window: {window}}}\nprofiles:"
    made = nouns(tmp_path, job(), text.replace("profiles:", backup))
    prepared = fluid.prepare(made, fluid.Wishes())
    assert prepared.at_s == 2 * 3600 and not len(prepared.left_out)
    assert sorted(prepared.steady.rate_bps.tolist()) == pytest.approx([8e12 / 14400, 60e9])
    away = fluid.prepare(made, fluid.Wishes(at_s=7 * 3600.0))
    assert away.steady.rate_bps.tolist() == [60e9] and away.left_out.tolist() == ["k backup, every 86400s"]


@pytest.mark.parametrize(
    "more, wishes, said",
    [
        (", begins: 2s, until: 1s", {}, "'t' begins at 2 s and stops at 1 s"),
        ("", {"at_s": -1.0}, "a week has no moment -1 s"),
        ("", {"at_s": float("nan")}, "a week has no moment nan s"),
    ],
)
def test_courses_that_make_no_sense(tmp_path, more, wishes, said):
    with pytest.raises(ValueError, match=said):
        simulate(nouns(tmp_path, job(), STORES.replace("%T", more)), **wishes)

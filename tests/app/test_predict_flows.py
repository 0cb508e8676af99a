"""``easterly predict --method fluid``, as its users type it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.app import asking

ROOT = Path(__file__).parents[2]
TWO = ROOT / "examples/two-fabrics-wan.yaml"
TORI = ROOT / "examples/direct-networks.yaml"
POD = """
version: 1
site: {name: pod}
hardware:
  switches: {sw64: {ports: 64, rate: 400Gb/s}}
  hosts: {dgx: {gpus: 8, nics: 8, nic_rate: 400Gb/s, gpu: h200-sxm}}
fabrics:
  train: {blueprint: leaf-spine, hosts: {type: dgx, count: 8}, leaf: {type: sw64, down: 16, up: 8}, spine: {type: sw64}}
addressing: {pools: {fabric: 10.64.0.0/16, loopback: 10.65.0.0/24}}
classes:
  training: {dscp: 26, share: 60%, lossless: true}
  default: {dscp: 0, share: rest}
jobs:
  one: {fabric: train, class: training, model: llama3-8b, parallel: {tp: 8, dp: 4}, batch: 16, mfu: 41%}
  two: {fabric: train, class: training, model: llama3-8b, parallel: {tp: 8, dp: 4}, batch: 4, mfu: 41%}
"""


@pytest.fixture
def pod(tmp_path):
    (tmp_path / "pod.yaml").write_text(POD)
    return tmp_path / "pod.yaml"


def run(*words):
    return asking.run("predict", *words)


def result(*words):
    return asking.result_of("predict", *words)


@pytest.mark.parametrize("site", [TWO, TORI])
def test_steps_stand_between_what_rates_say_at_least_and_at_most(site):
    found = result(site)
    assert found["method"] == "fluid" and found["complete"] and found["stuck"] is None
    for job in found["jobs"]:
        assert job["step_s"]["low"] * 0.99 <= job["simulated_s"]["mean"] <= job["step_s"]["high"] * 1.01
        assert sum(each["share"] for each in job["waits"]) == pytest.approx(1)
        assert job["because"].endswith((".", "computing")) or "%" in job["because"]


def test_several_steps_and_seeds_have_a_distribution(pod):
    found = result(pod, "--steps", 3, "--seeds", 2, "--jitter", 0.2, "--straggler", "train-host-1=1.5")
    one = found["jobs"][0]
    spread = one["simulated_s"]
    assert spread["least"] <= spread["median"] <= spread["p95"] <= spread["most"]
    assert len(one["steps_s"]) == 3 and one["half_s"] > 0 and spread["least"] < spread["most"]
    assert one["straggler"]["host"] == "train-host-1" and "train-host-1" in one["because"]
    said = run(pod, "--steps", 3, "--seeds", 2, "--jitter", 0.2).stdout
    assert "Over 6 steps" in said and "What a step waits for" in said


def test_neighbours_cost_what_is_shared(pod):
    found = result(pod, "--alone", "--method", "fluid")
    assert all(job["simulated_s"]["mean"] >= job["alone_s"] * (1 - 1e-9) for job in found["jobs"])
    assert all(job["tenant_s"] is None for job in found["jobs"])
    assert "With and without neighbours" in run(pod, "--alone").stdout
    pod.write_text(
        POD.replace("jobs:", "tenants: {red: {}}\njobs:").replace(
            "{fabric: train, class", "{tenant: red, fabric: train, class"
        )
    )
    both = result(pod, "--alone")["jobs"]
    assert [job["tenant_s"] for job in both] == pytest.approx([job["simulated_s"]["mean"] for job in both])
    assert result(pod)["jobs"][0]["alone_s"] is None


def test_what_fails_and_is_not_repaired_is_a_finding(pod):
    done = run(pod, "--fail", "train-host-1:nic0@10ms")
    assert done.exit_code == 1 and "E712" in done.output and "train-host-1:nic0" in done.output
    assert "never ends" in done.output
    again = run(pod, "--fail", "train-host-1:nic0@10ms..1s", "--detect", "20ms", "--reroute", "5ms")
    assert again.exit_code == 0 and "it was down" in again.stdout
    told = json.loads(run(pod, "--fail", "train-host-1:nic0@10ms", "--format", "json").stdout)
    assert (
        "E712" in [found["code"] for found in told["findings"]]
        and told["result"]["jobs"][0]["simulated_s"]["mean"] is None
    )


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_run_that_is_broken_off_keeps_what_it_has(pod, form, monkeypatch):
    @contextmanager
    def pressed(*_, **__):
        yield lambda now_s, left, events: events < 10_000

    monkeypatch.setattr("easterly.app.predicting.flowing.paced", pressed)
    done = run(pod, "--steps", 50, "--format", form)
    assert done.exit_code == 1 and "never ends" not in done.output
    if form == "text":
        assert "Broken off" in done.stdout
        return
    found = json.loads(done.stdout)["result"]
    assert found["complete"] is False and found["stuck"] is None
    assert found["jobs"][0]["simulated_s"]["mean"] > 0 and None in found["jobs"][0]["steps_s"]


def test_lossy_links_make_steps_longer(pod):
    usual, lossy = result(pod), result(pod, "--degrade", "train-host-0:nic0=1%")
    assert lossy["jobs"][0]["simulated_s"]["mean"] > usual["jobs"][0]["simulated_s"]["mean"]


DAY = """
services:
  chat:
    {fabric: train, class: default, model: llama3-8b, tp: 8, profile: office,
     load: {requests: 20/s, prompt: 2000, output: 100}}
profiles: {office: {day: [0.2, 1.5, 0.4]}}
"""


def test_what_happens_between_steps_and_beside_them(pod, tmp_path):
    """Jobs that come and go, checkpoints, requests and times of the day, as they are asked for and told."""
    pod.write_text(
        POD.replace("count: 8", "count: 10").replace("batch: 16", "batch: 16, checkpoint: {size: 10GB, every: 1h}")
        .replace("batch: 4,", "batch: 4, begins: 1s, steps: 2,") + DAY
    )  # fmt: skip
    asked = ("--steps", 4, "--checkpoint", 2, "--requests")
    found = result(pod, *asked)
    one, two = found["jobs"]
    assert (len(one["steps_s"]), len(two["steps_s"]), one["begins_s"], two["begins_s"]) == (4, 2, 0.0, 1.0)
    assert two["ends_s"][0] == pytest.approx(1.0 + two["steps_s"][0])
    assert [(row["job"], row["step"]) for row in found["checkpoints"]] == [("one", 1), ("one", 3)]
    assert [row["owner"] for row in found["requests"]] == ["chat"] and found["at_mean"] == []
    assert (found["at"], found["at_given"]) == ("Mon 08:00", False)
    quiet = result(pod, *asked, "--at", "Sun 00:30")
    assert (quiet["at"], quiet["at_given"]) == ("Sun 00:30", True)
    assert quiet["requests"][0]["requests"] < found["requests"][0]["requests"] / 3
    text = run(pod, *asked, "--report", tmp_path / "page.html").stdout
    assert all(words in text for words in ("Step by step", "Checkpoints", "Requests, and how", "begins on Mon 08:00"))
    assert "one, checkpoints" in (tmp_path / "page.html").read_text()


def test_a_page_of_it(pod, tmp_path):
    page = tmp_path / "flows.html"
    assert run(pod, "--steps", 2, "--report", page).exit_code == 0
    text = page.read_text()
    assert all(word in text for word in ("Iterations", "Hottest links", "Slowdown", "<svg")) and "<script" not in text


@pytest.mark.parametrize(
    "words, said",
    [
        (["--fail", "train-spine-0"], "is not WHAT@TIME"),
        (["--fail", "train-spine-0@soon"], "is not WHAT@TIME"),
        (["--fail", "train-spine-7@1s"], "no device, interface or link is called 'train-spine-7'"),
        (["--fail", "train-spine-0@2s..1s"], "is up at 1 s"),
        (["--degrade", "train-spine-0=2"], "give a share from 0 to below 1"),
        (["--degrade", "train-spine-0=much"], "is not LINK=LOSS"),
        (["--straggler", "train-host-1=x"], "is not HOST=FACTOR"),
        (["--straggler", "train-host-99=2"], "no host is called 'train-host-99'"),
        (["--detect", "now"], "--detect"),
        (["--job", "three"], "no job that has hosts is called 'three'"),
        (["--method", "rates", "--jitter", "0.1"], "--jitter: is for --method fluid"),
        (["--method", "packet", "--alone"], "--alone: is for --method fluid"),
        (["--at", "noon"], "--at: 'noon' is no moment of a week"),
        (["--method", "rates", "--requests"], "--requests: is for --method fluid"),
        (["--part", "0.5"], "--part: is for --method packet"),
    ],
)
def test_what_makes_no_sense_is_said(pod, words, said):
    done = run(pod, *words)
    assert done.exit_code == 2 and said in " ".join(done.output.split())


def test_who_trains_nothing_has_rates(tmp_path):
    (tmp_path / "none.yaml").write_text(POD.split("jobs:")[0])
    assert result(tmp_path / "none.yaml")["method"] == "rates"
    assert run(tmp_path / "none.yaml", "--method", "fluid").exit_code == 2


def test_intents_that_allocate_nothing_are_usage_errors(pod):
    done = run(pod, "--allocation", "nobody")
    assert done.exit_code == 2 and "no intent that allocates is called 'nobody'" in done.output
    assert run(pod, "--allocation", "x", "--method", "rates").exit_code == 2


def test_tenants_are_told_with_what_they_had(pod):
    """Two tenants on the same leaf: as text with and without neighbours, as JSON, and on the page."""
    text = POD.replace("jobs:", "tenants: {red: {share: 30%}, blue: {}}\njobs:")
    pod.write_text(text.replace("one: {", "one: {tenant: red, ").replace("two: {", "two: {tenant: blue, "))
    report = pod.parent / "page.html"
    found = result(pod, "--alone", "--report", report)
    rows = {row["tenant"]: row for row in found["tenants"]}
    assert sorted(rows) == ["blue", "red"] and [job["tenant"] for job in found["jobs"]] == ["red", "blue"]
    for job in found["jobs"]:
        row = rows[job["tenant"]]
        assert 0 < row["had"] <= 1 and 0 < row["share"] <= 1 and row["worst"] == job["name"]
        assert row["longer"] == pytest.approx(job["simulated_s"]["mean"] / job["tenant_s"] - 1)
    assert "Tenants" in report.read_text() and "red: its share" in report.read_text()
    said = run(pod, "--alone").stdout
    assert "Tenants, where each waited longest" in said and "Steps longer" in said


def test_shares_are_read_with_and_without_a_percent_sign(pod):
    assert result(pod, "--jitter", "20%") == result(pod, "--jitter", "0.2")
    for wrong in ("nan", "300%", "much"):
        done = run(pod, "--jitter", wrong)
        assert done.exit_code == 2 and "--jitter" in done.output


def test_options_without_effect_are_told(pod):
    words = ("--requests", "--checkpoint", "2", "--at", "14:00")
    assert [each.partition(":")[0] for each in result(pod, *words)["in_vain"]] == ["--requests", "--checkpoint", "--at"]
    said = " ".join(run(pod, *words).stdout.split())
    assert "Without effect: --requests: no service sends any; --checkpoint" in said
    assert result(pod)["in_vain"] == []


def test_a_host_that_hardly_computes_is_no_straggler(pod):
    done = run(pod, "--straggler", "train-host-0=1e300")
    assert done.exit_code == 2 and "up to 1,000" in done.output


def test_parts_of_tenants_that_are_not_exact_are_told(pod, monkeypatch, tmp_path):
    from dataclasses import replace

    from easterly.study import fluid

    assert result(pod)["unsettled"] == 0 and "parts of tenants" not in run(pod).stdout
    exact = fluid.simulate_site
    monkeypatch.setattr(fluid, "simulate_site", lambda *given: replace(exact(*given), unsettled=3))
    assert result(pod, "--seeds", "2")["unsettled"] == 6
    done = run(pod, "--report", tmp_path / "page.html")
    for text in (done.stdout, (tmp_path / "page.html").read_text()):
        assert "At 3 moments the parts of tenants were not exact" in " ".join(text.split())

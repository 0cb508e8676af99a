"""``easterly predict``, as its users type it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.app import asking

from easterly.app.cli import main

ROOT = Path(__file__).parents[2]
TORI = ROOT / "examples/direct-networks.yaml"
HOPS = 1_500_000
TWO = ROOT / "examples/two-fabrics-wan.yaml"


def run(*words):
    return asking.run("predict", *words)


def result(*words):
    return asking.result_of("predict", *words)


@pytest.fixture(scope="module")
def packets():
    return result(TORI, "--method", "packet", "--hops", HOPS)


def test_rates_say_what_the_plan_says():
    found = result(TORI, "--method", "rates")
    assert found["method"] == "rates" and [job["name"] for job in found["jobs"]] == ["pretrain", "simulate", "tune"]
    assert all(job["step_s"]["low"] <= job["step_s"]["expected"] <= job["step_s"]["high"] for job in found["jobs"])
    assert "Bottleneck" in run(TORI, "--method", "rates").stdout


def test_rates_of_one_job_and_what_is_for_packets():
    rates = ("--method", "rates")
    assert [job["name"] for job in result(TORI, *rates, "--job", "tune")["jobs"]] == ["tune"]
    for words in (
        ["--part", "0.1"],
        ["--hops", 20_000],
        ["--transport", "training=cubic"],
        ["--seed", 0],
        ["--seeds", 2],
        ["--steps", 1],
        ["--routing", "spray"],
    ):
        found = run(TORI, *rates, *words)
        assert found.exit_code == 2 and f"{words[0]}: is for --method packet" in found.output
    assert "no job that has hosts is called 'tuna'" in run(TORI, *rates, "--job", "tuna").output


def test_packets_stay_within_what_rates_say(packets):
    for job in packets["jobs"]:
        assert job["fluid_s"]["low"] * 0.98 <= job["step_s"] <= job["fluid_s"]["high"] * 1.02
        assert job["simulated_s"] < job["step_s"] and job["spread_s"] < 0.05 * job["step_s"]
    assert packets["complete"] and packets["part"] < 1
    assert packets["packet_hops"] == pytest.approx(HOPS * 1.75, rel=0.3)


def test_messages_classes_and_links(packets):
    assert {row["owner"] for row in packets["phases"]} == {"pretrain", "simulate", "tune"}
    assert all(1 <= row["median"] <= row["p99"] <= row["worst"] for row in packets["phases"])
    assert [row["name"] for row in packets["classes"]] == ["training"]
    sent = sum(row["size_B"] for row in packets["phases"])
    assert sent == packets["classes"][0]["size_B"] == sum(row["size_B"] for row in packets["tenants"])
    assert all(0 < link["busy"] <= 1 for link in packets["links"])
    assert packets["transports"]["training"]["source"]


def test_what_a_step_waits_for_makes_up_the_step(packets):
    for job in packets["jobs"]:
        waits = job["waits"]
        assert waits[0]["axis"] == "compute" and not waits[0]["collective"]
        assert sum(each["share"] for each in waits) == pytest.approx(1)
        assert sum(each["time_s"] for each in waits) == pytest.approx(job["step_s"])
        # Work that takes no network takes what the demand says, whatever part of it was simulated.
        assert job["fluid_s"]["low"] * 0.98 <= sum(w["time_s"] for w in waits if w["axis"] in ("compute", "bubble"))
        exchanged = {(row["axis"], row["collective"]) for row in packets["phases"] if row["owner"] == job["name"]}
        assert {(w["axis"], w["collective"]) for w in waits} - {("compute", ""), ("bubble", "")} <= exchanged


def test_text_has_what_json_has(packets):
    said = run(TORI, "--method", "packet", "--hops", HOPS).stdout
    assert f"{packets['packet_hops']:,} packet-hops" in said
    for row in (*packets["phases"], *packets["classes"]):
        assert f"{row.get('messages', row.get('connections')):,}" in said


def test_the_same_seed_gives_the_same_bytes():
    words = (TORI, "--method", "packet", "--hops", 100_000, "--job", "tune", "--format", "json")
    assert run(*words).stdout == run(*words).stdout


def test_a_class_by_another_transport():
    found = result(TORI, "--method", "packet", "--hops", 100_000, "--job", "tune", "--transport", "training=cubic")
    assert found["transports"]["training"]["name"] == "cubic"
    assert [job["name"] for job in found["jobs"]] == ["tune"]


def test_services_send_beside_jobs():
    found = result(TWO, "--method", "packet", "--hops", 300_000)
    assert {"pre", "chat"} <= {row["owner"] for row in found["phases"]}
    assert {row["stage"] for row in found["phases"] if row["owner"] == "chat"} == {"steady"}


def test_several_seeds_give_an_interval():
    words = (TWO, "--method", "packet", "--hops", 100_000, "--seeds", 3)
    (job,) = result(*words)["jobs"]
    assert job["seeds"]["count"] == 3 and 0 < job["seeds"]["half_s"] < 0.2 * job["seeds"]["mean_s"]
    single = [result(*words[:-2], "--seed", seed)["jobs"][0]["step_s"] for seed in (1, 2, 3)]
    assert job["seeds"]["mean_s"] == pytest.approx(sum(single) / 3)
    assert "Over 3 seeds" in run(*words).stdout


@pytest.mark.parametrize("routing", ["spray", "flowlet", "adaptive"])
def test_switches_choose_in_another_way(routing):
    found = result(TWO, "--method", "packet", "--hops", 100_000, "--routing", routing)
    (job,) = found["jobs"]
    assert job["fluid_s"]["low"] * 0.95 <= job["step_s"] <= job["fluid_s"]["high"] * 1.05


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--job", "tuna"], "no job that has hosts is called 'tuna'"),
        (["--transport", "training"], "is not CLASS=NAME"),
        (["--transport", "training=vegas"], "no transport 'vegas'"),
        (["--transport", "trainig=cubic"], "no class 'trainig'"),
        (["--part", "0"], "--part"),
        (["--hops", "5"], "--hops"),
        (["--seed", 2**70], "--seed"),
        (["--transport", "training=udp"], "udp sends at a rate of its own and carries no messages"),
        (["--replay", "pretrain"], "is not JOB=FOLDER"),
        (["--replay", "tuna=traces"], "no job that has hosts is called 'tuna'"),
        (["--replay", "tune=traces", "--steps", "2"], "traces are replayed once"),
    ],
)
def test_what_is_no_option_is_told(words, said):
    found = run(TORI, "--method", "packet", *words)
    assert found.exit_code == 2 and said in found.output and "Traceback" not in found.output


def test_a_page_about_it(tmp_path):
    file = tmp_path / "packets.html"
    words = (TWO, "--method", "packet", "--hops", 100_000, "--report", file)
    assert run(*words).exit_code == 0
    text, found = file.read_text("utf-8"), result(*words)
    assert "<script" not in text and "http" not in text.replace("http-equiv", "")
    for row in found["phases"]:
        assert f"{row['owner']} {row['axis']} {row['collective']}" in text
        assert f"{row['messages']:,}" in text
    assert text.count("<rect") >= len(found["phases"])
    first = file.read_bytes()
    run(*words)
    assert file.read_bytes() == first


def test_a_page_that_cannot_be(tmp_path):
    assert "--method packet" in run(TWO, "--method", "rates", "--report", tmp_path / "x.html").output
    nowhere = run(TWO, "--method", "packet", "--hops", 20_000, "--report", tmp_path / "none" / "x.html")
    assert nowhere.exit_code == 2 and "cannot be written" in nowhere.output and not nowhere.stdout
    full = run(TWO, "--method", "packet", "--hops", 20_000, "--report", "/dev/full")
    assert full.exit_code == 2 and "No space left" in full.stderr and "Step times" in full.stdout


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_run_that_is_broken_off_says_so(form, monkeypatch):
    @contextmanager
    def pressed(*_, **__):
        yield lambda now_s, left, hops: False

    monkeypatch.setattr("easterly.app.predicting.running.paced", pressed)
    done = run(TORI, "--method", "packet", "--job", "tune", "--hops", 20_000_000, "--format", form)
    assert done.exit_code == 1 and "never ends" not in done.stdout
    if form == "json":
        found = json.loads(done.stdout)["result"]
        assert found["complete"] is False and found["stuck"] is None and found["jobs"][0]["waits"] == []
        assert all(link["busy"] <= 1 for link in found["links"])
    else:
        assert "It was stopped before its end" in done.stdout and "unknown" in done.stdout
        row = next(line for line in done.stdout.splitlines() if "unknown" in line)
        rates = next(
            line for line in run(TORI, "--method", "rates", "--job", "tune").stdout.splitlines() if "tune" in line
        )
        assert row.split()[-6:] == rates.split()[3:9]  # as exact as they stand among rates


SMALL = """
version: 1
site: {name: lab}
hardware:
  switches: {sw32: {ports: 32, rate: 400Gb/s}}
  hosts: {gpu4: {gpus: 4, nics: 4, nic_rate: 400Gb/s, scaleup: 450GB/s, peak: 1PFLOP/s}}
fabrics:
  train: {blueprint: leaf-spine, hosts: {type: gpu4, count: 4}, leaf: {type: sw32, down: 8, up: 8}, spine: {type: sw32}}
addressing: {pools: {fabric: 10.64.0.0/16, loopback: 10.65.0.0/20}}
classes:
  training: {dscp: 26, share: 90%}
  default: {dscp: 0, share: rest}
jobs:
  pre: {fabric: train, class: training, model: llama3-8b, parallel: {tp: 4, pp: 4}, batch: 4}
"""


def test_traces_of_a_step_take_as_long_as_the_step(tmp_path):
    """What is written as traces and replayed is the step itself where no collective crosses the network."""
    site, traces = tmp_path / "site.yaml", tmp_path / "traces"
    site.write_text(SMALL)
    assert CliRunner().invoke(main, ["demand", str(site), "--job", "pre", "--chakra", str(traces)]).exit_code == 0
    (step,) = result(site, "--method", "packet", "--hops", 10**6)["jobs"]
    found = result(site, "--method", "packet", "--hops", 10**6, "--replay", f"pre={traces}")
    (again,) = found["jobs"]
    assert again["replayed"] and again["fluid_s"] == {"low": None, "expected": None, "high": None}
    assert again["step_s"] == pytest.approx(step["step_s"], rel=0.01)
    assert {row["axis"] for row in found["phases"]} == {"trace"}
    assert {row["name"] for row in found["classes"]} == {"training"}


def test_traces_that_are_not_there(tmp_path):
    found = run(TORI, "--method", "packet", "--replay", f"tune={tmp_path / 'none'}")
    assert found.exit_code == 1 and "there is no such file or folder" in found.output

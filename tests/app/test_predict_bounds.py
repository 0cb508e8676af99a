"""``easterly predict --method bounds``, as its users type it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from easterly.app.cli import main

TORI = Path(__file__).parents[2] / "examples/direct-networks.yaml"


def run(*words):
    return CliRunner().invoke(main, ["predict", str(TORI), "--method", "bounds", *words])


@pytest.fixture(scope="module")
def found():
    done = run("--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["result"]


def test_jobs_queues_and_rings(found):
    assert [job["owner"] for job in found["jobs"]] == ["pretrain", "simulate", "tune"]
    assert all(job["delay_s"] <= job["nic_s"] + job["network_s"] * (1 + 1e-6) for job in found["jobs"])
    assert found["why"] is None and found["unbounded"] == 0 and not found["overloaded"]
    assert len(found["cyclic"]) > 3 and all(">" in link for link in found["cyclic"])
    (training,) = found["classes"]
    assert training["beyond"] == found["beyond"] > 0
    parts = [row["needs_B"] / row["safe_B"] for row in found["queues"]]
    assert parts == sorted(parts, reverse=True) and all(row["room_B"] > row["safe_B"] for row in found["queues"])


def test_text_has_what_json_has(found):
    said = run().stdout
    assert all(job["src"] in said for job in found["jobs"]) and found["queues"][0]["link"] in said
    assert f"{found['beyond']:,} queues may need more" in said and "pauses" in said
    assert f"and {len(found['cyclic']) - 3:,} more" in said


def test_one_job_and_steps_without_end():
    done = run("--job", "tune", "--steps", "2", "--format", "json")
    found = json.loads(done.stdout)["result"]
    assert [job["owner"] for job in found["jobs"]] == ["tune"] and found["steps"] == 2
    assert max(row["load"] for row in found["queues"]) > 0
    assert "steps without end" in run("--job", "tune", "--steps", "2").stdout


def test_worst_connections_one_by_one(found):
    without_end = ("--job", "tune", "--steps", "2", "--refine", "20")
    result = json.loads(run(*without_end, "--format", "json").stdout)["result"]
    rows = result["refined"]
    assert found["refined"] is None and len(rows) == 20
    assert rows[0]["total_s"] == max(job["network_s"] for job in result["jobs"])
    assert all(row["reached_s"] <= row["refined_s"] <= row["total_s"] for row in rows if row["reached_s"] is not None)
    assert sum(row["refined_s"] for row in rows) < sum(row["total_s"] for row in rows)
    assert all(row["tightness"] == pytest.approx(row["reached_s"] / row["refined_s"], rel=1e-6) for row in rows)
    said = run(*without_end).stdout
    assert "Worst connections in the network, one by one" in said and f"{rows[0]['tightness']:.1%}" in said
    wrong = CliRunner().invoke(main, ["predict", str(TORI), "--refine", "3"])
    assert wrong.exit_code == 2 and "--refine: is for --method bounds" in wrong.output
    assert "leave --add and --without out" in run("--refine", "3", "--without", "tune").output


def test_what_is_for_packets_and_who_is_nobody():
    assert "--hops: is for --method packet" in run("--hops", "20000").output
    done = run("--job", "tuna")
    assert done.exit_code == 2 and "no job that has hosts is called 'tuna'" in done.output
    assert "no class 'gold'" in run("--transport", "gold=bbr").output


def test_connections_more_and_less_before_and_after(found):
    job = next(each for each in found["jobs"] if each["owner"] == "tune")
    more = f"{job['src']}>{job['dst']}:training:64MB:1Gb/s"
    done = run("--add", more, "--without", "simulate", "--format", "json")
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)["result"]
    assert result["added"] == 1 and result["without"] == ["simulate"]
    rows = {row["owner"]: row for row in result["jobs"]}
    assert list(rows) == ["simulate", "pretrain", "tune", "added"] and rows["simulate"]["connections"]["after"] == 0
    assert rows["added"]["delay_s"]["before"] is None and rows["added"]["delay_s"]["after"] > 0
    assert rows["tune"]["delay_s"]["before"] == job["delay_s"] < rows["tune"]["delay_s"]["after"]
    assert rows["pretrain"]["delay_s"]["before"] == rows["pretrain"]["delay_s"]["after"]
    moved = [abs(row["needs_B"]["after"] - row["needs_B"]["before"]) for row in result["queues"]]
    assert moved == sorted(moved, reverse=True) and moved[0] > 0
    assert result["beyond"]["before"] == found["beyond"] > result["beyond"]["after"]
    said = run("--add", more, "--without", "simulate").stdout
    assert f"{result['changed']:,} queues change" in said and result["queues"][0]["link"] in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--add", "a:training:1MB:1Gb/s"), "is not SRC>DST:CLASS:BURST:RATE, such as"),
        (("--add", "a>b:training:1M:1Gb/s"), "1M"),
        (("--add", "a>b:training:0MB:1Gb/s"), "a burst above 0"),
        (("--add", "a>b:training:1MB:1Gb/s"), "no interface is called 'a'"),
        (("--without", "tuna"), "did you mean tune"),
    ],
)
def test_changes_that_mean_nothing_are_refused(words, said):
    done = run(*words)
    assert done.exit_code == 2 and said in done.output and "Traceback" not in done.output


def test_changes_are_of_bounds_alone():
    done = CliRunner().invoke(main, ["predict", str(TORI), "--without", "tune"])
    assert done.exit_code == 2 and "--without: is for --method bounds" in done.output

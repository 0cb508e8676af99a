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


def test_what_is_for_packets_and_who_is_nobody():
    assert "--hops: is for --method packet" in run("--hops", "20000").output
    done = run("--job", "tuna")
    assert done.exit_code == 2 and "no job that has hosts is called 'tuna'" in done.output
    assert "no class 'gold'" in run("--transport", "gold=bbr").output

"""``easterly predict --method queueing``, as its users type it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from easterly.app.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(*words, site="direct-networks"):
    return CliRunner().invoke(main, ["predict", str(EXAMPLES / f"{site}.yaml"), "--method", "queueing", *words])


def result(*words, **more):
    done = run(*words, "--format", "json", **more)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["result"]


@pytest.fixture(scope="module")
def found():
    return result()


def test_queues_are_in_order_and_keep_littles_law(found):
    waits = [row["Wq_s"] for row in found["queues"]]
    assert waits == sorted(waits, reverse=True) and found["overloaded"] == 0 and found["why"] is None
    for row in found["queues"]:
        assert row["Lq"] == pytest.approx(row["packets_per_s"] * row["Wq_s"])
        assert row["Wq_low_s"] <= row["Wq_s"] * (1 + 1e-9) and row["Wq_s"] <= row["Wq_high_s"] * (1 + 1e-9)
    assert [job["owner"] for job in found["jobs"]] == ["pretrain", "simulate", "tune"]


def test_text_has_what_json_has(found):
    said = run().stdout
    assert found["queues"][0]["link"] in said and "exact" in said and found["how"] in said
    assert all(job["owner"] in said for job in found["jobs"])


def test_twice_as_much_is_more_than_a_port_sends():
    done = run("--times", "2", "--format", "json")
    made = json.loads(done.stdout)
    assert (
        done.exit_code == 0 and made["result"]["overloaded"] > 0 and "more than they can send" in made["result"]["why"]
    )
    (over,) = (each for each in made["findings"] if each["code"] == "E711")
    worst = max((row for row in made["result"]["queues"] if row["overloaded"]), key=lambda row: row["port_load"])
    assert over["severity"] == "warning" and f"{worst['port_load']:.0%} of the link" in over["message"]
    assert "for ever" in run("--times", "2").stdout and not result()["overloaded"]


def test_messages_wait_for_themselves():
    packets, messages = result(site="rail-only"), result("--arrivals", "messages", site="rail-only")
    assert messages["queues"][0]["Wq_s"] > 10 * packets["queues"][0]["Wq_s"]
    assert messages["queues"][0]["p99_s"] is None and "not known" in messages["quantiles"]


def test_what_is_for_others_and_who_is_nobody():
    assert "--hops: is for --method packet" in run("--hops", "20000").output
    assert "no job that has hosts is called 'tuna'" in run("--job", "tuna").output
    done = CliRunner().invoke(main, ["predict", str(EXAMPLES / "leaf-spine.yaml"), "--times", "2"])
    assert done.exit_code == 2 and "--times: is for --method queueing" in done.output


def test_services_have_rows_of_their_own(found):
    assert found["services"] == [] and found["services_assumed"] is None
    made, said = result(site="mixed-workloads"), run(site="mixed-workloads").stdout
    prompts, answers = made["services"]
    assert (prompts["stage"], prompts["servers"], answers["stage"], answers["stations"]) == (
        "prompts",
        20,
        "answers",
        30,
    )
    assert prompts["error"] == "exact in heavy traffic" and "processor sharing" in answers["method"]
    for row in (prompts, answers):
        assert row["L"] == pytest.approx(row["requests_per_s"] * row["W_s"]) and row["service"] in said
    assert "Inference services" in said and "Inference services" not in run().stdout
    over = result("--times", "3", site="mixed-workloads")["services"]
    assert [row["overloaded"] for row in over] == [True, False] and over[0]["W_s"] is None

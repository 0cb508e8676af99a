"""``easterly predict --method all``, as its users type it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from easterly.app.cli import main
from easterly.study.witnesses import run as running

RAILS = Path(__file__).parents[2] / "examples/rail-only.yaml"


def run(*words):
    return CliRunner().invoke(main, ["predict", str(RAILS), "--method", "all", "--hops", "60000", *words])


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    page = tmp_path_factory.mktemp("page") / "all.html"
    done = run("--times", "6", "--report", str(page), "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["result"], page.read_text("utf-8")


def test_three_answers_for_every_queue(found):
    made, _ = found
    assert made["contradictions"] == 0 and made["random"]["not_comparable"] is None
    (senders,) = (row for row in made["random"]["classes"] if row["senders_only"])
    assert senders["status"] == "agrees" and senders["low_s"] == senders["high_s"] == senders["mean_s"]
    for row in made["random"]["queues"]:
        assert row["p50_s"] <= row["p90_s"] <= row["p99_s"] <= row["most_s"] <= row["bound_s"]
        assert row["low_s"] <= row["mean_s"] * (1 + 1e-9) and row["port_load"] < 1
    assert made["steps"]["bounds"] == {"holds": made["steps"]["queues_in_all"]}
    assert "dcqcn" in made["steps"]["not_comparable"] and set(made["steps"]["means"]) == {"not comparable"}


def test_the_page_has_a_chart_of_each_traffic(found):
    made, page = found
    assert page.count("<svg") == 2 and "<script" not in page and "No contradiction" not in page
    first = made["random"]["queues"][0]
    assert first["link"].replace(">", "&gt;") in page and "of its bound" in page
    ends = [float(x) for x in re.findall(r'<line class="rule" x1="([0-9.]+)"', page)]
    longest = [
        float(x) + float(w) for x, w in re.findall(r'<rect class="c0" x="([0-9.]+)" y="[^"]*" width="([0-9.]+)"', page)
    ]
    assert len(ends) >= 24 and max(longest) <= max(ends)


def test_text_says_what_was_compared():
    said = run("--times", "6").stdout
    assert "No contradiction." in said and "Means are not comparable" in said and "exact" in said


def test_a_contradiction_is_a_finding_and_fails(monkeypatch):
    real = running.bounds_of
    monkeypatch.setattr(running, "bounds_of", lambda made, flow, at_s, size_B: real(made, flow, at_s, size_B * 0.01))
    done = run("--times", "6", "--format", "json")
    made = json.loads(done.stdout)
    assert done.exit_code == 1 and made["result"]["contradictions"] > 0
    assert [each["code"] for each in made["findings"] if each["severity"] == "error"] == ["E709"]
    done = run("--times", "6")
    assert done.exit_code == 1 and "E709" in done.output and "above the bound" in done.output


def test_what_is_refused():
    done = run("--times", "1000")
    assert done.exit_code == 2 and "no run has a mean" in done.output
    assert "--steps: is for --method packet" in run("--steps", "2").output

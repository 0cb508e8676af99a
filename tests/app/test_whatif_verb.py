"""``easterly whatif``, as its users type it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.study.test_whatif import TEXT

from easterly.app.cli import main
from easterly.study.whatif import point


@pytest.fixture
def pod(tmp_path: Path) -> Path:
    path = tmp_path / "pod.yaml"
    path.write_text(TEXT)
    return path


def run(pod: Path, *words: str) -> Any:
    return CliRunner().invoke(
        main, ["whatif", str(pod), *words, "--cache", str(pod.parent / "cache"), "--workers", "1"]
    )


def test_text_has_what_json_has(pod: Path) -> None:
    words = ("--set", "fabrics.train.leaf.up=4,8,16", "--set", "jobs.tune.parallel.dp=8,3")
    made = json.loads(run(pod, *words, "--format", "json").stdout)["result"]
    assert [row["valid"] for row in made["points"]] == [True, False] * 3
    assert [metric["name"] for metric in made["metrics"]] == ["step:tune", "cost", "utilisation"]
    assert [row["set"]["fabrics.train.leaf.up"] for row in made["points"][::2]] == ["4", "8", "16"]
    said = run(pod, *words)
    assert said.exit_code == 0
    assert "Points: 6, of which 3 are sites" in said.stdout and "Not sites: 3" in said.stdout
    assert "not in it: host dgx" in said.stdout
    for row in made["points"]:
        if row["valid"]:
            assert f"{row['metrics']['cost']:,.6g}" in said.stdout
        else:
            assert row["findings"][-1]["code"] in said.stdout


def test_the_front_is_of_the_first_metric_against_the_other(pod: Path) -> None:
    words = ("--set", "fabrics.train.leaf.up=4,8,16", "--metric", "tokens_per_s", "--against", "optics")
    made = json.loads(run(pod, *words, "--format", "json").stdout)["result"]
    rows = [made["base"], *made["points"]]
    assert made["weighed"] == {"metric": "tokens_per_s:tune", "against": "optics"}
    assert [made["metrics"][i]["better"] for i in (0, 1)] == ["more", "less"]
    optics = [row["metrics"]["optics"] for row in rows if row["front"]]
    assert len(optics) == 4  # more uplinks are faster and cost more, and the second is the site as it is


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--set PATH=VALUES or --splits JOB"),
        (("--set", "jobs.tune.bach=1"), "did you mean batch"),
        (("--set", "seed=1", "--metric", "stp"), "did you mean step"),
        (("--set", "seed=1", "--against", "step:no"), "no metric"),
        (("--splits", "no"), "no such job"),
        (("--set", "seed=1", "--set", "seed=2"), "set twice"),
        (("--set", "seed=1,2", "--set", "jobs.tune.batch=1,2,3", "--zip"), "--zip"),
    ],
)
def test_what_cannot_be_asked_is_told_before_anything_runs(pod: Path, words: tuple[str, ...], said: str) -> None:
    done = run(pod, *words)
    assert done.exit_code == 2 and said in done.stderr
    assert not (pod.parent / "cache").exists()


def test_where_all_points_cost_the_same_memory_is_weighed(pod: Path) -> None:
    made = json.loads(run(pod, "--splits", "tune", "--format", "json").stdout)["result"]
    assert made["weighed"] == {"metric": "step:tune", "against": "memory:tune"}
    assert len(made["points"]) == 28 and len(made["front"]) >= 2
    changed = [one["to"] for one in made["changes"]]
    assert {one["from"] for one in made["changes"]} == {0}
    assert changed == [row["row"] for row in made["points"] if row["valid"]]
    best = min((row["metrics"]["step:tune"], row["row"]) for row in made["points"] if row["valid"])[1]
    said = run(pod, "--splits", "tune").stdout.splitlines()
    assert said[2].split()[:3] == ["as", "it", "is"] and said[3].split()[0] == str(best)  # the best come first


@pytest.mark.parametrize(
    "words",
    [
        ("--set", "fabrics.train.leaf.up=4,8,16", "--set", "jobs.tune.batch=64,128"),
        ("--splits", "tune"),
        ("--set", "hardware.hosts.dgx.nic_rate=50Gb/s..400Gb/s*2"),
        ("--set", "jobs.tune.parallel.dp=3"),
    ],
)
def test_the_page_draws_what_json_has(pod: Path, words: tuple[str, ...]) -> None:
    page = pod.parent / "page.html"
    made = json.loads(run(pod, *words, "--format", "json", "--report", str(page)).stdout)["result"]
    text = page.read_text()
    assert ">nan" not in text and "<script" not in text
    front = [row for row in [made["base"], *made["points"]] if row["front"]]
    drawn = text.partition("</svg>")[0]
    sound = 1 + sum(row["valid"] for row in made["points"])
    assert drawn.count("<circle") == sound and drawn.count('class="c0" cx') == len(front)


def test_a_point_that_cannot_be_computed_is_a_row_and_an_exit_code(pod: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measure = point.measure

    def fails(site: dict[str, Any], watch: list[str]) -> dict[str, Any]:
        if site.get("seed") == 3:
            raise ArithmeticError("no such number")
        return measure(site, watch)

    monkeypatch.setattr(point, "measure", fails)
    done = run(pod, "--set", "seed=2,3,4")
    assert done.exit_code == 1 and "Not sites: 1" in done.stdout
    assert "E719: not computed: ArithmeticError: no such number" in done.stdout.replace("E719 :", "E719:")
    monkeypatch.undo()
    assert run(pod, "--set", "seed=2,3,4").exit_code == 0  # what failed was not kept


def test_a_page_that_cannot_be_written_is_told_first(pod: Path) -> None:
    done = run(pod, "--set", "seed=2", "--report", str(pod.parent / "no" / "page.html"))
    assert done.exit_code == 2 and not (pod.parent / "cache").exists()


def test_a_site_without_jobs_has_loads_and_costs(pod: Path) -> None:
    pod.write_text(TEXT.partition("jobs:")[0])
    made = json.loads(run(pod, "--set", "fabrics.train.leaf.up=4,8,16", "--format", "json").stdout)["result"]
    assert made["weighed"] == {"metric": "utilisation", "against": "cost"} and made["changes"] == []


def test_a_site_that_is_wrong_itself_shows_where(pod: Path) -> None:
    pod.write_text(TEXT.replace("dp: 8", "dp: 3"))
    done = run(pod, "--set", "seed=1")
    assert done.exit_code == 1 and "pod.yaml:13" in done.stderr


WORDS = ("--set", "seed=1..6", "--set", "jobs.tune.batch=64,128", "--format", "json")


def test_one_process_says_the_bytes_of_two_that_were_interrupted(pod: Path) -> None:
    one = run(pod, *WORDS).stdout
    call = [sys.executable, "-m", "easterly", "whatif", str(pod), *WORDS, "--cache", str(pod.parent / "two")]
    with subprocess.Popen([*call, "--workers", "2"], stderr=subprocess.PIPE, text=True) as begun:
        while begun.poll() is None and len(kept(pod, "two")) < 3:
            time.sleep(0.01)
        os.kill(begun.pid, signal.SIGINT)
        _, said = begun.communicate(timeout=60)
    assert begun.returncode == 130 and "the same command goes on from there" in said
    before = {path: path.stat().st_ino for path in kept(pod, "two")}
    assert 3 <= len(before) < len(kept(pod, "cache"))
    again = subprocess.run([*call, "--workers", "2"], capture_output=True, check=True, text=True)
    assert again.stdout == one
    assert {path.name for path in kept(pod, "two")} == {path.name for path in kept(pod, "cache")}
    assert {path: path.stat().st_ino for path in before} == before  # written once


def kept(pod: Path, cache: str) -> list[Path]:
    return sorted(path for path in (pod.parent / cache).rglob("*") if path.is_file() and len(path.name) == 64)

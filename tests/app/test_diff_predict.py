"""``easterly diff --predict``, as its users type it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from easterly.app.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
BEFORE, AFTER = (str(EXAMPLES / f"case-training-{when}.yaml") for when in ("before", "after"))


def run(*words):
    return CliRunner().invoke(main, ["diff", *words])


def test_text_and_json_say_the_same():
    made = run(BEFORE, AFTER, "--predict", "--seeds", "2", "--format", "json")
    assert made.exit_code == 0, made.output
    found = json.loads(made.stdout)["result"]
    step = found["metrics"][0]
    assert (step["metric"], step["unit"], found["seeds"], found["runs"]) == ("step:pre", "s", 2, 24)
    assert step["change"] == pytest.approx(step["after"] - step["before"], rel=1e-6)
    batch = next(each for each in found["differences"] if each["path"] == "jobs/pre/batch")
    assert batch["says"] == "64 to 80" and batch["metrics"]["step:pre"]["alone"] > 0
    text = run(BEFORE, AFTER, "--predict", "--seeds", "2").stdout.replace("\xa0", " ")
    said = found["explained"][0]
    for word in (f"{step['before']:.3f} s", "jobs/pre/batch: 64 to 80", "24 simulations", f"{said['ratio']:.4g}x",
                 f"{step['change'] / step['before']:+.1%}"):  # fmt: skip
        assert word in text


def test_one_seed_has_no_interval_and_the_same_site_no_difference():
    said = run(BEFORE, BEFORE, "--predict", "--seeds", "1")
    assert said.exit_code == 0 and "seed 1" in said.stdout and "Nothing is other" in said.stdout
    assert run(BEFORE, BEFORE, "--predict", "--seeds", "1").stdout == said.stdout


@pytest.mark.parametrize(
    "words, said", [(["--seeds", "2"], "add --predict"), (["--predict", "--seeds", "0"], "--seeds")]
)  # fmt: skip
def test_misuse_is_answered(words, said):
    for form in ("text", "json"):
        answer = run(BEFORE, AFTER, *words, "--format", form)
        assert answer.exit_code == 2 and "Traceback" not in answer.output and said in answer.output


def test_a_site_without_jobs_is_refused(tmp_path):
    path = tmp_path / "none.yaml"
    path.write_text("version: 1\nsite: {name: none}\nfabrics: {}\n")
    answer = run(str(path), AFTER, "--predict")
    assert answer.exit_code == 2 and "no job" in answer.output


def test_the_page_draws_every_difference(tmp_path):
    page = tmp_path / "page.html"
    made = run(BEFORE, AFTER, "--predict", "--seeds", "1", "--format", "json", "--report", str(page))
    found, drawn = json.loads(made.stdout)["result"], page.read_text()
    step = found["metrics"][0]
    assert f"all: {step['change'] / step['before']:+.1%}." in drawn and "<script" not in drawn
    assert drawn.count("<rect") >= 3 * 2 * len(found["differences"])
    for one in found["differences"]:
        assert f"{one['path']}, alone" in drawn
    assert run(BEFORE, AFTER, "--report", str(page)).exit_code == 2  # nothing is simulated
    assert run(BEFORE, AFTER, "--predict", "--report", str(tmp_path / "none" / "page.html")).exit_code == 2

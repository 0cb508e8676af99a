"""``easterly failures``, as its users type it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from tests.app.lab.sites import DIAMOND, written
from tests.study.test_failures import SHARES

from easterly.app.cli import main


@pytest.fixture
def site(tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text(SHARES)
    return path


def run(*words):
    return CliRunner().invoke(main, ["failures", *map(str, words), "--workers", "1"])


def test_every_failure_the_dearest_first(site):
    found = json.loads(run(site, "--format", "json", "--hashing", "even").stdout)["result"]
    rows = found["failures"]
    assert (found["parts"], found["left"]) == (48, 0)
    lost = [row["lost_gpu_h_per_month"] for row in rows]
    assert lost == sorted(lost, reverse=True) and sum(lost) == pytest.approx(found["lost_gpu_h_per_month"])
    spine = next(row for row in rows if row["kind"] == "spine")
    assert spine["per_month"] == pytest.approx(4 * 0.06 / 12) and spine["repair_s"] == 36000
    rates = {rate["kind"]: rate for rate in found["rates"]}
    assert rates["spine"]["per_year"] == 0.06 and rates["spine"]["source"].startswith("the site file")
    told = run(site, "--hashing", "even")
    assert told.exit_code == 0 and "48 parts" in told.stderr and "f-spine-0" in told.stdout


def test_pairs_a_sample_and_a_page(site, tmp_path):
    page = tmp_path / "page.html"
    told = run(site, "--k", 2, "--sample", 20, "--report", page)
    assert told.exit_code == 0 and "±" in told.stdout
    assert "What failures cost" in page.read_text() and "<script" not in page.read_text()


def test_one_failure_in_full(site):
    told = run(site, "--explain", "f-spine-0")
    assert told.exit_code == 0 and "f-spine-0 (spine) fails" in told.stdout
    found = json.loads(run(site, "--explain", "f-spine-0", "--format", "json").stdout)["result"]
    assert found["after"]["j"]["step_s"] > found["before"]["j"]["step_s"]


def test_a_cable_that_falls_silent_or_is_pulled(tmp_path):
    """The way back is told by one router to the other; an interface of a host has no other way that routers find."""
    path = written(tmp_path, DIAMOND)
    told = run(path, "--explain", "r1:swp2>r2:swp1")
    assert "bfd notices it after 600 to 900 ms; other ways are in use after 600 to 1,060 ms" in told.stdout
    assert "1 to 2 routers hear of it in turn; traffic from r4 to r1 waits longest" in told.stdout
    assert "its routers notice it at once; other ways are in use after 0 to 160 ms" in told.stdout
    whole = json.loads(run(path, "--explain", "r1:swp2>r2:swp1", "--format", "json").stdout)["result"]
    found, seen = whole["silence"], whole["carrier"]
    assert (seen["noticed_by"], seen["detection_high_s"], seen["low_s"], seen["high_s"]) == ("carrier", 0, 0, 0.16)
    assert seen["longest"] == {"src": "r4", "dst": "r1", "low_s": 0.05}
    assert (found["turns_least"], found["turns_most"], found["longest"]["src"], found["cut"]) == (1, 2, "r4", [])
    host = json.loads(run(path, "--explain", "left:nic0>r1:swp1", "--format", "json").stdout)["result"]
    assert host["silence"] is host["carrier"] is None


def test_what_cannot_be_asked(site, tmp_path):
    for words, said in (
        (("--explain", "f-spine-7"), "did you mean f-spine-"),
        (("--sample", "5"), "add --k 2"),
        (("--k", "3"), "3 is not in the range"),
        (("--report", tmp_path / "no" / "page.html"), "cannot be written"),
    ):
        told = run(site, *words)
        assert told.exit_code == 2 and said in told.stderr, words

"""``easterly capacity``, as its users type it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from tests.study.test_capacity import SITE, WAN

from easterly.app.cli import main


@pytest.fixture
def site(tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    return path


def run(*words):
    return CliRunner().invoke(main, ["capacity", *map(str, words)])


def test_months_dates_and_purchases(site, tmp_path):
    page = tmp_path / "page.html"
    words = (site, "--growth", "copy=1.5", "--from", "2026-01-01", "--until", "2028-01")
    found = json.loads(run(*words, "--format", "json", "--report", page).stdout)["result"]
    assert (found["months"], found["growth"]) == (24, {"copy": 1.5, "feed": 2.0})
    wan = next(row for row in found["fills"] if (row["kind"], row["group"]) == ("link", WAN))
    assert wan["date"] == "2027-04-04" and wan["month"] == pytest.approx(15.1182, abs=1e-4)
    assert found["upgrades"]["best"]["purchases"][0]["date"] == "2027-04-01"
    assert "When growth fills it" in page.read_text() and "<script" not in page.read_text()
    told = run(*words)
    assert told.exit_code == 0 and "2027-04-04" in told.stdout and "What to buy" in told.stdout


def test_nothing_to_buy(site):
    told = run(site, "--until", "3", "--no-failures")
    assert told.exit_code == 0 and "Nothing has to be bought" in told.stdout


def test_what_cannot_be_asked(site):
    for words, said in (
        (("--growth", "copy"), "is not NAME=FACTOR"),
        (("--growth", "copy=-1"), "more than 0"),
        (("--growth", "cpy=2"), "did you mean copy"),
        (("--until", "0"), "from 1 to 600"),
        (("--until", "soon"), "neither a number of months nor a date"),
        (("--from", "2026-13"), "neither a number of months nor a date"),
    ):
        told = run(site, *words)
        assert told.exit_code == 2 and said in told.stderr, words

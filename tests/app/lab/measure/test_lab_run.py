"""``easterly lab run`` measures what it predicts of a site, and says so in text, JSON and a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.app.lab.sites import DIAMOND, written
from tests.lab import require, require_root

from easterly.app.cli import main
from easterly.app.lab.measure import of_site
from easterly.app.report.measured import page

pytestmark = pytest.mark.lab


@pytest.fixture(autouse=True)
def _parts() -> None:
    require_root()
    for program in ("ip", "nft", "tc", "zebra"):
        require(program)


def run(site: Path, *words: object):
    result = CliRunner().invoke(main, ["lab", "run", str(site), "--measure", "--format", "json", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_a_site_is_measured_as_predicted_and_drawn(tmp_path: Path) -> None:
    made = run(written(tmp_path, DIAMOND), "--report", tmp_path / "lab.html")
    found = json.loads(made.stdout)["result"]
    wrong = [each for each in found["measured"] if not each["ok"]]
    assert made.exit_code == 0, wrong
    by = {each["what"]: each for each in found["measured"]}
    assert by["flows that took the computed ways"]["measured"] == 400
    gaps = [each for what, each in by.items() if what.startswith("interruption of")]
    assert len(gaps) >= 2
    assert all(each["least"] < 0.61 and each["most"] > 1.0 for each in gaps)
    drawn = (tmp_path / "lab.html").read_text()
    assert "flows that took the computed ways" in drawn
    assert "interruption of" in drawn


def test_another_next_hop_than_planned_fails_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The routers are right; the prediction is made for a fabric in which r1 weighs one way three times."""
    planned = of_site.fabric

    def weighed(*words, **options):
        made = planned(*words, **options)
        for (node, address), group in made.groups.items():
            if node == "r1" and len(group) > 1:
                made.groups[node, address] = tuple(of_site.Hop(hop.device, 3 - 2 * i) for i, hop in enumerate(group))
        return made

    monkeypatch.setattr(of_site, "fabric", weighed)
    made = run(written(tmp_path, DIAMOND))
    assert made.exit_code == 1
    bad = [each for each in json.loads(made.stdout)["result"]["measured"] if not each["ok"]]
    assert bad[0]["what"] == "flows that took the computed ways"
    assert "not over left nic0, r1 swp" in bad[0]["differences"][0]


def test_a_page_shows_what_is_not_as_predicted() -> None:
    row = {"what": "share of <a>", "predicted": 0.5, "least": 0.475, "most": 0.525, "measured": 0.6, "unit": "1",
           "ok": False, "why": "lent by quantum"}  # fmt: skip
    made = page("x in the lab", [], [row, {**row, "ok": True, "measured": 0.5}], [("anycast", "the site has none")])
    assert "NO: share of &lt;a&gt;" in made
    assert "1 of 2 as predicted" in made
    assert "the site has none" in made

"""``easterly lab run`` measures what it predicts of a site, and says so in text, JSON and a page."""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.app.lab.sites import DIAMOND, written
from tests.lab import require_root

from easterly.app.cli import main
from easterly.app.lab.measure import Within
from easterly.app.lab.run import Run
from easterly.app.report.measured import page

pytestmark = pytest.mark.lab
CLASSES = "classes: {gold: {dscp: 26, share: 50%}, silver: {dscp: 18, share: 30%}, rest: {dscp: 0, share: rest}}\n"


@pytest.fixture(autouse=True)
def _parts() -> None:
    require_root("ip", "nft", "tc", "zebra")


def run(site: Path, *words: object):
    result = CliRunner().invoke(main, ["lab", "run", str(site), "--format", "json", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def site() -> str:
    """The diamond with classes, and with a service that two of its three hosts serve."""
    more = DIAMOND.replace("      right: {type: box}\n", "      right: {type: box}\n      also: {type: box}\n")
    more = more.replace("      h4:", "      h2: {a: also, b: r1}\n      h4:")
    assert more.count("also") == 2
    return more + CLASSES + "anycast: {dns: {address: [10.66.0.1], at: [right, also]}}\n"


def test_a_site_is_measured_as_predicted_and_drawn(tmp_path: Path) -> None:
    made = run(written(tmp_path, site()), "--report", tmp_path / "lab.html")
    found = json.loads(made.stdout)["result"]
    assert made.exit_code == 0, [each for each in found["comparisons"] if not each["ok"]]
    left_out = [each["what"] for each in found["unmeasured"]]
    assert left_out == ["tunnels", "tunnels_all_reduce", "isolation", "tunnels_carrier", "tunnels_failover"]
    by = {each["what"]: each for each in found["comparisons"]}
    assert by["flows that took the computed ways"]["measured"] == 400
    pulled, gaps = (
        [each for what, each in by.items() if what.startswith(kind)]
        for kind in ("interruption without carrier of", "interruption of")
    )
    assert len(pulled) == len(gaps) >= 2
    assert all(each["most"] < 0.6 for each in pulled), "long before BFD could notice"
    # 600 to 900 ms by BFD; on the way back one router has to tell another, which takes 50 ms more.
    assert all(each["least"] < 0.66 and each["most"] > 1.0 for each in gaps)
    assert by["share of gold"]["predicted"] == pytest.approx(0.5)
    assert by["all-reduce of 3 hosts"]["measured"] >= 0.6
    # Whatever the hash chooses, each of three hosts sends 2 (3 - 1) / 3 of the array, three times.
    sent = [by[f"data of the all-reduce over {host} nic0"] for host in ("left", "right", "also")]
    assert all(each["measured"] == pytest.approx(each["predicted"], rel=1e-3) for each in sent)
    steered = [each["measured"] >= 200 for what, each in by.items() if what.startswith("packets that leave")]
    assert sum(steered) == 4
    moved = next(each for what, each in by.items() if what.startswith("flows that left"))
    assert moved["measured"] > 0
    drawn = (tmp_path / "lab.html").read_text()
    assert "flows that took the computed ways" in drawn
    assert "interruption of" in drawn


def test_one_measurement_that_is_off_is_a_run_that_failed() -> None:
    good, bad = (Within.exactly("flows", 5, found, "computed") for found in (5, 4))
    made = Run("el-x", False, 1.0, (), (), {}, (), (), (good,), (), {})
    assert made.ok
    assert not replace(made, comparisons=(good, bad)).ok


@pytest.mark.parametrize(
    ("least", "most", "predicted", "tolerance"),
    [(2.0, 2.5, 2.0, (1.0, 1.25)), (0.0, 0.0, 0.0, (1.0, 1.0)), (0.0, 3.0, 0.0, (0.0, inf))],
)
def test_a_tolerance_is_the_interval_over_the_prediction(
    least: float, most: float, predicted: float, tolerance: tuple[float, float]
) -> None:
    assert Within("x", predicted, least, most, 1.0, "1", "").tolerance == tolerance


def test_a_page_shows_what_is_not_as_predicted() -> None:
    row = {"what": "share of <a>", "predicted": 0.5, "least": 0.475, "most": 0.525, "measured": 0.6, "unit": "1",
           "ok": False, "why": "lent by quantum"}  # fmt: skip
    made = page("x in the lab", [], [row, {**row, "ok": True, "measured": 0.5}], [("anycast", "the site has none")])
    assert "NO: share of &lt;a&gt;" in made
    assert "1 of 2 as predicted" in made
    assert "the site has none" in made

"""``easterly lab qos``: the classes of a site on the kernel of this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from tests.app import asking
from tests.lab import require_root

from easterly.config.linux.qos import parse_tc

SITE = Path(__file__).parents[2] / "golden" / "rails.yaml"


def run(*words: object) -> Result:
    return asking.run("lab", *words)


def test_trials_are_listed() -> None:
    assert "qos" in run().output
    assert json.loads(run("--format", "json").stdout)["result"][0]["name"] == "check"


def test_the_text_for_tc_is_shown_without_any_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = run("qos", SITE, "--show")
    assert result.exit_code == 0
    [shaper], _ = parse_tc(result.stdout)
    assert {each.name: each.rate_bps for each in shaper.leaves} == {
        "default": 20_000_000, "inference": 20_000_000, "training": 60_000_000,
    }  # fmt: skip
    assert json.loads(run("qos", SITE, "--show", "--format", "json").stdout)["result"]["tc"] == result.stdout


def test_where_there_is_no_lab_nothing_is_said_to_be_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = run("qos", SITE)
    assert result.exit_code == 3
    assert "not tried: ip and tc not installed" in result.stderr
    made = run("qos", SITE, "--format", "json")
    assert json.loads(made.stdout)["result"] == {"tried": False, "reason": "ip and tc not installed"}


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--rate", "2Gb/s"), "above 1000000000"), (("--rate", "16kb/s"), "too little"), (("--rate", "5"), "unit")],
)
def test_what_cannot_be_tried_is_refused(words: tuple[str, ...], said: str) -> None:
    result = run("qos", SITE, *words)
    assert result.exit_code == 2
    assert said in result.output


@pytest.mark.lab
def test_a_site_does_on_this_kernel_what_is_predicted(monkeypatch: pytest.MonkeyPatch) -> None:
    require_root("ip", "tc")
    made = run("qos", SITE, "--seconds", 1, "--match", "bpf", "--format", "json")
    assert made.exit_code == 0, made.output
    found = json.loads(made.stdout)["result"]
    assert [case["name"] for case in found["cases"]] == ["all busy", "default idle", "inference idle", "training idle"]
    assert all(abs(share["deviation"]) < 0.03 for case in found["cases"] for share in case["shares"])
    text = run("qos", SITE, "--seconds", 0.5, "--tolerance", 1e-9)
    assert (text.exit_code, "FAIL" in text.stdout) == (1, True)
    assert text.stdout.count("off\n") >= 1

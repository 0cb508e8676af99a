"""What `easterly lab run`, `check`, `list` and `clean` say where there is nothing to run."""

from __future__ import annotations

import json
import math
import os
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from tests.app import asking
from tests.app.lab.sites import DIAMOND, written
from tests.lab import require_root

import easterly
from easterly.app.lab import records, teardown
from easterly.app.lab.preflight import PROBES

DEMO = Path(__file__).parents[3] / "src" / "easterly" / "app" / "demo.yaml"


def run(*words: object) -> Result:
    return asking.run("lab", *words)


def test_without_its_programs_nothing_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for words in (("run", written(tmp_path, DIAMOND)), ("check",)):
        result = run(*words)
        assert result.exit_code == 3
        assert "ip and tc and vtysh" in result.stderr
    made = json.loads(run("check", "--format", "json").stdout)["result"]
    assert (made["possible"], made["features"]) == (False, [])


def test_without_rights_nothing_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    result = run("run", written(tmp_path, DIAMOND), "--format", "json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["result"] == {
        "tried": False, "reason": "network namespaces need Linux and root",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scale", "2"), "--scale"), (("--scale", "0.5"), "0.5"), (("--shrink", "racks=2"), "leaves=NUMBER"),
        (("--shrink", "hosts=2"), "no fabric of this site has"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    result = run("run", written(tmp_path, DIAMOND), *words)
    assert result.exit_code == 2
    assert said in result.output


def test_a_site_of_too_many_routers_is_refused_before_anything_is_built() -> None:
    result = run("run", DEMO)
    assert result.exit_code == 2
    assert "48 routers and 128 hosts" in result.output
    assert "--shrink" in result.output


def test_more_works_than_hosts_are_refused() -> None:
    result = run("run", DEMO, "--shrink", "hosts=2,leaves=2,spines=1")
    assert result.exit_code == 2
    assert "3 works" in result.output


@pytest.mark.parametrize("words", [("clean", "lab-none"), ("shell", "r1", "--lab", "lab-none")])
def test_a_lab_that_is_not_there_is_not_found(words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert "there is no lab lab-none" in result.output


def test_a_folder_of_a_maker_that_was_killed_at_once_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    young, old, half = tmp_path / "labaaaa", tmp_path / "labbbbb", tmp_path / "labcccc.new"
    for folder in (young, old):
        folder.mkdir()
    half.touch()
    for path in (old, half):
        os.utime(path, (time.time() - 100,) * 2)
    assert teardown.sweep() == []
    assert (young.exists(), old.exists(), half.exists()) == (True, False, False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"switches": "cumulus"}, "no switches 'cumulus'; there are frr and ovs"), ({"stages": ("pings",)}, "'pings'"),
        ({"stages": "failover"}, "a sequence of some of ways, classes, "),
        *(({"wait_s": wait_s}, "waited for .* above 0, such as 60") for wait_s in (math.nan, -3, 0)),
        *(({"scale": scale}, "divided by .* above 0, or none") for scale in (math.nan, math.inf, -1)),
    ],
)  # fmt: skip
def test_a_program_that_asks_for_what_there_is_not_is_told(tmp_path: Path, words: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        easterly.run_lab(easterly.load(written(tmp_path, DIAMOND)).site, **words)


@pytest.mark.lab
def test_features_are_found_out_by_trying() -> None:
    require_root("ip", "tc", "vtysh", "zebra")
    result = run("check", "--format", "json")
    assert result.exit_code == 0, result.output
    found = {each["name"]: each for each in json.loads(result.stdout)["result"]["features"]}
    assert {probe.name for probe in PROBES} < set(found)
    assert all(found[name]["there"] for name in ("namespaces", "veth", "bridge", "htb", "equal-cost routes"))
    # What is missing has a reason, and, unless there is no lab without it, something that replaces it.
    assert all(each["reason"] and each["instead"] for each in found.values() if not each["there"])
    assert "bgpd" in run("check").stdout


@pytest.mark.parametrize("words", [("--scale", "nan"), ("--wait", "nan"), ("--scale", "inf")])
def test_what_is_no_number_is_within_no_range(tmp_path: Path, words: tuple[str, str]) -> None:
    result = run("run", written(tmp_path, DIAMOND), *words)
    assert result.exit_code == 2
    assert words[0] in result.stderr


def test_a_page_that_cannot_be_written_is_told_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("easterly.app.lab.run.run", lambda *_, **__: pytest.fail("the lab was run"))
    for page in (tmp_path / "none" / "lab.html", tmp_path / "site.yaml" / "lab.html"):
        result = run("run", written(tmp_path, DIAMOND), "--report", page)
        assert result.exit_code == 2
        assert "cannot be written" in result.stderr

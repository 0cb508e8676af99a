"""``lab.json`` beside a plan: documented, shown in the report, and known as stale when the plan is another."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.app.lab.sites import LEAVES

from easterly.app import tried
from easterly.app.cli import main
from easterly.app.commands.trials import telling
from easterly.app.lab.measure.trial import Unmeasured
from easterly.app.lab.measure.within import Within
from easterly.app.lab.run import Run
from easterly.app.lab.substituted import Substitution
from easterly.site import load_text
from easterly.study.nouns import Nouns

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "plan-json.md"
GOOD = Within("interruption of a to b", 0.15, 0.1, 0.25, 0.131, "s", "three missed packets")
BAD = Within("flows over t-leaf-0 swp3", 52, 52, 52, 51, "1", "the hash is computed", ("t-leaf-0: port 7 took <swp4>",))
RUN = Run(
    "labcafe", False, 1000.0, ("t-leaf-0", "t-spine-0"), ("t-host-0",), {"a>b": 10**8},
    (Substitution("VRF devices", "namespaces"),), ("BGP was begun anew",), (GOOD,), (Unmeasured("anycast", "none"),),
    {"build": 0.5},
)  # fmt: skip


def left(folder: Path, run: Run = RUN, said: tuple[str, ...] = (), text: str = LEAVES) -> dict[str, Any]:
    telling.leave(folder, run, said, Nouns(load_text(text).site), "text")
    made: dict[str, Any] = json.loads((folder / "lab.json").read_text())
    return made


def report(folder: Path, text: str = LEAVES) -> str:
    """The section of the report; empty where there is none."""
    site = folder / "site.yaml"
    site.write_text(text)
    words = ["plan", str(site), "-o", str(folder), "--packets", "0", "--validate", "none", "--no-cache"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    page = (folder / "report.html").read_text()
    found = re.search(r'<section id="lab">.*?</section>', page, flags=re.DOTALL)
    return found.group() if found else ""


def test_the_reference_names_every_key(tmp_path: Path) -> None:
    table = REFERENCE.read_text(encoding="utf-8").split("\n## lab.json\n")[1]
    named = {
        key for row in re.findall(r"^\| (`.*?) \|", table, flags=re.MULTILINE) for key in re.findall(r"`(\w+)`", row)
    }
    made = left(tmp_path)
    assert named == set(made)
    for inner in (made["plan"], made["comparisons"][0], made["substitutions"][0], made["unmeasured"][0]):
        assert all(f"`{key}`" in table for key in inner)


def test_the_report_shows_what_was_measured_of_this_plan(tmp_path: Path) -> None:
    assert report(tmp_path) == ""
    left(tmp_path)
    shown = report(tmp_path)
    assert '<span class="status PASS">as predicted</span>' in shown
    for text in ("interruption of a to b", "100ms", "250ms", "131ms", "VRF devices", "BGP was begun anew", "anycast"):
        assert text in shown
    assert "Not of this plan" not in shown
    assert report(tmp_path) == shown


def test_what_is_not_as_predicted_comes_first_and_is_escaped(tmp_path: Path) -> None:
    left(tmp_path, replace(RUN, comparisons=(*[replace_what(i) for i in range(60)], BAD)))
    shown = report(tmp_path)
    assert '<span class="status FAIL">not as predicted</span>' in shown
    counts = shown[shown.index("Counts and shares") :]
    assert counts.index(BAD.what) < counts.index("flows over x swp0")
    assert "port 7 took &lt;swp4&gt;" in shown
    assert "and 21 more, listed in lab.json" in shown


def replace_what(i: int) -> Within:
    return Within.exactly(f"flows over x swp{i}", 5, 5, "the hash is computed")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("count: 8}", "count: 6}", "the site has changed; "),
        ("name: leaves", "name: other", "the site has changed"),
    ],
)
def test_a_result_of_an_earlier_plan_is_stale(tmp_path: Path, before: str, after: str, said: str) -> None:
    left(tmp_path)
    shown = report(tmp_path, LEAVES.replace(before, after))
    assert '<span class="status UNPROVEN">stale</span>' in shown
    assert said in shown


def test_files_that_are_rendered_otherwise_are_named(tmp_path: Path) -> None:
    made = left(tmp_path)
    path = sorted(made["plan"]["files"])[0]
    made["plan"]["files"][path] = "0" * 64
    (tmp_path / "lab.json").write_text(json.dumps(made))
    assert f"1 of {len(made['plan']['files'])} files is rendered otherwise: {path}" in report(tmp_path)


def test_a_smaller_site_belongs_to_the_whole_one(tmp_path: Path) -> None:
    assert left(tmp_path, said=("t: 2 hosts of 8",))["plan"]["files"] == {}
    shown = report(tmp_path)
    assert "t: 2 hosts of 8" in shown
    assert "as predicted</span>" in shown
    assert "the site has changed" in report(tmp_path, LEAVES.replace("count: 8}", "count: 6}"))


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "[" * 100_000, '{"schema": 2}', '{"schema": 1}', '{"schema": 1, "plan": {}}', "\x00", '"' * 3],
)
def test_what_is_no_result_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "lab.json").write_text(text)
    shown = report(tmp_path) if text == "{" else ""
    found = tried.beside(tmp_path, {"provenance": {"easterly": "1", "site_sha256": "a"}, "artifacts": []})
    assert found is not None
    assert found.stale.startswith("lab.json cannot be read: ")
    assert text != "{" or "lab.json cannot be read" in shown


@pytest.mark.parametrize("key", sorted(tried.KEYS))
def test_a_key_that_is_lacking_is_named(tmp_path: Path, key: str) -> None:
    made = left(tmp_path)
    del made[key]
    assert key in tried.misshapen(made)


@pytest.mark.parametrize(
    ("key", "value"),
    [("substitutions", [1]), ("unmeasured", [{"what": "x"}]), ("scale", float("inf")), ("seconds", {"build": "1"})],
)
def test_rows_of_another_kind_are_no_result(tmp_path: Path, key: str, value: Any) -> None:
    made = {**left(tmp_path), key: value}
    assert key in tried.misshapen(made)


@pytest.mark.parametrize(
    ("key", "value"), [("unit", "m"), ("ok", 1), ("measured", "7"), ("least", float("nan")), ("why", None), ("what", 3)]
)
def test_a_comparison_that_is_none_is_counted_out(tmp_path: Path, key: str, value: Any) -> None:
    made = left(tmp_path)
    made["comparisons"][0][key] = value
    assert tried.misshapen(made) == "comparison 1 is none"

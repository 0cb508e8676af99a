"""``easterly robustness``, as its users type it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from tests.study.test_robustness import SITE

from easterly.app.cli import main


@pytest.fixture
def site(tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    return path


def run(*words):
    return CliRunner().invoke(main, ["robustness", *map(str, words)])


def test_what_a_site_stands(site):
    words = (site, "--runs", 3, "--targeted", "--spread", 4, "--detect", "75%")
    found = json.loads(run(*words, "--format", "json").stdout)["result"]
    assert [(row["part"], row["order"]) for row in found["removals"]] == [
        (part, order) for part in ("cables", "leaf", "spine") for order in ("random", "targeted")
    ]
    leaf = found["removals"][2]
    assert leaf["stands"] == {"99%": 0.0, "90%": 0.1, "50%": 0.5} and set(leaf["jobs"]) == {"big", "small"}
    assert found["spread"]["factor"] > 1.5
    assert [row["plan"] for row in found["rollouts"]] == ["at-once", "roles", "pods", "waves"]
    said = run(*words).stdout
    assert "as planned" in said and "Segmentation divides what is infected by" in said and "95.3" not in said
    assert run(*words).stdout == said


def test_parts_and_a_page(site, tmp_path):
    page = tmp_path / "page.html"
    made = run(site, "--remove", "links", "--remove", "switches", "--runs", 2, "--report", page)
    assert made.exit_code == 0 and "error" not in made.stderr
    text = page.read_text()
    assert text.count("<svg") == 4 and "Hosts together" in text and "<script" not in text and "://" not in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--remove", "leav"], "did you mean leaf"),
        (["--detect", "120%"], "not between"),
        (["--detect", "often"], "--detect"),
        (["--spread", "0"], "--spread"),
        (["--runs", "0"], "--runs"),
    ],
)
def test_what_is_no_option_is_told(site, words, said):
    found = run(site, *words)
    assert found.exit_code == 2 and said in found.output and "Traceback" not in found.output


def test_a_site_with_mistakes_is_told(tmp_path):
    broken = tmp_path / "site.yaml"
    broken.write_text(SITE.replace("count: 40", "count: many"))
    assert run(broken).exit_code == 1
    gone = run(tmp_path / "none.yaml", "--format", "json")
    assert gone.exit_code == 2 and json.loads(gone.stdout)["result"] is None

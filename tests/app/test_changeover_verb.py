"""``easterly changeover``: text, JSON, page, files, and what it refuses."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from tests.study.test_changeover import WAN

from easterly.app.cli import main


@pytest.fixture
def pair(tmp_path):
    before, after = tmp_path / "now.yaml", tmp_path / "then.yaml"
    before.write_text(WAN, encoding="utf-8")
    changed = WAN.replace("ne: {a: north, b: east, rate: 100Gb/s", "ne: {a: north, b: east, rate: 200Gb/s")
    after.write_text(
        changed.replace("    sw:", "    x: {a: north, b: south, rate: 100Gb/s, delay: 5ms}\n    sw:"), "utf-8"
    )
    return str(before), str(after)


def run(*words: str):
    return CliRunner().invoke(main, ["changeover", *words])


def test_json_page_and_files_say_the_same(pair, tmp_path):
    page, folder = tmp_path / "page.html", tmp_path / "steps"
    made = run(*pair, "--format", "json", "--report", str(page), "--export", str(folder))
    assert made.exit_code == 0, made.output
    result = json.loads(made.stdout)["result"]
    assert [row["step"] for row in result["steps"]] == ["wan/links/x", "wan/links/ne"], "room is made first"
    assert result["worst"] == result["bound"] < result["as_written"]
    assert result["steps"][1]["during"]["utilisation"] > result["steps"][1]["after"]["utilisation"]
    files = sorted(path.name for path in folder.iterdir())
    assert files[:3] == ["01-wan-links-x.diff", "01-wan-links-x.json", "01-wan-links-x.undo.json"]
    assert json.loads((folder / "02-wan-links-ne.json").read_text()) == result["steps"][1]["patch"]
    html = page.read_text(encoding="utf-8")
    assert "rate 100Gb/s to 200Gb/s" in html and "<script" not in html


def test_text_tells_the_order_and_what_it_is_worth(pair):
    made = run(*pair)
    assert made.exit_code == 0, made.output
    assert made.stdout.startswith("2 steps, in the order whose fullest link is least full")
    assert "no order is better" in made.stdout
    same = run(pair[0], pair[0])
    assert same.stdout == "Nothing is other in the second site.\n"


def test_what_is_refused(pair, tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text(WAN.replace("rate: 100Gb/s", "rate: 100X"), encoding="utf-8")
    made = run(pair[0], str(broken))
    assert made.exit_code == 1 and "broken.yaml:" in made.output and "E312" in made.output
    assert run(pair[0], "nowhere.yaml").exit_code == 2
    assert run(pair[0]).exit_code == 2
    swapped = WAN.replace("classes: {default: {dscp: 0, share: rest}}", "classes: {default: {dscp: 0, share: rest}, "
                          "x: {dscp: 10, share: 10%}, y: {dscp: 20, share: 10%}}")  # fmt: skip
    (tmp_path / "one.yaml").write_text(swapped, encoding="utf-8")
    other = swapped.replace("dscp: 10", "dscp: 30").replace("dscp: 20", "dscp: 10").replace("dscp: 30", "dscp: 20")
    (tmp_path / "two.yaml").write_text(other, encoding="utf-8")
    made = run(str(tmp_path / "one.yaml"), str(tmp_path / "two.yaml"))
    assert made.exit_code == 1 and "E721" in made.output

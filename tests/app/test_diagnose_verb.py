"""``easterly diagnose``: text, JSON, page, and what it refuses."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from easterly.app.cli import main

DEMO = "src/easterly/app/demo.yaml"


@pytest.fixture
def symptoms(tmp_path):
    path = tmp_path / "symptoms.yaml"

    def write(text: str) -> str:
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def run(*words: str):
    return CliRunner().invoke(main, ["diagnose", DEMO, "--symptoms", *words])


def test_json_and_page_say_the_same(symptoms, tmp_path):
    page = tmp_path / "page.html"
    made = run(symptoms("bandwidth: 60%\ndrops: none\n"), "--format", "json", "--report", str(page))
    assert made.exit_code == 0, made.output
    result = json.loads(made.stdout)["result"]
    assert result["causes"][0]["cause"] == "hash-collisions"
    assert sum(row["probability"] for row in result["causes"]) == pytest.approx(1, abs=1e-6)
    assert result["job"] is None
    assert [row["sign"] for row in result["symptoms"]] == ["bandwidth", "drops"]
    assert result["measure"][0]["gain_bit"] >= result["measure"][1]["gain_bit"] > 0
    html = page.read_text(encoding="utf-8")
    assert "hash-collisions" in html and "<script" not in html and "http" not in html.replace("http-equiv", "")
    for row in result["measure"]:
        assert row["how"].split(",")[0] in html.replace("&amp;", "&")


def test_text_names_cause_reason_and_measurement(symptoms):
    made = run(symptoms("job: pre\nserver_cpu: 95%\ndrops: some\ndrops_at: spine\nwho: one\n"))
    assert made.exit_code == 0, made.output
    lines = made.stdout.splitlines()
    assert lines[0] == "Why pre is slow: causes, the likeliest first"
    assert lines[2].split()[0] == "busy-servers"
    assert "What to look at next, and what it would show" in lines
    assert any("does not explain" in line for line in lines)


@pytest.mark.parametrize(("text", "code", "said"), [
    ("job: pre\n", 1, "E720"), ("drops: lots\n", 1, "1:8: error[E204]"), ("bandwidth: 60\n", 1, "write 60%"),
    ("job: nope\ndrops: none\n", 1, "1:6: error[E202]: no job is called 'nope'"), ("- a\n", 1, "E108"),
    ("drop: none\n", 1, "did you mean"), ("[" * 100_000, 1, "error"), ("", 1, "empty"),
])  # fmt: skip
def test_wrong_files_are_told_where_and_why(symptoms, text, code, said):
    made = run(symptoms(text))
    assert made.exit_code == code
    assert said in made.output
    assert made.exception is None or isinstance(made.exception, SystemExit)


def test_no_file_is_wrong_usage():
    assert run("nowhere.yaml").exit_code == 2
    assert CliRunner().invoke(main, ["diagnose", DEMO]).exit_code == 2

"""``easterly render``: files, the summary, what is left alone, and how mistakes end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import easterly
from easterly import config
from easterly.app.cli import main
from easterly.app.commands.render import TARGETS
from easterly.base.findings import FindingsError
from easterly.model.outcome import Artifact, Validation

ROOT = Path(__file__).parents[2]
DEMO = str(ROOT / "tests/golden/rails.yaml")


def run(*given: object, code: int = 0):
    done = CliRunner().invoke(main, ["render", DEMO, *map(str, given)])
    assert done.exit_code == code, done.output
    return done


def test_choices_are_the_targets():
    assert set(TARGETS) == {*config.TARGETS, "all"}


def test_files_and_summary(tmp_path):
    said = run("--target", "labels", "--target", "nccl", "-o", tmp_path).stdout
    here = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {"labels.csv", "cables.csv", "render.json"} <= here
    rows = [line.split() for line in said.splitlines()]
    assert rows[0][:3] == ["target", "files", "lines"] and [row[0] for row in rows[1:3]] == ["nccl", "labels"]
    lines = sum((tmp_path / name).read_text().count("\n") for name in here if name.endswith(".csv"))
    assert rows[2][1:] == ["5", f"{lines:,}", "not", "validated:", "5"]
    listed = json.loads((tmp_path / "render.json").read_text())["files"]
    assert set(listed) == here - {"render.json"}


def test_json_says_the_same_and_a_second_run_changes_nothing(tmp_path):
    words = ("--target", "haproxy", "-o", tmp_path, "--format", "json")
    first, again = (json.loads(run(*words).stdout)["result"] for _ in range(2))
    assert first["changed"] == len(first["files"]) and again["changed"] == 0
    assert [row["target"] for row in first["targets"]] == ["haproxy"]
    assert all((tmp_path / row["path"]).read_text().count("\n") == row["lines"] for row in first["files"])


def test_what_somebody_else_wrote_is_left_alone(tmp_path):
    mine = tmp_path / "labels.csv"
    mine.write_text("mine\n")
    done = run("--target", "labels", "-o", tmp_path, code=2)
    assert "labels.csv" in done.stderr and "--force" in done.stderr
    assert mine.read_text() == "mine\n" and not (tmp_path / "cables.csv").exists()
    run("--target", "labels", "-o", tmp_path, "--force")
    assert mine.read_text() != "mine\n"


def test_what_was_edited_is_left_alone_and_what_was_rendered_is_replaced(tmp_path):
    run("--target", "labels", "-o", tmp_path)
    listed = json.loads((tmp_path / "render.json").read_text())
    old = tmp_path / "cables.csv"
    old.write_text("an older rendering\n")
    run("--target", "labels", "-o", tmp_path, code=2)
    import hashlib

    listed["files"]["cables.csv"] = hashlib.sha256(old.read_bytes()).hexdigest()
    (tmp_path / "render.json").write_text(json.dumps(listed))
    run("--target", "labels", "-o", tmp_path)
    assert old.read_text().startswith("cable,")


@pytest.mark.parametrize(
    "words", [["render", "--target", "frr", "--no-validate", "--force"], ["plan", "--validate", "none"]]
)
def test_a_link_out_of_the_folder_is_not_followed(tmp_path, words):
    """Nothing is written: neither behind the link nor beside it."""
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    for folder in (out, elsewhere):
        folder.mkdir()
    (out / "frr").symlink_to(elsewhere)
    found = CliRunner().invoke(main, [words[0], DEMO, *words[1:], "-o", str(out)])
    assert found.exit_code == 2
    assert f"{out}/frr: cannot be written: a link leads out of {out}" in found.output
    assert (list(elsewhere.iterdir()), [path.name for path in out.iterdir()]) == ([], ["frr"])


@pytest.mark.parametrize("text", ["", "[]", "{", '{"files": 3}'])
def test_a_broken_list_makes_strangers_and_no_traceback(tmp_path, text):
    run("--target", "labels", "-o", tmp_path)
    (tmp_path / "render.json").write_text(text)
    (tmp_path / "cables.csv").write_text("older\n")
    assert "cables.csv" in run("--target", "labels", "-o", tmp_path, code=2).stderr


def test_a_file_where_the_folder_should_be_is_told_and_not_taken_for_files_in_it(tmp_path):
    (tmp_path / "file").write_text("mine\n")
    said = run("--target", "labels", "-o", tmp_path / "file" / "below", code=2).stderr
    assert "below: cannot be written: Not a directory" in said and "--force" not in said


def test_a_refusal_is_told_in_the_words_of_the_checker_and_ends_with_1(monkeypatch):
    def refuse(configs, everything=False, **given):
        return tuple(Validation(f.path, "Reader 1.0", False, "line 3: no") for f in configs.artifacts[:1])

    monkeypatch.setattr(config, "validate", refuse)
    done = run("--target", "labels", code=1)
    assert "refused by Reader 1.0: line 3: no" in done.stderr and "1 refused" in done.stdout


def test_nothing_with_a_secret_is_written(monkeypatch, tmp_path):
    from easterly.study import rendering

    file = Artifact("x.conf", "password tiger\n", "", "x", "x")
    monkeypatch.setattr(rendering, "rendered", lambda nouns, targets: {"labels": (file,)})
    done = run("--target", "labels", "-o", tmp_path, code=1)
    assert "E923" in done.stderr and "tiger" not in done.output and list(tmp_path.iterdir()) == []


def test_misuse():
    run("--every", "--no-validate", code=2)
    run("--target", "frrr", code=2)
    run("-o", "/dev/null/x", "--target", "labels", code=2)


def test_python_gives_the_same_files(tmp_path):
    run("--target", "frr", "--target", "labels", "-o", tmp_path, "--no-validate")
    made = easterly.render(easterly.load(Path(DEMO)).site, ["frr", "labels"])
    there = {path.relative_to(tmp_path).as_posix(): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert {file.path: file.text for file in made.artifacts} == {k: v for k, v in there.items() if k != "render.json"}


def test_python_refuses_what_has_errors_or_is_no_site_or_no_target():
    site = easterly.load(Path(DEMO)).site
    with pytest.raises(ValueError, match="frrr"):
        easterly.render(site, ["frrr"])
    with pytest.raises(TypeError, match="a Site is wanted"):
        easterly.render(Path(DEMO))
    wrong = site.model_copy(update={"addressing": site.addressing.model_copy(update={"pools": {}})})
    with pytest.raises(FindingsError, match="E211 tenants/acme/pool"):
        easterly.render(wrong, ["frr"])

"""Stages: what is computed again, and what is not."""

from __future__ import annotations

import os
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from tests import small

from easterly.base.columns import floats
from easterly.model.outcome import Ref
from easterly.study import stages
from easterly.study.stages import Held, Stages
from easterly.study.traffic import placement_only


def counted(calls: list[str], name: str, value: object) -> object:
    def make() -> object:
        calls.append(name)
        return value

    return make


def test_a_stage_runs_again_only_when_its_input_changes(tmp_path: Path) -> None:
    calls: list[str] = []
    for text in ("a", "a", "b", "a"):
        made = Stages(tmp_path).run("s", ({"x": text},), counted(calls, text, Ref("k", text)))
        assert made.value == Ref("k", text)
    assert calls == ["a", "b"]


def test_a_change_without_effect_stops_there(tmp_path: Path) -> None:
    """Two inputs, one outcome: what reads the outcome is not computed again."""
    calls: list[str] = []
    for text in ("a", "b"):
        stages = Stages(tmp_path)
        first = stages.run("first", (text,), lambda: Ref("same", "same"))
        stages.run("second", (first,), counted(calls, "second", Ref("x", "y")))
    assert calls == ["second"]


def test_without_a_folder_everything_is_computed() -> None:
    calls: list[str] = []
    for _ in range(2):
        Stages().run("s", (1,), counted(calls, "s", Ref("a", "b")))
    assert calls == ["s", "s"]


def test_names_tell_instances_apart(tmp_path: Path) -> None:
    stages = Stages(tmp_path)
    assert stages.run("d:x", (1,), lambda: Ref("a", "x")).value.id == "x"
    assert stages.run("d:y", (1,), lambda: Ref("a", "y")).value.id == "y"


@pytest.mark.parametrize("damage", [b"", b"garbage", b"easterly" + bytes(100)])
def test_a_damaged_result_is_computed_anew(tmp_path: Path, damage: bytes) -> None:
    Stages(tmp_path).run("s", (1,), lambda: Ref("a", "b"))
    (stored,) = [p for p in tmp_path.rglob("*") if p.is_file()]
    stored.write_bytes(damage)
    assert Stages(tmp_path).run("s", (1,), lambda: Ref("a", "b")).value == Ref("a", "b")


def test_a_folder_that_cannot_be_written_costs_only_the_reuse(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert Stages(tmp_path / "file").run("s", (1,), lambda: Ref("a", "b")).value == Ref("a", "b")


def test_what_is_derived_is_made_in_every_run_and_its_key_stands_for_it(tmp_path: Path) -> None:
    """What reads it is not computed again, as long as it reads the same."""
    calls: list[str] = []
    for text in ("a", "a", "b"):
        stages = Stages(tmp_path)
        first = stages.derive("first", (text,), lambda: calls.append("first") or Ref("k", text))  # noqa: B023
        stages.run("second", (first,), counted(calls, "second", Ref("x", "y")))
    assert calls == ["first", "second", "first", "first", "second"]
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 2


def test_held_digests_tell_content_not_identity() -> None:
    assert Held.of(floats([1.0, 2.0])).digest == Held.of(floats([1.0, 2.0])).digest
    assert Held.of(floats([1.0, 2.0])).digest != Held.of(floats([2.0, 1.0])).digest


def test_pruning_deletes_what_was_not_read_for_longest(tmp_path: Path) -> None:
    stages = Stages(tmp_path)
    for i in range(3):
        stages.run("s", (i,), lambda i=i: Ref("a", str(i)))
    stored = sorted((p for p in tmp_path.rglob("*") if p.is_file()), key=lambda p: p.stat().st_mtime_ns)
    for age, path in enumerate(stored):
        os.utime(path, (age, age))
    stages.prune(limit_B=sum(p.stat().st_size for p in stored[1:]))
    assert [p.exists() for p in stored] == [False, True, True]


def test_notice_is_given_of_each_stage(tmp_path: Path) -> None:
    seen: list[str] = []
    made = Stages(tmp_path, seen.append)
    made.run("one", (), lambda: Ref("a", "b"))
    assert seen == ["one"]
    assert list(made.timings) == ["one"]


def test_results_of_another_numpy_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    before = stages.fingerprint()
    monkeypatch.setattr(stages, "version", lambda name: f"another {name}")
    stages.fingerprint.cache_clear()
    assert stages.fingerprint() != before
    stages.fingerprint.cache_clear()


def test_addresses_and_configuration_do_not_depend_on_how_much_is_computed() -> None:
    """Every float of a work is about compute, memory or checkpoints: where it runs is told without."""
    made = small.work(("j", "", (0, 1)))
    busy = replace(made, **{f.name: floats([7.0]) for f in fields(made) if getattr(made, f.name).dtype == np.float64})
    plain, same = placement_only(made), placement_only(busy)
    assert all(np.array_equal(getattr(plain, f.name), getattr(same, f.name)) for f in fields(made))
    assert plain.host_idx.tolist() == [0, 1] and plain.gpus.tolist() == made.gpus.tolist()


def test_the_fingerprint_is_of_the_code_that_runs() -> None:
    """An editable installation has no folder of its own: `importlib.resources` gives a name that is none."""
    assert Path(stages.__file__) in stages._code(stages.HERE)

"""Tasks: kept, taken up again, and done whoever dies."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from easterly.base.seeds import stream
from easterly.model import store
from easterly.study import stages
from easterly.study.stages import Stages
from easterly.study.sweeps import Done, SweepError, Task, local, run, tasks

STREAM = "easterly.base.seeds:stream"
MANY = [Task(STREAM, {"seed": seed, "entity": "a"}) for seed in range(40)]
WANTED = {seed: stream(seed, "a") for seed in range(40)}


def values(found: list[Done]) -> dict[int, Any]:
    assert not [done.failed for done in found if done.failed]
    return {done.index: done.value for done in found}


@pytest.mark.no_cover
@pytest.mark.parametrize("workers", [1, 2])
def test_results_are_those_of_the_function(workers: int) -> None:
    assert values(list(run(MANY, kept=Stages(), workers=workers))) == WANTED


@pytest.mark.no_cover
def test_what_is_done_is_kept_and_the_rest_is_done_later(tmp_path: Path) -> None:
    first = run(MANY, kept=Stages(tmp_path), workers=1)
    begun = [next(first) for _ in range(7)]
    first.close()
    again = list(run(MANY, kept=Stages(tmp_path), workers=2))
    assert {done.index for done in again if done.kept} == {done.index for done in begun}
    assert values(again) == WANTED
    assert all(done.kept for done in run(MANY, kept=Stages(tmp_path), workers=2))


def test_other_arguments_and_other_code_are_other_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def kept(seed: int) -> bool:
        (done,) = run([Task(STREAM, {"seed": seed, "entity": "a"})], kept=Stages(tmp_path), workers=1)
        assert done.value == stream(seed, "a")
        return done.kept

    assert [kept(1), kept(1), kept(2)] == [False, True, False]
    for module in (stages, tasks):
        monkeypatch.setattr(module, "fingerprint", lambda: "another version")
    assert [kept(1), kept(1)] == [False, True]


def test_equal_tasks_are_done_once() -> None:
    found = list(run([MANY[3]] * 5, kept=Stages(), workers=1))
    assert [done.index for done in found] == [0, 1, 2, 3, 4]
    assert {done.value for done in found} == {WANTED[3]}


def test_a_task_that_fails_says_why_and_is_not_kept(tmp_path: Path) -> None:
    bad = [Task(STREAM, {"seed": "no number", "entity": "a"}), MANY[1]]
    for _ in range(2):
        found = {done.index: done for done in run(bad, kept=Stages(tmp_path), workers=1)}
        assert found[0].failed.startswith("TypeError") and not found[0].kept
        assert found[1].value == WANTED[1]


@pytest.mark.parametrize("name", ["os:system", "easterly.base.seeds", "easterly.base.seeds:_MASK", "easterly.base:no"])
def test_nothing_but_functions_of_easterly_is_called(name: str) -> None:
    (done,) = run([Task(name, {})], kept=Stages(), workers=1)
    assert done.failed.startswith("ValueError")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Worker processes, as they are started."""
    found: list[Any] = []
    start = local._start

    def noted(watched: Any) -> Any:
        found.append(start(watched))
        return found[-1]

    monkeypatch.setattr(local, "_start", noted)
    return found


@pytest.mark.no_cover
def test_a_killed_worker_loses_nothing_and_none_is_left_behind(started: list[Any]) -> None:
    found = []
    for done in run(MANY, kept=Stages(), workers=2):
        if not found:
            os.kill(started[0].process.pid, signal.SIGKILL)
            os.kill(started[1].process.pid, signal.SIGKILL)
        found.append(done)
    assert values(found) == WANTED
    assert len(started) >= 3
    assert all(worker.process.poll() is not None for worker in started)


@pytest.mark.no_cover
def test_workers_end_with_who_asked(started: list[Any]) -> None:
    begun = run(MANY, kept=Stages(), workers=2)
    next(begun)
    assert any(worker.process.poll() is None for worker in started)
    begun.close()
    assert len(started) == 2 and all(worker.process.poll() is not None for worker in started)


def test_a_task_that_takes_every_worker_with_it_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    start = local._start

    def doomed(watched: Any) -> Any:
        worker = start(watched)
        os.kill(worker.process.pid, signal.SIGKILL)
        return worker

    monkeypatch.setattr(local, "_start", doomed)
    found = list(run(MANY[:2], kept=Stages(), workers=2))
    assert sorted(done.index for done in found) == [0, 1]
    assert {done.failed for done in found} == {"3 workers ended at it, the last by signal SIGKILL"}


def test_another_version_refuses() -> None:
    asked = {"code": "another version", "function": STREAM, "arguments": {"seed": 1, "entity": "a"}}
    assert store.thaw(tasks.perform(store.freeze(asked))) == {"refused": "other code"}


@pytest.mark.no_cover
def test_a_worker_of_another_version_ends_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "freeze", lambda task: store.freeze({"code": "x", "function": "", "arguments": {}}))
    with pytest.raises(SweepError, match="another version"):
        list(run(MANY[:2], kept=Stages(), workers=2))

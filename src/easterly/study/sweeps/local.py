"""Tasks on processes of this machine, which may die."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from easterly.model import store
from easterly.study.sweeps import frames
from easterly.study.sweeps.tasks import Task, freeze

ATTEMPTS = 3
"""Workers that a task may take with it before it is given up."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Each worker has one processor: libraries must not start threads for all of them."""


@dataclass(eq=False)
class _Worker:
    """One process, and the place of the task that it has at hand."""

    process: subprocess.Popen[bytes]
    place: int = -1

    @property
    def answers(self) -> BinaryIO:
        return cast("BinaryIO", self.process.stdout)

    def give(self, place: int, task: Task) -> None:
        """Hand a task over; where the worker has gone, its pipe will say so."""
        self.place = place
        try:
            frames.write(cast("BinaryIO", self.process.stdin), freeze(task))
        except OSError:
            return

    def ended(self) -> str:
        """How it ended, in words."""
        code = self.process.wait()
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                cast("BinaryIO", pipe).close()
            except OSError:
                continue


def on_processes(tasks: Sequence[Task], workers: int) -> Iterator[tuple[int, bytes]]:
    """Do tasks on worker processes; see `easterly.study.sweeps.run`.

    A worker that dies (out of memory, killed) is replaced, and its task done again, up to `ATTEMPTS` times.
    No worker outlives the iteration, however that ends.

    Parameters
    ----------
    tasks : sequence of Task
    workers : int
        Processes; no more than there are tasks are started.

    Yields
    ------
    tuple of int and bytes
        Place and answer of a task, in the order of arrival.
    """
    left, lost = deque(range(len(tasks))), Counter[int]()
    with selectors.DefaultSelector() as watched:
        try:
            for _ in range(min(workers, len(tasks))):
                _next(_start(watched), left, tasks)
            while watched.get_map():
                for key, _ in watched.select():
                    yield from _hear(key.data, watched, left, lost, tasks)
        finally:
            for key in list(watched.get_map().values()):
                key.data.stop()


def _start(watched: selectors.BaseSelector) -> _Worker:
    """Start a worker: not a fork, which would copy threads and locks; in a group of its own, which Ctrl-C misses."""
    command = [sys.executable, "-P", "-m", "easterly.study.sweeps.worker"]
    worker = _Worker(
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ONE_THREAD},
            process_group=0,
        )
    )
    watched.register(worker.answers, selectors.EVENT_READ, worker)
    return worker


def _next(worker: _Worker, left: deque[int], tasks: Sequence[Task]) -> bool:
    if left:
        place = left.popleft()
        worker.give(place, tasks[place])
        return True
    return False


def _hear(
    worker: _Worker, watched: selectors.BaseSelector, left: deque[int], lost: Counter[int], tasks: Sequence[Task]
) -> Iterator[tuple[int, bytes]]:
    """Take the answer of a worker, and give it another task; or learn that it has gone."""
    place, answer = worker.place, frames.read(worker.answers)
    if answer is not None:
        if not _next(worker, left, tasks):
            _dismiss(worker, watched)
        yield place, answer
        return
    how = worker.ended()
    _dismiss(worker, watched)
    lost[place] += 1
    if lost[place] < ATTEMPTS:
        left.appendleft(place)
    if left:
        _next(_start(watched), left, tasks)
    if lost[place] >= ATTEMPTS:
        yield place, store.freeze({"failed": f"{ATTEMPTS} workers ended at it, the last by {how}"})


def _dismiss(worker: _Worker, watched: selectors.BaseSelector) -> None:
    watched.unregister(worker.answers)
    worker.stop()

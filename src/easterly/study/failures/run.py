"""Many states one after the other, or several at once in processes of their own: the same answers in the same order."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from easterly.base.columns import IntColumn
from easterly.model.damage import Effect
from easterly.study.failures.states import Hashing, States

Task = tuple[IntColumn, Hashing]
Progress = Callable[[int, int], Any]
FEW = 8
"""States that are worked out at once rather than after starting processes."""

_states: States | None = None


def effects_of(
    states: States, tasks: Sequence[Task], workers: int = 1, progress: Progress | None = None
) -> list[Effect]:
    """What each state does.

    Parameters
    ----------
    states : States
    tasks : sequence of (links that are down, hashing)
    workers : int
        Processes; answers do not depend on it.
    progress : callable, optional
        Called with the number of states done and of all.

    Returns
    -------
    list of Effect
        In the order of the tasks; the first of them after an interruption (Ctrl-C).
    """
    done: list[Effect] = []
    try:
        for found in _in_turn(states, tasks, workers):
            done.append(found)
            if progress is not None:
                progress(len(done), len(tasks))
    except KeyboardInterrupt:
        pass
    return done


def _in_turn(states: States, tasks: Sequence[Task], workers: int) -> Iterator[Effect]:
    if workers <= 1 or len(tasks) <= FEW:
        yield from (states.effect(*task) for task in tasks)
        return
    # a forked process has the site already; elsewhere it is planned once more in each
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    chunk = max(1, min(16, len(tasks) // (4 * workers)))
    with ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context(method), initializer=_begin, initargs=(states,)
    ) as pool:
        try:
            yield from pool.map(_one, tasks, chunksize=chunk)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _begin(states: States) -> None:
    """In each process: the parent alone hears Ctrl-C, and says what is done."""
    global _states
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _states = states


def _one(task: Task) -> Effect:
    assert _states is not None
    return _states.effect(*task)

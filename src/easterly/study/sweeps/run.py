"""Tasks to results: those that are kept first, the others as they arrive, each kept before it is handed on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from easterly.model import store
from easterly.study.stages import Stages
from easterly.study.sweeps.tasks import Done, Task, perform
from easterly.study.sweeps.tasks import freeze as frozen

Executor = Callable[[Sequence[Task]], Iterator[tuple[int, bytes]]]
"""Does tasks in any order: yields the place of each with its answer in bytes, as soon as it has it."""


class SweepError(ValueError):
    """Tasks cannot be done there at all: no workers start, no cluster answers, it runs other code."""


def run(
    tasks: Sequence[Task], *, kept: Stages, workers: int | None = None, cluster: str | None = None
) -> Iterator[Done]:
    """Do tasks, and keep every result at once.

    A result is named by the function, the content of its arguments and the hash of the code, so that another run
    takes up where this one ended, however it ended. Equal tasks are done once. A worker that goes away costs what it
    had at hand, which another does again.

    Parameters
    ----------
    tasks : sequence of Task
    kept : Stages
        Where results are kept.
    workers : int, optional
        Processes of this machine; 1 does everything in this process. As many as there are processors if absent.
    cluster : str, optional
        Address of a Ray cluster that does the tasks instead.

    Yields
    ------
    Done
        Kept ones in the order of the tasks, then the others in the order of arrival. Values do not depend on who
        computed them.

    Raises
    ------
    SweepError
        Nobody can do tasks there.

    Examples
    --------
    >>> streams = [Task("easterly.base.seeds:stream", {"seed": 1, "entity": name}) for name in "ab"]
    >>> [done.failed for done in run(streams, kept=Stages(), workers=1)]
    ['', '']
    """
    waiting: dict[tuple[str, str], list[int]] = {}
    for index, task in enumerate(tasks):
        held = kept.recall(task.function, (task.content,))
        if held is not None:
            yield Done(index, held.value, kept=True)
        else:
            waiting.setdefault((task.function, task.content.digest), []).append(index)
    places = list(waiting.values())
    wanted = [tasks[indices[0]] for indices in places]
    for place, answer in executor(workers, cluster)(wanted) if wanted else ():
        yield from _done(wanted[place], places[place], answer, kept)


def missing(tasks: Sequence[Task], kept: Stages) -> list[int]:
    """Places of the tasks that `run` would have to do, the first of each that are equal."""
    left: dict[tuple[str, str], int] = {}
    for place, task in enumerate(tasks):
        if (task.function, task.content.digest) not in left and kept.recall(task.function, (task.content,)) is None:
            left[task.function, task.content.digest] = place
    return list(left.values())


def _done(task: Task, indices: Sequence[int], answer: bytes, kept: Stages) -> Iterator[Done]:
    said = store.thaw(answer)
    if "refused" in said:
        raise SweepError("a worker runs another version of Easterly: install the same wheel everywhere")
    if "value" in said:
        kept.keep(task.function, (task.content,), said["value"])
    for index in indices:
        yield Done(index, said.get("value"), said.get("failed", ""))


def executor(workers: int | None, cluster: str | None) -> Executor:
    """Who does tasks."""
    if cluster is not None:
        from easterly.study.sweeps.cluster import on_cluster

        return lambda tasks: on_cluster(tasks, cluster)
    count = processors() if workers is None else workers
    if count <= 1:
        return _here
    from easterly.study.sweeps.local import on_processes

    return lambda tasks: on_processes(tasks, count)


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _here(tasks: Sequence[Task]) -> Iterator[tuple[int, bytes]]:
    for place, task in enumerate(tasks):
        yield place, perform(frozen(task))

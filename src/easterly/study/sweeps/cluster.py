"""Tasks on a Ray cluster that is there already."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from easterly.model import store
from easterly.study.sweeps.run import SweepError
from easterly.study.sweeps.tasks import Task, freeze, perform

ATTEMPTS = 5
"""Times that Ray does a task again whose node or process has gone."""
AHEAD = 3
"""Tasks that wait in the cluster for each of its processors, so that none stands still."""


def on_cluster(tasks: Sequence[Task], address: str) -> Iterator[tuple[int, bytes]]:
    """Do tasks on a cluster; see `easterly.study.sweeps.run`.

    Ray carries bytes to a function that every node has installed; what goes to pickle is its name. A task whose node
    or process dies is done elsewhere. Nodes that run another version of Easterly refuse.

    Parameters
    ----------
    tasks : sequence of Task
    address : str
        ``host:port`` of a cluster of which this machine is a node, or ``auto`` for that one.

    Yields
    ------
    tuple of int and bytes
        Place and answer of a task, in the order of arrival.

    Raises
    ------
    SweepError
        Ray is not installed, or no cluster answers.
    """
    with _joined(address) as ray:
        remote = ray.remote(num_cpus=1, max_retries=ATTEMPTS)(perform)
        most = AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
        waiting: dict[Any, int] = {}
        left = iter(enumerate(tasks))
        while True:
            for place, task in left:
                waiting[remote.remote(freeze(task))] = place
                if len(waiting) >= most:
                    break
            if not waiting:
                return
            (ready,), _ = ray.wait(list(waiting), num_returns=1)
            yield waiting.pop(ready), _answer(ray, ready)


def _answer(ray: Any, ready: Any) -> bytes:
    try:
        return bytes(ray.get(ready))
    except ray.exceptions.RayError as error:
        how = (str(error).strip() or type(error).__name__).splitlines()[0]
        return store.freeze({"failed": f"lost {ATTEMPTS + 1} times on the cluster: {how}"})


@contextmanager
def _joined(address: str) -> Iterator[Any]:
    """The module of Ray, while this process belongs to the cluster.

    Ray tells on the standard output of nodes that die; that is for results, so it is sent to the standard error.
    """
    if find_spec("ray") is None:
        raise SweepError("--cluster needs Ray: pip install 'easterly[cluster]'")
    ray = import_module("ray")
    with redirect_stdout(sys.stderr):
        try:
            ray.init(address=address, log_to_driver=False, logging_level="error")
        except (ConnectionError, RuntimeError, ValueError) as error:
            why = str(error).strip().splitlines()[0]
            raise SweepError(f"no Ray cluster at {address} that this machine is a node of: {why}") from error
        try:
            yield ray
        finally:
            ray.shutdown()

"""Waiting until the lab does what the plan says: on conditions, never for a fixed time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from easterly.app.lab.routes import Difference, Table, differences, kernel
from easterly.app.lab.running import Running
from easterly.app.lab.spaces import together
from easterly.base.counts import counted

EVERY_S = 0.2


def routed(
    lab: Running, wanted: Mapping[str, Table], *, seconds: float, said: Callable[[str], None] = lambda stage: None
) -> dict[str, list[Difference]]:
    """Wait until the kernels' routes are the planned ones, all of them in one last look.

    A router is not asked again while others are waited for, but at the end all are: with one of two next hops there
    yet, a route may have been as planned for a moment.

    Parameters
    ----------
    lab : Running
    wanted : mapping of str to Table
        By router.
    seconds : float [s]
        After which it is given up.
    said : callable, optional
        Told how many routes are still missing.

    Returns
    -------
    dict of str to list of Difference
        By router, what is not as planned: nothing where all are.
    """
    end = time.monotonic() + seconds
    left = {node: differences(node, table, {}) for node, table in wanted.items()}
    while True:
        for node, found in zip(left, together(lambda node: kernel(lab, node), list(left)), strict=True):
            left[node] = differences(node, wanted[node], found)
        waiting, over = {node: rest for node, rest in left.items() if rest}, time.monotonic() > end
        if len(left) == len(wanted) and (over or not waiting):
            return left
        if over or not waiting:
            left = {node: [] for node in wanted}
            continue
        said(f"{counted(sum(map(len, waiting.values())), 'route')} of {counted(len(waiting), 'router')} to come")
        left = waiting
        time.sleep(EVERY_S)


def sessions(lab: Running, node: str) -> tuple[int, int]:
    """BFD sessions of a router: how many are up, and how many there are."""
    folder = lab.record.folder / node
    if not (folder / "bfdd.vty").exists():
        return 0, 0
    peers: list[dict[str, Any]] = json.loads(
        lab.spaces[node].run("vtysh", "--vty_socket", str(folder), "-c", "show bfd peers json") or "[]"
    )
    return sum(each.get("status") == "up" for each in peers), len(peers)


def watched(lab: Running, *, seconds: float) -> dict[str, tuple[int, int]]:
    """Wait until all BFD sessions are up; by router, how many are and how many there are.

    Parameters
    ----------
    lab : Running
    seconds : float [s]
        After which it is given up.
    """
    end = time.monotonic() + seconds
    found = dict.fromkeys(lab.routers, (0, 1))
    while True:
        left = [node for node, (up, count) in found.items() if up < count]
        found |= dict(zip(left, together(lambda node: sessions(lab, node), left), strict=True))
        if all(up == count for up, count in found.values()) or time.monotonic() > end:
            return found
        time.sleep(EVERY_S)

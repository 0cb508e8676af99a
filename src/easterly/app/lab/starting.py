"""Daemons of all routers, in the order in which nothing has to be begun anew."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any

from easterly.app.lab import daemons, hellos
from easterly.app.lab.bridges import switch
from easterly.app.lab.records import Process
from easterly.app.lab.running import Running
from easterly.app.lab.shaped import shape
from easterly.app.lab.spaces import together

PATIENCE_S, EVERY_S = 6.0, 0.1
"""Sessions that are to come have come by then: bgpd waits for one second after its text, in case that more follows."""
UP = "Established"


def start(lab: Running) -> None:
    """Start all daemons, a few routers at a time; those that watch neighbours once there is something to watch.

    A session with BFD that comes up before BGP does is made anew with the address that BGP has found, and bgpd before
    10.2 takes that for the neighbour's failure (FRR's issue 17337): everything would be learnt twice, by other ways.

    Parameters
    ----------
    lab : Running

    Raises
    ------
    LabError
        One did not come up, or does not take its text.
    """
    told = _writing(lab)
    if lab.bridged:
        together(lambda node: _bridge(lab, node, told), lab.routers)
        return

    def started(node: str) -> None:
        text, apart = lab.text(f"frr/{node}.conf"), lab.tables(node)
        daemons.start(lab.spaces[node], lab.record.folder / node, text, told, apart, first=hellos.quick(text))

    def watched(node: str) -> None:
        daemons.watch(lab.spaces[node], lab.record.folder / node, lab.text(f"frr/{node}.conf"), told)

    together(started, lab.routers)
    _established(lab)
    together(watched, lab.routers)


def _bridge(lab: Running, node: str, told: Callable[[Process], None]) -> None:
    """Start one bridge of Open vSwitch, which has nothing to agree on with others."""
    files = {f"{node}.{each}": lab.text(f"ovs/{node}.{each}") for each in ("sh", "groups", "flows")}
    switch.start(lab.spaces[node], lab.record.folder / node, node, files, told)
    limits = [
        shaper for cable in lab.cables for (own, _), shaper in zip(cable.ends, cable.shapers(), strict=True)
        if own == node
    ]  # fmt: skip
    shape(lab.spaces[node], *limits)  # a switch takes off its ports what was there before it


def _writing(lab: Running) -> Callable[[Process], None]:
    """Writes each process down with those before it."""
    lock, current = Lock(), [lab.record]

    def told(process: Process) -> None:
        with lock:
            current[0] = current[0].running(process)

    return told


def _established(lab: Running) -> None:
    """Wait until all sessions of BGP are up, or for so long that the rest will not be."""
    end = time.monotonic() + PATIENCE_S
    left = [node for node in lab.routers if (lab.record.folder / node / "bgpd.vty").exists()]
    while left and time.monotonic() < end:
        states = together(lambda node: list(_states(lab, node)), left)
        left = [node for node, found in zip(left, states, strict=True) if any(state != UP for state in found)]
        time.sleep(EVERY_S if left else 0.0)


def _states(lab: Running, node: str) -> Iterator[str]:
    words = ("vtysh", "--vty_socket", str(lab.record.folder / node), "-d", "bgpd", "-c", "show bgp summary json")
    families: dict[str, dict[str, Any]] = json.loads(lab.spaces[node].run(*words) or "{}")
    for family in families.values():
        yield from (peer["state"] for peer in family.get("peers", {}).values())

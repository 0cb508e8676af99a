"""Execution traces of schedules: written for other tools, and replayed on the hosts of a network."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from easterly.base.columns import IntColumn, floats
from easterly.base.findings import Finding
from easterly.demand.layout import Layout
from easterly.demand.schedule import Replay, critical_path, of_traces, traces_of
from easterly.model.network import Network
from easterly.model.schedule import EventKind, Schedule
from easterly.site.formats import chakra

PLAIN = Replay()


def write_chakra(
    schedule: Schedule, network: Network, folder: str | Path, name: str, *, form: str = "et", compress: bool = False
) -> tuple[Path, ...]:
    """Write a schedule as Chakra execution traces, a file per interface: ``NAME.<rank>.et``.

    Parameters
    ----------
    schedule : Schedule
    network : Network
        That its nodes belong to.
    folder : path
        Made if it is not there.
    name : str
    form : str
        ``et`` (Protocol Buffers) or ``json``.
    compress : bool
        Pack with gzip.

    Returns
    -------
    tuple of Path

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    return chakra.write(traces_of(schedule, network), folder, name, form=form, compress=compress)


def read_chakra(
    source: str | Path | Iterable[str | Path], network: Network, hosts: IntColumn, *,
    groups: str | Path | None = None, how: Replay = PLAIN,
) -> tuple[Schedule, tuple[Finding, ...]]:  # fmt: skip
    """Read Chakra execution traces as a schedule on some hosts; rank i runs on GPU i of them.

    Parameters
    ----------
    source : path or paths
        A folder with the files of one trace, or the files.
    network : Network
    hosts : (H,) int
        Rows of its hosts, in rank order.
    groups : path, optional
        JSON with the ranks of each process group by name.
    how : Replay

    Returns
    -------
    Schedule
    tuple of Finding
        Warnings and notes.

    Raises
    ------
    FindingsError
        What is wrong with the files (E120, E122, E132 to E134), or with what they say (E665, E666, E667).
    OSError
        If a file cannot be read.
    """
    traces, notes = chakra.read(source, groups=groups)
    schedule, more = of_traces(traces, Layout.of(network, hosts), how)
    return schedule, (*notes, *more)


def replay_s(schedule: Schedule, network: Network) -> float:
    """Time of a schedule on a network if no message slows another down [s]."""
    links = network.links
    out_bps = np.bincount(links.src, links.capacity_bps, minlength=len(network.nodes))
    rates = np.where(schedule.kind == EventKind.SEND, out_bps[schedule.src], np.inf)
    return critical_path(schedule, floats(rates)).makespan_s if len(schedule) else 0.0

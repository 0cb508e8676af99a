"""Contradictions between witnesses, as findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from easterly.base.findings import Finding
from easterly.base.units import TIME, format_short
from easterly.study.witnesses.run import SiteWitnesses
from easterly.study.witnesses.table import EXCEEDED, OUTSIDE, MeanGroups, Witnesses

WRONG = "one of both is a mistake of Easterly: report it, with the site file and the seed"


def findings(made: SiteWitnesses, links: Sequence[str], classes: dict[int, str]) -> list[Finding]:
    """What witnesses contradict each other in; empty if nothing.

    Parameters
    ----------
    made : SiteWitnesses
    links : sequence of str
        Names of links.
    classes : dict
        Names of queues.
    """
    several = [made.random] if made.steps is None else [made.random, made.steps]
    return [found for each in several for found in (*_exceeded(each, links, classes), *_outside(each, links, classes))]


def _exceeded(of: Witnesses, links: Sequence[str], classes: dict[int, str]) -> Iterator[Finding]:
    rows = np.flatnonzero(of.bound_status == EXCEEDED)
    if not len(rows):
        return
    with np.errstate(divide="ignore"):
        worst = int(rows[np.argmax(of.measured.most_s[rows] / np.maximum(of.bound_s[rows], 1e-15))])
    yield Finding(
        "E709", "",
        f"{of.what}: packets waited longer than their bound at {len(rows):,} of {len(of):,} queues, such as "
        f"{format_short(float(of.measured.most_s[worst]), TIME)} before {links[int(of.link[worst])]}, class "
        f"{classes.get(int(of.queue[worst]), '?')}, where {_time(float(of.bound_s[worst]))} is the bound",
        WRONG,
    )  # fmt: skip


def _outside(of: Witnesses, links: Sequence[str], classes: dict[int, str]) -> Iterator[Finding]:
    rows = np.flatnonzero(of.mean_status == OUTSIDE)
    if len(rows) and of.waits is not None:
        band, worst = of.waits.stations.band, int(rows[np.argmax(of.measured.packets[rows])])
        yield Finding(
            "E710", "",
            f"{of.what}: mean waits are outside of their band at {len(rows):,} of {len(of):,} queues, such as "
            f"{_between(of.measured.mean_s[worst], of.half_s[worst])} before {links[int(of.link[worst])]}, class "
            f"{classes.get(int(of.queue[worst]), '?')}, where {of.waits.stations.method} says "
            f"{_time(float(band.low[worst]))} to {_time(float(band.high[worst]))}",
            WRONG,
        )  # fmt: skip
    if of.groups is not None:
        yield from _groups(of.groups, of.what, classes)


def _groups(of: MeanGroups, what: str, classes: dict[int, str]) -> Iterator[Finding]:
    for r in np.flatnonzero(of.status == OUTSIDE).tolist():
        where = "that senders fill" if of.first[r] else "behind other links"
        yield Finding(
            "E710", "",
            f"{what}: the mean wait at all {int(of.queues[r]):,} queues of class {classes.get(int(of.queue[r]), '?')} "
            f"{where} is {_between(of.simulated_s[r], of.half_s[r])}, outside of {_time(float(of.low_s[r]))} to "
            f"{_time(float(of.high_s[r]))}",
            WRONG,
        )  # fmt: skip


def _between(mean_s: float, half_s: float) -> str:
    return f"{_time(float(mean_s))} +- {_time(float(half_s))}"


def _time(value: float) -> str:
    return "0 s" if value == 0 else "no bound" if np.isinf(value) else format_short(value, TIME)

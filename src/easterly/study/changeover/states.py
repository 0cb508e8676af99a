"""What a site carries between two steps, and while one is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from easterly import predict
from easterly.base.columns import BoolColumn, bools
from easterly.base.findings import Finding, FindingsError, Severity
from easterly.model.network import Network, NodeKind
from easterly.model.routing import LinkLoads
from easterly.site import setting
from easterly.study import traffic
from easterly.study.check import check
from easterly.study.nouns import Nouns
from easterly.study.stages import Recent

AT_ONCE = 64
"""Groups of links that are tried as down while a step is made: a step that touches more changes them all."""


@dataclass(frozen=True, slots=True)
class Load:
    """The fullest link of a situation.

    Attributes
    ----------
    utilisation : float [1]
        Infinite where something has no way, or the file is wrong.
    link : str
    why : str
        What is down, or what is wrong.
    """

    utilisation: float
    link: str = ""
    why: str = ""


class States:
    """Sites by the steps that were made, each worked out once."""

    def __init__(self) -> None:
        self._stages = Recent()
        self.tried = 0

    def nouns(self, data: dict[str, Any]) -> Nouns:
        """Nouns of a site file.

        Raises
        ------
        FindingsError
            It has errors.
        """
        loaded = setting.changed(data)
        nouns = Nouns(loaded.site, self._stages)
        wrong = [f for f in check(loaded.site, nouns) if f.severity is Severity.ERROR]
        if wrong:
            raise FindingsError(wrong)
        return nouns

    def rest(self, data: dict[str, Any]) -> tuple[Load, Nouns | None]:
        """The fullest link when nothing is being changed, and the nouns where the file is sound."""
        self.tried += 1
        try:
            nouns = self.nouns(data)
            return _fullest(nouns.network.value, nouns.loads.value), nouns
        except FindingsError as error:
            return Load(np.inf, why=_said(error.findings[0])), None

    def during(self, before: Nouns, after: Nouns) -> Load:
        """The fullest link while links change one device after the other, each down while it is changed.

        Before its turn the others are as they were, after it as they will be: both are looked at. Links that come or go
        are up in one of the two sites alone, and have no moment of their own.
        """
        worst = Load(0.0)
        for name, one, other in _turns(before.network.value, after.network.value):
            for nouns, alive in ((before, one), (after, other)):
                self.tried += 1
                made = _with_down(nouns, alive)
                if made.utilisation > worst.utilisation:
                    lost = f", {made.why}" if made.why else ""
                    worst = Load(made.utilisation, made.link, f"while {name} is changed{lost}")
        return worst


def _said(finding: Finding) -> str:
    return f"{finding.code} {finding.at}: {finding.message}"


def _fullest(network: Network, loads: LinkLoads) -> Load:
    used = np.add.reduce(loads.load_bps, axis=0) / loads.capacity_bps
    if not len(used):
        return Load(0.0)
    row = int(np.argmax(used))
    return Load(float(used[row]), str(network.link_ids[row]))


def _with_down(nouns: Nouns, alive: BoolColumn) -> Load:
    network = nouns.network.value
    demands = nouns.after(alive)
    routing = traffic.route_one(network, demands, nouns.site.seed, alive)
    stranded = traffic.stranded(network, demands, routing)
    if stranded:
        return Load(np.inf, why=f"{stranded[0]} has no way")
    alone = predict.transfers(demands, routing.paths, network.links.capacity_bps)
    prediction = predict.predict(network, demands, routing, alone)
    return _fullest(network, predict.link_loads(network, demands, routing, prediction, alone))


def _turns(before: Network, after: Network) -> Iterator[tuple[str, BoolColumn, BoolColumn]]:
    """What is changed together: links of other capacity, by the device at their upper end, one of each kind."""
    now = {name: row for row, name in enumerate(after.link_ids.tolist())}
    groups: dict[str, list[tuple[int, int]]] = {}
    for row, name in enumerate(before.link_ids.tolist()):
        other = now.get(name)
        if other is not None and before.links.capacity_bps[row] != after.links.capacity_bps[other]:
            groups.setdefault(_upper(before, row), []).append((row, other))
    seen: set[tuple[str, int]] = set()
    for name, rows in groups.items():
        kind = _kind(before, name), len(rows)
        if kind in seen or len(seen) >= AT_ONCE:
            continue
        seen.add(kind)
        yield name, _down(before, [row for row, _ in rows]), _down(after, [row for _, row in rows])


def _upper(network: Network, row: int) -> str:
    ends = int(network.links.src[row]), int(network.links.dst[row])
    if network.nodes.fabric[ends[0]] != network.nodes.fabric[ends[1]] or network.nodes.kind[ends[0]] != NodeKind.SWITCH:
        return str(network.link_ids[min(row, int(network.links.reverse[row]) % len(network.links))])
    return str(network.nodes.name[max(ends, key=lambda node: (network.nodes.tier[node], -node))])


def _kind(network: Network, name: str) -> str:
    """Devices of one role in one fabric are changed alike; links have a turn each."""
    at = np.flatnonzero(network.nodes.name == name)
    return f"{network.nodes.fabric[at[0]]}/{network.nodes.role[at[0]]}" if len(at) else name


def _down(network: Network, rows: list[int]) -> BoolColumn:
    alive = np.ones(len(network.links), dtype=np.bool_)
    alive[rows] = False
    back = network.links.reverse[rows]
    alive[back[back >= 0]] = False
    return bools(alive)

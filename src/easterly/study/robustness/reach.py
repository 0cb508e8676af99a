"""What spreads from host to host, with the routing tables of tenants between them and without."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easterly.base.columns import FloatColumn
from easterly.model.address import AddressPlan
from easterly.model.robustness import Epidemic, Segments
from easterly.predict.intervals import Interval, interval
from easterly.predict.robustness import final_size_groups, reproduction, segments, simulate
from easterly.study.robustness.structure import Structure

REPRODUCTION = 3.0


@dataclass(frozen=True, slots=True)
class Outbreak:
    """What one infected host, any of them, leads to.

    Attributes
    ----------
    segments : Segments
        Groups of hosts that are in the same routing tables.
    reproduction : float [1]
        Others whom one infects in a generation.
    limit : (G,) float [1]
        Share of each group that a large outbreak infects, once it has got into it.
    epidemic : Epidemic
    """

    segments: Segments
    reproduction: float
    limit: FloatColumn
    epidemic: Epidemic

    @property
    def size(self) -> Interval:
        """Share of all hosts that is infected in the end, in the mean over hosts that begin and over chance."""
        return interval(self.epidemic.final)

    @property
    def worst(self) -> float:
        """Share of all hosts that the largest run infected."""
        return float(self.epidemic.final.max())


def segments_of(structure: Structure, plan: AddressPlan, *, flat: bool = False) -> Segments:
    """Hosts by the routing tables that they are in, and who reaches whom: those with a table in common, and a path.

    Parameters
    ----------
    structure : Structure
    plan : AddressPlan
    flat : bool
        As if there was one routing table.

    Returns
    -------
    Segments
        Named after their tables.
    """
    network, whole = structure.network, structure.joined()
    tables = _tables(structure, plan, flat)
    kinds: dict[tuple[int, tuple[str, ...]], int] = {}
    size: list[int] = []
    for host in range(len(network.hosts)):
        key = (int(whole.kind[host]), tuple(sorted(tables[host])))
        row = kinds.setdefault(key, len(kinds))
        size.extend([0] * (row + 1 - len(size)))
        size[row] += 1
    reach = [[bool(whole.meets[a, b]) and bool(set(x) & set(y)) for b, y in kinds] for a, x in kinds]
    return segments(
        [", ".join(names) or "no table" for _, names in kinds], size, np.array(reach).reshape(len(kinds), -1)
    )


def _tables(structure: Structure, plan: AddressPlan, flat: bool) -> list[set[str]]:
    """Routing tables of the interfaces of each host."""
    hosts = structure.network.hosts.name.tolist()
    if flat:
        return [{"all"} for _ in hosts]
    of = {name: set[str]() for name in hosts}
    ports = plan.interfaces
    for device, table, role in zip(ports.device.tolist(), ports.vrf.tolist(), ports.role.tolist(), strict=True):
        if role == "host" and device in of:
            of[device].add(table)
    return list(of.values())


def outbreak(groups: Segments, *, spread: float = REPRODUCTION, runs: int = 200, seed: int = 1) -> Outbreak:
    """SIR from one host, drawn among all: software that tries addresses at random, and hosts that are cleaned.

    Parameters
    ----------
    groups : Segments
    spread : float [1]
        Others that one host would infect if it reached all hosts: attempts at random addresses while it is infected.
        Where it reaches fewer, the same attempts meet fewer.
    runs : int
    seed : int

    Returns
    -------
    Outbreak
        Times are in mean times until a host is cleaned.

    Raises
    ------
    ValueError
        Fewer than two hosts, a number that is none.
    """
    hosts = groups.population
    if hosts < 2 or not 0 < spread < np.inf:
        raise ValueError(f"{hosts} hosts and a reproduction number of {spread:g}: two hosts at least, and above 0")
    infect = spread / (hosts - 1)
    return Outbreak(
        groups, reproduction(groups, infect=infect, recover=1.0), final_size_groups(groups, infect=infect, recover=1.0),
        simulate(groups, infect=infect, recover=1.0, runs=runs, seed=seed),
    )  # fmt: skip

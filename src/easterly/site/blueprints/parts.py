"""What a blueprint hands over: blocks of switches, hosts and cables, numbered within their fabric.

Switches are numbered in the order of their blocks, interfaces in the order of their hosts; the
assembly turns both into node indices of the whole network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from easterly.model.network import LinkKind
from easterly.model.spec.hardware import HostType, SwitchType

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST = 1 << 20
"""Switches, interfaces or cables of one fabric; more is refused before memory is asked for."""


class TooLarge(Exception):
    """A fabric with more than `MOST` parts of one kind."""

    def __init__(self, count: int, what: str) -> None:
        super().__init__(f"{count:,} {what}")


@dataclass(frozen=True, slots=True)
class Switches:
    """A block of switches of one role; scalars stand for all of the block."""

    name: Sequence[str]
    role: str | Sequence[str]
    tier: int | Ints
    type: str | Sequence[str]
    ports: int | Ints
    delay_s: float | Floats
    pod: int | Ints = -1
    su: int | Ints = -1
    rail: int | Ints = -1
    plane: int | Ints = -1

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True, slots=True)
class HostRows:
    """The hosts of a fabric; ``nic_*`` has one entry per interface, host by host."""

    name: Sequence[str]
    type: str | Sequence[str]
    gpus: int | Ints
    nics: Ints
    scaleup_bps: float | Floats
    pod: int | Ints = -1
    su: int | Ints = -1
    nic_rail: int | Ints = -1
    nic_plane: int | Ints = -1
    nic_ports: int = 1

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True, slots=True)
class Cables:
    """A block of cables; `lower` counts interfaces where the kind is HOST, else switches."""

    kind: LinkKind
    lower: Ints
    upper: Ints
    lower_port: Ints
    upper_port: Ints
    rate_bps: float | Floats
    length_m: float | Floats
    cost: float | Floats = 1.0
    delay_s: Floats | None = None
    srlg: Sequence[tuple[str, ...]] = ()

    def __len__(self) -> int:
        return len(self.lower)


@dataclass(frozen=True, slots=True)
class Scheme:
    """What the switches and the cables between them are built as; see `easterly.model.network.Structure`."""

    family: str
    numbers: tuple[int, ...]
    routing: str = "ecmp"


@dataclass(frozen=True, slots=True)
class Parts:
    """A fabric in parts.

    Attributes
    ----------
    switches : tuple of Switches
    hosts : HostRows
    cables : tuple of Cables
    top : (T,) int
        Switches of the top tier, to which border routers are attached.
    scheme : Scheme or None
        What it is built as, if it follows a rule.
    """

    switches: tuple[Switches, ...]
    hosts: HostRows
    cables: tuple[Cables, ...]
    top: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    scheme: Scheme | None = None


def folded(leaves: int, *floors: tuple[int, int], planes: int = 1, pod_leaves: int = 0, zone_pods: int = 1) -> Scheme:
    """Scheme of a folded Clos.

    Parameters
    ----------
    leaves : int
        Of each plane.
    *floors : (int, int)
        Of each tier above: upper switches that a lower one is joined to, and links to each.
    planes : int
    pod_leaves, zone_pods : int
        Leaves of a pod, all if 0; pods that share one set of tier-3 switches.
    """
    widths = [number for floor in (*floors, *((0, 0),) * (3 - len(floors))) for number in floor]
    return Scheme("clos", (len(floors) + 1, planes, leaves, pod_leaves or leaves, zone_pods, *widths))


def count_up(count: int, what: str) -> Ints:
    """0, 1, ... count - 1; `TooLarge` before memory is asked for."""
    if count > MOST:
        raise TooLarge(count, what)
    return np.arange(count, dtype=np.int64)


def numbered(stem: str, count: int) -> list[str]:
    """Names ``<stem>-0``, ``<stem>-1``, ..."""
    return [f"{stem}-{i}" for i in count_up(count, "devices").tolist()]


def in_groups(stem: str, word: str, role: str, groups: int, each: int) -> list[str]:
    """Names ``<stem>-<word>0-<role>-0``, ... group by group: pods, planes."""
    count_up(groups * each, "devices")
    return [f"{stem}-{word}{g}-{role}-{i}" for g in range(groups) for i in range(each)]


def switch_block(names: Sequence[str], role: str, tier: int, model: SwitchType, **labels: int | Ints) -> Switches:
    """A block of switches of one model."""
    return Switches(names, role, tier, model.name, model.ports, model.delay, **labels)


def host_rows(
    fabric: str,
    count: int,
    model: HostType,
    scaleup_bps: float,
    *,
    pod: int | Ints = -1,
    su: int | Ints = -1,
    nic_rail: int | Ints = -1,
    nic_plane: int | Ints = -1,
    nic_ports: int = 1,
) -> HostRows:
    """`count` hosts of one model, named ``<fabric>-host-<i>``."""
    count_up(count * model.nics, "interfaces")
    nics = np.full(count, model.nics, dtype=np.int64)
    names = numbered(f"{fabric}-host", count)
    return HostRows(names, model.name, model.gpus, nics, scaleup_bps, pod, su, nic_rail, nic_plane, nic_ports)

"""Packet memory of switches: what is kept, what is shared, and between whom."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, bools, floats, ints, texts
from easterly.base.units import LENGTH, RATE, SIZE, format_short
from easterly.model.catalog import chips
from easterly.model.network import Network, NodeKind
from easterly.model.qos import Budgets, HeadroomItems
from easterly.model.spec.site import Site
from easterly.qos.memory import Headroom, headroom
from easterly.qos.planning.ledger import Ledger
from easterly.qos.planning.marking import Classes
from easterly.qos.planning.ports import WAN, Ports

BYTE = 1
LONG_m = 20e3
"""Cables from which on the worst mix of frames is counted by the byte: what cells add is lost in the length."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept for single queues of each group.

    Attributes
    ----------
    cell_B : (G,) int
    reserved_B, headroom_B, high_B : (G,) float
        Of one class at one port; headroom is 0 where nobody is paused.
    paused : (G,) bool
    """

    cell_B: IntColumn
    reserved_B: FloatColumn
    headroom_B: FloatColumn
    high_B: FloatColumn
    paused: BoolColumn


def kept(site: Site, made: Ports, classes: Classes, ledger: Ledger) -> tuple[Kept, HeadroomItems]:
    """Reserved memory and headroom of the ports of each group."""
    lossless = any(c.lossless for c in classes.specs)
    cells = [_cell_B(site, made.device_type[row]) for row in range(len(made))]
    paused = [lossless and made.faces[row] != WAN for row in range(len(made))]
    asked = [
        _headroom(site, float(made.rate_bps[row]), float(made.cable_m[row]), cells[row]) if paused[row] else None
        for row in range(len(made))
    ]
    switch = [not made.is_host(row) for row in range(len(made))]
    planned = [_ceil(h.low_B, cells[row]) if h and switch[row] else 0.0 for row, h in enumerate(asked)]
    high = [float(h.high_B) if h and switch[row] else 0.0 for row, h in enumerate(asked)]
    reserved = [_reserved_B(site, made.device_type[row], len(classes), cells[row]) if switch[row] else 0.0
                for row in range(len(made))]  # fmt: skip
    _explain(site, made, asked, switch, cells, ledger)
    items = [(row, item) for row, h in enumerate(asked) if h and switch[row] for item in h.items]
    table = HeadroomItems(
        ints([row for row, _ in items]),
        texts([item.name for _, item in items]),
        floats([item.low_B for _, item in items]),
        floats([item.high_B for _, item in items]),
        texts([item.reason for _, item in items]),
    )
    return Kept(ints(cells), floats(reserved), floats(planned), floats(high), bools(paused)), table


def _headroom(site: Site, rate_bps: float, cable_m: float, cell_B: int) -> Headroom:
    cell_B = cell_B if cable_m <= LONG_m else BYTE
    return headroom(rate_bps, cable_m, math.ceil(site.qos.mtu), cell_B=cell_B, response_s=site.qos.response)


def _cell_B(site: Site, model: str) -> int:
    switch = site.hardware.switches.get(model)
    cell = chips.of(switch, site.hardware).cell if switch is not None else None
    return max(BYTE, round(cell or BYTE))


def _reserved_B(site: Site, model: str, classes: int, cell_B: int) -> float:
    """What one queue always has: its part of what the site guarantees to a port, else one frame if that is there."""
    switch = site.hardware.switches.get(model)
    if switch is not None and switch.port_guarantee is not None:
        return float(switch.port_guarantee // max(1, classes) // cell_B * cell_B)
    frame_B = _ceil(site.qos.mtu, cell_B)
    if switch is None or switch.guaranteed is None:
        return frame_B
    return min(frame_B, float(switch.guaranteed // (switch.ports * max(1, classes)) // cell_B * cell_B))


def _ceil(size_B: float, cell_B: int) -> float:
    return float(math.ceil(size_B / cell_B) * cell_B)


def _explain(
    site: Site, made: Ports, asked: list[Headroom | None], switch: list[bool], cells: list[int], ledger: Ledger
) -> None:
    ledger.add(
        "reserved_B", "one frame in whole cells, or what is stated: of a port over its queues, of a switch over all",
        "choice: no queue is ever without room for a frame", f"frames of {format_short(site.qos.mtu, SIZE)}",
    )  # fmt: skip
    for row, h in enumerate(asked):
        if h is None or not switch[row]:
            continue
        ledger.add(
            "headroom_B", "own frame + pause + both ways of the cable + response + the peer's frame, in whole cells",
            "IEEE 802.1Qbb, annex O", f"{format_short(float(made.rate_bps[row]), RATE)}, "
            f"{format_short(float(made.cable_m[row]), LENGTH)}, frames of {format_short(site.qos.mtu, SIZE)}, cells of "
            f"{cells[row]} B: {h.low_B:.0f} B; up to {h.high_B} B with frames that fill cells worst", group=row,
        )  # fmt: skip
    if any(c == BYTE for c, is_switch in zip(cells, switch, strict=True) if is_switch):
        ledger.add("cell_B", "counted by the byte", "no cell is stated for a chip of this site")


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of the switches of each group of ports, and how it is divided.

    Attributes
    ----------
    budgets : Budgets
    of_group : (G,) int
        Row of the budgets; -1 for ports of hosts.
    """

    budgets: Budgets
    of_group: IntColumn


def memory(site: Site, network: Network, made: Ports, classes: Classes, held: Kept, ledger: Ledger) -> Memory:
    """Budget of each kind of switch, that of the one that has to keep most."""
    lossless = sum(c.lossless for c in classes.specs)
    nodes, links = network.nodes, network.links
    out = np.flatnonzero((made.group >= 0) & (nodes.kind[links.src] == NodeKind.SWITCH))
    count = np.bincount(links.src[out], minlength=len(nodes))
    group = made.group[out]
    room_B = np.bincount(links.src[out], lossless * held.headroom_B[group], minlength=len(nodes))
    own_B = np.bincount(links.src[out], len(classes) * held.reserved_B[group], minlength=len(nodes))
    kinds, first, members = _kinds(network)
    worst = [max(rows.tolist(), key=lambda n: (room_B[n] + own_B[n], count[n], -n)) for rows in members]
    rows = [
        _budget(site, network, node, int(count[node]), float(own_B[node]), float(room_B[node]), classes)
        for node in worst
    ]
    _explain_pools(site, classes, ledger)
    of_node = np.full(len(nodes), -1)
    of_node[first] = kinds
    of_group = np.full(len(made), -1)
    for row in range(len(made)):
        own = made.link[made.ptr[row] : made.ptr[row + 1]]
        if not made.is_host(row) and len(own):
            of_group[row] = min(of_node[links.src[own]].tolist(), key=lambda b: _tightness(rows[b]))
    return Memory(_table(network, worst, rows), ints(of_group))


def _kinds(network: Network) -> tuple[NDArray[np.int64], NDArray[np.int64], list[NDArray[np.int64]]]:
    """Kind (fabric, role, model) of each switch, the switches, and those of each kind."""
    nodes = network.nodes
    switches = np.flatnonzero(nodes.kind == NodeKind.SWITCH)
    labels = np.array([f"{nodes.fabric[n]}\0{nodes.role[n]}\0{nodes.switch_type[n]}" for n in switches.tolist()])
    names, kind = np.unique(labels, return_inverse=True)
    return kind.reshape(-1), switches, [switches[kind.reshape(-1) == i] for i in range(len(names))]


@dataclass(frozen=True, slots=True)
class _Row:
    """One budget."""

    ports: int
    memory_B: float
    cell_B: int
    reserved_B: float
    headroom_B: float
    pool_B: float
    lossless_B: float
    lossy_B: float
    fits: bool


def _tightness(row: _Row) -> float:
    free = row.lossless_B + row.lossy_B
    return math.inf if math.isnan(free) else free / max(1, row.ports)


def _budget(
    site: Site, network: Network, node: int, ports: int, reserved_B: float, headroom_B: float, classes: Classes
) -> _Row:
    model = str(network.nodes.switch_type[node])
    switch = site.hardware.switches.get(model)
    chip = chips.of(switch, site.hardware) if switch is not None else None
    cell_B = _cell_B(site, model)
    memory_B = math.nan if chip is None or not chip.buffer else float(chip.buffer)
    if switch is not None and switch.guaranteed is not None:
        reserved_B = float(switch.guaranteed)
    pool_B = headroom_B if switch is None or switch.headroom is None else float(switch.headroom)
    shared_B = max(0.0, memory_B - reserved_B - pool_B) if memory_B == memory_B else math.nan
    part = lossless_part(classes)
    lossless_B = shared_B * part // cell_B * cell_B if shared_B == shared_B else math.nan
    lossy_B = (shared_B - lossless_B) // cell_B * cell_B if shared_B == shared_B else math.nan
    fits = headroom_B <= pool_B and (math.isnan(shared_B) or shared_B > 0)
    return _Row(ports, memory_B, cell_B, reserved_B, headroom_B, pool_B, lossless_B, lossy_B, fits)


def lossless_part(classes: Classes) -> float:
    """Part of the shared memory that lossless classes have: by what the site says of buffers, else by share."""
    stated = [None if c.buffer is None else c.buffer.share for c in classes.specs]
    use = classes.share if None in stated else [s or 0.0 for s in stated]
    own = math.fsum(u for u, c in zip(use, classes.specs, strict=True) if c.lossless)
    total = math.fsum(use)
    return own / total if total > 0 else 0.0


def _explain_pools(site: Site, classes: Classes, ledger: Ledger) -> None:
    ledger.add(
        "budgets.lossless_B",
        "memory - reserved - headroom, divided between lossless classes and the others by their shares",
        "choice: pools of their own, so that what is dropped elsewhere cannot move the threshold of pauses",
        f"lossless part {lossless_part(classes):.4g}",
    )
    for name, switch in sorted(site.hardware.switches.items()):
        chip = chips.of(switch, site.hardware)
        if switch.buffer is None and chip.buffer is not None:
            ledger.add("budgets.memory_B", f"memory of chip {switch.chip}", chip.source, f"switch {name}")
        elif switch.buffer is None:
            what = chip.source or "neither buffer nor chip is stated"
            ledger.add("budgets.memory_B", "not known", what, f"switch {name}")


def _table(network: Network, worst: list[int], rows: list[_Row]) -> Budgets:
    nodes = network.nodes
    return Budgets(
        texts([str(nodes.name[n]) for n in worst]),
        texts([str(nodes.switch_type[n]) for n in worst]),
        texts([str(nodes.role[n]) for n in worst]),
        texts([str(nodes.fabric[n]) for n in worst]),
        ints([r.ports for r in rows]),
        floats([r.memory_B for r in rows]),
        ints([r.cell_B for r in rows]),
        floats([r.reserved_B for r in rows]),
        floats([r.headroom_B for r in rows]),
        floats([r.pool_B for r in rows]),
        floats([r.lossless_B for r in rows]),
        floats([r.lossy_B for r in rows]),
        bools([r.fits for r in rows]),
    )


def nothing() -> Budgets:
    """No switch at all."""
    none = floats([])
    return Budgets(
        texts([]), texts([]), texts([]), texts([]), ints([]), none, ints([]), none, none, none, none, none, bools([])
    )

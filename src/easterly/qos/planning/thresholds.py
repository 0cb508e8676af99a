"""Thresholds of every queue: dynamic thresholds, pauses, marks; in an order that always holds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from easterly.base.columns import FloatColumn, IntColumn, floats, ints
from easterly.base.units import RATE, SIZE, TIME, format_short
from easterly.model.catalog import chips
from easterly.model.qos import Absorption, Budgets
from easterly.model.spec.policy import TrafficClass
from easterly.model.spec.site import Site
from easterly.qos.memory import absorbs
from easterly.qos.memory.formulas import bdp_B, queue_limit_B
from easterly.qos.planning.budget import Kept, Memory
from easterly.qos.planning.bursts import Bursts
from easterly.qos.planning.ledger import Ledger
from easterly.qos.planning.marking import Classes
from easterly.qos.planning.ports import Ports

KMIN_B, KMAX_B, PER_BPS, PMAX = 100e3, 400e3, 25e9, 0.2
"""Marks for RoCE: 100 kB and 400 kB at 25 Gb/s, in proportion to the rate (practice, as in the papers on HPCC)."""
BELOW = 0.8
"""Kmax stays below the lowest pause, or drop, by a fifth: marks take a round trip to act."""
DCTCP = 7
XON_FRAMES = 2
LOSSY_PMAX = 1.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One class at one group: what its thresholds follow from."""

    row: int
    group: int
    rate_bps: float
    rtt_s: float
    cell_B: int
    pool_B: float
    ports: int
    paused: bool
    reserved_B: float
    headroom_B: float
    alphas: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Levels:
    """Thresholds of one class at one group; NaN for what there is not."""

    alpha: float = math.nan
    kmin_B: float = math.nan
    kmax_B: float = math.nan
    pmax: float = math.nan
    xoff_B: float = math.nan
    xoff_alone_B: float = math.nan
    xon_offset_B: float = math.nan
    limit_B: float = math.nan
    limit_alone_B: float = math.nan
    peak_B: float = math.nan
    absorbed: int = Absorption.UNKNOWN


def cells(
    site: Site, made: Ports, rtt_s: FloatColumn, classes: Classes, held: Kept, memory: Memory
) -> list[list[Cell]]:
    """What the thresholds of each class at each group follow from; an empty row for ports of hosts."""
    return [
        [] if made.is_host(g) else _cells_of(site, made, g, float(rtt_s[g]), classes, held, memory.budgets, int(b))
        for g, b in enumerate(memory.of_group.tolist())
    ]


def _cells_of(
    site: Site, made: Ports, g: int, rtt_s: float, classes: Classes, held: Kept, budgets: Budgets, b: int
) -> list[Cell]:
    switch = site.hardware.switches.get(made.device_type[g])
    alphas = chips.of(switch, site.hardware).alphas if switch is not None else ()
    found = []
    for row, c in enumerate(classes.specs):
        paused = c.lossless and bool(held.paused[g])
        pool_B = float((budgets.lossless_B if c.lossless else budgets.lossy_B)[b]) if b >= 0 else math.nan
        ports = int(budgets.ports[b]) if b >= 0 else 1
        found.append(Cell(
            row, g, float(made.rate_bps[g]), rtt_s, int(held.cell_B[g]), pool_B, max(1, ports), paused,
            float(held.reserved_B[g]), float(held.headroom_B[g]) if paused else 0.0, alphas or chips.ALPHAS,
        ))  # fmt: skip
    return found


def alphas(
    site: Site, made: Ports, classes: Classes, given: Sequence[Sequence[Cell]], burst: Bursts, ledger: Ledger
) -> dict[str, list[float]]:
    """Dynamic threshold of each class on each model of switch: as stated, else the least that holds the worst burst.

    A chip has one threshold per queue of a port. To keep what the others may take in view it is the same on all ports
    of a model, and starts from 1: one full queue takes half of its pool, and n take n / (n + 1).
    """
    found: dict[str, list[float]] = {}
    for model in sorted({made.device_type[g] for g, row in enumerate(given) if row}):
        groups = [g for g, row in enumerate(given) if row and made.device_type[g] == model]
        switch = site.hardware.switches.get(model)
        found[model] = []
        for row, c in enumerate(classes.specs):
            stated = c.buffer.alpha if c.buffer is not None and c.buffer.alpha is not None else None
            if stated is None and switch is not None:
                stated = switch.alpha
            need = [
                _least(given[g][row], int(burst.senders[g, row]), float(burst.burst_B[g, row]), burst.sender_bps[g])
                for g in groups
            ]
            found[model].append(stated if stated is not None else max(need))
            _explain_alpha(ledger, model, row, c.origin, stated, need)
    return found


def _explain_alpha(
    ledger: Ledger, model: str, row: int, origin: str, stated: float | None, need: Sequence[float]
) -> None:
    if stated is not None:
        ledger.add("alpha", "as stated", f"site file: {origin} or the switch", f"switch {model}", traffic_class=row)
        return
    ledger.add(
        "alpha", "1, or the least step of the chip with which the worst burst fits an otherwise empty pool",
        "choice, on the threshold of Choudhury & Hahne 1998: alpha B / (1 + alpha n)",
        f"switch {model}, {max(need):g}", traffic_class=row,
    )  # fmt: skip


def _least(cell: Cell, senders: int, burst_B: float, sender_bps: float) -> float:
    """Least threshold of a chip from 1 on with which a burst is held; 1 where nothing is known, or nothing helps."""
    steps = sorted(a for a in cell.alphas if a >= 1) or [max(cell.alphas)]
    if not senders or not burst_B or math.isnan(cell.pool_B):
        return steps[0]
    for alpha in steps:
        held = absorbs(
            burst_B, sender_bps, cell.rate_bps, memory_B=cell.pool_B, alpha=alpha, reserved_B=cell.reserved_B
        )
        if held.holds(senders):
            return alpha
    return steps[0]


def levels(site: Site, classes: Classes, cell: Cell, alpha: Sequence[float], burst: Bursts, ledger: Ledger) -> Levels:
    """Thresholds of one class at one group of switch ports."""
    c, own = classes.specs[cell.row], alpha[cell.row]
    rivals = cell.ports * math.fsum(
        a for a, other in zip(alpha, classes.specs, strict=True)
        if other.lossless == c.lossless and not (cell.paused and _is_static(other))
    )  # fmt: skip
    left_B = cell.pool_B - (static_B(classes.specs, cell.ports, cell.reserved_B) if c.lossless else 0.0)
    left_B = left_B if math.isnan(left_B) else max(0.0, left_B)
    lowest_B = _floor(queue_limit_B(left_B, own, rivals / own) + cell.reserved_B, cell.cell_B)
    alone_B = _floor(queue_limit_B(cell.pool_B, own) + cell.reserved_B, cell.cell_B)
    if cell.paused and c.pfc is not None:
        lowest_B = alone_B = float(c.pfc.xoff)
    elif c.buffer is not None and c.buffer.size is not None:
        lowest_B, alone_B = min(lowest_B, c.buffer.size), min(alone_B, c.buffer.size)
    _explain_limit(classes, cell, own, lowest_B, alone_B, ledger)
    kmin_B, kmax_B, pmax = _marks(site, classes, cell, lowest_B, ledger)
    peak_B, absorbed = _absorbed(cell, own, alone_B, burst)
    offset_B = _xon_offset(site, classes, cell, lowest_B, ledger) if cell.paused else math.nan
    xoff = (lowest_B, alone_B) if cell.paused else (math.nan, math.nan)
    return Levels(
        own, kmin_B, kmax_B, pmax, *xoff, offset_B, lowest_B + cell.headroom_B, alone_B + cell.headroom_B, peak_B,
        absorbed,
    )  # fmt: skip


def _is_static(c: TrafficClass) -> bool:
    """Paused at a queue that the site states, however much memory is free."""
    return c.lossless and c.pfc is not None


def static_B(specs: Sequence[TrafficClass], ports: int, reserved_B: float) -> float:
    """Shared memory that classes with stated pauses take while every port is congested: nothing holds them back."""
    return ports * math.fsum(max(0.0, c.pfc.xoff - reserved_B) for c in specs if c.lossless and c.pfc is not None)


def _floor(size_B: float, cell_B: int) -> float:
    return size_B if math.isnan(size_B) else float(math.floor(size_B / cell_B) * cell_B)


def _xon_offset(site: Site, classes: Classes, cell: Cell, xoff_B: float, ledger: Ledger) -> float:
    given = classes.specs[cell.row].pfc
    if given is not None and given.xon is not None:
        return float(given.xoff - given.xon)
    ledger.add(
        "xon_offset_B", "two frames below xoff, or half of it where it is lower",
        "choice: pauses neither flutter with every frame nor last until the queue is empty",
        f"frames of {format_short(site.qos.mtu, SIZE)}", group=cell.group, traffic_class=cell.row,
    )  # fmt: skip
    wanted_B = math.ceil(XON_FRAMES * site.qos.mtu / cell.cell_B) * cell.cell_B
    return float(wanted_B) if math.isnan(xoff_B) else min(float(wanted_B), xoff_B / 2)


def _explain_limit(classes: Classes, cell: Cell, alpha: float, lowest_B: float, alone_B: float, ledger: Ledger) -> None:
    c = classes.specs[cell.row]
    if cell.paused and c.pfc is not None:
        ledger.add("xoff_B", "as stated", f"site file: {c.origin}/pfc", group=cell.group, traffic_class=cell.row)
        return
    unknown = "unknown memory" if math.isnan(cell.pool_B) else f"pool of {format_short(cell.pool_B, SIZE)}"
    ledger.add(
        "xoff_B" if cell.paused else "limit_B",
        "alpha x pool / (1 + sum of alpha over all ports and classes of the pool) + reserved; alone: over this one",
        "Choudhury & Hahne 1998", f"alpha {alpha:g}, {unknown}, {cell.ports} ports: "
        + ("not known" if math.isnan(lowest_B) else f"{format_short(lowest_B, SIZE)} to {format_short(alone_B, SIZE)}"),
        group=cell.group, traffic_class=cell.row,
    )  # fmt: skip
    if cell.paused:
        kept = f"headroom {format_short(cell.headroom_B, SIZE)}"
        ledger.add("limit_B", "xoff + headroom: beyond it packets are lost", "IEEE 802.1Qbb", kept,
                   group=cell.group, traffic_class=cell.row)  # fmt: skip


def _marks(site: Site, classes: Classes, cell: Cell, ceiling_B: float, ledger: Ledger) -> tuple[float, float, float]:
    """Kmin, Kmax and Pmax."""
    c = classes.specs[cell.row]
    if c.wred is not None:
        size_B = c.buffer.size if c.buffer is not None and c.buffer.size is not None else ceiling_B
        low, high = (level * size_B if level <= 1 else level for level in (float(c.wred.min), float(c.wred.max)))
        ledger.add("kmin_B", "as stated", f"site file: {c.origin}/wred", group=cell.group, traffic_class=cell.row)
        return low, high, float(c.wred.probability)
    if not classes.marks(cell.row):
        return math.nan, math.nan, math.nan
    return _roce(cell, ceiling_B, ledger) if cell.paused else _dctcp(site, cell, ceiling_B, ledger)


def _roce(cell: Cell, ceiling_B: float, ledger: Ledger) -> tuple[float, float, float]:
    """Marks for DCQCN: in proportion to the rate, and below the lowest pause."""
    times = cell.rate_bps / PER_BPS
    rule_B = KMAX_B * times
    kmax_B = _floor(rule_B if math.isnan(ceiling_B) else min(rule_B, BELOW * ceiling_B), cell.cell_B)
    kmin_B = _floor(min(KMIN_B * times, kmax_B / 4), cell.cell_B)
    ledger.add(
        "kmin_B", "Kmin 100 kB, Kmax 400 kB x rate / 25 Gb/s; Kmax at most 0.8 x the lowest xoff, Kmin a quarter of it",
        "practice of DCQCN (Li et al. 2019, HPCC, and its repository); the order by choice",
        f"{format_short(cell.rate_bps, RATE)}: {format_short(rule_B, SIZE)} by the rule, "
        f"{_ceiling(BELOW * ceiling_B)} by the order", group=cell.group, traffic_class=cell.row,
    )  # fmt: skip
    return kmin_B, kmax_B, PMAX


def _dctcp(site: Site, cell: Cell, ceiling_B: float, ledger: Ledger) -> tuple[float, float, float]:
    """A step of one frame from rate x round trip / 7 on, below the lowest drop."""
    rule_B = max(bdp_B(cell.rate_bps, cell.rtt_s) / DCTCP, 2 * site.qos.mtu)
    top_B = math.inf if math.isnan(ceiling_B) else BELOW * ceiling_B
    kmax_B = _floor(min(rule_B + site.qos.mtu, top_B), cell.cell_B)
    kmin_B = _floor(max(min(rule_B, kmax_B - site.qos.mtu), kmax_B / 2), cell.cell_B)
    ledger.add(
        "kmin_B", "Kmin rate x round trip / 7, at least two frames; Kmax a frame above it (a step), at most 0.8 x the "
        "lowest drop", "RFC 8257; Alizadeh et al. 2010, section 3.4; the order by choice",
        f"{format_short(cell.rate_bps, RATE)} x {format_short(cell.rtt_s, TIME)} / 7 / 8: "
        f"{format_short(rule_B, SIZE)} by the rule, {_ceiling(top_B)} by the order",
        group=cell.group, traffic_class=cell.row,
    )  # fmt: skip
    return kmin_B, kmax_B, LOSSY_PMAX


def _ceiling(size_B: float) -> str:
    return format_short(size_B, SIZE) if math.isfinite(size_B) else "no bound known"


def _absorbed(cell: Cell, alpha: float, alone_B: float, burst: Bursts) -> tuple[float, int]:
    """Queue that the worst burst makes, and what becomes of it while nothing else is congested."""
    senders, burst_B = int(burst.senders[cell.group, cell.row]), float(burst.burst_B[cell.group, cell.row])
    if not senders or not burst_B:
        return math.nan, Absorption.UNKNOWN
    found = absorbs(
        burst_B, float(burst.sender_bps[cell.group]), cell.rate_bps,
        memory_B=0.0 if math.isnan(cell.pool_B) else cell.pool_B, alpha=alpha, reserved_B=cell.reserved_B,
    )  # fmt: skip
    peak_B = float(found.peak_B(senders))
    if math.isnan(alone_B):
        return peak_B, Absorption.UNKNOWN
    if peak_B <= alone_B:
        return peak_B, Absorption.HOLDS
    return peak_B, Absorption.PAUSES if cell.paused else Absorption.DROPS


def column(rows: Sequence[Sequence[Levels]], name: str, classes: int) -> FloatColumn:
    """One threshold as a column of groups and classes."""
    empty = [math.nan] * classes
    return floats(np.array([[getattr(one, name) for one in row] or empty for row in rows]).reshape(len(rows), classes))


def verdicts(rows: Sequence[Sequence[Levels]], classes: int) -> IntColumn:
    """What becomes of the worst bursts."""
    empty = [int(Absorption.UNKNOWN)] * classes
    return ints(np.array([[int(one.absorbed) for one in row] or empty for row in rows]).reshape(len(rows), classes))

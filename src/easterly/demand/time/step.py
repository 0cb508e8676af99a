"""One step of a job as bars over time.

Forward, backward, optimiser: in each, what all micro-batches compute is one stretch, and the phases of the stage
come in bursts spread over it, one phase after the other in every cycle. Gradients begin where the part of them that
is hidden still fits beside the end of the backward pass; weights are gathered after the update, and what is hidden of
that reaches into the beginning of the next step. The bubble of a pipeline is drawn between forward and backward, where
its first stage waits. What is in no stage, such as reading data, starts with the step; what is exposed of it ends it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from easterly.base.columns import FloatColumn, IntColumn, floats, ints, texts
from easterly.demand.time.waves import NEAR, Wave, bursts
from easterly.model.demand import DemandSet
from easterly.model.series import StepBars

STEPS = ("forward", "backward", "optimiser")
AXES = ("tp", "cp", "ep", "pp", "dp")
GATHERED = ("all-gather", "broadcast")
BURSTS = 16
"""Most bursts that the occurrences of one phase are drawn as."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time in which one thing goes on; units as in `StepBars`."""

    phase: int
    stage: str
    start_s: float
    end_s: float
    exposed_s: float = 0.0
    share: float = 0.0
    axis: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A phase of a step: its row, its time, what of it is exposed, its occurrences."""

    row: int
    time_s: float
    exposed_s: float
    times: float

    @property
    def hidden_s(self) -> float:
        """What runs beside compute."""
        return max(0.0, self.time_s - self.exposed_s)

    @property
    def bursts(self) -> int:
        """A power of two, so that the bursts of several phases fall into the same cycles."""
        return int(2 ** math.floor(math.log2(min(BURSTS, max(1.0, self.times)))))


def step_bars(demands: DemandSet, name: str, phase_s: FloatColumn, exposed_s: FloatColumn) -> StepBars:
    """Bars of one step of a job.

    Parameters
    ----------
    demands : DemandSet
    name : str
        A job.
    phase_s : (P,) float [s]
        Time of each phase per step, such as a prediction's; 0 for what is in no step.
    exposed_s : (P,) float [s]
        What of it the step waits for; in forward and backward stretched by the bubble, as a prediction has it. Here
        what is stretched is drawn with the bubble.

    Returns
    -------
    StepBars

    Raises
    ------
    ValueError
        If the demand has no such job, or its step never ends.
    """
    work, phases = demands.work, demands.phases
    rows = np.flatnonzero((work.name == name) & (work.kind == "job"))
    if not len(rows):
        raise ValueError(f"no job {name!r}")
    row = int(rows[0])
    own = np.flatnonzero((phases.owner == name) & (phases.every_s == 0) & (phase_s > 0))
    if not np.isfinite(phase_s[own]).all():
        raise ValueError(f"the step of {name} never ends")
    waits_s = exposed_s * np.where(np.isin(phases.stage, STEPS[:2]), 1 - work.bubble[row], 1.0)
    parts = [Part(int(p), float(phase_s[p]), float(waits_s[p]), float(phases.times[p])) for p in _ordered(demands, own)]
    computed = {"forward": work.forward_s, "backward": work.backward_s, "optimiser": work.optimizer_s}
    compute_s = _split({stage: float(column[row]) for stage, column in computed.items()}, float(work.compute_s[row]))
    compute_s["bubble"] += math.fsum((exposed_s - waits_s)[own])
    step_s = float(work.compute_s[row]) + math.fsum(exposed_s[own])
    bars = sorted(_bars(demands, parts, compute_s), key=lambda bar: (bar.start_s, bar.phase))
    return _columns(demands, name, step_s, [piece for bar in bars for piece in _wrapped(bar, step_s)])


def _split(known: dict[str, float], compute_s: float) -> dict[str, float]:
    """Compute by stage, and the bubble; a backward pass is twice a forward pass where nobody says how long they are."""
    if not any(known.values()):
        return {"forward": compute_s / 3, "bubble": 0.0, "backward": compute_s * 2 / 3, "optimiser": 0.0}
    left = compute_s - math.fsum(known.values())
    return {**known, "bubble": left if left > NEAR * compute_s else 0.0}


def _ordered(demands: DemandSet, own: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[int]:
    """Phases by axis, in the order in which a layer meets them; others last."""
    axes = demands.phases.axis[own].tolist()
    rank = [AXES.index(axis) if axis in AXES else len(AXES) for axis in axes]
    return [int(p) for _, p in sorted(zip(rank, own.tolist(), strict=True))]


def _bars(demands: DemandSet, parts: list[Part], compute_s: dict[str, float]) -> Iterator[Bar]:
    stage = demands.phases.stage
    now = 0.0
    for name in ("forward", "backward"):
        own = [part for part in parts if stage[part.row] == name]
        length_s = compute_s[name] + math.fsum(part.exposed_s for part in own)
        yield Bar(-1, name, now, now + length_s, axis="compute")
        yield from _cycles(own, name, now, length_s)
        now += length_s
        if name == "forward" and compute_s["bubble"] > 0:
            yield Bar(-1, name, now, now + compute_s["bubble"], axis="bubble")
            now += compute_s["bubble"]
    last = [part for part in parts if stage[part.row] == "optimiser"]
    after = [part for part in last if demands.phases.collective[part.row] in GATHERED]
    before = [part for part in last if part not in after]
    yield from _in_a_row(before, now - math.fsum(part.hidden_s for part in before))
    now += math.fsum(part.exposed_s for part in before)
    if compute_s["optimiser"] > 0:
        yield Bar(-1, "optimiser", now, now + compute_s["optimiser"], axis="compute")
    now += compute_s["optimiser"]
    yield from _in_a_row(after, now)
    now += math.fsum(part.exposed_s for part in after)
    yield from _beside([part for part in parts if stage[part.row] not in STEPS], now)


def _cycles(parts: list[Part], stage: str, start_s: float, length_s: float) -> Iterator[Bar]:
    """Bursts of each phase, evenly over a stretch; in every cycle those of one phase begin where the last one's end."""
    offset = 0.0
    for part in parts:
        lasts_s, count = part.time_s / part.bursts, part.bursts
        for k in range(count):
            at = start_s + k * length_s / count + offset
            yield Bar(part.row, stage, at, at + lasts_s, part.exposed_s / count, 1 / count)
        offset += lasts_s


def _in_a_row(parts: list[Part], start_s: float) -> Iterator[Bar]:
    for part in parts:
        yield Bar(part.row, "optimiser", start_s, start_s + part.time_s, part.exposed_s, 1.0)
        start_s += part.time_s


def _beside(parts: list[Part], end_s: float) -> Iterator[Bar]:
    """What is hidden, from the start of the step, all at once; and what is exposed, one after the other at its end."""
    for part in parts:
        hidden = part.hidden_s / part.time_s
        yield Bar(part.row, "", 0.0, part.hidden_s, 0.0, hidden)
        yield Bar(part.row, "", end_s, end_s + part.exposed_s, part.exposed_s, 1 - hidden)
        end_s += part.exposed_s


def _wrapped(bar: Bar, step_s: float) -> Iterator[Bar]:
    """A bar within one step: what reaches beyond its end is at its beginning, and the reverse."""
    lasts_s = bar.end_s - bar.start_s
    if lasts_s <= 0 or step_s <= 0:
        return
    at, left = bar.start_s % step_s, lasts_s
    while left > NEAR * lasts_s:
        piece = min(left, step_s - at)
        part = piece / lasts_s
        if part > NEAR:
            yield Bar(bar.phase, bar.stage, at, at + piece, bar.exposed_s * part, bar.share * part, bar.axis)
        at, left = 0.0, left - piece


def _columns(demands: DemandSet, name: str, step_s: float, bars: list[Bar]) -> StepBars:
    phases = demands.phases
    bars.sort(key=lambda bar: (bar.start_s, bar.phase))
    per_step, busiest = sent_B(demands), busiest_B(demands)
    share, lasts_s = np.array([b.share for b in bars]), np.array([b.end_s - b.start_s for b in bars])
    row = np.array([b.phase for b in bars], dtype=np.int64)
    known = row >= 0
    return StepBars(
        owner=name,
        step_s=step_s,
        phase=ints(row),
        axis=texts([b.axis or phases.axis[b.phase] for b in bars]),
        collective=texts([phases.collective[b.phase] if b.phase >= 0 else "" for b in bars]),
        stage=texts([b.stage or phases.stage[b.phase] for b in bars]),
        start_s=floats([b.start_s for b in bars]),
        end_s=floats([b.end_s for b in bars]),
        exposed_s=floats([b.exposed_s for b in bars]),
        size_B=floats(np.where(known, share * per_step[row], 0.0)),
        rate_bps=floats(np.where(known, 8 * share * busiest[row] / np.where(lasts_s > 0, lasts_s, 1.0), 0.0)),
    )


def sent_B(demands: DemandSet) -> FloatColumn:
    """(P,) bytes of each phase on the network, per step."""
    flows, phases = demands.flows, demands.phases
    return floats(np.bincount(flows.phase, flows.size_B, len(phases)) * phases.times)


def busiest_B(demands: DemandSet) -> FloatColumn:
    """(P,) bytes that the interface which sends most sends per step."""
    flows, phases = demands.flows, demands.phases
    most = np.zeros(len(phases))
    if len(flows):
        nodes = int(flows.src.max()) + 1
        key, inverse = np.unique(flows.phase.astype(np.int64) * nodes + flows.src, return_inverse=True)
        np.maximum.at(most, key // nodes, np.bincount(inverse, flows.size_B))
    return floats(most * phases.times)


def pulses(given: StepBars, phases: IntColumn, rate_bps: FloatColumn) -> Wave:
    """Rate over a step where each phase of a job puts some rate while it runs, as on one link.

    Parameters
    ----------
    given : StepBars
    phases : (K,) int
        Rows of `Phases`.
    rate_bps : (K,) float [bit/s]
        Rate while each of them runs.
    """
    rate = dict(zip(phases.tolist(), rate_bps.tolist(), strict=True))
    of_bar = floats([rate.get(p, 0.0) for p in given.phase.tolist()])
    used = of_bar > 0
    return bursts(given.step_s, given.start_s[used], given.end_s[used], of_bar[used])

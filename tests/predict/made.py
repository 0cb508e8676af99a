"""Demand sets written out: phases with their flows, owners with their compute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.small import rows as table

from easterly.base.columns import floats, indices, ints, texts
from easterly.model.demand import DemandSet, Flows, Phases, Work

Flow = tuple[int, int, float]


@dataclass(frozen=True)
class Made:
    """One phase: flows are (source, destination, bytes), or bit/s for a service."""

    owner: str
    flows: tuple[Flow, ...]
    kind: str = "job"
    times: float = 1.0
    latency_s: float = 0.0
    scaleup_s: float = 0.0
    connections: int = 4
    axis: str = "dp"
    traffic_class: int = 0
    stage: str = "forward"
    every_s: float = 0.0
    hidden: float = 0.0
    window_s: float = 0.0
    reach: float = 1.0


def phase(owner: str, flows: Sequence[Flow] = (), **more: object) -> Made:
    return Made(owner, tuple((int(a), int(b), float(x)) for a, b, x in flows), **more)  # type: ignore[arg-type]


def demands(phases: Sequence[Made], compute_s: dict[str, float] | None = None, bubble: float = 0.0) -> DemandSet:
    """All phases, in order; the owners in the order in which they come."""
    compute_s = compute_s or {}
    owners = dict.fromkeys([p.owner for p in phases] + list(compute_s))
    kinds = {p.owner: p.kind for p in phases}
    rows = [(*flow, row) for row, p in enumerate(phases) for flow in p.flows]
    jobs = [phases[row].kind == "job" for *_, row in rows]
    n, jobs_only = len(owners), [kinds.get(o, "job") for o in owners]
    return DemandSet(
        classes=("bulk", "quick"),
        work=table(
            Work, n, name=texts(list(owners)), kind=texts(jobs_only), tenant=texts([""] * n),
            fabric=texts(["f"] * n), gpus=ints([1] * n), compute_s=floats([compute_s.get(o, 0.0) for o in owners]),
            bubble=floats([bubble] * n), host_ptr=indices([0] * (n + 1)), host_idx=ints([]),
        ),
        phases=table(
            Phases, len(phases), owner=texts([p.owner for p in phases]), axis=texts([p.axis for p in phases]),
            collective=texts(["send"] * len(phases)), algorithm=texts(["direct"] * len(phases)),
            times=floats([p.times for p in phases]), latency_s=floats([p.latency_s for p in phases]),
            scaleup_s=floats([p.scaleup_s for p in phases]),
            traffic_class=ints([p.traffic_class for p in phases]), stage=texts([p.stage for p in phases]),
            every_s=floats([p.every_s for p in phases]), hidden=floats([p.hidden for p in phases]),
            scaleup_reach=floats([1.0] * len(phases)),
            network_reach=floats([p.reach for p in phases]),
            window_s=floats([p.window_s for p in phases]),
        ),
        flows=Flows(
            src=ints([r[0] for r in rows]), dst=ints([r[1] for r in rows]),
            size_B=floats([r[2] if job else 0.0 for r, job in zip(rows, jobs, strict=True)]),
            rate_bps=floats([0.0 if job else r[2] for r, job in zip(rows, jobs, strict=True)]),
            connections=ints([phases[r[3]].connections for r in rows]), phase=ints([r[3] for r in rows]),
        ),
    )  # fmt: skip

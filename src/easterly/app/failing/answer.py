"""What failures cost, as JSON."""

from __future__ import annotations

from typing import Any

from easterly.app.values import number
from easterly.model.catalog.reliability import HABITS, habit
from easterly.model.damage import Damage, Effect, Wait
from easterly.model.spec.site import Site
from easterly.predict.failover import Failover
from easterly.study.silence import Silence


def document(found: Damage, site: Site, asked: dict[str, Any]) -> dict[str, Any]:
    """Everything that was found, the dearest failure first."""
    healthy = found.effects[0]
    return {
        "together": asked["k"], "sample": asked["sample"], "seed": asked["seed"], "hashing": asked["hashing"],
        "parts": int(found.parts[0]), "cases": int(found.parts[1]), "left": found.left,
        "lost_gpu_h_per_month": number(found.total_gpu_h), "half_gpu_h_per_month": number(found.half_gpu_h),
        "rates": _rates(found, site),
        "jobs": [
            {"job": job, "step_s": number(healthy.step_s[j]), "low_s": number(healthy.low_s[j]),
             "high_s": number(healthy.high_s[j]), "gpus": int(healthy.gpus[j])}
            for j, job in enumerate(found.jobs)
        ],
        "failures": rows(found),
    }  # fmt: skip


def rows(found: Damage) -> list[dict[str, Any]]:
    """A row for each class of parts that are alike, the dearest first."""
    return [_row(found, row) for row in range(len(found))]


def _rates(found: Damage, site: Site) -> list[dict[str, Any]]:
    """How the kinds of parts fail that are in the table and not named in the site file one by one."""
    kinds = dict.fromkeys(kind for pair in found.kind.tolist() for kind in pair.replace(" + ", "/").split("/"))
    roles = [kind for kind in kinds if kind not in ("power", "rack", "cooling", "other")]
    known = {kind: habit("fibre" if kind in ("wan", "srlg") else kind, site.reliability) for kind in roles}
    return [
        {"kind": kind, "per_year": number(how.per_year), "repair_s": number(how.repair_s), "source": how.source,
         "per": "1,000 km" if kind in ("wan", "srlg") else "part"}
        for kind, how in sorted(known.items(), key=lambda entry: (entry[0] not in HABITS, entry[0]))
    ]  # fmt: skip


def _row(found: Damage, row: int) -> dict[str, Any]:
    effect = found.of(row)
    return {
        "kind": str(found.kind[row]), "name": str(found.name[row]), "alike": number(found.alike[row]),
        "cables_down": int(found.cables[row]), "per_month": number(found.per_month[row]),
        "repair_s": number(found.repair_s[row]), "lost_gpu_h_per_month": number(found.lost_gpu_h[row]),
        **_effect(found.jobs, effect, found.effects[0]),
    }  # fmt: skip


def _effect(jobs: tuple[str, ...], effect: Effect, healthy: Effect) -> dict[str, Any]:
    return {
        "jobs": {
            job: {"step_s": number(effect.step_s[j]), "slowdown": number(effect.step_s[j] / healthy.step_s[j]),
                  "pace": number(effect.pace[j]), "gpus": int(effect.gpus[j]), "formed_anew": bool(effect.anew[j])}
            for j, job in enumerate(jobs)
        },
        "lost_gpus": number(effect.lost_gpus), "restart_gpu_s": number(effect.restart_gpu_s),
        "without_path": list(effect.stranded), "broken": list(effect.broken), "unproven": list(effect.doubtful),
    }  # fmt: skip


def explained(
    kind: str, name: str, jobs: tuple[str, ...], before: Effect, after: Effect, waits: tuple[Wait, ...],
    silence: Silence | None,
) -> dict[str, Any]:  # fmt: skip
    """One failure in full."""
    times = ("low_s", "step_s", "high_s")
    return {
        "kind": kind, "name": name, **_effect(jobs, after, before),
        "waits": [
            {"job": w.job, "axis": w.axis, "before_s": number(w.before_s), "after_s": number(w.after_s),
             "before_link": w.before_link, "after_link": w.after_link}
            for w in waits
        ],
        "before": {job: {**{t: number(getattr(before, t)[j]) for t in times}, "binds": before.binds[j]}
                   for j, job in enumerate(jobs)},
        "after": {job: {**{t: number(getattr(after, t)[j]) for t in times}, "binds": after.binds[j]}
                  for j, job in enumerate(jobs)},
        "carrier": None if silence is None else _carrier(silence),
        "silence": None if silence is None else _silence(silence),
    }  # fmt: skip


def _carrier(found: Silence) -> dict[str, Any]:
    """How long traffic is lost if that is a cable between routers, and its carrier goes."""
    return _times(found, found.shortest_seen, found.longest_seen)


def _silence(found: Silence) -> dict[str, Any]:
    """The same if it falls silent; and who has to hear of either."""
    return {
        **_times(found, found.shortest, found.longest),
        "turns_least": found.shortest.turns.least, "turns_most": found.longest.turns.most,
        "cut": [list(pair) for pair in found.cut], "tried": found.tried, "goals": found.goals,
    }  # fmt: skip


def _times(found: Silence, shortest: Failover, longest: Failover) -> dict[str, Any]:
    return {
        "noticed_by": longest.how,
        "detection_low_s": number(longest.detection_low_s), "detection_high_s": number(longest.detection_high_s),
        "low_s": None if found.lost else number(shortest.low_s),
        "high_s": None if found.lost else number(longest.high_s),
        "longest": {"src": found.src, "dst": found.dst, "low_s": number(longest.low_s)} if found.src else None,
    }  # fmt: skip

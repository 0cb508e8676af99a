"""One call: all failures, alone or in pairs, with what each costs, the dearest first."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from easterly.base.columns import IntColumn, floats, indices, ints, significant, texts
from easterly.base.findings import did_you_mean
from easterly.model.damage import Damage, Effect
from easterly.study.failures import pairs
from easterly.study.failures.elements import Element, elements
from easterly.study.failures.run import Progress
from easterly.study.failures.singles import NOTHING, Class, Key, Row, checked, classes_of, worked_out
from easterly.study.failures.states import Hashing, States
from easterly.study.nouns import Nouns


@dataclass(frozen=True, slots=True)
class Cost:
    """What is about to be worked out.

    Attributes
    ----------
    parts : int
        Parts, or pairs of them.
    states : int
        Cases that stand for them.
    expected_s : float [s]
        From the time that one of them took.
    """

    parts: int
    states: int
    expected_s: float


def failures(
    nouns: Nouns,
    *,
    k: int = 1,
    sample: int | None = None,
    seed: int = 1,
    kinds: Sequence[str] = (),
    hashing: Hashing = "mean",
    symmetry: bool = True,
    workers: int = 1,
    said: Callable[[Cost], Any] | None = None,
    progress: Progress | None = None,
) -> Damage:
    """What every failure does to jobs and intents, and the GPU-hours that it is expected to cost in a month.

    A part that fails n times a year and is away for r loses, in a month, ``n / 12 (r G + R)``: G the GPUs whose work is
    not done while it is away, of a job its GPUs times 1 - pace; R what is lost once, when jobs form anew: restart
    and half the time between checkpoints. Two parts are away together for the product of their shares of time.

    Parameters
    ----------
    nouns : Nouns
        Of a site without errors.
    k : {1, 2}
        Parts that are away at the same time.
    sample : int, optional
        Pairs that are drawn, each as often as it happens, instead of trying all; with an interval of 95 %.
    seed : int
        Of that draw.
    kinds : sequence of str
        Kinds of parts that fail; all if empty.
    hashing : {"mean", "even"}
        Connections hashed to paths, in the mean as in a plan, or split evenly, without any luck.
    symmetry : bool
        Parts that are alike are tried once; without, every one is.
    workers : int
        Processes. Answers do not depend on it.
    said : callable, optional
        Told the cost before the long part begins.
    progress : callable, optional
        Called with the number of cases done and of all.

    Returns
    -------
    Damage

    Raises
    ------
    ValueError
        `k` is neither 1 nor 2, a sample is asked for of parts that fail alone, or is below 2, or a kind is none.
    """
    if k not in (1, 2):
        raise ValueError(f"k is {k}: parts fail alone (1) or in pairs (2)")
    if sample is not None and (k == 1 or sample < 2):
        raise ValueError(f"a sample of {sample} with k = {k}: pairs (k = 2) are drawn, 2 at least")
    states = States(nouns)
    parts = _some(elements(nouns.site, nouns.network.value), kinds)
    classes = classes_of(states, parts, symmetry)
    if symmetry:
        classes = checked(states, classes, workers, None)
    half_gpu_h = 0.0
    if k == 1:
        rows = [single(each) for each in classes]
    else:
        sites = pairs.sites_of(classes)
        rows = pairs.rows_of(states, sites) if sample is None else pairs.drawn(sites, sample, seed)
    keyed = {row.key: row.down for row in rows if row.key}
    _tell(states, hashing, workers, said, round(sum(row.alike for row in rows)), len(keyed))
    found = worked_out(states, keyed, hashing, workers, progress)
    if sample is not None:
        half_gpu_h = pairs.half_width([(row, found[row.key]) for row in rows if row.key in found])
    return damage_of(states, [row for row in rows if row.key in found], found, len(keyed) + 1 - len(found), half_gpu_h)


def _some(parts: Sequence[Element], kinds: Sequence[str]) -> list[Element]:
    known = list(dict.fromkeys(part.kind for part in parts))
    for kind in kinds:
        if kind not in known:
            raise ValueError(f"nothing of kind {kind!r} can fail here: {did_you_mean(kind, known)}")
    return [part for part in parts if part.kind in kinds or not kinds]


def _tell(
    states: States, hashing: Hashing, workers: int, said: Callable[[Cost], Any] | None, parts: int, count: int
) -> None:
    if said is None:
        return
    begun = time.perf_counter()
    states.effect(NOTHING, hashing)
    said(Cost(parts, count, (time.perf_counter() - begun) * count / max(1, min(workers, count))))


def single(each: Class) -> Row:
    """A class of parts as a row of the table."""
    first = each.members[0]
    count = first.count * len(each.members)
    per_month = count * first.per_year / 12
    return Row(first.kind, first.name, float(count), per_month, first.repair_s, True, each.key, first.down)


def damage_of(states: States, rows: Sequence[Row], found: dict[Key, Effect], left: int, half_gpu_h: float) -> Damage:
    """The table of some rows: those that do the same as one, the dearest first."""
    index = {key: i for i, key in enumerate(found)}
    rows = _merged(rows, found)
    lost = [lost_gpu_h(row, found[row.key]) for row in rows]
    order = sorted(range(len(rows)), key=lambda i: (-lost[i], -worst(found[rows[i].key], found[()]), i))
    shown = [rows[i] for i in order]
    return Damage(
        kind=texts([row.kind for row in shown]), name=texts([row.name for row in shown]),
        alike=floats([row.alike for row in shown]),
        cables=ints([_cables(states, row.down) for row in shown]),
        per_month=floats([row.per_month for row in shown]), repair_s=floats([row.repair_s for row in shown]),
        lost_gpu_h=floats([lost[i] for i in order]), effect=ints([index[row.key] for row in shown]),
        down=tuple(row.down for row in shown), effects=tuple(found.values()), jobs=states.jobs,
        parts=indices([round(sum(row.alike for row in rows)), len(found) - 1]),
        total_gpu_h=float(np.sum(np.array(lost))), half_gpu_h=half_gpu_h, left=left,
    )  # fmt: skip


def _merged(rows: Sequence[Row], found: dict[Key, Effect]) -> list[Row]:
    """Classes of one kind that do the same, as one row, by the name of the first."""
    alike: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        effect = found[row.key]
        figures = np.concatenate([effect.low_s, effect.step_s, effect.high_s, effect.pace, effect.gpus])
        said = (
            effect.lost_gpus,
            effect.restart_gpu_s,
            effect.anew.tobytes(),
            effect.stranded,
            effect.broken,
            effect.doubtful,
        )
        each = significant(np.array([row.per_month / row.alike, row.repair_s])).tobytes()
        alike.setdefault((row.kind, len(row.down), each, significant(figures).tobytes(), *said), []).append(row)
    return [
        replace(some[0], alike=sum(row.alike for row in some), per_month=sum(row.per_month for row in some))
        for some in alike.values()
    ]  # fmt: skip


def lost_gpu_h(row: Row, effect: Effect) -> float:
    """GPU-hours that a row loses in a month: while parts are away, and once at each failure of a part alone."""
    once_gpu_s = effect.restart_gpu_s if row.restarts else 0.0
    return row.per_month * (row.repair_s * effect.lost_gpus + once_gpu_s) / 3600


def worst(effect: Effect, healthy: Effect) -> float:
    """Slowdown of the job that is slowed down most; 1 where there are no jobs."""
    return float((effect.step_s / healthy.step_s).max()) if len(effect.step_s) else 1.0


def _cables(states: States, down: IntColumn) -> int:
    back = states.network.links.reverse[down]
    return int(np.count_nonzero((back < 0) | (back > down)))

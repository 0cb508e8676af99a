"""What jobs do between their steps: checkpoints, training data, evaluation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from easterly.base.columns import FloatColumn, floats, ints
from easterly.demand.saving import copy_s
from easterly.demand.schedule import Aside, Saves, Sent
from easterly.model.demand import DemandSet
from easterly.model.schedule import Schedule
from easterly.study.fluid.wishes import Wishes
from easterly.study.nouns import Nouns

CHECKPOINT, DATA = "checkpoint", "data"


def aside_of(nouns: Nouns, name: str, steps: int, wishes: Wishes) -> Aside:
    """What a job does between its steps; no checkpoints where none is due within them.

    Parameters
    ----------
    nouns : Nouns
    name : str
        Of a job.
    steps : int
        That it takes.
    wishes : Wishes
    """
    job, demands = nouns.site.jobs[name], nouns.demands.value
    reads = sent(demands, name, DATA)
    tried = None if job.evaluate is None else (job.evaluate.every, job.evaluate.batches)
    return Aside(_saves(nouns, name, steps, wishes), reads if len(reads.src) else None, tried)


def _saves(nouns: Nouns, name: str, steps: int, wishes: Wishes) -> Saves | None:
    job, demands = nouns.site.jobs[name], nouns.demands.value
    row = int(np.flatnonzero(demands.work.name == name)[0])
    size_B, write_s, every_s = (
        float(getattr(demands.work, f"checkpoint_{each}")[row]) for each in ("B", "s", "every_s")
    )
    if job.checkpoint is None or not size_B:
        return None
    bounds = nouns.prediction.value
    step_s = float(bounds.step_expected_s[bounds.job == name][0])
    every = wishes.saves or (max(1, round(every_s / step_s)) if np.isfinite(step_s) else steps + 1)
    if every > steps:
        return None
    waits = not job.checkpoint.asynchronous
    return Saves(every, 0.0 if waits else copy_s(job, size_B, write_s), write_s, waits, sent(demands, name, CHECKPOINT))


def stands_s(aside: Aside, steps: int, step_s: float) -> float:
    """How long steps stand still for what is between them [s]: twice the copies or writes, batches as long as steps."""
    saves = aside.saves
    saved_s = 0.0 if saves is None else steps // saves.every * (saves.write_s if saves.blocking else saves.stall_s)
    return 2 * saved_s + sum(aside.batches(number) for number in range(steps)) * step_s


def sent(demands: DemandSet, name: str, stage: str) -> Sent:
    """Flows of a job in one of its stages, all at once."""
    phases, flows = demands.phases, demands.flows
    own = np.flatnonzero((phases.owner == name) & (phases.stage == stage))
    rows = np.flatnonzero(np.isin(flows.phase, own) & (flows.src != flows.dst) & (flows.size_B > 0))
    latency_s = float(phases.latency_s[own].max(initial=0.0))
    return Sent(ints(flows.src[rows]), ints(flows.dst[rows]), floats(flows.size_B[rows]), latency_s)


def without_saves(demands: DemandSet, jobs: list[str]) -> DemandSet:
    """The demand without checkpoints of jobs that are simulated, which write them between steps."""
    phases, flows = demands.phases, demands.flows
    own = np.isin(phases.owner, jobs) & (phases.stage == CHECKPOINT)
    return replace(demands, flows=replace(flows, size_B=floats(np.where(own[flows.phase], 0.0, flows.size_B))))


def set_aside(made: Schedule, jobs: int) -> Schedule:
    """A schedule in which what happens between steps belongs to no job, so that no step lasts until it is done."""
    own = np.isin(made.purposes.stage, (CHECKPOINT, DATA)) & (made.purposes.job < jobs)
    return replace(made, purposes=replace(made.purposes, job=ints(np.where(own, jobs, made.purposes.job))))


def least_s(nouns: Nouns, made: Schedule, owner: list[str]) -> FloatColumn:
    """(P,) time that each transfer of a purpose takes at least [s]; 0 for no limit.

    Checkpoints are no faster than their store takes them in, answers no faster than their tokens are made.
    """
    work, of = nouns.demands.value.work, made.purposes
    write_s = dict(zip(work.name.tolist(), work.checkpoint_s.tolist(), strict=True))
    answers = (of.axis == "users") & (of.collective == "answer")
    made_s = _answers_s(nouns) if answers.any() else {}
    return floats([
        write_s[name] if writes else made_s.get(name, 0.0) if answer else 0.0
        for name, writes, answer in zip(owner, (of.stage == CHECKPOINT).tolist(), answers.tolist(), strict=True)
    ])  # fmt: skip


def _answers_s(nouns: Nouns) -> dict[str, float]:
    """Time in which each service makes an answer [s]; without those of which nobody knows."""
    made = nouns.services.value
    each_s = {name: nouns.site.services[name].load.output * itl_s
              for name, itl_s in zip(made.name.tolist(), made.itl_mean_s.tolist(), strict=True)}  # fmt: skip
    return {name: took_s for name, took_s in each_s.items() if np.isfinite(took_s)}

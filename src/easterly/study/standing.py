"""What failures cost and what other placements would gain, as stages of the plan: as much as it has time for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from easterly.base.columns import FloatColumn, floats, texts
from easterly.model.standing import DamageWitness, Placements, PlacementWitness
from easterly.study.failures import first_failures
from easterly.study.nouns import Nouns
from easterly.study.place import Placed, Placing, place

PLAN_EFFORT = 600_000
"""What a plan may spend on failures where nobody says otherwise: less than half a second."""
CASES = 12
"""Cases that a plan tries where it could try more."""
CASE, FLOW = 50_000, 20
"""What one case takes besides its shares of flows on links, and each flow: measured, in units of one share."""
PREDICTED = 0.4
"""Part of the effort that one case may take if placements are looked for: they predict four or five, and search."""
ROUNDS = 100


def effort(nouns: Nouns) -> int:
    """What it takes to form, route and predict a site once, in shares of a flow on a link."""
    return CASE + FLOW * len(nouns.demands.value.flows.src) + len(nouns.routing.value.paths.link)


def damage(nouns: Nouns, most: int) -> DamageWitness | None:
    """What the failures cost that take most away, kept between runs; none where nobody asked, or nothing is sent.

    Parameters
    ----------
    nouns : Nouns
    most : int
        Effort (see `effort`) that may be spent; 0 for none.
    """
    if most == 0 or not len(nouns.demands.value.flows.src):
        return None
    cases = min(CASES, most // effort(nouns))
    if not cases:
        return DamageWitness(None, 0, "one takes longer than a plan has time for: easterly failures tries all")

    def run() -> DamageWitness:
        found, there = first_failures(nouns, cases)
        tried = int(found.parts[1])
        said = f"{tried:,} of {there:,} unlike cases were tried: easterly failures tries all" if tried < there else ""
        return DamageWitness(found, there, said)

    return nouns.stages.run("failures", (*_reads(nouns), nouns.bill, nouns.address, cases), run).value


def placement(nouns: Nouns, most: int) -> PlacementWitness | None:
    """Where jobs are and would be best, kept between runs; none where nobody asked, or there is no job.

    Parameters
    ----------
    nouns : Nouns
    most : int
        Effort (see `effort`) of failures; 0 for none.
    """
    work = nouns.demands.value.work
    if most == 0 or not np.any(work.kind == "job"):
        return None
    if effort(nouns) > PREDICTED * most:
        return PlacementWitness(None, "predicting others takes longer than a plan has time for: easterly place does it")
    return nouns.stages.run("placement", (*_reads(nouns), ROUNDS), lambda: _placed(nouns)).value


def _reads(nouns: Nouns) -> tuple[object, ...]:
    return nouns.network, nouns.demands, nouns.routing, nouns.prediction, nouns.text


def _placed(nouns: Nouns) -> PlacementWitness:
    try:
        made = place(nouns, rounds=ROUNDS)
    except ValueError as error:
        return PlacementWitness(None, str(error))
    jobs, now, best = sorted(made.least_s), made.current, made.best
    return PlacementWitness(
        Placements(
            objective=made.objective, current=now.value, best=best.value, bound=made.bound, moved=best.moved,
            job=texts(jobs), current_s=_steps_s(now, jobs), best_s=_steps_s(best, jobs),
            least_s=floats([made.least_s[job] for job in jobs]),
            current_on=texts([_blocks(made, now, job) for job in jobs]),
            best_on=texts([_blocks(made, best, job) for job in jobs]),
        ), "",
    )  # fmt: skip


def _steps_s(at: Placed, jobs: Sequence[str]) -> FloatColumn:
    return floats([at.outcome.step_s[job] for job in jobs])


def _blocks(made: Placing, at: Placed, job: str) -> str:
    blocks, count = np.unique(made.blocks.host_block[at.outcome.hosts[job]], return_counts=True)
    return " ".join(
        f"{made.blocks.name[block]}x{hosts}" for block, hosts in zip(blocks.tolist(), count.tolist(), strict=True)
    )

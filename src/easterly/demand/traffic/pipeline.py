"""Data pipelines: records from stage to stage, growing and shrinking on the way."""

from __future__ import annotations

from dataclasses import dataclass

from easterly.base.columns import IntColumn
from easterly.demand.ends import Ends
from easterly.demand.phases import Phase
from easterly.demand.traffic.parts import Figure, phase
from easterly.model.spec.traffic import Pipeline


@dataclass(frozen=True, slots=True)
class Stream:
    """What a stage or source gives out to each of its readers."""

    rate_bps: float
    records_per_s: float


def order(work: Pipeline) -> list[str]:
    """Stages, each after those that it reads, by name where there is a choice.

    Stages on a circle, and those behind one, are left out.
    """
    left, found = dict(sorted(work.stages.items())), []
    while ready := [name for name, stage in left.items() if not set(stage.sources) & set(left)]:
        found += ready
        left = {name: stage for name, stage in left.items() if name not in ready}
    return found


def streams(work: Pipeline) -> dict[str, Stream]:
    """What every source and stage gives out: ``factor`` times the sum of what the stage reads."""
    source = Stream(work.records * work.record * 8, work.records)
    found: dict[str, Stream] = {}
    for name in order(work):
        stage = work.stages[name]
        read = [found.get(one, source) for one in stage.sources]
        found[name] = Stream(
            stage.factor * sum(one.rate_bps for one in read), stage.records * sum(one.records_per_s for one in read)
        )
    return {one: source for stage in work.stages.values() for one in stage.sources if one not in work.stages} | found


def place(work: Pipeline, ends: Ends, name: str) -> IntColumn:
    """Interfaces of a stage or source; stages with hosts of their own share out those of the pipeline by name."""
    if name not in work.stages:
        return ends.nodes(name)
    stage = work.stages[name]
    if stage.at is not None:
        return ends.nodes(stage.at)
    before = sum(work.stages[other].hosts or 0 for other in sorted(work.stages) if other < name)
    return ends.own(work.name, before, stage.hosts)


def phases(work: Pipeline, ends: Ends) -> list[Phase]:
    """One phase per stage: all that it reads."""
    given, found = streams(work), []
    for name in order(work):
        sources = work.stages[name].sources
        here = place(work, ends, name)
        pieces = [ends.evenly(place(work, ends, one), here, given[one].rate_bps) for one in sources]
        records = sum(given[one].records_per_s for one in sources)
        rate = sum(given[one].rate_bps for one in sources)
        message = rate / 8 / records if records else 0.0
        found.append(phase(name, ends.traffic(pieces), message_B=message, collective="stream"))
    return found


def figures(work: Pipeline, ends: Ends) -> list[Figure]:
    """What every stage gives out."""
    given = streams(work)
    return [
        figure
        for name in order(work)
        for figure in (
            Figure(f"{name}_bps", given[name].rate_bps, "bit/s", f"what {name} gives out to each reader"),
            Figure(f"{name}_records_per_s", given[name].records_per_s, "1/s", "records of that"),
        )
    ]

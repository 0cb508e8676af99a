"""What failures cost: how much slower jobs are in each case, what breaks, and how many GPU-hours are lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, IntColumn, TextColumn
from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class Effect:
    """What one set of links that are down does to what runs."""

    low_s: Annotated[FloatColumn, Unit("s"), Doc("(J,) step time, full overlap; infinite where a job stands still.")]
    step_s: Annotated[FloatColumn, Unit("s"), Doc("(J,) expected step time.")]
    high_s: Annotated[FloatColumn, Unit("s"), Doc("(J,) step time, no overlap, unlucky hashing.")]
    pace: Annotated[FloatColumn, Unit("1"), Doc("(J,) tokens per second over those with nothing down.")]
    anew: Annotated[BoolColumn, Doc("(J,) the job is formed anew: with fewer interfaces, other hosts, or fewer.")]
    gpus: Annotated[IntColumn, Unit("1"), Doc("(J,) GPUs that are left.")]
    binds: Annotated[tuple[str, ...], Doc("(J,) what the step waits for most.")]
    lost_gpus: Annotated[float, Unit("1"), Doc("GPUs whose work is not done for as long as it lasts.")]
    restart_gpu_s: Annotated[float, Unit("s"), Doc("GPU-seconds lost once, when jobs start again.")]
    stranded: Annotated[tuple[str, ...], Doc("Works with a flow that has no path.")]
    broken: Annotated[tuple[str, ...], Doc("Intents that hold no more.")]
    doubtful: Annotated[tuple[str, ...], Doc("Intents that held, and are unproven now.")]


@dataclass(frozen=True, slots=True)
class Wait:
    """What one job waits for on one axis of parallelism, before a failure and after it."""

    job: Annotated[str, Doc("Job.")]
    axis: Annotated[str, Doc("tp, pp, dp, ...")]
    before_s: Annotated[float, Unit("s"), Doc("Communication of a step that no compute hides.")]
    after_s: Annotated[float, Unit("s"), Doc("The same when the part is down.")]
    before_link: Annotated[str, Doc("Link that binds its longest phase; empty if none does.")]
    after_link: Annotated[str, Doc("The same when the part is down.")]


@dataclass(frozen=True, slots=True)
class Damage:
    """What failures do: a row for each class of parts that are alike, the dearest first."""

    kind: Annotated[TextColumn, Doc("(C,) kind of part; of two together, both.")]
    name: Annotated[TextColumn, Doc("(C,) one that stands for its class.")]
    alike: Annotated[FloatColumn, Unit("1"), Doc("(C,) parts, or pairs, in the class; how often drawn, in a sample.")]
    cables: Annotated[IntColumn, Unit("1"), Doc("(C,) cables that are down then.")]
    per_month: Annotated[FloatColumn, Unit("1"), Doc("(C,) failures of the whole class in a month, in the mean.")]
    repair_s: Annotated[FloatColumn, Unit("s"), Doc("(C,) how long each lasts, in the mean.")]
    lost_gpu_h: Annotated[FloatColumn, Unit("h"), Doc("(C,) GPU-hours lost in a month, in the mean.")]
    effect: Annotated[IntColumn, Doc("(C,) row of `effects`.")]
    down: Annotated[tuple[IntColumn, ...], Doc("(C,) links that are down, of the one that is named.")]
    effects: Annotated[tuple[Effect, ...], Doc("What was worked out, each once; row 0 is nothing down.")]
    jobs: Annotated[tuple[str, ...], Doc("(J,) jobs.")]
    parts: Annotated[IndexColumn, Unit("1"), Doc("(2,) parts, or pairs, in all; cases that were worked out for them.")]
    total_gpu_h: Annotated[float, Unit("h"), Doc("GPU-hours lost in a month, of all rows; estimated from a sample.")]
    half_gpu_h: Annotated[float, Unit("h"), Doc("Half the width of its interval of 95 %; 0 where all was tried.")]
    left: Annotated[int, Unit("1"), Doc("Cases that were not worked out, after an interruption.")]

    def __len__(self) -> int:
        return len(self.name)

    def of(self, row: int) -> Effect:
        """What one row does."""
        return self.effects[int(self.effect[row])]

    def slowdown(self, row: int) -> FloatColumn:
        """(J,) expected step time of each job over that with nothing down."""
        ratio: FloatColumn = self.of(row).step_s / self.effects[0].step_s
        return ratio

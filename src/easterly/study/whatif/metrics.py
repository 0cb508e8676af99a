"""What can be read off a point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from easterly.base.findings import did_you_mean


@dataclass(frozen=True, slots=True)
class Metric:
    """A number of a point.

    Attributes
    ----------
    name : str
    doc : str
    unit : str
        SI unit; empty for the unit of money.
    more : bool
        Whether more of it is better.
    of_jobs, of_intents : bool
        Whether each job, or each intent, has its own, called ``NAME:JOB``.
    judged : bool
        Whether it is of verdicts, for which a point is planned as a whole.
    """

    name: str
    doc: str
    unit: str
    more: bool = False
    of_jobs: bool = False
    of_intents: bool = False
    judged: bool = False


METRICS = {
    metric.name: metric
    for metric in (
        Metric("step", "step time as expected, beside everything else", "s", of_jobs=True),
        Metric("step_low", "step time at full overlap", "s", of_jobs=True),
        Metric("step_high", "step time without overlap, hashing at its 95th percentile", "s", of_jobs=True),
        Metric("compute", "compute of a step, with the pipeline bubble", "s", of_jobs=True),
        Metric("exposed", "communication that the step waits for", "s", of_jobs=True),
        Metric("tokens_per_s", "tokens per second", "1/s", more=True, of_jobs=True),
        Metric("mfu", "work by the shape of the model over the peak of the GPUs", "1", more=True, of_jobs=True),
        Metric("memory", "memory of the fullest GPU", "B", of_jobs=True),
        Metric("gpus", "GPUs", "1", of_jobs=True),
        Metric("cost", "price of everything on the bill that has one", ""),
        Metric("switches", "switches", "1"),
        Metric("cables", "cables", "1"),
        Metric("optics", "transceivers", "1"),
        Metric("oversubscription", "worst capacity down over up of a fabric", "1"),
        Metric("utilisation", "mean load of the fullest link between switches", "1"),
        Metric("fails", "intents that are not met", "1", judged=True),
        Metric("unproven", "intents of which it is not proven whether they are met", "1", judged=True),
        Metric(
            "margin", "distance to the limit of an intent, over the limit", "1", more=True, of_intents=True, judged=True
        ),
    )
}


def metric_of(name: str) -> Metric:
    """The metric of ``step`` or ``step:pre``."""
    return METRICS[name.partition(":")[0]]


def chosen(asked: Iterable[str], jobs: Iterable[str], intents: Iterable[str] = ()) -> tuple[str, ...]:
    """Full names of the metrics that were asked for; those of jobs and of intents without a name are meant of each.

    Raises
    ------
    ValueError
        There is no such metric, job or intent.

    Examples
    --------
    >>> chosen(["step", "cost", "mfu:b"], ["a", "b"])
    ('step:a', 'step:b', 'cost', 'mfu:b')
    """
    jobs, intents, found = sorted(jobs), sorted(intents), dict[str, None]()
    for one in asked:
        name, colon, owner = one.partition(":")
        if name not in METRICS:
            raise ValueError(f"no metric {name!r}: {did_you_mean(name, METRICS)}")
        each = METRICS[name].of_jobs or METRICS[name].of_intents
        owners = intents if METRICS[name].of_intents else jobs
        if colon and (owner not in owners or not each):
            raise ValueError(f"no metric {one!r}: {did_you_mean(owner, owners) if each else name}")
        found.update(dict.fromkeys([f"{name}:{other}" for other in owners] if each and not colon else [one]))
    return tuple(found)


def read(point: Mapping[str, Any] | None, name: str) -> float | None:
    """A metric of what `easterly.study.whatif.point.measure` returned; None where the point has none."""
    value = (point or {}).get("metrics", {}).get(name)
    return None if value is None else float(value)

"""A site in the numbers that its users notice, by simulation of flows, seed by seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from easterly.base.columns import FloatColumn, floats
from easterly.base.findings import FindingsError, Severity
from easterly.model.fluid_prediction import FluidPrediction
from easterly.model.network import LinkKind
from easterly.site import setting
from easterly.study.check import check
from easterly.study.fluid import Wishes, prepare, simulate_site
from easterly.study.nouns import Nouns
from easterly.study.stages import Stages

QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}
UNITS = {
    "step": "s", "tokens_per_s": "1/s", "exposed": "s", "all-reduce": "s", **dict.fromkeys(QUANTILES, "s"),
    "busiest": "1",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """Numbers of a site.

    Attributes
    ----------
    names : tuple of str
        Metric and whose it is: ``step:pre``, ``p95:chat``, ``busiest``.
    values : (M, S) float
        By seed, in SI units; see `UNITS`. Infinite where a job never ends.
    requests : mapping of str to int
        Requests of each service that crossed the network while jobs ran, over all seeds.
    hottest : str
        The fullest link between switches with the first seed.
    """

    names: tuple[str, ...]
    values: FloatColumn
    requests: dict[str, int]
    hottest: str

    def of(self, name: str) -> FloatColumn:
        """(S,) one metric.

        Raises
        ------
        ValueError
            There is no such metric.
        """
        if name not in self.names:
            raise ValueError(f"no metric {name!r}; there are {', '.join(self.names)}")
        return floats(self.values[self.names.index(name)])


def measure(data: dict[str, Any], wanted: Wishes, seeds: int, *, stages: Stages | None = None) -> Measured:
    """Step times, exposed communication, throughput and times of requests on the network.

    Requests of services come one by one, so that their times have a distribution: of what is handed over for one, from
    when it came until the last byte. Times of computing are not in it.

    Parameters
    ----------
    data : dict
        The site file in plain values.
    wanted : Wishes
        Of the first seed.
    seeds : int
        Runs; each with the next seed.
    stages : Stages, optional
        Remembers what sites have in common.

    Raises
    ------
    FindingsError
        The site has errors.
    ValueError
        There is no job, or something has no way.
    """
    loaded = setting.changed(data)
    nouns = Nouns(loaded.site, stages)
    wrong = [f for f in check(loaded.site, nouns) if f.severity is Severity.ERROR]
    if wrong:
        raise FindingsError(wrong)
    runs = [simulate_site(prepare(nouns, replace(wanted, requests=True, seed=wanted.seed + s))) for s in range(seeds)]
    columns = [_metrics(nouns, run) for run in runs]
    links = np.flatnonzero(nouns.network.value.links.kind == LinkKind.FABRIC)
    hottest = str(runs[0].link[links[int(np.argmax(runs[0].busy[links]))]]) if len(links) else ""
    requests = {name: sum(len(run.answers.of(name)) for run in runs) for name in nouns.site.services}
    return Measured(
        tuple(columns[0]), floats(np.array([list(column.values()) for column in columns]).T), requests, hottest
    )


def _metrics(nouns: Nouns, run: FluidPrediction) -> dict[str, float]:
    """Everything of one run, by name."""
    found: dict[str, float] = {}
    work = nouns.demands.value.work
    for row, name in enumerate(run.job.tolist()):
        step_s = float(np.nanmean(run.step_s[row]))
        tokens = float(work.tokens[work.name.tolist().index(name)])
        found |= {
            f"step:{name}": step_s, f"tokens_per_s:{name}": tokens / step_s,
            f"exposed:{name}": float(run.exposed_s[row]), f"all-reduce:{name}": _summing_s(run, name),
        }  # fmt: skip
    for name in sorted(nouns.site.services):
        took_s = run.answers.of(name)
        found |= {f"{p}:{name}": _quantile(took_s, level) for p, level in QUANTILES.items()}
    fabric = nouns.network.value.links.kind == LinkKind.FABRIC
    return {**found, "busiest": float(run.busy[: len(fabric)][fabric].max(initial=0.0))}


def _summing_s(run: FluidPrediction, job: str) -> float:
    """[s] of a step in which gradients or weights are under way among the replicas of a job."""
    own = (run.phases.owner == job) & np.isin(run.phases.axis, ("dp", "edp"))
    steps = int(np.isfinite(run.step_s[run.job.tolist().index(job)]).sum())
    return float(run.phases.busy_s[own].sum()) / max(steps, 1)


def _quantile(sorted_s: FloatColumn, level: float) -> float:
    """The least of the values that so many are not above; NaN of none."""
    if not len(sorted_s):
        return float("nan")
    return float(sorted_s[max(int(np.ceil(level * len(sorted_s) - 1e-9)), 1) - 1])

"""The differences of two sites, each alone and each last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from easterly.base.columns import FloatColumn, floats
from easterly.base.findings import FindingsError
from easterly.predict.intervals import Interval, interval
from easterly.study.changeover.steps import Op, apply, steps
from easterly.study.effects.measure import Measured, measure
from easterly.study.fluid import Wishes
from easterly.study.stages import Recent
from easterly.verify.follow import throughput_ratio

PARTS = ("step", "tokens_per_s", "exposed", "all-reduce")
"""Metrics of a job from which a ratio of throughput follows."""
IDLE = ("site", "intents", "prices", "addressing")
"""Sections that no prediction reads."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one difference does.

    Attributes
    ----------
    path : str
        Of the site file, such as ``jobs/pre/batch``.
    says : str
        What is other there.
    alone, last : (M,) float
        Change of each metric where it is the only difference, and where all others are made before it; NaN where
        that site is not sound.
    unsound : str
        Why one of the two is not; empty where both are.
    """

    path: str
    says: str
    alone: FloatColumn
    last: FloatColumn
    unsound: str

    @property
    def part(self) -> FloatColumn:
        """(M,) mean of both: its value of Shapley (1953), where no more than two differences act on each other.

        With a_i for each and b_ij for each pair, alone is a_i, last is a_i + sum_j b_ij, and the mean gives each half
        of what a pair does together.
        """
        return floats((self.alone + self.last) / 2)


@dataclass(frozen=True, slots=True)
class Explained:
    """A change of throughput beside what follows from less communication alone.

    Attributes
    ----------
    job : str
    share, exposed : float [1]
        Sums of gradients and weights over the step before; what it waits for of them, at most.
    cut : float [1]
        Part of the former that is gone; below 0 where there is more.
    batch : float [1]
        Tokens of a step, after over before.
    ratio : float [1]
        Throughput that follows from these.
    simulated : float [1]
        Throughput after over before, as simulated.
    """

    job: str
    share: float
    exposed: float
    cut: float
    batch: float
    ratio: float
    simulated: float


@dataclass(frozen=True, slots=True)
class Effects:
    """Two sites, and what makes the difference.

    Attributes
    ----------
    before, after : Measured
        On the metrics that both have.
    effects : tuple of Effect
    runs : int
        Simulations that it took.
    """

    before: Measured
    after: Measured
    effects: tuple[Effect, ...]
    runs: int

    def change(self, name: str) -> Interval:
        """Change of a metric, with the half width of its 95 % interval over seeds that both sites had."""
        return interval(floats(self.after.of(name) - self.before.of(name)))

    def explained(self, job: str) -> Explained:
        """What the change of communication comes to by arithmetic: see `easterly.verify.follow.throughput_ratio`.

        Raises
        ------
        ValueError
            There is no such job in both sites.
        """
        was, now = ({name: each.of(f"{name}:{job}") for name in PARTS} for each in (self.before, self.after))
        step_s, talks_s, waits_s = (float(was[name].mean()) for name in ("step", "all-reduce", "exposed"))
        batch = float(now["tokens_per_s"][0] * now["step"][0] / (was["tokens_per_s"][0] * was["step"][0]))
        cut = 1 - float(now["all-reduce"].mean()) / talks_s if talks_s > 0 else 0.0
        share = min(1.0, talks_s / step_s)
        waits = min(share, waits_s / step_s)
        ratio = throughput_ratio(share, min(max(cut, 0.0), 1.0), exposed=waits, batch=batch)
        return Explained(job, share, waits, cut, batch, ratio, batch * step_s / float(now["step"].mean()))

    @property
    def rest(self) -> FloatColumn:
        """(M,) change that no part explains: what three differences or more do together; NaN where one is unsound."""
        whole = self.after.values.mean(axis=1) - self.before.values.mean(axis=1)
        return floats(whole - sum((each.part for each in self.effects), np.zeros(len(whole))))


def effects(
    before: dict[str, Any], after: dict[str, Any], *, wanted: Wishes | None = None, seeds: int = 3,
    notify: Callable[[int, int], None] | None = None,
) -> Effects:  # fmt: skip
    """Compare two sites by simulation of flows, and find out which difference does what.

    Every difference is made alone in the first site, and taken back alone in the second: 2 n + 2 sites for n
    differences. All of them have the same seeds, so that what is drawn is no difference.

    Parameters
    ----------
    before, after : dict
        Site files in plain values.
    wanted : Wishes, optional
        Of every simulation.
    seeds : int
        Simulations of each site.
    notify : callable, optional
        Told how many sites are done, and of how many.

    Raises
    ------
    FindingsError
        One of the two sites has errors.
    ValueError
        There is no job, or nothing that both sites have, or no seed.
    """
    if seeds < 1:
        raise ValueError(f"seeds is {seeds}: one simulation at least")
    how = _How(wanted or Wishes(), seeds, notify or (lambda done, of: None))
    found = differences(before, after)
    how.of = 2 + 2 * len(found)
    ends = how.measure(before), how.measure(after)
    names = tuple(name for name in ends[0].names if name in ends[1].names)
    first, second = (_on(names, each) for each in ends)
    parts = tuple(_effect(op, back, (before, after), (first, second), how) for op, back in found)
    return Effects(first, second, parts, how.done * seeds)


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[Op, Op]]:
    """What is other in the second site, value by value, as JSON patches, with what takes each back.

    Parameters
    ----------
    before, after : dict
        Site files in plain values.

    Examples
    --------
    >>> differences({"jobs": {"a": {"batch": 1}}, "site": {"name": "x"}}, {"jobs": {"a": {"batch": 2}}})[0][0]["path"]
    '/jobs/a/batch'
    """
    pairs = [pair for step in steps(before, after) for pair in zip(step.patch, reversed(step.undo), strict=True)]
    return [(op, back) for op, back in pairs if op["path"].split("/")[1] not in IDLE]


class _How:
    """What all simulations of a comparison have in common."""

    def __init__(self, wanted: Wishes, seeds: int, notify: Callable[[int, int], None]) -> None:
        self._wanted, self._seeds, self._notify, self._stages = wanted, seeds, notify, Recent()
        self.done, self.of = 0, 0

    def measure(self, data: dict[str, Any]) -> Measured:
        made = measure(data, self._wanted, self._seeds, stages=self._stages)
        self.done += 1
        self._notify(self.done, self.of)
        return made


def _on(names: tuple[str, ...], made: Measured) -> Measured:
    return Measured(names, floats(np.array([made.of(name) for name in names])), made.requests, made.hottest)


def _effect(op: Op, back: Op, sites: tuple[Any, Any], ends: tuple[Measured, Measured], how: _How) -> Effect:
    """One difference: alone in the first site, and last on the way to the second."""
    whys: list[str] = []
    with_it, without = (
        _mean(apply(sites[0], [op]), ends[0].names, how, whys),
        _mean(apply(sites[1], [back]), ends[0].names, how, whys),
    )
    alone = with_it - ends[0].values.mean(axis=1)
    last = ends[1].values.mean(axis=1) - without
    return Effect(op["path"][1:], _says(op, back), floats(alone), floats(last), "; ".join(dict.fromkeys(whys)))


def _mean(data: dict[str, Any], names: tuple[str, ...], how: _How, whys: list[str]) -> FloatColumn:
    """Metrics of a site in between, in the mean over seeds; NaN where it is not sound."""
    try:
        made = how.measure(data)
        return floats(np.array([made.of(name).mean() for name in names]))
    except FindingsError as error:
        whys.append(f"{error.findings[0].code} {error.findings[0].message}")
    except ValueError as error:
        whys.append(str(error))
    return floats(np.full(len(names), np.nan))


def _says(op: Op, back: Op) -> str:
    if op["op"] == "replace":
        return f"{_short(back['value'])} to {_short(op['value'])}"
    return f"add {_short(op['value'])}" if op["op"] == "add" else f"remove {_short(back['value'])}"


def _short(value: Any) -> str:
    """A value as the site file has it, or how much of it there is."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_short(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_short(each) for each in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)

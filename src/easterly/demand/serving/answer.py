"""What users notice of a service: the time to the first token and between tokens, and how many replicas they need."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from easterly.base.columns import FloatColumn, floats
from easterly.demand.serving import queueing
from easterly.demand.serving.lengths import lengths
from easterly.demand.serving.queueing import Population, Wait
from easterly.demand.serving.times import Bench, found, prefill_s, step_s
from easterly.demand.serving.weights import fitting, token_B
from easterly.model.spec.service import Objective

MOST_SEQUENCES = 65_536
"""Sequences of one replica that are looked at where its memory or `batch` does not limit them."""

MOST_REPLICAS = 65_536


@dataclass(frozen=True, slots=True)
class Prompts:
    """Prompts of all lengths on one pool.

    Attributes
    ----------
    bench : Bench
    weight : (N,) float
        How often each length occurs.
    computed_s : (N,) float [s]
        Time to compute it.
    handed_s : (N,) float [s]
        Time to hand its cache over; 0 for aggregated services.
    """

    bench: Bench
    weight: FloatColumn
    computed_s: FloatColumn
    handed_s: FloatColumn

    @property
    def mean_s(self) -> float:
        """Mean time to compute a prompt."""
        return math.fsum(self.weight * self.computed_s)

    @property
    def busy_s(self) -> float:
        """Mean time that a prompt keeps a stage busy."""
        return self.mean_s / self.bench.pool.pp

    @property
    def scv(self) -> float:
        """Squared coefficient of variation of the time."""
        return math.fsum(self.weight * (self.computed_s - self.mean_s) ** 2) / self.mean_s**2

    def utilisation(self, replicas: int) -> float:
        """Share of the time that so many replicas compute."""
        return float(self.bench.service.load.requests * self.busy_s / (replicas * self.bench.pool.lanes))

    def wait(self, replicas: int) -> Wait:
        """Wait for one of so many replicas; G/G/c, see `queueing.waiting`."""
        load, servers = self.bench.service.load, replicas * self.bench.pool.lanes
        return queueing.waiting(servers, load.requests, self.busy_s, self.scv, load.arrival_cv**2)

    def ttft_s(self, replicas: int, quantile: float, step_s: float = 0.0) -> float:
        """Quantile of the time to first token: wait, prompt, hand-over of the cache.

        Parameters
        ----------
        replicas : int
        quantile : float
        step_s : float [s]
            Of decoding that has to end first, on replicas that do both.
        """
        whole = floats(self.computed_s + self.handed_s + step_s)
        return queueing.quantile_s(self.wait(replicas), whole, self.weight, quantile)

    def ttft_mean_s(self, replicas: int, step_s: float = 0.0) -> float:
        """Mean of the same."""
        return self.wait(replicas).mean_s + math.fsum(self.weight * (self.computed_s + self.handed_s)) + step_s


def prompts(bench: Bench, lane_bps: float) -> Prompts:
    """Prompts as they come.

    Parameters
    ----------
    bench : Bench
    lane_bps : float [bit/s]
        Rate at which the cache of one request can be handed over; infinite where it stays.
    """
    load = bench.service.load
    length, weight = lengths(float(load.prompt), load.prompt_cv)
    handed_B = length * max(0.0, 1 - load.prefix_hit) * token_B(bench.service, bench.model)
    return Prompts(bench, weight, prefill_s(bench, length), floats(handed_B * 8 / lane_bps))


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers on one pool of replicas.

    Attributes
    ----------
    bench : Bench
    step_s : (N,) float [s]
        Time of a step with 1, 2, ... sequences in a replica.
    """

    bench: Bench
    step_s: FloatColumn

    @property
    def limit(self) -> int:
        """Sequences of a replica at most; 0 where none fits."""
        return len(self.step_s)

    @property
    def rate_hz(self) -> FloatColumn:
        """(N,) tokens per second of 1, 2, ... sequences together."""
        return floats(np.arange(1, self.limit + 1) / self.step_s)

    def utilisation(self, replicas: int, free: float = 1.0) -> float:
        """Tokens asked of a replica over the most that it can make in the share `free` of its time."""
        return self._offered(replicas) / (free * float(self.rate_hz.max())) if self.limit and free > 0 else math.inf

    def population(self, replicas: int, free: float = 1.0) -> Population:
        """How many sequences each replica has, if requests are dealt out at random."""
        if not self.limit or free <= 0:
            return Population(floats([]), 1.0, math.inf)
        return queueing.population(self._offered(replicas), floats(self.rate_hz * free))

    def mean(self, replicas: int, free: float = 1.0) -> float:
        """Mean number of sequences at work in a replica."""
        found = self.population(replicas, free)
        if not found.stable:
            return math.inf
        return math.fsum(found.share * np.arange(len(found.share))) + found.tail * self.limit

    def itl_mean_s(self, replicas: int, free: float = 1.0) -> float:
        """Mean time between tokens: sequences at work over the rate of tokens (Little 1961)."""
        offered = self._offered(replicas)
        if not offered and self.limit:
            return float(self.step_s[0])
        return self.mean(replicas, free) / offered if offered else math.inf

    def itl_s(self, replicas: int, quantile: float, free: float = 1.0) -> float:
        """Quantile of the time of a step, over all tokens."""
        found = self.population(replicas, free)
        return float(self.step_s[queueing.seen(found, quantile) - 1]) if found.stable else math.inf

    def _offered(self, replicas: int) -> float:
        load = self.bench.service.load
        return float(load.requests * load.output / replicas)


def answers(bench: Bench) -> Answers:
    """Answers as they are made, up to what memory holds and `batch` allows."""
    limit = min(fitting(bench.service, bench.model, bench.engine, bench.pool), MOST_SEQUENCES)
    if bench.service.batch is not None:
        limit = min(limit, bench.service.batch)
    return Answers(bench, step_s(bench, floats(np.arange(1, int(limit) + 1))))


def stalled_s(prompts: Prompts, replicas: int, step_s: float, quantile: float) -> float:
    """Quantile of the time between tokens on replicas that do both: a step, and the prompts that go before it.

    Prompts come to a replica as a Poisson process, and each, or each `chunk` of it, goes before the next step of
    decoding; with chunks, one at most.
    """
    service = prompts.bench.service
    new = service.load.prompt * (1 - found(service))
    pieces = max(1.0, new / service.chunk) if service.chunk else 1.0
    free = 1 - prompts.utilisation(replicas)
    if free <= 0:
        return math.inf
    rate_hz = service.load.requests * pieces / replicas
    count = queueing.poisson_quantile(rate_hz * step_s / free, quantile)
    return step_s + (min(count, 1) if service.chunk else count) * prompts.mean_s / pieces


def least(meets: Callable[[int], bool], most: int = MOST_REPLICAS) -> int:
    """Smallest number from 1 that meets a condition, which all larger ones meet too; -1 if `most` does not."""
    if not meets(most):
        return -1
    low, high = 0, 1
    while not meets(high):
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if meets(middle) else (middle, high)
    return high


def prefill_needed(prompts: Prompts, objective: Objective | None) -> int:
    """Fewest prefill replicas that meet the objective; without one, that keep up."""
    if objective is None:
        return least(lambda n: prompts.utilisation(n) < 1)
    return least(lambda n: prompts.ttft_s(n, objective.quantile) <= objective.max)


def decode_needed(answers: Answers, objective: Objective | None) -> int:
    """Fewest decode replicas that meet the objective; without one, that keep up."""
    if objective is None:
        return least(lambda n: answers.utilisation(n) < 1)
    return least(lambda n: answers.itl_s(n, objective.quantile) <= objective.max)

"""A service as it runs: its pools together, against what is promised."""

from __future__ import annotations

import math
from dataclasses import dataclass

from easterly.demand.serving.answer import (
    Answers,
    Prompts,
    answers,
    decode_needed,
    least,
    prefill_needed,
    prompts,
    stalled_s,
)
from easterly.demand.serving.crowd import Crowd, crowd
from easterly.demand.serving.engine import Engine, engine
from easterly.demand.serving.pools import Pool, pools
from easterly.demand.serving.times import Bench
from easterly.model.spec.hardware import HostType
from easterly.model.spec.service import Objective, Service
from easterly.model.spec.transformer import ModelSpec


@dataclass(frozen=True, slots=True)
class Figures:
    """One service as it runs on its hosts; the terms of `Services`.

    Attributes
    ----------
    service : Service
    model : ModelSpec
    engine : Engine
    nic_bps : float [bit/s]
        Rate of one interface.
    prefill, decode : Pool
        The same for aggregated services.
    prompts : Prompts
    answers : Answers
    """

    service: Service
    model: ModelSpec
    engine: Engine
    nic_bps: float
    prefill: Pool
    decode: Pool
    prompts: Prompts
    answers: Answers

    @property
    def apart(self) -> bool:
        """Whether prefill and decode have replicas of their own."""
        return self.prefill.role == "prefill"

    @property
    def sequences(self) -> float:
        """Mean number of sequences in a decode replica; the most that fit where they pile up, 1 where nobody knows."""
        if not self.engine.known:
            return 1.0
        return min(self.answers.mean(self.decode.replicas, self.free), float(self.answers.limit))

    @property
    def free(self) -> float:
        """Share of its time that a decode replica has for decoding."""
        return 1.0 if self.apart else max(0.0, 1 - self.prompts.utilisation(self.decode.replicas))

    @property
    def capacity_hz(self) -> float:
        """Requests that the slower pool can serve, or replicas that do both."""
        first = self.prefill.replicas * self.prefill.lanes / self.prompts.busy_s
        best_hz = float(self.answers.rate_hz.max()) if self.answers.limit else 0.0
        then = self.decode.replicas * best_hz / self.service.load.output
        return min(first, then) if self.apart else (1 / (1 / first + 1 / then) if then else 0.0)

    @property
    def crowd(self) -> Crowd:
        """What the flash crowd does; the usual load if there is none."""
        load = self.service.load
        return crowd(load.flash, load.requests, self.capacity_hz) if load.flash else Crowd(load.requests)

    def ttft_s(self, replicas: int, quantile: float) -> float:
        """Quantile of the time to first token with so many replicas that compute prompts."""
        return self.prompts.ttft_s(replicas, quantile, self.ahead_s(replicas))

    def ahead_s(self, replicas: int) -> float:
        """Step of decoding that has to end before a prompt begins, on replicas that do both."""
        if self.apart or not self.answers.limit:
            return 0.0
        free = max(0.0, 1 - self.prompts.utilisation(replicas))
        return self.answers.itl_s(replicas, 0.5, free)

    def itl_s(self, replicas: int, quantile: float) -> float:
        """Quantile of the time between tokens with so many replicas that make answers."""
        if self.apart:
            return self.answers.itl_s(replicas, quantile)
        free = max(0.0, 1 - self.prompts.utilisation(replicas))
        step_s = self.answers.itl_s(replicas, quantile, free)
        return stalled_s(self.prompts, replicas, step_s, quantile) if math.isfinite(step_s) else math.inf

    @property
    def needed(self) -> tuple[int, int]:
        """Fewest replicas of prefill and of decode that meet the objectives, or keep up."""
        slo = self.service.slo
        if self.apart:
            return prefill_needed(self.prompts, slo.ttft), decode_needed(self.answers, slo.itl)
        both = least(lambda n: self._meets(n, slo.ttft, slo.itl))
        return both, both

    def _meets(self, replicas: int, ttft: Objective | None, itl: Objective | None) -> bool:
        free = 1 - self.prompts.utilisation(replicas)
        if free <= 0 or self.answers.utilisation(replicas, free) >= 1:
            return False
        first = ttft is None or self.ttft_s(replicas, ttft.quantile) <= ttft.max
        return first and (itl is None or self.itl_s(replicas, itl.quantile) <= itl.max)


def figures(service: Service, model: ModelSpec, host: HostType) -> Figures:
    """A service on hosts of one make.

    Parameters
    ----------
    service : Service
    model : ModelSpec
    host : HostType
    """
    made = engine(service, host)
    both = pools(service, host.gpus)
    prefill, decode = both[0], both[-1]
    lane_bps = made.nic_bps * min(p.tp * p.pp for p in both) if len(both) > 1 else math.inf
    return Figures(
        service, model, made, float(host.nic_rate), prefill, decode,
        prompts(Bench(service, model, made, prefill), lane_bps), answers(Bench(service, model, made, decode)),
    )  # fmt: skip

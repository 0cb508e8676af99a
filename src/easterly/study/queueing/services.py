"""Inference services of a site as stations: replicas that compute prompts, and replicas that make answers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from easterly import demand
from easterly.base.columns import IntColumn, TextColumn, floats, ints, texts
from easterly.base.schema import Doc
from easterly.demand.serving import Figures
from easterly.model.stations import Stations
from easterly.predict.queueing.approximate import allen_cunneen
from easterly.predict.queueing.columns import from_wait
from easterly.study.nouns import Nouns

SHARED = "M/G/1 processor sharing, at the speed of its number (Kelly 1979)"


@dataclass(frozen=True, slots=True)
class ServiceQueues:
    """Stations of the services of a site, a row each.

    The numbers are those that the demand of a site is made of: `wait_s` and the sequences of `Services`.
    """

    name: Annotated[TextColumn, Doc("(S,) service.")]
    prompts: Annotated[Stations, Doc("One station of all replicas: what keeps the first stage of one is the service.")]
    servers: Annotated[IntColumn, Doc("(S,) prompts that are computed side by side.")]
    answers: Annotated[Stations, Doc("One replica of the many: all sequences that it has are served at once.")]
    replicas: Annotated[IntColumn, Doc("(S,) of those; requests are dealt out to them at random.")]
    unknown: Annotated[tuple[str, ...], Doc("Services on GPUs that nobody describes: no time of theirs is known.")]

    def __len__(self) -> int:
        return len(self.name)


def queue_services(nouns: Nouns, *, factor: float = 1.0) -> ServiceQueues:
    """Mean waits at the replicas of every inference service.

    Prompts wait for the first replica that is free, in the order of arrival: GI/G/c by Allen and Cunneen, exact for one
    server and for exponential times. A replica works on all answers that it has at once, the slower the more they are:
    a symmetric queue, whose numbers depend on the mean length of answers alone (Kelly 1979, 3.3); with a speed that
    does not change it is the M/G/1 under processor sharing. Beyond as many as fit, lengths are taken to be exponential.
    Times on the network are not in it: packets, and the rows of links, say those.

    Parameters
    ----------
    nouns : Nouns
    factor : float
        Of all requests.

    Returns
    -------
    ServiceQueues
        No rows where there are no services. A station that cannot keep up has infinite times.

    Raises
    ------
    ValueError
        A factor that is no number above 0.
    """
    if not 0 < factor < math.inf:
        raise ValueError(f"factor is {factor:g}: it must be a number above 0")
    runs = demand.service_figures(nouns.site, nouns.network.value, factor)
    known = [run for run in runs if run.engine.known and run.service.load.requests > 0]
    servers = ints([run.prefill.replicas * run.prefill.lanes for run in known])
    return ServiceQueues(
        texts([run.service.name for run in known]), _prompts(known, servers), servers, _answers(known),
        ints([run.decode.replicas for run in known]), tuple(run.service.name for run in runs if not run.engine.known),
    )  # fmt: skip


def _prompts(runs: list[Figures], servers: IntColumn) -> Stations:
    rate = floats([run.service.load.requests for run in runs])
    spread = floats([run.service.load.arrival_cv**2 for run in runs])
    busy_s, scv = (floats([getattr(run.prompts, name) for run in runs]) for name in ("busy_s", "scv"))
    return allen_cunneen(rate, busy_s, servers, spread, scv)


def _answers(runs: list[Figures]) -> Stations:
    rate = floats([run.service.load.requests / run.decode.replicas for run in runs])
    alone_s = floats([_alone_s(run) for run in runs])
    found = [run.answers.population(run.decode.replicas, run.free) for run in runs]
    time_s = np.array([each.mean for each in found]) / rate
    busy = floats([run.answers.utilisation(run.decode.replicas, run.free) for run in runs])
    shares = floats([1 - float(each.share[0]) if each.stable else 1.0 for each in found])
    with np.errstate(invalid="ignore"):
        wait_s = np.where(np.isfinite(time_s), np.maximum(time_s - alone_s, 0.0), np.inf)
    return from_wait(SHARED, rate, alone_s, wait_s, rho=busy, P_wait=shares)


def _alone_s(run: Figures) -> float:
    """Time of an answer that has a replica for itself, but for prompts that go before its steps."""
    if not run.answers.limit or run.free <= 0:
        return math.inf
    return float(run.service.load.output * run.answers.step_s[0] / run.free)

"""Replicas of an inference service for targets on the first token and on the time between tokens."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from easterly.predict.queueing.columns import positive
from easterly.predict.queueing.invert import Aim, fewest_servers


@dataclass(frozen=True, slots=True)
class Replicas:
    """Replicas by stage, and what binds them."""

    prefill: int
    """Replicas that compute prompts, one at a time."""
    decode: int
    """Replicas that generate tokens, many answers at a time."""
    batch: int
    """Answers that one decode replica holds within the time between tokens."""


def replicas(
    requests: float, prefill: float, first_token: float, level: float, tokens: float, step: float, step_each: float,
    between_tokens: float,
) -> Replicas:  # fmt: skip
    """Fewest replicas for a percentile of the time to the first token, and for the time between tokens.

    Prompts are an M/M/c with `prefill` mean service. A decode step takes step + step_each b with b answers in the
    batch; the largest batch within `between_tokens` times the replicas must hold, in the mean and with a deviation of
    the Poisson number in service for the percentile, all answers that are being generated (M/G/infinity).

    Parameters
    ----------
    requests : float
        Requests per unit of time.
    prefill : float
        Mean time to compute one prompt.
    first_token, level : float
        Time to the first token that the share `level` of requests keeps.
    tokens : float
        Mean tokens of an answer.
    step, step_each : float
        Time of a decode step with an empty batch, and what each answer in it adds.
    between_tokens : float
        Time between tokens that is allowed.

    Returns
    -------
    Replicas

    Raises
    ------
    ValueError
        A target that no number of replicas keeps, with what falls short.

    Examples
    --------
    >>> replicas(20, 0.2, 1.0, 0.99, 300, 0.01, 0.0005, 0.03)
    Replicas(prefill=6, decode=6, batch=40)
    """
    for name, value in (("requests", requests), ("prefill", prefill), ("first_token", first_token), ("tokens", tokens),
                        ("step", step), ("step_each", step_each), ("between_tokens", between_tokens)):  # fmt: skip
        positive(name, value)
    if not 0 < level < 1:
        raise ValueError(f"a percentile of level {level:g} does not exist: write 0.99 for the 99th")
    prompts = int(fewest_servers(Aim.TIME_BEYOND, requests, prefill, 1 - level, first_token))
    if prompts == 0:
        raise ValueError(
            f"{first_token:g} for the first token cannot be kept by {level:.4g} of requests: prompts alone take "
            f"{prefill:g} in the mean, and longer than {first_token:g} more often than that; compute prompts faster"
        )
    batch = floor((between_tokens - step) / step_each + 1e-9)
    if batch < 1:
        raise ValueError(f"{between_tokens:g} between tokens is too short: one answer alone takes {step + step_each:g}")
    busy = requests * tokens * between_tokens
    crowd = busy + _deviations(level) * busy**0.5
    return Replicas(prompts, max(1, ceil(crowd / batch - 1e-9)), batch)


def _deviations(level: float) -> float:
    """Standard deviations of the normal law at a level, as a number in service of many is nearly normal."""
    from statistics import NormalDist

    return max(0.0, NormalDist().inv_cdf(level))

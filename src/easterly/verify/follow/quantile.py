"""What a measured quantile of a latency proves about a promise."""

from __future__ import annotations

import math

from easterly.base.units import TIME, format_short
from easterly.verify.follow.binomial import fewest_samples, proven_share
from easterly.verify.follow.elementary import exp, ln
from easterly.verify.follow.statement import Follows, Statement, named, percent


def exponential_s(value_s: float, quantile: float, at: float) -> float:
    """Another quantile, if all beyond the measured one decays exponentially.

    Parameters
    ----------
    value_s : float [s]
        Measured at `quantile`.
    quantile, at : float [1]

    Raises
    ------
    ValueError
        A quantile that is not between 0 and 1.

    Examples
    --------
    >>> round(exponential_s(35e-3, 0.95, 0.999), 4)
    0.0807
    """
    _quantiles(quantile, at)
    return value_s * ln(1 - at) / ln(1 - quantile)


def pareto_needed(value_s: float, quantile: float, at: float, limit_s: float) -> float:
    """Least index of a Pareto tail through the measured quantile that keeps another within a limit.

    ``ln((1 - quantile) / (1 - at)) / ln(limit / value)``: the tail has to fall as ``t ** -index`` or faster. Times of
    services with contention are seen with indices of 1 to 3.

    Parameters
    ----------
    value_s, limit_s : float [s]
    quantile, at : float [1]

    Returns
    -------
    float [1]
        0 where `at` is no higher than what was measured; infinite where the limit is no higher than what was measured.

    Raises
    ------
    ValueError
        A quantile that is not between 0 and 1.

    Examples
    --------
    >>> round(pareto_needed(35e-3, 0.95, 0.999, 0.1), 3)
    3.726
    """
    _quantiles(quantile, at)
    if limit_s <= value_s:
        return math.inf
    return max(0.0, ln((1 - quantile) / (1 - at))) / ln(limit_s / value_s)


def _quantiles(*given: float) -> None:
    for value in given:
        if not 0 < value < 1:
            raise ValueError(f"quantile is {value:g}: it must be between 0 and 1, 0.95 for P95")


def quantile_claim(
    promise: float, limit_s: float, quantile: float, value_s: float, *, before_s: float | None = None,
    samples: int | None = None, misses: int | None = None, level: float = 0.95,
) -> tuple[Statement, ...]:  # fmt: skip
    """Whether a measured quantile proves that a share of requests is within a limit.

    Parameters
    ----------
    promise : float [1]
        Share of requests that is said to be within the limit, 0.999.
    limit_s : float [s]
    quantile : float [1]
        That was measured, 0.95 for P95.
    value_s, before_s : float [s]
        What it is, and what it was before.
    samples, misses : int, optional
        How much was measured, and how much of it was over the limit.
    level : float [1]
        Confidence.

    Raises
    ------
    ValueError
        A number out of its range, or misses without samples.

    Examples
    --------
    >>> for said in quantile_claim(0.999, 0.1, 0.95, 0.035):
    ...     print(said.follows, "-", said.because)
    does not follow - P95 = 35ms tells of 95%, nothing of the other 5%: between 95% and 100% are within 100ms
    open - 80.71ms if it is exponential, 247.5ms if it falls as t^-2
    """
    _quantiles(promise, quantile)
    if misses is not None and samples is None:
        raise ValueError("misses are of a number of samples: say how many were taken (samples)")
    said = [_reaches(promise, limit_s, quantile, value_s)]
    if before_s is not None:
        said.append(_before(promise, limit_s, quantile, value_s, before_s))
    if said[0].follows is Follows.NOT:
        said += _tails(promise, limit_s, quantile, value_s)
    if samples is not None:
        said.append(_counted(promise, limit_s, quantile, value_s, samples, misses, level))
    return tuple(said)


def _reaches(promise: float, limit_s: float, quantile: float, value_s: float) -> Statement:
    limit, value = format_short(limit_s, TIME), format_short(value_s, TIME)
    claim = f"{percent(promise)} of requests are within {limit}"
    if value_s > limit_s:
        if quantile <= promise:
            because = f"{named(quantile)} = {value}: more than {percent(1 - quantile)} are over it"
            return Statement(Follows.CONTRADICTED, claim, because)
        because = f"{named(quantile)} = {value} is beyond the limit, and tells nothing of {named(promise)}"
        return Statement(Follows.OPEN, claim, because, f"it would need {named(promise)} itself")
    if quantile >= promise:
        return Statement(Follows.FOLLOWS, claim, f"{named(quantile)} = {value}, of what was measured")
    rest = percent(1 - quantile)
    because = f"{named(quantile)} = {value} tells of {percent(quantile)}, nothing of the other {rest}: between "
    needs = f"it would need {named(promise)}, from {fewest_samples(promise):,} samples without a miss or more"
    return Statement(Follows.NOT, claim, f"{because}{percent(quantile)} and 100% are within {limit}", needs)


def _before(promise: float, limit_s: float, quantile: float, value_s: float, before_s: float) -> Statement:
    was, now = format_short(before_s, TIME), format_short(value_s, TIME)
    claim = f"the promise of {percent(promise)} was broken before"
    change = f"{named(quantile)} went from {was} to {now}, {value_s / before_s - 1:+.1%}"
    if before_s > limit_s and quantile <= promise:
        return Statement(Follows.FOLLOWS, claim, f"{change}; more than {percent(1 - quantile)} were over the limit")
    return Statement(Follows.OPEN, claim, change)


def _tails(promise: float, limit_s: float, quantile: float, value_s: float) -> list[Statement]:
    """What two usual tails through the measured quantile would say."""
    claim = f"{named(promise)} can be told from {named(quantile)} by the shape of the tail"
    light, index = exponential_s(value_s, quantile, promise), pareto_needed(value_s, quantile, promise, limit_s)
    heavy = value_s * exp(ln((1 - quantile) / (1 - promise)) / 2)
    because = f"{format_short(light, TIME)} if it is exponential, {format_short(heavy, TIME)} if it falls as t^-2"
    needs = f"within the limit it has to fall as t^-{index:.3g} or faster, which has to be measured"
    return [Statement(Follows.OPEN, claim, because, needs)]


def _counted(
    promise: float, limit_s: float, quantile: float, value_s: float, samples: int, misses: int | None, level: float
) -> Statement:
    """What the samples prove; of the quantile alone, that no more than its rest missed."""
    limit = format_short(limit_s, TIME)
    claim = f"{samples:,} samples prove {percent(promise)} within {limit}, with {percent(level)} confidence"
    over = misses
    if over is None:
        over = samples - math.ceil(round(quantile * samples, 9)) if value_s <= limit_s else samples
    share = proven_share(samples, over, level)
    seen = f"{over:,} of them missed it" if misses is not None else f"{over:,} of them may have missed it"
    because = f"{seen}, which proves {percent(_down(share))}"
    if share >= promise:
        return Statement(Follows.FOLLOWS, claim, because)
    needs = f"it would need {fewest_samples(promise, over if misses is not None else 0, level):,} samples"
    return Statement(Follows.NOT, claim, because, f"{needs} with {over if misses is not None else 0:,} misses")


def _down(share: float) -> float:
    """Rounded so that no more is said than is proven."""
    return math.floor(share * 1e6) / 1e6

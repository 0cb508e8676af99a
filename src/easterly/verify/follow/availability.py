"""What a share of availability allows, and what errors and replicas make of it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from easterly._kernel import maths
from easterly.base.units import TIME, format_short
from easterly.verify.follow.statement import Follows, Statement, percent


def budget_s(share: float, over_s: float) -> float:
    """Time that a promise of availability leaves for being down.

    Parameters
    ----------
    share : float [1]
    over_s : float [s]
        Window of the promise.

    Raises
    ------
    ValueError
        A share that is none, or a time below 0.

    Examples
    --------
    >>> round(budget_s(0.999, 30 * 86400.0) / 60, 9)
    43.2
    """
    _share("share", share)
    if not 0 <= over_s < math.inf:
        raise ValueError(f"over_s is {over_s:g}: it must be a time from 0 on")
    return (1 - share) * over_s


def joint_errors(errors: Mapping[str, float]) -> tuple[float, float]:
    """Share of requests that at least one kind of error hits: least and most (Fréchet 1935).

    Between the largest, where each hits the same requests, and the sum, where each hits its own.

    Parameters
    ----------
    errors : mapping of str to float [1]

    Raises
    ------
    ValueError
        A share that is none.

    Examples
    --------
    >>> joint_errors({"5xx": 0.0005, "timeout": 0.0002})
    (0.0005, 0.0007)
    """
    for name, value in errors.items():
        _share(name, value)
    return max(errors.values(), default=0.0), min(1.0, math.fsum(errors.values()))


def replicated(share: float, count: int) -> float:
    """Availability of sites of which one is enough, if they fail independently and each takes over at once.

    ``1 - (1 - share) ** count``: an upper bound of what anycast gives, as sites share software, routes and operators.

    Parameters
    ----------
    share : float [1]
        Of one site.
    count : int

    Raises
    ------
    ValueError
        A share that is none, or no site.

    Examples
    --------
    >>> replicated(0.99, 2)
    0.9999
    """
    _share("share", share)
    if count < 1:
        raise ValueError(f"count is {count}: there must be a site")
    down = maths.pow(np.array([1 - share]), np.array([float(count)])) if share < 1 else np.zeros(1)
    return 1 - float(down[0])


def failover_share(mtbf_s: float, failover_s: float) -> float:
    """Share of requests that anycast loses while routes move.

    Of n sites one fails every ``mtbf / n``, and takes a part of 1 / n with it until routes have moved, so that n
    cancels: ``failover / mtbf``, whatever the number of sites.

    Parameters
    ----------
    mtbf_s : float [s]
        Mean time between failures of one site.
    failover_s : float [s]
        Until its users reach another one.

    Raises
    ------
    ValueError
        A time between failures that is not above 0, or a failover below 0.

    Examples
    --------
    >>> round(failover_share(30 * 86400.0, 180.0), 6)
    6.9e-05
    """
    if not (0 < mtbf_s < math.inf and 0 <= failover_s < math.inf):
        raise ValueError(f"a failover of {failover_s:g} s every {mtbf_s:g} s (mtbf): give times above 0")
    return min(1.0, failover_s / mtbf_s)


def availability_claim(
    promise: float, *, over_s: float = 30 * 86400.0, errors: Mapping[str, float] | None = None,
    sites: int | None = None, site: float | None = None, mtbf_s: float | None = None, failover_s: float | None = None,
) -> tuple[Statement, ...]:  # fmt: skip
    """Whether errors, sites and failovers leave the availability that is promised.

    Parameters
    ----------
    promise : float [1]
    over_s : float [s]
        Window of the promise.
    errors : mapping of str to float [1], optional
        Shares of requests that fail, by kind.
    sites : int, optional
        Of which one is enough.
    site : float [1], optional
        Availability of one of them.
    mtbf_s, failover_s : float [s], optional
        See `failover_share`.

    Raises
    ------
    ValueError
        A number out of its range, or one of two that belong together.

    Examples
    --------
    >>> print(availability_claim(0.999, errors={"5xx": 0.0005, "timeout": 0.0002})[0].because)
    5xx and timeout hit 0.05% to 0.07% of requests, and 0.1% may fail
    """
    if (sites is None) != (site is None) or (mtbf_s is None) != (failover_s is None):
        raise ValueError("sites go with the availability of one (site), and a failover with how often one fails (mtbf)")
    said = [_of_errors(promise, errors)] if errors else []
    if sites is not None and site is not None:
        said.append(_of_sites(promise, sites, site))
    if mtbf_s is not None and failover_s is not None:
        said.append(_of_failover(promise, mtbf_s, failover_s))
    budget, over = lasting(budget_s(promise, over_s)), lasting(over_s)
    because = f"{percent(promise)} of {over} leaves {budget} to be down in"
    needs = "what is down answers nothing and is not in its own count: it would need probes from outside"
    said.append(Statement(Follows.OPEN, "a share of requests is a share of time", because, needs))
    return tuple(said)


def _of_errors(promise: float, errors: Mapping[str, float]) -> Statement:
    low, high = joint_errors(errors)
    names = " and ".join(errors)
    because = f"{names} hit {percent(low)} to {percent(high)} of requests, and {percent(1 - promise)} may fail"
    claim = f"{percent(promise)} of requests are served"
    if high <= (1 - promise) * (1 + 1e-9):
        return Statement(Follows.FOLLOWS, claim, because)
    if low > (1 - promise) * (1 + 1e-9):
        return Statement(Follows.CONTRADICTED, claim, because)
    return Statement(Follows.OPEN, claim, because, "it would need to be counted by request, not by kind of error")


def _of_sites(promise: float, sites: int, site: float) -> Statement:
    best = replicated(site, sites)
    claim = f"{sites} sites of {percent(site)} give {percent(promise)}"
    because = f"{percent(best)} if they never fail together and take over at once, {percent(site)} if they always do"
    if site >= promise:
        return Statement(Follows.FOLLOWS, claim, because)
    if best < promise:
        needed = next((n for n in range(sites, 1000) if replicated(site, n) >= promise), None)
        needs = f"it would need {needed} sites" if needed else "no number of such sites does"
        return Statement(Follows.NOT, claim, because, needs)
    return Statement(Follows.OPEN, claim, because, "it would need what fails together to be known")


def _of_failover(promise: float, mtbf_s: float, failover_s: float) -> Statement:
    lost = failover_share(mtbf_s, failover_s)
    claim = f"anycast with a failover of {lasting(failover_s)} keeps {percent(promise)}"
    because = f"sites that fail every {lasting(mtbf_s)} lose {percent(lost)} of requests, however many sites there are"
    if lost <= 1 - promise:
        return Statement(Follows.FOLLOWS, claim, because)
    most = lasting((1 - promise) * mtbf_s)
    return Statement(Follows.NOT, claim, because, f"it would need to take {most} at most")


def lasting(time_s: float) -> str:
    """A time as people say it who wait for it.

    >>> lasting(2592000.0), lasting(2592.0), lasting(0.5)
    ('30 days', '43.2 min', '500ms')
    """
    for unit, unit_s in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if time_s >= 1.5 * unit_s:
            return f"{time_s / unit_s:.4g} {unit}"
    return format_short(time_s, TIME)


def _share(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} is {value:g}: it must be a share, from 0 to 1")

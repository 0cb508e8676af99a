"""How each work grows, and how much of it there is in any month at the busiest time of the week."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import maths
from easterly.base.columns import FloatColumn, floats
from easterly.base.findings import did_you_mean
from easterly.demand.time import profile
from easterly.model.spec.site import Site

KINDS = ("jobs", "services", "traffic")
QUARTER_s = 900.0


def factors(site: Site, growth: Mapping[str, float]) -> dict[str, float]:
    """Factor per year of each work.

    What says most goes first: the work itself, its tenant, its class, its fabric, its kind (jobs, services, traffic),
    all; then the growth of its profile; else it does not grow.

    Parameters
    ----------
    site : Site
    growth : mapping of str to float
        By any of those names; ``hosts`` is for address pools alone.

    Raises
    ------
    ValueError
        Nothing is called so, or a factor is no positive number.

    Examples
    --------
    See the how-to on capacity.
    """
    known = [
        *site.jobs,
        *site.services,
        *site.traffic,
        *site.tenants,
        *site.classes,
        *site.fabrics,
        *KINDS,
        "all",
        "hosts",
    ]
    for name, factor in growth.items():
        if name not in known:
            raise ValueError(f"nothing that grows is called {name!r}: {did_you_mean(name, known)}")
        if not (factor > 0 and np.isfinite(factor)):
            raise ValueError(f"growth of {name} is {factor}: a factor per year, more than 0, such as 1.5")
    own = profile.profiles(site)
    found = {}
    for kind in KINDS:
        for name, work in getattr(site, kind).items():
            said = (name, getattr(work, "tenant", None), work.traffic_class, getattr(work, "fabric", None), kind, "all")
            steady = own[name].growth if name in own else 1.0
            found[name] = next((growth[word] for word in said if word is not None and word in growth), steady)
    return found


def after(growth: FloatColumn, months: FloatColumn) -> NDArray[np.float64]:
    """(W, R) how much more there is of each work in each month: ``growth ** (months / 12)``."""
    some, back = np.unique(months, return_inverse=True)
    base, power = np.repeat(growth, len(some)), np.tile(some / 12, len(growth))
    return np.asarray(maths.pow(floats(base), floats(power))).reshape(len(growth), len(some))[:, back.reshape(-1)]


def levels(site: Site, names: list[str]) -> NDArray[np.float64]:
    """(K, W) the levels of a week: factor of each work in every quarter of an hour, those that are alike once."""
    hours = np.arange(0, profile.WEEK_s, QUARTER_s)
    own = profile.profiles(site)
    if not names:
        return np.ones((1, 0))
    courses = np.stack([profile.factor(own.get(name), hours) for name in names], axis=1)
    return np.unique(courses, axis=0)


def highest(load: NDArray[np.float64], level: NDArray[np.float64]) -> FloatColumn:
    """(R,) the highest sum of loads (W, R) at any of the levels (K, W)."""
    most = np.zeros(load.shape[1])
    for row in level:
        most = np.maximum(most, np.add.reduce(load * row[:, None], axis=0))
    return floats(most)

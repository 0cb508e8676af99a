"""Shares of ports: weights that a scheduler takes, the rates that follow, and the two levels of tenants and classes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from easterly.base.columns import FloatColumn, IntColumn, floats, ints, texts
from easterly.base.units import RATE, format_short
from easterly.model.qos import TenantShares
from easterly.model.spec.policy import Tenant
from easterly.model.spec.site import Site
from easterly.qos.planning.ledger import Ledger
from easterly.qos.planning.marking import Classes
from easterly.qos.scheduling import WeightedClass, WeightedTree, shares, weighted

WHOLE = 100
SMALLEST = 1e-9


def weights(classes: Classes, ledger: Ledger) -> list[int]:
    """Weight of each class among the weighted ones, 100 in all and at least 1; 0 for strict classes.

    Whole hundredths, the largest remainders rounded up (Hamilton): what schedulers of all makers take.
    """
    rows = [row for row, c in enumerate(classes.specs) if c.priority != "strict"]
    made = dict(zip(rows, _hundredths([classes.share[row] for row in rows]), strict=True))
    total = math.fsum(classes.share[row] for row in rows)
    for row in rows:
        ledger.add(
            "weight", "share / sum of the shares of weighted classes, in hundredths, at least 1",
            "choice: weights of 1 to 100 fit every scheduler; largest remainders",
            f"share {classes.share[row]:.4g} of {total:.4g}", traffic_class=row,
        )  # fmt: skip
    return [made.get(row, 0) for row in range(len(classes))]


def _hundredths(shares_: Sequence[float]) -> list[int]:
    """Whole numbers in proportion that add up to 100, none below 1 (more than 100 in all where there are so many)."""
    total = math.fsum(shares_)
    exact = [WHOLE * s / total if total > 0 else WHOLE / len(shares_) for s in shares_]
    made = [max(1, math.floor(x + SMALLEST)) for x in exact]
    order = sorted(range(len(made)), key=lambda i: (made[i] - exact[i], i))
    for i in order[: max(0, WHOLE - sum(made))]:
        made[i] += 1
    while sum(made) > WHOLE and max(made, default=0) > 1:
        made[max(range(len(made)), key=lambda i: (made[i] - exact[i], made[i], -i))] -= 1
    return made


def tree(classes: Classes, weight: Sequence[int], rate_bps: float) -> WeightedTree:
    """The scheduler of one port: strict classes first, each shaped to its share, the others by weight."""
    return weighted([
        WeightedClass(c.name, max(1, weight[row]), None, int(c.priority != "strict"), ceiling(classes, row, rate_bps))
        for row, c in enumerate(classes.specs)
    ])  # fmt: skip


def ceiling(classes: Classes, row: int, rate_bps: float) -> float:
    """Shaper of a class at a port: its share if it is strict, else none (infinite)."""
    if classes.specs[row].priority != "strict":
        return math.inf
    return max(classes.share[row], SMALLEST) * rate_bps


def rates(classes: Classes, weight: Sequence[int], rate_bps: FloatColumn, ledger: Ledger) -> FloatColumn:
    """Rate of each class at a port of each group while all are busy."""
    ledger.add(
        "rate_bps", "strict classes get their shaped rate; the rest is divided by weight while all classes are busy",
        "fluid limit of strict priority over deficit round robin (Shreedhar & Varghese 1996)",
        f"weights {dict(zip(classes.names, weight, strict=True))}",
    )  # fmt: skip
    ledger.add("shaper_bps", "share x rate for strict classes", "choice: what is strict must not starve the others")
    by_rate = {rate: _rates(classes, weight, rate) for rate in set(rate_bps.tolist())}
    return floats(np.array([by_rate[rate] for rate in rate_bps.tolist()]).reshape(len(rate_bps), len(classes)))


def _rates(classes: Classes, weight: Sequence[int], rate_bps: float) -> list[float]:
    if not len(classes):
        return []
    found = shares(tree(classes, weight, rate_bps), classes.names, link_bps=rate_bps)
    return [found[name] for name in classes.names]


def shapers(classes: Classes, rate_bps: FloatColumn) -> FloatColumn:
    """Highest rate of each class at a port of each group; NaN where nothing holds it back."""
    share = [s if c.priority == "strict" else math.nan for c, s in zip(classes.specs, classes.share, strict=True)]
    return floats(np.outer(rate_bps, np.array(share)))


def tenants(site: Site, classes: Classes, rate_bps: FloatColumn, ledger: Ledger) -> TenantShares:
    """What each tenant's classes get of a port while everybody is busy.

    A tenant without a share gets an equal part of what the others leave; one that divides nothing among classes has
    the division of the site.
    """
    parts = _parts(site)
    rows = [(tenant, name, of, share) for tenant, of in parts for name, share in _inner(tenant, classes) if share > 0]
    if not rows:
        return TenantShares(texts([]), ints([]), floats([]), floats([]), floats([]), _none(rate_bps))
    by_rate = {rate: _tenant_rates(parts, rows, rate) for rate in set(rate_bps.tolist())}
    _explain(parts, rows, classes, rate_bps, ledger)
    return TenantShares(
        texts([tenant.name for tenant, *_ in rows]),
        _rows_of(classes, [name for _, name, *_ in rows]),
        floats([of for *_, of, _ in rows]),
        floats([share for *_, share in rows]),
        floats([of * share for *_, of, share in rows]),
        floats(np.array([by_rate[rate] for rate in rate_bps.tolist()]).reshape(len(rate_bps), len(rows)).T),
    )


def _none(rate_bps: FloatColumn) -> FloatColumn:
    return floats(np.empty((0, len(rate_bps))))


def _rows_of(classes: Classes, names: Sequence[str]) -> IntColumn:
    row = {name: i for i, name in enumerate(classes.names)}
    return ints([row[name] for name in names])


def _parts(site: Site) -> list[tuple[Tenant, float]]:
    """Tenants with their shares, those of 0 left out."""
    named = [site.tenants[name] for name in sorted(site.tenants)]
    left = max(0.0, 1 - math.fsum(t.share for t in named if t.share is not None))
    open_ = max(1, sum(t.share is None for t in named))
    found = [(t, left / open_ if t.share is None else float(t.share)) for t in named]
    return [(t, share) for t, share in found if share > 0]


def _inner(tenant: Tenant, classes: Classes) -> list[tuple[str, float]]:
    """How a tenant divides its share: as it says, else as the site does."""
    known = [(name, float(tenant.classes[name])) for name in sorted(tenant.classes) if name in classes.names]
    return known or list(zip(classes.names, classes.share, strict=True))


Row = tuple[Tenant, str, float, float]


def _tenant_rates(parts: Sequence[tuple[Tenant, float]], rows: Sequence[Row], rate_bps: float) -> list[float]:
    above = [WeightedClass(tenant.name, share) for tenant, share in parts if any(row[0] is tenant for row in rows)]
    below = [WeightedClass(f"{tenant.name}/{name}", share, tenant.name) for tenant, name, _, share in rows]
    found = shares(weighted([*above, *below]), [leaf.name for leaf in below], link_bps=rate_bps)
    return [found[leaf.name] for leaf in below]


def _explain(
    parts: Sequence[tuple[Tenant, float]], rows: Sequence[Row], classes: Classes, rate_bps: FloatColumn, ledger: Ledger
) -> None:
    given = ", ".join(f"{tenant.name} {share:.4g}" for tenant, share in parts)
    ledger.add(
        "tenants.rate_bps",
        "share of the tenant x share of the class within it x rate, while every class of every tenant is busy",
        "hierarchical max-min fairness (two levels of weights); switches schedule classes, hosts hold tenants to it",
        f"{given}; ports of {', '.join(format_short(rate, RATE) for rate in sorted(set(rate_bps.tolist())))}; "
        f"{len(rows)} leaves, {len(classes)} classes",
    )

"""The allocation, and what failures do to it, computed and in plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly import route
from easterly.app.routing.counting import counting
from easterly.app.routing.inputs import Given, Wishes
from easterly.app.values import number, numbers
from easterly.base.columns import FloatColumn, floats, ratio, significant
from easterly.base.findings import Finding, FindingsError
from easterly.model.allocation import Allocation
from easterly.model.allocation_words import priced
from easterly.model.failures import Cases, FailureTable, InPlace
from easterly.model.routing import Routing
from easterly.route.failing.cases import cases_of, together
from easterly.route.failing.in_place import under_ecmp
from easterly.route.failing.table import BUILDERS

FULLEST = 20
NOTHING = 1e-6
"""Share of a demand that is left of the search rather than found by it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was computed.

    Attributes
    ----------
    given : Given
    routing : Routing
    ecmp : InPlace
        What equal-cost multipath, or the routing of a direct network, does with the same demands; one row.
    failures : FailureTable or None
    """

    given: Given
    routing: Routing
    ecmp: InPlace
    failures: FailureTable | None = None

    @property
    def allocation(self) -> Allocation:
        """Rates and bound."""
        assert self.routing.allocation is not None
        return self.routing.allocation


def solve(given: Given, wanted: Wishes, *, quiet: bool) -> Answer:
    """Allocate, then try the failures that were asked for.

    Raises
    ------
    FindingsError
        What is asked for has no meaning on this network.
    """
    options: dict[str, Any] = {
        "objective": wanted.objective, "alpha": wanted.alpha, "cost": wanted.cost, "mode": wanted.mode,
        "gap": wanted.gap, "threads": wanted.threads,
    }  # fmt: skip
    cases = None if wanted.failures is None else _cases(given, wanted)
    routing = _solved(given, options)
    if wanted.splits is not None:
        routing = _few(given, wanted, routing)
    ecmp = under_ecmp(given.network, given.demands, cases_of(["nothing"], [[]]))
    tried = None if cases is None else _tried(given, cases, routing, options, quiet)
    return Answer(given, routing, ecmp, tried)


def _solved(given: Given, options: dict[str, Any]) -> Routing:
    """The allocation; what the library refuses, such as a rate beyond all numbers, is a finding."""
    try:
        return route.solve(given.network, given.demands, **options)
    except ValueError as error:
        raise FindingsError([Finding("E100", "", str(error))]) from None


def _few(given: Given, wanted: Wishes, routing: Routing) -> Routing:
    try:
        return route.few_paths(given.network, routing, splits=wanted.splits or 1)
    except ValueError as error:
        raise FindingsError([Finding("E100", "--splits", str(error))]) from None


def _cases(given: Given, wanted: Wishes) -> Cases:
    """What is to fail; never nothing at all.

    Raises
    ------
    FindingsError
        E100 where the network has not as many of what is to fail, or too many.
    """
    alone, count = BUILDERS[wanted.fail](given.network), wanted.failures or 1
    if len(alone) < count:
        raise FindingsError([_nothing_fails(wanted.fail, count, len(alone))])
    try:
        every = together(alone, count)
    except ValueError as error:
        raise FindingsError([Finding("E100", "", str(error), "ask for fewer at a time")]) from None
    if wanted.sample is not None and wanted.sample < len(every):
        drawn = np.sort(np.random.default_rng(1).choice(len(every), wanted.sample, replace=False))
        every = cases_of([str(n) for n in every.name[drawn]], [every.down(int(i)) for i in drawn])
    return every


def _nothing_fails(kind: str, count: int, there: int) -> Finding:
    what = {"links": "link", "nodes": "switch or router", "srlgs": "shared-risk group"}[kind]
    asked = f"--fail {kind} takes {'each' if count == 1 else f'any {count}'} down, and the network has "
    if there:
        return Finding("E133", "", f"{asked}{there} in all", f"ask for --failures {there}")
    marks = "give links groups in the file of the network (srlg: [north-sea]), or ask for --fail links"
    return Finding("E133", "", f"{asked}no {what}", marks if kind == "srlgs" else "ask for --fail links")


def _tried(given: Given, cases: Cases, base: Routing, options: dict[str, Any], quiet: bool) -> FailureTable:
    """Failures one by one; Ctrl-C keeps what is done."""
    with counting("failures", quiet) as progress:
        return route.failures(given.network, given.demands, cases=cases, warm=base, progress=progress, **options)


def infeasible(made: Answer) -> bool:
    """Whether what must be carried cannot be."""
    return made.allocation.status == "infeasible"


def document(made: Answer, wanted: Wishes) -> dict[str, Any]:
    """The answer as an object: stable keys, null for what is not known."""
    found, network = made.allocation, made.given.network
    asked = float(np.add.reduce(found.demands.rate_bps))
    return {
        "status": found.status, "objective": found.objective, "value": number(found.value),
        "bound": number(found.bound), "gap": number(found.gap), "unit": unit(made),
        "served_fraction": number(found.served_fraction), "max_utilisation": number(found.max_utilisation),
        "ecmp": {
            "served_fraction": number(float(made.ecmp.fits[0])),
            "max_utilisation": number(float(made.ecmp.max_utilisation[0])), "policy": made.ecmp.policy,
        },
        "asked": number(asked), "granted": number(float(np.add.reduce(found.rate_bps))), "nodes": len(network.nodes),
        "links": len(network.links), "demands": len(found.demands), "unserved": _pairs(made), "method": found.method,
        "reason": found.reason, "binding": binding(made), "fullest": fullest(made),
        "explanation": str(made.routing.explain()).splitlines() if made.given.unit else [],
        "failures": None if made.failures is None else _failures(made.failures),
        "paths": _paths(made) if wanted.paths else None,
    }  # fmt: skip


def unit(made: Answer) -> str:
    """Unit of value and bound: that of the files where these state none."""
    stated = made.allocation.unit
    return "as in the files" if stated == "bit/s" and made.given.unit is None else stated


def binding(made: Answer) -> list[dict[str, Any]]:
    """All links whose capacity is worth something, most first, then the fullest."""
    worth = _worth(made)
    rows = np.flatnonzero(worth > 0)
    return _links(made, rows[np.lexsort((rows, -_filled(made)[rows], -significant(worth[rows])))])


def fullest(made: Answer) -> list[dict[str, Any]]:
    """Links that carry something and do not bind, the fullest first; not more than `FULLEST`."""
    filled = _filled(made)
    rows = np.flatnonzero((_worth(made) == 0) & (filled > 0))
    return _links(made, rows[np.lexsort((rows, -filled[rows]))][:FULLEST])


def _worth(made: Answer) -> FloatColumn:
    """(L,) duals, but 0 where that of the whole capacity only tells how far the search went."""
    found = made.allocation
    return floats(np.where(priced(found), found.dual, 0.0))


def _filled(made: Answer) -> FloatColumn:
    """(L,) utilisation, to as many digits as a search is good for; 0 without capacity."""
    use = ratio(made.allocation.load_bps, made.allocation.capacity_bps)
    return significant(np.where(np.isfinite(use), use, 0.0))


def _links(made: Answer, rows: NDArray[np.intp]) -> list[dict[str, Any]]:
    found = made.allocation
    use = ratio(found.load_bps[rows], found.capacity_bps[rows])
    columns = (found.capacity_bps[rows], found.load_bps[rows], use, found.dual[rows])
    ids = made.given.network.link_ids[rows].tolist()
    values = zip(ids, *(numbers(c.tolist()) for c in columns), strict=True)
    return [dict(zip(("link", "capacity", "load", "utilisation", "dual"), row, strict=True)) for row in values]


def _pairs(made: Answer) -> list[dict[str, Any]]:
    """Demands that no path joins."""
    found, names = made.allocation, made.given.network.nodes.name
    rows = found.unserved
    ends = zip(names[found.demands.src[rows]].tolist(), names[found.demands.dst[rows]].tolist(), strict=True)
    rates = numbers(found.demands.rate_bps[rows].tolist())
    return [{"src": a, "dst": b, "demand": rate} for (a, b), rate in zip(ends, rates, strict=True)]


def _paths(made: Answer) -> list[dict[str, Any]]:
    """Every path with its rate, demand by demand; without those that carry next to nothing of it."""
    tunnels, network, demands = made.routing.tunnels, made.given.network, made.allocation.demands
    if tunnels is None:
        return []
    names, ids = network.nodes.name, network.link_ids
    told = np.flatnonzero(tunnels.rate_bps > NOTHING * made.allocation.rate_bps[tunnels.flow])
    return [
        {
            "src": str(names[demands.src[k]]), "dst": str(names[demands.dst[k]]),
            "rate": number(float(tunnels.rate_bps[i])),
            "links": ids[tunnels.link_idx[tunnels.link_ptr[i] : tunnels.link_ptr[i + 1]]].tolist(),
        }
        for i, k in zip(told.tolist(), tunnels.flow[told].tolist(), strict=True)
    ]  # fmt: skip


def _failures(table: FailureTable) -> list[dict[str, Any]]:
    """One row per failure, the worst first: what the paths in place do, and what the best paths would."""
    place, best = table.in_place, table.optimum
    columns: dict[str, Any] = {}
    if place is not None:
        columns |= {
            "in_place_served": place.fits, "in_place_utilisation": place.max_utilisation,
            "in_place_strayed": place.strayed,
        }  # fmt: skip
    if best is not None:
        columns |= {
            "value": best.value, "bound": best.bound, "gap": best.gap, "served_fraction": best.served_fraction,
            "max_utilisation": best.max_utilisation,
        }  # fmt: skip
    rows = table.order
    status = best.status[rows].tolist() if best is not None else [None] * len(rows)
    values = zip(
        table.cases.name[rows].tolist(), status, *(numbers(c[rows].tolist()) for c in columns.values()), strict=True
    )
    return [dict(zip(("down", "status", *columns), row, strict=True)) for row in values]

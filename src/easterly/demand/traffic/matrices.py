"""Traffic matrices: as written, or by gravity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import maths
from easterly.base.columns import IntColumn, floats, ints
from easterly.demand.ends import Ends
from easterly.demand.layout import Traffic as Moved
from easterly.demand.phases import Phase
from easterly.demand.traffic.parts import Figure, phase
from easterly.demand.traffic.way import one_way_s
from easterly.model.spec.site import Site
from easterly.model.spec.traffic import Gravity, Matrix

Square = NDArray[np.float64]
ROUNDS = 10_000


def masses(work: Gravity, site: Site) -> dict[str, float]:
    """Masses by place: as written; else the rate of the WAN links of every fabric and WAN site.

    Where totals are written, places without them have none.
    """
    totals = {*(work.sent or {}), *(work.received or {})}
    given = dict(work.masses)
    if not given and totals:
        given = dict.fromkeys(totals, 1.0)
    if not given:
        for _, link in sorted(site.wan.links.items()):
            for place in (link.a, link.b):
                given[place] = given.get(place, 0.0) + link.rate
    return {name: given[name] for name in sorted(given) if given[name] > 0}


def gate(ends: Ends, place: str) -> IntColumn:
    """Nodes that stand for a place: the border routers of a fabric, its interfaces if it has none; a WAN router."""
    nodes = ends.network.nodes
    border = np.flatnonzero((nodes.fabric == place) & (nodes.role == "border"))
    return ints(border) if len(border) else ends.nodes(place)


def pull(mass: NDArray[np.float64], distance: Square | None, exponent: float) -> Square:
    """(N, N) ``m_i m_j d_ij**-b``, and 0 from a place to itself (Erlander & Stewart 1990, The Gravity Model)."""
    found = np.outer(mass, mass)
    if distance is not None and exponent:
        flat = np.where(np.isfinite(distance) & (distance > 0), distance, np.inf).ravel()
        with np.errstate(divide="ignore"):
            found *= maths.pow(floats(flat), floats(np.full(len(flat), -exponent))).reshape(found.shape)
    np.fill_diagonal(found, 0.0)
    return found


def by_rate(seed: Square, total: float) -> Square:
    """Singly scaled: all rates in the proportions of the seed.

    >>> by_rate(pull(np.array([1.0, 1.0, 2.0]), None, 0.0), 10.0).tolist()
    [[0.0, 1.0, 2.0], [1.0, 0.0, 2.0], [2.0, 2.0, 0.0]]
    """
    whole = float(np.cumsum(seed)[-1]) if seed.size else 0.0
    return seed * (total / whole) if whole else seed


def by_totals(seed: Square, sent: NDArray[np.float64], received: NDArray[np.float64]) -> Square:
    """Doubly constrained: rows and columns scaled in turn until both totals hold (Furness 1965; Sinkhorn 1967).

    Converges where some matrix with the zeros of the seed has these totals; the caller checks that they agree.
    """
    found = seed.copy()
    for _ in range(ROUNDS):
        found *= _factor(sent, row_sums(found))[:, None]
        found *= _factor(received, row_sums(found.T))[None, :]
        if np.allclose(row_sums(found), sent, rtol=1e-12, atol=0.0):
            break
    return found


def row_sums(matrix: Square) -> NDArray[np.float64]:
    """(N,) sums of rows, added from left to right."""
    return np.cumsum(matrix, axis=1)[:, -1] if matrix.size else np.zeros(len(matrix))


def _factor(wanted: NDArray[np.float64], now: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(wanted, now, out=np.zeros(len(now)), where=now > 0)


def gravity(work: Gravity, ends: Ends) -> tuple[list[str], Square]:
    """Places and the rates between them [bit/s]."""
    mass = masses(work, ends.site)
    names = list(mass)
    seed = pull(np.array(list(mass.values())), _distance(ends, names) if work.exponent else None, work.exponent)
    if work.rate is not None:
        return names, by_rate(seed, work.rate)
    sent, received = (np.array([(t or {}).get(name, 0.0) for name in names]) for t in (work.sent, work.received))
    return names, by_totals(seed, sent, received)


def _distance(ends: Ends, names: list[str]) -> Square:
    """(N, N) delay of the cheapest paths between the first routers of the places, mean of both directions [s]."""
    first = [int(gate(ends, name)[0]) for name in names]
    count = len(first)
    delay = one_way_s(ends.network, ints(np.repeat(first, count)), ints(np.tile(first, count)))
    there = np.array(delay).reshape(count, count)
    return (there + there.T) / 2


def moved(ends: Ends, names: list[str], rates: Square) -> Moved:
    """Flows between all places, as rates."""
    gates = [gate(ends, name) for name in names]
    pairs = zip(*np.nonzero(rates), strict=True)
    return ends.traffic(ends.evenly(gates[i], gates[j], float(rates[i, j])) for i, j in pairs)


def phases(work: Gravity, ends: Ends) -> list[Phase]:
    """One steady phase."""
    if not all(len(gate(ends, name)) for name in masses(work, ends.site)):
        return []
    return [phase("background", moved(ends, *gravity(work, ends)))]


def phases_of_matrix(work: Matrix, ends: Ends) -> list[Phase]:
    """One steady phase of what is written."""
    pieces = [
        ends.evenly(ends.nodes(a), ends.nodes(b), rate)
        for a, row in sorted(work.rates.items())
        for b, rate in sorted(row.items())
    ]
    return [phase("background", ends.traffic(pieces))]


def figures(work: Gravity, ends: Ends) -> list[Figure]:
    """What each place sends and receives."""
    if not all(len(gate(ends, name)) for name in masses(work, ends.site)):
        return []
    names, rates = gravity(work, ends)
    rows, columns = row_sums(rates), row_sums(rates.T)
    return [
        figure
        for i, name in enumerate(names)
        for figure in (
            Figure(f"{name}_sends_bps", float(rows[i]), "bit/s", f"what {name} sends to all others"),
            Figure(f"{name}_receives_bps", float(columns[i]), "bit/s", f"what {name} receives from them"),
        )
    ]

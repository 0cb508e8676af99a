"""What to buy, and when: each month what covers it, and the cheapest way of all, with a bound.

Pairs of devices j lack D(j, m) in month m. Of offer k, x(j, k, m) cables are bought for each of the n(j) pairs, which
adds r(k); a month with a purchase costs a visit; prices fall by a constant factor each month. Least price such that
what was bought by any month covers what lacks then is an integer programme, solved by HiGHS (Huangfu & Hall 2018): its
best solution, and a bound below which there is none. Where prices never rise, buying only in months in which something
more is lacking loses nothing: all purchases of another month could wait for the next of those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import maths
from easterly.base.columns import FloatColumn, floats, ints, texts
from easterly.model.capacity import Purchases, Upgrades

NODES = 20_000
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Choice:
    """One offer for some pairs of devices.

    Attributes
    ----------
    rate_bps : float [bit/s]
    price : float
        For each pair, today.
    """

    offer: str
    rate_bps: float
    price: float


@dataclass(frozen=True, slots=True)
class Need:
    """What pairs of devices that are alike lack.

    Attributes
    ----------
    pairs : int
    lack_bps : (M + 1,) float [bit/s]
        By month, never falling.
    choices : tuple of Choice
    """

    group: str
    name: str
    pairs: int
    lack_bps: FloatColumn
    choices: tuple[Choice, ...]


def upgrades(needs: Sequence[Need], *, visit: float = 0.0, falling: float = 0.1) -> Upgrades:
    """The cheapest way to cover what is lacking, as greed finds it and as an integer programme does.

    Parameters
    ----------
    needs : sequence of Need
    visit : float
        Price of each month in which anything is bought, today.
    falling : float
        By how much prices fall in a year, from 0 up to 1.

    Returns
    -------
    Upgrades
    """
    lacking = [need for need in needs if need.lack_bps[-1] > 0]
    able = [need for need in lacking if any(choice.rate_bps > 0 for choice in need.choices)]
    helpless = tuple(sorted({need.group for need in lacking} - {need.group for need in able}))
    months = len(needs[0].lack_bps) if needs else 0
    factor = _prices(months, falling)
    greedy = _bought(able, _greedy(able), visit, factor)
    if not able:
        return Upgrades(greedy, greedy, 0.0, helpless)
    counts, bound = _exact(able, visit, factor)
    best = _bought(able, counts, visit, factor)
    if best.total > greedy.total:  # where the search ended early
        best = greedy
    return Upgrades(greedy, best, min(bound, best.total), helpless)


Counts = dict[tuple[int, int, int], int]
"""Cables for each pair, by need, choice and month."""


def _prices(months: int, falling: float) -> FloatColumn:
    base = floats(np.full(months, 1 - falling))
    return floats(maths.pow(base, floats(np.arange(months) / 12))) if falling > 0 else floats(np.ones(months))


def _greedy(needs: Sequence[Need]) -> Counts:
    """In each month, for what lacks then, as many of the one offer that covers it for the least."""
    counts: Counts = {}
    for j, need in enumerate(needs):
        have = 0.0
        for month, lack in enumerate(need.lack_bps.tolist()):
            if lack <= have * (1 + TOLERANCE):
                continue
            each = [_times(lack - have, choice.rate_bps) for choice in need.choices]
            prices = [n * choice.price for n, choice in zip(each, need.choices, strict=True)]
            k = min(range(len(prices)), key=lambda i: (prices[i], i))
            counts[j, k, month] = each[k]
            have += each[k] * need.choices[k].rate_bps
    return counts


def _times(lack_bps: float, rate_bps: float) -> int:
    return int(np.ceil(lack_bps / rate_bps - TOLERANCE)) if rate_bps > 0 else 10**9


def _bought(needs: Sequence[Need], counts: Counts, visit: float, factor: FloatColumn) -> Purchases:
    rows = sorted((month, j, k, each) for (j, k, month), each in counts.items() if each)
    price = [needs[j].pairs * needs[j].choices[k].price * each * factor[month] for month, j, k, each in rows]
    visits = sum(visit * factor[month] for month in sorted({row[0] for row in rows}))
    return Purchases(
        month=ints([row[0] for row in rows]), group=texts([needs[row[1]].group for row in rows]),
        name=texts([needs[row[1]].name for row in rows]),
        offer=texts([needs[j].choices[k].offer for _, j, k, _ in rows]),
        pairs=ints([needs[row[1]].pairs for row in rows]), each=ints([row[3] for row in rows]),
        price=floats(price), total=float(sum(price) + visits),
    )  # fmt: skip


def _exact(needs: Sequence[Need], visit: float, factor: FloatColumn) -> tuple[Counts, float]:
    """Cables of the best solution found, and the bound."""
    table = np.stack([need.lack_bps for need in needs])
    rises = np.flatnonzero((np.diff(table, axis=1, prepend=0.0) > 0).any(axis=0)).tolist()
    columns = [(j, k, month) for j, need in enumerate(needs) for k in range(len(need.choices)) for month in rises]
    columns = [(j, k, month) for j, k, month in columns if needs[j].choices[k].rate_bps > 0]
    most = [_times(float(needs[j].lack_bps[-1]), needs[j].choices[k].rate_bps) for j, k, _ in columns]
    cost = [needs[j].pairs * needs[j].choices[k].price * factor[month] for j, k, month in columns]
    cost += [visit * factor[month] for month in rises]
    rows: list[dict[int, float]] = []
    least: list[float] = []
    for j, need in enumerate(needs):
        own = [(i, k, month) for i, (owner, k, month) in enumerate(columns) if owner == j]
        unit = max(choice.rate_bps for choice in need.choices)
        for month in rises:
            if need.lack_bps[month] > 0:
                rows.append({i: need.choices[k].rate_bps / unit for i, k, bought in own if bought <= month})
                least.append(float(need.lack_bps[month]) / unit * (1 - TOLERANCE))
    if visit > 0:
        for i, (_, _, month) in enumerate(columns):
            rows.append({len(columns) + rises.index(month): float(most[i]), i: -1.0})
            least.append(0.0)
    values, bound = _solved(np.array(cost), np.array([*most, *([1] * len(rises))], dtype=float), rows, np.array(least))
    return {key: round(values[i]) for i, key in enumerate(columns)}, bound


def _solved(
    cost: NDArray[np.float64], most: NDArray[np.float64], rows: Sequence[dict[int, float]], least: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Integers of least cost with every row at least what it must be, and the bound that HiGHS proves."""
    highspy: Any = import_module("highspy")

    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(cost), len(rows)
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, np.zeros(len(cost)), most
    model.row_lower_, model.row_upper_ = least, np.full(len(rows), highspy.kHighsInf)
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.cumsum([0, *map(len, rows)]).astype(np.int32)
    matrix.index_ = np.array([i for row in rows for i in row], dtype=np.int32)
    matrix.value_ = np.array([value for row in rows for value in row.values()])
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    solver = highspy.Highs()
    for name, setting in (
        ("output_flag", False), ("threads", 1), ("random_seed", 0), ("mip_rel_gap", 1e-9), ("mip_max_nodes", NODES),
    ):  # fmt: skip
        solver.setOptionValue(name, setting)
    solver.passModel(model)
    solver.run()
    values = np.array(solver.getSolution().col_value)
    if len(values) != len(cost):
        raise ArithmeticError(f"the integer programme was left unsolved: {solver.getModelStatus()}")
    return values, float(solver.getInfo().mip_dual_bound)

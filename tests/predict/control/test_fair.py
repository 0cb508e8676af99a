"""Fair rates against closed forms, a general optimiser, and programs solved one after the other."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

from easterly.predict.control.fair import alpha_fair


def parking_lot(n: int) -> np.ndarray:
    """One flow over n links, and one more over each."""
    return np.hstack([np.ones((n, 1)), np.eye(n)])


def random_problem(seed: int, links: int = 6, flows: int = 9) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    routes = (rng.random((links, flows)) < 0.35) * rng.choice([0.25, 0.5, 1.0], (links, flows))
    routes[rng.integers(0, links, flows), np.arange(flows)] = 1.0
    return routes, rng.uniform(1, 10, links), rng.uniform(0.5, 4, flows)


@pytest.mark.parametrize("n", [1, 2, 3, 10, 40])
@pytest.mark.parametrize("alpha", [0.05, 0.5, 1, 2, 5, 16, 32])
def test_the_long_flow_of_a_parking_lot(n, alpha):
    """Mo and Walrand 2000: 1 / (1 + n^(1 / alpha)) of each link."""
    made = alpha_fair(parking_lot(n), [4e11], alpha)
    short = n ** (1 / alpha) / (1 + n ** (1 / alpha))
    assert made.rate_bps[1:] / 4e11 == pytest.approx(np.full(n, short), rel=1e-10)
    assert made.rate_bps[0] / 4e11 == pytest.approx(1 / (1 + n ** (1 / alpha)), rel=1e-10, abs=1e-13)


def test_published_shares_of_two_links():
    shares = [alpha_fair(parking_lot(2), 1, alpha).rate_bps[0] for alpha in (math.inf, 1, 2)]
    assert shares == pytest.approx([0.5, 0.3333333, 0.4142136], abs=1e-7)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("alpha", [0.5, 1, 2, 4])
def test_no_general_optimiser_finds_more(seed, alpha):
    routes, capacity, weight = random_problem(seed)

    def rates(y: np.ndarray) -> np.ndarray:
        return np.exp(np.clip(y, -30, 30))

    def loss(y: np.ndarray) -> float:
        """Of the sum of utilities; its logarithm where they are steep, which is convex as well."""
        x = rates(y)
        if alpha > 1:
            return float(np.log(weight @ x ** (1 - alpha)))
        return -float(weight @ (np.log(x) if alpha == 1 else x ** (1 - alpha) / (1 - alpha)))

    def slope(y: np.ndarray) -> np.ndarray:
        own = weight * rates(y) ** (1 - alpha)
        return (alpha - 1) * -own / own.sum() if alpha > 1 else -own

    room = {"type": "ineq", "fun": lambda y: capacity - routes @ rates(y), "jac": lambda y: -routes * rates(y)}
    found = minimize(loss, np.full(len(weight), -2.0), jac=slope, constraints=[room], method="SLSQP",
                     options={"maxiter": 1000, "ftol": 1e-15})  # fmt: skip
    made = alpha_fair(routes, capacity, alpha, weight=weight)
    other = rates(found.x) / max(1.0, (routes @ rates(found.x) / capacity).max())  # it breaks limits by 1e-8
    assert loss(np.log(made.rate_bps)) <= loss(np.log(other)) + 1e-9 * abs(found.fun)
    assert made.rate_bps == pytest.approx(other, rel=1e-5)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("alpha", [0.05, 0.3, 1, 3, 12, 32])
def test_prices_prove_the_rates(seed, alpha):
    """Feasible rates, prices from 0 on, and U'(x) = q: nothing else is the optimum of a concave problem."""
    rng = np.random.default_rng(seed)
    routes, capacity, weight = random_problem(seed, int(rng.integers(1, 25)), int(rng.integers(1, 60)))
    capacity *= 10 ** rng.uniform(8, 11, len(capacity))
    made = alpha_fair(routes, capacity, alpha, weight=weight)
    x = made.rate_bps / made.unit_bps
    assert (routes @ made.rate_bps <= capacity * (1 + 1e-12)).all() and (made.price >= 0).all()
    assert weight * x**-alpha == pytest.approx(made.price @ routes, rel=1e-9)
    spare = 1 - routes @ made.rate_bps / capacity
    assert (spare * made.price * capacity).max() <= 1e-9 * (made.price @ capacity)
    assert 0 <= made.gap < 1e-10 and made.kkt < 1e-9 and made.unit_bps == capacity.max()


def max_min_by_programs(routes: np.ndarray, capacity: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Raise the least of the free ones, fix those that cannot rise, and again (the definition)."""
    flows = len(weight)
    fixed = np.full(flows, np.nan)
    while np.isnan(fixed).any():
        free = np.isnan(fixed)
        bounds = [(None, None) if free[f] else (fixed[f], fixed[f]) for f in range(flows)] + [(0, None)]
        least = np.hstack([-np.eye(flows)[free], weight[free][:, None]])
        table = np.vstack([np.hstack([routes, np.zeros((len(capacity), 1))]), least])
        right = np.concatenate([capacity, np.zeros(free.sum())])
        level = -linprog([*np.zeros(flows), -1], A_ub=table, b_ub=right, bounds=bounds).fun
        for f in np.flatnonzero(free):
            held = [
                (level * weight[g] * (1 - 1e-10) if free[g] else fixed[g] * (1 - 1e-10), None) for g in range(flows)
            ]
            if -linprog(-np.eye(flows)[f], A_ub=routes, b_ub=capacity, bounds=held).fun < level * weight[f] * (
                1 + 1e-7
            ):
                fixed[f] = level * weight[f]
    return fixed


@pytest.mark.parametrize("seed", range(5))
def test_max_min_is_lexicographic(seed):
    routes, capacity, weight = random_problem(seed, 4, 6)
    made = alpha_fair(routes, capacity, math.inf, weight=weight)
    assert made.rate_bps == pytest.approx(max_min_by_programs(routes, capacity, weight), rel=1e-6)
    assert made.kkt < 1e-12


def test_large_alpha_tends_to_max_min():
    routes, capacity, _ = random_problem(3)
    limit = alpha_fair(routes, capacity, math.inf).rate_bps
    apart = [np.abs(alpha_fair(routes, capacity, a).rate_bps / limit - 1).max() for a in (2, 8, 32)]
    assert apart[0] > apart[1] > apart[2] and apart[2] < 0.1


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: alpha_fair([[1, 0]], 1), "flow 2 crosses no link"),
        (lambda: alpha_fair([[1, 1]], 1, 0), "alpha is 0"),
        (lambda: alpha_fair([[1, 1]], 1, 99), "alpha is 99"),
        (lambda: alpha_fair([[1, 1]], [1, 2]), "capacity_bps has 2 numbers"),
        (lambda: alpha_fair([[1, -1]], 1), "numbers from 0 on"),
        (lambda: alpha_fair([[1, math.nan]], 1), "numbers from 0 on"),
        (lambda: alpha_fair([[1, 1]], 0), "capacity_bps is 0"),
        (lambda: alpha_fair([[1, 1]], 1, weight=-1), "weight is -1"),
        (lambda: alpha_fair([1, 1], 1), "a row for each link"),
        (lambda: alpha_fair([[1, 1], [1, 1]], [1, 1e12], 32), "smaller alpha"),
    ],
)
def test_nonsense_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()

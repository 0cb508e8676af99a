"""Selfish and best routing against closed forms, convex programs, and a search for better answers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from easterly.predict.control.anarchy import bids, routing, worst

BRAESS = [("s", "a", [0, 1]), ("s", "b", [1]), ("a", "t", [1]), ("b", "t", [0, 1]), ("a", "b", [0])]


@pytest.mark.parametrize("degree", [1, 2, 3, 8])
def test_pigou(degree):
    """1 beside x^d: all take the second; best is x = (d + 1)^(-1 / d) on it. No network of that degree is worse."""
    made = routing([("s", "t", [1]), ("s", "t", [0] * degree + [1])], [("s", "t", 1)])
    x = (degree + 1) ** (-1 / degree)
    assert made.best == pytest.approx([1 - x, x], abs=1e-6)
    assert made.price == pytest.approx(1 / (1 - x + x ** (degree + 1))) and made.price == pytest.approx(worst(degree))
    assert worst(1) == pytest.approx(4 / 3)


def test_braess():
    """A link for nothing makes all of them slower: 2 instead of 3/2 (Braess 1968)."""
    with_it, without = routing(BRAESS, [("s", "t", 1)]), routing(BRAESS[:-1], [("s", "t", 1)])
    assert (with_it.selfish_cost, without.selfish_cost) == pytest.approx((2.0, 1.5))
    assert with_it.best_cost == pytest.approx(1.5) and with_it.price == pytest.approx(4 / 3)


def grid(seed: int) -> tuple[list, list]:
    rng = np.random.default_rng(seed)
    links = [(a, b, rng.uniform(0.1, 2, 2)) for a in range(5) for b in range(5) if a != b and rng.random() < 0.6]
    links += [(i, (i + 1) % 5, [1.0, 1.0]) for i in range(5)]
    return links, [(0, 3, 2.0), (1, 4, 1.0), (4, 2, 1.5)]


def by_program(links: list, demands: list, times: int) -> float:
    """Least sum of c0 x + times c1 x^2 / 2 over flows of each demand, by a general optimiser."""
    count, nodes = len(links), 5
    slope, fixed = np.array([c[1] for *_, c in links]), np.array([c[0] for *_, c in links])
    balance = np.zeros((nodes, count))
    for i, (a, b, _) in enumerate(links):
        balance[a, i], balance[b, i] = 1, -1
    rows = []
    for k, (start, end, amount) in enumerate(demands):
        want = np.zeros(nodes)
        want[start], want[end] = amount, -amount
        rows.append((k, want))

    def cost(z):
        load = z.reshape(len(demands), count).sum(axis=0)
        return float(fixed @ load + times * slope @ load**2 / 2)

    def rise(z):
        load = z.reshape(len(demands), count).sum(axis=0)
        return np.tile(fixed + times * slope * load, len(demands))

    def kept(z):
        x = z.reshape(len(demands), count)
        return np.concatenate([(balance @ x[k] - want)[:-1] for k, want in rows])

    jac = np.kron(np.eye(len(demands)), balance[:-1])
    found = minimize(cost, np.full(count * len(demands), 0.3), jac=rise, bounds=[(0, None)] * (count * len(demands)),
                     constraints=[{"type": "eq", "fun": kept, "jac": lambda z: jac}], method="SLSQP",
                     options={"maxiter": 2000, "ftol": 1e-14})  # fmt: skip
    return float(found.fun)


@pytest.mark.parametrize("seed", range(3))
def test_two_convex_programs_give_both(seed):
    links, demands = grid(seed)
    made = routing(links, demands)
    slope, fixed = np.array([c[1] for *_, c in links]), np.array([c[0] for *_, c in links])
    beckmann = float(fixed @ made.selfish + slope @ made.selfish**2 / 2)
    assert beckmann == pytest.approx(by_program(links, demands, 1), rel=1e-7)
    assert made.best_cost == pytest.approx(by_program(links, demands, 2), rel=1e-7)
    assert 1 <= made.price <= 4 / 3 and made.gap < 1e-11


def gains(worth: np.ndarray, made, i: int) -> float:
    """Most that bidder i gains by another bid: search over its rate, others keep theirs."""
    others = made.price * (1 - made.rate[i])  # bids are rate times price, at capacity 1
    own = np.linspace(0, 50 * made.price, 400_001)
    return float((worth[i] * own / (own + others) - own).max()) - float(
        worth[i] * made.rate[i] - made.price * made.rate[i]
    )


@pytest.mark.parametrize("worth", [(1, 1), (3, 1), (1, 0.5, 0.5), (5, 4, 3, 0.1)])
def test_nobody_gains_by_another_bid(worth):
    made = bids(worth)
    assert made.rate.sum() == pytest.approx(1) and made.efficiency >= 0.75
    assert max(gains(np.array(worth), made, i) for i in range(len(worth))) <= 1e-9


def test_three_quarters_is_reached():
    assert bids([1] + [0.5] * 10**5).efficiency == pytest.approx(0.75, abs=1e-4)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: routing([("s", "t", [1])], [("t", "s", 1)]), "no path from t to s"),
        (lambda: routing([("s", "t", [-1])], [("s", "t", 1)]), "from 0 on"),
        (lambda: routing([], []), "no links"),
        (lambda: bids([1]), "one bidder"),
    ],
)
def test_nonsense_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()

"""Rates by a sequence of linear programmes, from one end of a flow to the next."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from easterly.base.columns import floats
from easterly.predict.fluid import activities, simulate

NEAR = 1e-9


def fair(use: np.ndarray, capacity: np.ndarray, weight: np.ndarray, cap: np.ndarray) -> np.ndarray:
    """Weighted max-min rates: the least is raised as far as it goes, then the least of those that can rise further.

    One programme per level finds how far all that are open rise together, and one per open flow whether it could get
    more than that while the others keep it (Nace, Pioro 2008, section 3).
    """
    rate = np.full(len(weight), np.nan)
    while np.isnan(rate).any():
        free = np.isnan(rate)
        level = _most(use, capacity, weight, cap, rate, None, 0.0)
        for flow in np.flatnonzero(free):
            if _most(use, capacity, weight, cap, rate, flow, level) <= weight[flow] * level * (1 + NEAR):
                rate[flow] = weight[flow] * level
        assert (np.isnan(rate) < free).any(), "each level stops at least one flow"
    return rate


def _most(use, capacity, weight, cap, rate, flow, level) -> float:
    """The highest level of all that are open; or the highest rate of one of them, the others at the level at least."""
    count = len(weight)
    low = np.where(np.isnan(rate), 0.0 if flow is None else weight * level * (1 - 1e-12), rate)
    bounds = [(a, max(a, float(c))) if np.isnan(r) else (r, r) for a, c, r in zip(low, cap, rate, strict=True)]
    if flow is None:
        rise = [[-1.0 if i == f else 0.0 for i in range(count)] + [weight[f]] for f in np.flatnonzero(np.isnan(rate))]
        found = linprog(
            [0.0] * count + [-1.0], np.vstack([np.hstack([use, np.zeros((len(capacity), 1))]), rise]),
            [*capacity, *[0.0] * len(rise)], bounds=[*bounds, (0, None)],
        )  # fmt: skip
    else:
        found = linprog(-np.eye(count)[flow], use, capacity, bounds=bounds)
    assert found.status == 0
    return -float(found.fun)


@pytest.mark.parametrize("seed", range(25))
def test_ends_are_those_of_linear_programmes(seed):
    draw = np.random.default_rng(seed)
    links, flows = int(draw.integers(2, 6)), int(draw.integers(2, 8))
    capacity = draw.uniform(1.0, 10.0, links)
    paths = [sorted(draw.choice(links, int(draw.integers(1, min(links, 3) + 1)), replace=False)) for _ in range(flows)]
    share = [draw.choice([1.0, 0.5, 0.25], len(path)) for path in paths]
    weight = draw.choice([1.0, 2.0, 0.5], flows)
    cap = np.where(draw.uniform(size=flows) < 0.3, draw.uniform(0.5, 3.0, flows), np.inf)
    size_bit = draw.uniform(1.0, 20.0, flows)
    found = simulate(floats(capacity), activities(
        [[int(link) for link in path] for path in paths], floats(size_bit / 8), share=floats(np.concatenate(share)),
        weight=floats(weight), cap_bps=floats(cap),
    ), mode="exact")  # fmt: skip
    use = np.zeros((links, flows))
    for f, (path, part) in enumerate(zip(paths, share, strict=True)):
        use[path, f] = part
    left, now, done = size_bit.copy(), 0.0, np.full(flows, np.nan)
    while np.isnan(done).any():
        busy = np.flatnonzero(np.isnan(done))
        rate = fair(use[:, busy], capacity, weight[busy], cap[busy])
        took = float((left[busy] / rate).min())
        now, left[busy] = now + took, left[busy] - rate * took
        done[busy[left[busy] <= NEAR * size_bit[busy]]] = now
    assert found.done_s == pytest.approx(done, rel=1e-6)

"""Stations as Markov chains, solved as linear equations: slow and obvious."""

from __future__ import annotations

import numpy as np


def stationary(generator: np.ndarray) -> np.ndarray:
    """Solution of p Q = 0, sum p = 1."""
    n = generator.shape[0]
    equations = np.vstack([generator.T, np.ones(n)])
    found, *_ = np.linalg.lstsq(equations, np.concatenate([np.zeros(n), [1.0]]), rcond=None)
    return found


def generator(rates: dict[tuple[int, int], float], size: int) -> np.ndarray:
    made = np.zeros((size, size))
    for (i, j), rate in rates.items():
        made[i, j] += rate
    made[np.diag_indices(size)] -= made.sum(axis=1)
    return made


def birth_death(births: list[float], deaths: list[float]) -> np.ndarray:
    """Stationary law of states 0..n; births[k] from k, deaths[k] from k + 1."""
    size = len(births) + 1
    rates = {(k, k + 1): b for k, b in enumerate(births)} | {(k + 1, k): d for k, d in enumerate(deaths)}
    return stationary(generator(rates, size))

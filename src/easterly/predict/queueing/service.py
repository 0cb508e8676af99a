"""Distributions of service times, as far as stations ask for them: moments, and moments up to a size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import FloatColumn
from easterly.predict.queueing.columns import exp, log, power

Nodes = tuple[FloatColumn, FloatColumn]
PANELS, ORDER = 256, 10


class Service(Protocol):
    """What every distribution knows."""

    @property
    def mean(self) -> float:
        """E[S]."""

    def moment(self, order: int) -> float:
        """E[S^order], infinite where it does not exist."""

    def beyond(self, size: ArrayLike) -> FloatColumn:
        """P(S > size)."""

    def density(self, size: ArrayLike) -> FloatColumn:
        """Density at a size."""

    def partial(self, order: int, size: ArrayLike) -> FloatColumn:
        """E[S^order; S <= size]."""

    def nodes(self) -> Nodes:
        """Sizes and weights that integrate over all sizes (Gauss and Legendre on panels)."""


def scv(service: Service) -> float:
    """Squared coefficient of variation; infinite where the second moment is.

    Examples
    --------
    >>> scv(Exponential(3.0)), scv(Pareto(1.5, 1.0))
    (1.0, inf)
    """
    return service.moment(2) / service.mean**2 - 1


def panels(edges: FloatColumn) -> Nodes:
    """Nodes and weights of order 10 on each panel between edges."""
    at, weight = np.polynomial.legendre.leggauss(ORDER)
    middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
    return (middle[:, None] + half[:, None] * at).ravel(), (half[:, None] * weight).ravel()


@dataclass(frozen=True, slots=True)
class Hyperexponential:
    """A mixture of exponential times: `weights` of `means`."""

    weights: tuple[float, ...]
    means: tuple[float, ...]

    def __post_init__(self) -> None:
        fine = len(self.weights) == len(self.means) > 0 and min(*self.weights, 1) >= 0 and min(*self.means, 1) > 0
        if not fine or abs(sum(self.weights) - 1) > 1e-12:
            raise ValueError("a mixture needs one weight per mean, all means above 0, and weights that add up to 1")

    @property
    def mean(self) -> float:
        """E[S]."""
        return self.moment(1)

    def moment(self, order: int) -> float:
        """E[S^order]."""
        factor = float(np.prod(np.arange(1, order + 1)))
        return factor * sum(w * m**order for w, m in zip(self.weights, self.means, strict=True))

    def _mixed(self, values: list[FloatColumn]) -> FloatColumn:
        total: FloatColumn = sum((w * v for w, v in zip(self.weights, values, strict=True)), np.zeros(()))
        return total

    def beyond(self, size: ArrayLike) -> FloatColumn:
        """P(S > size)."""
        return self._mixed([exp(-np.asarray(size) / m) for m in self.means])

    def density(self, size: ArrayLike) -> FloatColumn:
        """Density at a size."""
        return self._mixed([exp(-np.asarray(size) / m) / m for m in self.means])

    def partial(self, order: int, size: ArrayLike) -> FloatColumn:
        """E[S^order; S <= size], order 1 or 2."""
        x = np.asarray(size, np.float64)
        return self._mixed([_partial(order, x / m) * m**order for m in self.means])

    def nodes(self) -> Nodes:
        """Panels that grow from a thousandth of the shortest to 45 times the longest mean."""
        least, most = min(self.means) / 1e3, max(self.means) * 45
        return panels(np.concatenate(([0.0], np.geomspace(least, most, PANELS))))


def _partial(order: int, x: FloatColumn) -> FloatColumn:
    """Of an exponential time of mean 1: order! (1 - e^-x (1 + x + ... + x^order / order!)), small x by its series."""
    terms = sum((x**k / float(np.prod(np.arange(1, k + 1))) for k in range(1, order + 1)), np.ones(()))
    factor = float(np.prod(np.arange(1, order + 1)))
    small = np.minimum(x, 0.5)
    rising: FloatColumn = sum(
        (
            small ** (order + 1 + j) * (-1) ** j / (float(np.prod(np.arange(1, j + 1))) * (order + 1 + j))
            for j in range(18)
        ),
        np.zeros(()),
    )
    return np.where(x < 0.5, rising, factor * (1 - exp(-x) * terms))


def Exponential(mean: float) -> Hyperexponential:
    """Exponential times.

    Examples
    --------
    >>> Exponential(2.0).moment(2)
    8.0
    """
    return Hyperexponential((1.0,), (mean,))


def balanced(mean: float, scv: float) -> Hyperexponential:
    """Two exponential times with a given mean and variation, each of half the work (balanced means).

    Parameters
    ----------
    mean : float
    scv : float
        At least 1.

    Examples
    --------
    >>> made = balanced(1.0, 4.0)
    >>> round(made.mean, 12), round(made.moment(2), 12)
    (1.0, 5.0)
    """
    if not (1 <= scv < np.inf and mean > 0):
        raise ValueError(f"two exponential times have a squared coefficient of variation from 1 on, not {scv:g}")
    p = (1 + ((scv - 1) / (scv + 1)) ** 0.5) / 2
    return Hyperexponential((p, 1 - p), (mean / (2 * p), mean / (2 * (1 - p))))


@dataclass(frozen=True, slots=True)
class Uniform:
    """Times between two bounds, all alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low < self.high < np.inf:
            raise ValueError(f"times between {self.low:g} and {self.high:g}: the bounds must be 0 <= low < high")

    @property
    def mean(self) -> float:
        """E[S]."""
        return (self.low + self.high) / 2

    def moment(self, order: int) -> float:
        """E[S^order]."""
        n = order + 1
        return (self.high**n - self.low**n) / (n * (self.high - self.low))

    def beyond(self, size: ArrayLike) -> FloatColumn:
        """P(S > size)."""
        return np.clip((self.high - np.asarray(size, np.float64)) / (self.high - self.low), 0, 1)

    def density(self, size: ArrayLike) -> FloatColumn:
        """Density at a size."""
        x = np.asarray(size, np.float64)
        return np.where((x >= self.low) & (x <= self.high), 1 / (self.high - self.low), 0.0)

    def partial(self, order: int, size: ArrayLike) -> FloatColumn:
        """E[S^order; S <= size]."""
        x, n = np.clip(np.asarray(size, np.float64), self.low, self.high), order + 1
        return (x**n - self.low**n) / (n * (self.high - self.low))

    def nodes(self) -> Nodes:
        """Panels below and between the bounds."""
        edges = np.linspace(self.low, self.high, PANELS)
        return panels(edges if self.low == 0 else np.concatenate(([0.0], edges)))


@dataclass(frozen=True, slots=True)
class Pareto:
    """P(S > x) = (low / x)^alpha from `low` on: the variance is infinite up to alpha = 2, the mean up to 1."""

    alpha: float
    low: float

    def __post_init__(self) -> None:
        if not (1 < self.alpha < 1e3 and 0 < self.low < np.inf):
            raise ValueError(f"a Pareto law of shape {self.alpha:g} has no mean: the shape must be above 1")

    @staticmethod
    def of_mean(alpha: float, mean: float) -> Pareto:
        """Of a given mean."""
        return Pareto(alpha, mean * (alpha - 1) / alpha)

    @property
    def mean(self) -> float:
        """E[S]."""
        return self.moment(1)

    def moment(self, order: int) -> float:
        """E[S^order], infinite from alpha on."""
        return self.alpha * self.low**order / (self.alpha - order) if order < self.alpha else np.inf

    def beyond(self, size: ArrayLike) -> FloatColumn:
        """P(S > size)."""
        return power(self.low / np.maximum(np.asarray(size, np.float64), self.low), self.alpha)

    def density(self, size: ArrayLike) -> FloatColumn:
        """Density at a size."""
        x = np.asarray(size, np.float64)
        return np.where(x >= self.low, self.alpha / np.maximum(x, self.low) * self.beyond(x), 0.0)

    def partial(self, order: int, size: ArrayLike) -> FloatColumn:
        """E[S^order; S <= size]."""
        x = np.maximum(np.asarray(size, np.float64) / self.low, 1.0)
        scale, rest = self.alpha * self.low**order, self.alpha - order
        if rest == 0:
            return scale * log(x)
        return scale * (1 - power(x, -rest)) / rest

    def nodes(self) -> Nodes:
        """Panels below `low`; beyond it in v = (low / x)^(alpha - 1): the tail of the work is a unit interval."""
        inner, inner_weight = panels(np.array([0.0, self.low]))
        power_of = 1 / (self.alpha - 1)
        v, weight = panels(np.concatenate(([0.0], np.geomspace(1e-12, 1, PANELS))))
        x = self.low * power(v, -power_of)
        return np.concatenate((inner, x)), np.concatenate((inner_weight, weight * x * power_of / v))

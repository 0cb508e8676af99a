"""Sources that send at their peak or not at all: what long memory is made of, where the times are heavy-tailed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from easterly._kernel import traffic
from easterly.base.columns import FloatColumn, floats
from easterly.base.schema import Doc, Unit
from easterly.predict.traffic import checks


@dataclass(frozen=True, slots=True)
class OnOff:
    """Independent sources, each on and off in turn.

    Raises
    ------
    ValueError
        Numbers out of range; shapes up to 1, whose times have no mean.

    Examples
    --------
    >>> one = OnOff(peak_bps=1e9, on_s=0.01, off_s=0.09, on_shape=1.4)
    >>> round(one.hurst, 3), one.mean_bps
    (0.8, 100000000.0)
    """

    peak_bps: Annotated[float, Unit("bit/s"), Doc("Rate of a source that is on.")]
    on_s: Annotated[float, Unit("s"), Doc("Mean time on.")]
    off_s: Annotated[float, Unit("s"), Doc("Mean time off.")]
    on_shape: Annotated[float, Unit("1"), Doc("Shape of Pareto times on; infinite for exponential ones.")] = math.inf
    off_shape: Annotated[float, Unit("1"), Doc("Shape of Pareto times off; infinite for exponential ones.")] = math.inf
    sources: Annotated[int, Unit("1"), Doc("How many of them.")] = 1

    def __post_init__(self) -> None:
        for name, value in (("peak", self.peak_bps), ("mean time on", self.on_s), ("mean time off", self.off_s)):
            checks.above(name, value, most=1e21)
        for name, shape in (("on", self.on_shape), ("off", self.off_shape)):
            if not shape > 1:
                raise ValueError(
                    f"times {name} of shape {shape:g} have no mean: a shape is above 1, infinite if absent"
                )
        checks.at_least("sources", self.sources, 1, 1e9)

    @property
    def share(self) -> float:
        """Share of time that a source is on."""
        return self.on_s / (self.on_s + self.off_s)

    @property
    def mean_bps(self) -> float:
        """Mean rate of all sources."""
        return self.sources * self.peak_bps * self.share

    @property
    def hurst(self) -> float:
        """Hurst exponent of the sum over long times: (3 - shape) / 2 of the heavier tail, if that is below 2.

        Willinger, Taqqu, Sherman & Wilson 1997; 1/2 where both times have a variance.
        """
        return (3.0 - min(self.on_shape, self.off_shape, 2.0)) / 2.0


def on_off_volumes(source: OnOff, interval_s: float, count: int, seed: int = 1) -> FloatColumn:
    """Bytes that all sources send in each interval, stationary from the first one on.

    The first time of each source is what a random instant leaves of it. Source i has a stream of its own: more sources
    disturb none of the others.

    Parameters
    ----------
    source : OnOff
    interval_s : float [s]
    count : int
    seed : int

    Returns
    -------
    (count,) float [B]

    Raises
    ------
    ValueError
        Numbers out of range, or more than 1e9 changes to be expected.

    Examples
    --------
    >>> one = OnOff(peak_bps=8e6, on_s=0.3, off_s=0.7, on_shape=1.5)
    >>> on_off_volumes(one, 0.1, 5, seed=3).round().tolist()
    [73973.0, 0.0, 0.0, 69225.0, 100000.0]
    """
    span_s = checks.above("interval", interval_s) * checks.length(count)
    cycle_s = _cut(source.on_s, source.on_shape, span_s) + _cut(source.off_s, source.off_shape, span_s)
    changes = source.sources * (2 * span_s / cycle_s + 1) if cycle_s > 0 else math.inf
    checks.affordable(changes, "changes between on and off")
    names = np.array([checks.name(seed, f"source {i}") for i in range(source.sources)], np.uint64)
    seconds = traffic.on_off(source.on_s, source.on_shape, source.off_s, source.off_shape, interval_s, count, names)
    return floats(seconds * (source.peak_bps / 8))


def _cut(mean_s: float, shape: float, span_s: float) -> float:
    """Mean of min(time, span), which says how many changes a span has (Erickson 1973).

    Near a shape of 1 nearly all times are much shorter than their mean, which says nothing then.

    >>> _cut(1.0, 2.0, 1.0), round(_cut(1.0, 1.001, 1e3), 3)
    (0.75, 0.015)
    """
    if math.isinf(shape):
        return -mean_s * math.expm1(-span_s / mean_s)
    least = mean_s * (shape - 1) / shape
    return span_s if span_s <= least else mean_s - mean_s / shape * float((least / span_s) ** (shape - 1))

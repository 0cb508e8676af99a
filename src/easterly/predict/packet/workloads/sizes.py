"""Sizes of flows as measured: points of published distributions, linear between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import FloatColumn, IndexColumn, floats, indices
from easterly.base.findings import did_you_mean
from easterly.base.schema import Doc, Unit
from easterly.predict.packet.workloads.draws import uniform


@dataclass(frozen=True, slots=True)
class SizeLaw:
    """A distribution of sizes, linear between its points; what the first point has is of that size."""

    name: Annotated[str, Doc("Name.")]
    source: Annotated[str, Doc("Where the points are from.")]
    size_B: Annotated[FloatColumn, Unit("B"), Doc("(P,) size, rising.")]
    below: Annotated[FloatColumn, Unit("1"), Doc("(P,) share of flows up to that size; the last is 1.")]

    def __post_init__(self) -> None:
        rising = np.all(np.diff(self.size_B) > 0) and np.all(np.diff(self.below) >= 0)
        if len(self.size_B) != len(self.below) or len(self.size_B) == 0 or not rising:
            raise ValueError(f"sizes {self.name!r}: points have to rise")
        if self.below[-1] != 1.0 or self.below[0] < 0 or not 0 <= self.size_B[0] <= self.size_B[-1] < 2**44:
            raise ValueError(f"sizes {self.name!r}: shares end at 1, and sizes lie between 0 and 2^44 B")

    @property
    def mean_B(self) -> float:
        """Mean size [B]."""
        return float(self.below[0] * self.size_B[0] + _parts(self) @ (self.size_B[1:] + self.size_B[:-1]) / 2)

    @property
    def square_B2(self) -> float:
        """Mean of the square [B^2]: what says how far a load strays."""
        a, b = self.size_B[:-1], self.size_B[1:]
        return float(self.below[0] * self.size_B[0] ** 2 + _parts(self) @ (a * a + a * b + b * b) / 3)

    def share_up_to(self, size_B: ArrayLike) -> FloatColumn:
        """Share of flows that are no larger than each size."""
        given = np.asarray(size_B, dtype=np.float64)
        return floats(np.where(given < self.size_B[0], 0.0, np.interp(given, self.size_B, self.below)))

    def draw(self, seed: int, name: str, count: int) -> IndexColumn:
        """(count,) [B] sizes, whole bytes, at least one."""
        drawn = uniform(seed, f"{name}/size", count)
        return indices(np.maximum(np.round(np.interp(drawn, self.below, self.size_B)), 1))

    def times(self, factor: float, name: str = "") -> SizeLaw:
        """The same with all sizes multiplied, such as tokens by what one of them takes."""
        return replace(self, size_B=floats(self.size_B * factor), name=name or self.name)


def _parts(law: SizeLaw) -> FloatColumn:
    return floats(np.diff(law.below))


def _law(name: str, source: str, points: str) -> SizeLaw:
    pairs = [tuple(map(float, point.split(":"))) for point in points.split()]
    return SizeLaw(name, source, floats([size for size, _ in pairs]), floats([p for _, p in pairs]))


_PROMPTS = "tokens of prompts: median of Patel et al. 2024 (Splitwise, ISCA), log-normal of width 1 by choice"
_POINTS = (
    (
        "web-search", "Alizadeh et al. 2010 (DCTCP, SIGCOMM), figure 4; points of Li et al. 2019 (HPCC, SIGCOMM)",
        "0:0 10e3:.15 20e3:.2 30e3:.3 50e3:.4 80e3:.53 200e3:.6 1e6:.7 2e6:.8 5e6:.9 10e6:.97 30e6:1",
    ),
    (
        "data-mining", "Greenberg et al. 2009 (VL2, SIGCOMM), figure 2; points of Bai et al. 2015 (PIAS, NSDI)",
        "0:0 180:.1 216:.2 560:.3 900:.4 1100:.5 1870:.6 3160:.7 10e3:.8 400e3:.9 3.16e6:.95 100e6:.98 1e9:1",
    ),
    (
        "hadoop", "Roy et al. 2015 (Facebook, SIGCOMM), figure 6; points of Li et al. 2019 (HPCC, SIGCOMM)",
        "0:0 100:.01 200:.02 300:.05 350:.15 400:.2 500:.3 600:.4 700:.5 1e3:.6 2e3:.67 7e3:.7 30e3:.72 50e3:.82 "
        "80e3:.87 120e3:.9 300e3:.95 1e6:.975 2e6:.99 10e6:1",
    ),
    (
        "cache-values",
        "Atikoglu et al. 2012 (memcached ETC, SIGMETRICS): generalised Pareto, scale 214.476 and shape 0.348238",
        "0:0 23:.1 50:.2 81:.3 120:.4 168:.5 231:.6 321:.7 463:.8 757:.9 1132:.95 1789:.98 2446:.99 3282:.995 "
        "4747:.998 6211:.999 11341:1",
    ),
    (
        "prompt-chat", _PROMPTS,
        "1:0 100:.01 197:.05 283:.1 440:.2 604:.3 792:.4 1020:.5 1314:.6 1723:.7 2367:.8 3674:.9 5284:.95 10445:.99 "
        "22422:1",
    ),
    (
        "prompt-code", _PROMPTS,
        "1:0 146:.01 290:.05 416:.1 647:.2 888:.3 1164:.4 1500:.5 1932:.6 2534:.7 3480:.8 5403:.9 7770:.95 15361:.99 "
        "32973:1",
    ),
)  # fmt: skip
SIZES = {name: _law(name, source, points) for name, source, points in _POINTS}


def sizes(name: str) -> SizeLaw:
    """The distribution of a name; ``fixed:1000`` for flows that are all of 1,000 B.

    Raises
    ------
    ValueError
        There is none of that name.

    Examples
    --------
    >>> round(sizes("web-search").mean_B)
    1711250
    """
    if name.startswith("fixed:") and name[6:].isdigit():
        return SizeLaw(name, "all alike", floats([float(name[6:])]), floats([1.0]))
    if name not in SIZES:
        raise ValueError(f"no sizes {name!r}: {did_you_mean(name, SIZES)}")
    return SIZES[name]

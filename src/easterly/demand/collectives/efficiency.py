"""Share of a link's rate that a message of some size reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from easterly.base.columns import FloatColumn, column

MIB = 2.0**20


@dataclass(frozen=True, slots=True)
class Curve:
    """Share of the rate by the bytes that one interface sends, and so the time that they take.

    Between two points the *time* is a straight line in the size, as in the Hockney model; below the first and beyond
    the last point the share stays what it is there.

    Attributes
    ----------
    sizes_B : (P,) float [B]
    shares : (P,) float [1]
    """

    sizes_B: FloatColumn
    shares: FloatColumn

    @classmethod
    def of(cls, points: Sequence[tuple[float, float]]) -> Curve:
        """A curve through points (size, share), in any order.

        Raises
        ------
        ValueError
            If there is no point, a share is not within (0, 1], or more bytes would take less time.

        Examples
        --------
        >>> float(Curve.of([(1e6, 0.5), (1e9, 1.0)]).wire_B(1e6))
        2000000.0
        """
        if not points:
            raise ValueError("an efficiency curve needs a point")
        sizes, shares = (column(values, np.float64) for values in zip(*sorted(points), strict=True))
        if not (np.all(shares > 0) and np.all(shares <= 1)):
            raise ValueError("shares of an efficiency curve must be above 0 % and at most 100 %")
        if not (np.all(sizes > 0) and np.all(np.diff(sizes) > 0) and np.all(np.diff(sizes / shares) >= 0)):
            raise ValueError("an efficiency curve must not let more bytes take less time")
        return cls(sizes, shares)

    def wire_B(self, size_B: FloatColumn) -> FloatColumn:
        """Bytes at the full rate that take as long as `size_B` bytes do."""
        last_B, share = self.sizes_B[-1], self.shares[-1]
        if len(self.shares) == 1:
            return np.asarray(size_B if share == 1 else size_B / share)
        known = np.interp(size_B, np.append(0.0, self.sizes_B), np.append(0.0, self.sizes_B / self.shares))
        return np.asarray(known + np.maximum(size_B - last_B, 0.0) / share)


@dataclass(frozen=True, slots=True)
class Efficiency:
    """Curves of both networks: by bytes that a rank sends inside its host, and that an interface sends."""

    scaleup: Curve
    network: Curve

    @classmethod
    def same(cls, points: Sequence[tuple[float, float]]) -> Efficiency:
        """One curve for both."""
        curve = Curve.of(points)
        return cls(curve, curve)


IDEAL = Efficiency.same([(1.0, 1.0)])
"""Every byte at the full rate."""

# Bytes through one interface (wire factor times size, over the interfaces), and what the time that is left after the
# latency of NCCL's tables says: (bytes / rate of the largest sizes) / (time - latency).
NVSWITCH_A100 = Curve.of(
    [
        (3.5 * MIB, 0.18), (7 * MIB, 0.36), (28 * MIB, 0.49), (56 * MIB, 0.62), (112 * MIB, 0.75), (224 * MIB, 0.77),
        (448 * MIB, 0.84), (896 * MIB, 0.96), (1792 * MIB, 0.985), (3584 * MIB, 1.0),
    ]
)  # fmt: skip
"""Eight A100 behind NVSwitch: nccl-tests of 32 KiB to 16 GiB, printed by Bekman, ML Engineering Open Book, network,
"Real network throughput"; 100 % is the mean of 1 GiB to 16 GiB, 233 GB/s."""

RAILS_B200 = Curve.of(
    [
        (1 * MIB, 0.11), (1.9 * MIB, 0.16), (3.9 * MIB, 0.22), (7.75 * MIB, 0.43), (15.5 * MIB, 0.57),
        (31 * MIB, 0.73), (62 * MIB, 0.78), (124 * MIB, 0.84), (248 * MIB, 0.98), (496 * MIB, 1.0),
    ]
)  # fmt: skip
"""Four hosts of eight B200 with eight 400 Gb/s interfaces each: all_reduce_bench of 32 KiB to 16 GiB, printed in the
same book, network/benchmarks; 100 % is 376.7 GB/s of bus bandwidth, 47 GB/s per interface."""

PUBLISHED = Efficiency(NVSWITCH_A100, RAILS_B200)
"""Both measured curves, relative to what the largest messages reach on the same machine."""

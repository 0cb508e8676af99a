"""Grids of any number of levels: dimensions of a torus, or hosts, racks and sites."""

from __future__ import annotations

from collections.abc import Sequence

from easterly.demand.collectives.metrics import wire_factor


def grid_s(collective: str, counts: Sequence[int], rates_bps: Sequence[float], size_B: float) -> tuple[float, float]:
    """Least and greatest time of a collective that goes through the dimensions of a grid, bytes alone.

    Along the first dimension the ranks of a line scatter the array, so that the next has only its part to treat:
    ``factor(d_i) S / (d_1 ... d_(i-1)) / B_i`` (Cho et al. 2019, BlueConnect; Chan et al. 2007, section 5).
    Two levels are `hierarchical`; on a torus a line is a ring with both directions, so twice the rate of a link.

    Parameters
    ----------
    collective : str
        ``all-reduce``, ``reduce-scatter`` or ``all-gather``.
    counts : sequence of int
        Ranks along each dimension.
    rates_bps : sequence of float [bit/s]
        Rate of one rank along each dimension.
    size_B : float [B]

    Returns
    -------
    (float, float) [s]
        All dimensions at work on different pieces, and one after the other.

    Raises
    ------
    ValueError
        For another collective, or unequal numbers of counts and rates.

    Examples
    --------
    >>> low_s, high_s = grid_s("all-reduce", (4, 4), (800e9, 800e9), 1e9)
    >>> round(low_s * 1e3, 2), round(high_s * 1e3, 2)
    (15.0, 18.75)
    """
    if collective not in ("all-reduce", "reduce-scatter", "all-gather"):
        raise ValueError(f"{collective} has no parts to scatter along a grid")
    parts, left_B = [], size_B
    for count, rate_bps in zip(counts, rates_bps, strict=True):
        parts.append(float(wire_factor(collective, count)) * left_B * 8 / rate_bps)
        left_B /= count
    return max(parts), sum(parts)

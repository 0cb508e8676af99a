"""Points that no other beats in both of two metrics."""

from __future__ import annotations

from collections.abc import Sequence

Pair = tuple[float, float]


def front(pairs: Sequence[Pair | None]) -> tuple[int, ...]:
    """Pareto front of pairs of which less is better: rows that no other is as good as in both and better in one.

    Rows that are equal are on it together. By sorting, O(n log n) (Kung, Luccio & Preparata 1975, J. ACM 22:4).

    Parameters
    ----------
    pairs : (N,) sequence of pairs of float
        None where a row has no such numbers.

    Returns
    -------
    tuple of int
        Rows, from the lowest first number to the highest.

    Examples
    --------
    >>> front([(1, 5), (2, 3), (3, 3), None, (2, 3)])
    (0, 1, 4)
    """
    order = sorted((pair, row) for row, pair in enumerate(pairs) if pair is not None)
    kept: list[int] = []
    best: Pair | None = None
    for pair, row in order:
        if best is None or pair[1] < best[1] or pair == best:
            kept.append(row)
            best = pair
    return tuple(kept)

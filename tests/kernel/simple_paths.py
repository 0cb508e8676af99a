"""All simple paths of a small graph, one by one: slow, and obviously right."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st
from tests.kernel.graphs import Case, cases


def simple_paths(case: Case, source: int, target: int) -> list[tuple[int, ...]]:
    """Links of every simple path, in order; the empty one where a pair starts at its end."""
    return [()] if source == target else list(_from(case, source, target, (), {source}))


def _from(case: Case, at: int, target: int, links: tuple[int, ...], seen: set[int]) -> Iterator[tuple[int, ...]]:
    if at == target:
        yield links
        return
    if links and not case.transit[at]:
        return
    for link in np.flatnonzero(case.alive & (case.src == at)).tolist():
        head = int(case.dst[link])
        if head not in seen:
            yield from _from(case, head, target, (*links, link), {*seen, head})


def exact(case: Case, links: tuple[int, ...]) -> Fraction:
    """Cost of a path as the decimals say it: 0.1 + 0.2 is 0.3."""
    return sum((Fraction(repr(float(case.cost[link]))) for link in links), Fraction(0))


def ordered(case: Case, source: int, target: int) -> list[tuple[int, ...]]:
    """By cost, then hops, then link numbers."""
    return sorted(simple_paths(case, source, target), key=lambda p: (exact(case, p), len(p), p))


def listed(columns: tuple[np.ndarray, ...]) -> list[list[tuple[int, ...]]]:
    """Paths by pair, of the columns that the kernel gives."""
    pair_ptr, path_ptr, link = (c.tolist() for c in columns[:3])
    return [[tuple(link[path_ptr[r] : path_ptr[r + 1]]) for r in range(a, b)] for a, b in pairwise(pair_ptr)]


@st.composite
def pairs_on(draw: st.DrawFn, zero_cost: bool = True) -> tuple[Case, int, int]:
    """A small graph and two of its nodes, perhaps the same."""
    case = draw(cases(zero_cost=zero_cost))
    node = st.integers(0, case.n - 1)
    return case, draw(node), draw(node)

"""Closures, against sums of copies counted out: all but one of the parts of a least sum end at a break."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest
from tests.predict.calculus.plain import INF, Number, Plain, drawn, seeds

from easterly.predict.calculus import Curve

F = Fraction


def least_sums(f: Plain, end: int, grain: int) -> list[Number]:
    """The least sum of copies of f at 0, 1 / grain, ... end, for breaks at whole numbers, by how its parts end.

    The cost is linear in each part, so in a least sum all parts but one lie at breaks, or at limits there. Limits from
    below need others from above that make up for them.
    """
    parts: list[tuple[int, Number, int]] = []
    for k in range(1, end * grain + 1):
        t = F(k, grain)
        parts += [(k, f(t), 0), (k, f.left(t), 1), (k, f.right(t), 2)]
    parts = [p for p in parts if p[1] < INF]
    if f.right(F(0)) < INF:
        parts.append((0, f.right(F(0)), 2))
    best: dict[tuple[int, int], Number] = {(0, 0): F(0)}
    for k in range(end * grain + 1):
        for _ in range(2):  # parts of length 0 once more
            for step, cost, kind in parts:
                for sides in range(4):
                    before = best.get((k - step, sides), INF)
                    to = (k, sides | kind)
                    if before + cost < best.get(to, INF):
                        best[to] = before + cost
    return [min(best.get((k, 0), INF), best.get((k, 3), INF)) for k in range(end * grain + 1)]


@pytest.mark.parametrize("seed", seeds(20, 300))
def test_closure(seed: int) -> None:
    pick = random.Random(seed)
    f = drawn(pick, rising=pick.random() < 0.5, whole=True, periods=(1, 2, 3, 4))
    breaks = tuple((x, F(0) if x == 0 else v, abs(r) if x == 0 else r, s) for x, v, r, s in f.breaks)
    f = Plain(breaks, f.T, f.d, f.c)
    try:
        made = f.curve().closure()
    except ValueError as error:
        assert "infinite here and not there" in str(error)
        return
    grain = 2
    sums = least_sums(f, 12, grain)
    for k, wanted in enumerate(sums):
        assert made(F(k, grain)) == (wanted if k else 0), F(k, grain)
    assert made.is_subadditive()
    assert made <= f.curve().minimum(Curve.lines((0, 0, math.inf, 0)).maximum(f.curve()))


def test_closed_forms() -> None:
    assert Curve.bucket(2, 5).closure() == Curve.bucket(2, 5)
    assert Curve.rate_latency(2, 5).closure() == Curve.zero()
    assert Curve.delay(0).closure() == Curve.delay(0)
    # A window of 6 around a latency of 4: served in steps, 6 every 4 (Le Boudec & Thiran 2001, 1.2.5 and 4.3.3).
    window = Curve.delay(4).raised(6).raised_at_0(6)
    assert window.closure() == Curve.lines((0, 0, 6, 0), (4, 6, math.inf, 0)).minimum(window.closure())
    assert [window.closure()(t) for t in (0, 1, 4, 5)] == [0, 6, 6, 12]
    assert Curve.constant(3).closure() == Curve.lines((0, 0, 3, 0))
    assert Curve.lines((0, 0, 0, -1)).closure() == Curve.lines((0, 0, 0, -1))


@pytest.mark.parametrize("seed", seeds(12, 60))
def test_closure_in_max_plus_is_that_of_the_opposite(seed: int) -> None:
    pick = random.Random(seed)
    f = drawn(pick, rising=True, infinite=False, periods=(1, 2, 3)).curve()
    f = f.raised(-f(0)) if isinstance(f(0), F) else f
    start = f.right(0)
    try:
        made = f.raised(-start).nonnegative().raised_at_0(0).superadditive_closure()
    except ValueError as error:
        assert "starts below 0" in str(error)
        return
    assert made.convolve_max(made) == made and f.raised(-start).raised_at_0(0) <= made


def test_what_has_no_closure() -> None:
    with pytest.raises(ValueError, match="starts below 0"):
        Curve.constant(-1).closure()
    with pytest.raises(ValueError, match="-inf"):
        (-Curve.delay(1)).closure()
    with pytest.raises(ValueError, match="infinite here and not there"):
        Curve.lines((0, 0, math.inf, 0), (1, 3, math.inf, 0)).closure()

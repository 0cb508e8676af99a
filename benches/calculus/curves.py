"""Exact curves: seconds for (min,+) convolutions of curves of 1,000 segments with coprime periods; fails above its bar.

Where both curves grow alike in the long run, all phases of both periods meet, and the result has millions of pieces:
they are made, but not counted, which in Python would take far longer.

Usage: python benches/calculus/curves.py [segments] [--barred]
"""

from __future__ import annotations

import random
import sys
import time
from fractions import Fraction
from itertools import pairwise

from easterly.predict.calculus import Curve, Point, Segment

WITHIN_s = 1.0
"""Of processor time of one thread, each."""


def drawn(pick: random.Random, segments: int, period: int, rate: Fraction | None, *, jumps: bool, fine: bool) -> Curve:
    """A curve that never falls, repeats from 0 on, and has its breaks at whole times."""
    cuts = [0, *sorted(pick.sample(range(1, period), segments - 1)), period]
    level, made = Fraction(0), []
    for start, end in pairwise(cuts):
        first = level + (pick.randrange(0, 40) if jumps else 0)
        slope = Fraction(pick.randrange(0, 50), pick.choice((1, 2, 3, 5)) if fine else 1)
        made += [Point(Fraction(start), level), Segment(Fraction(start), Fraction(end), first, slope)]
        level = first + slope * (end - start)
    increment = level + (pick.randrange(1, 40) if jumps else 0) if rate is None else rate * period
    return Curve.of(made, 0, period, increment)


def cases(segments: int) -> list[tuple[str, Curve, Curve]]:
    """Name and both operands. The periods are prime, and a little above the number of segments."""
    pick = random.Random(1)
    a, b = (_prime(segments + 5), _prime(_prime(segments + 5) + 1))
    made = []
    for name, jumps, fine in (("lines", False, False), ("jumps", True, False), ("jumps, fractions", True, True)):
        f, g = (drawn(pick, segments, p, None, jumps=jumps, fine=fine) for p in (a, b))
        made.append((f"{name}, rates of their own", f, g))
        rate = max(f.increment / a, g.increment / b)
        f, g = (drawn(random.Random(i), segments, p, rate, jumps=jumps, fine=fine) for i, p in enumerate((a, b)))
        made.append((f"{name}, one rate", f, g))
    near = Curve.of([*made[2][1].elements[:-1]], 0, a, made[2][1].increment)
    made.append(("jumps, with itself in other time", near, near.stretched(Fraction(b, a))))
    return made


def _prime(least: int) -> int:
    return next(n for n in range(least, 2 * least) if all(n % k for k in range(2, int(n**0.5) + 1)))


def seconds(f: Curve, g: Curve) -> tuple[float, Curve]:
    """Processor time of this thread, the better of two."""
    best = float("inf")
    for _ in range(2):
        begin = time.thread_time()
        made = f.convolve(g)
        best = min(best, time.thread_time() - begin)
    return best, made


def main(segments: int, *, barred: bool = False) -> int:
    """Measure all, or with `barred` only those of rates of their own; 1 where the bar is missed."""
    fine = True
    for name, f, g in cases(segments):
        alike = name.endswith("one rate")
        if alike and barred:
            continue
        took, made = seconds(f, g)
        fine &= took <= WITHIN_s
        pieces = "millions" if alike else f"{len(made.elements) // 2:,}"
        print(f"{name:34} {took:7.3f} s  {pieces:>8} of pieces, rank {float(made.rank):.5g}, period {made.period}")
    return 0 if fine else 1


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--barred"]
    sys.exit(main(int(words[0]) if words else 1000, barred="--barred" in sys.argv))

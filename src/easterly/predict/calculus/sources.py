"""What sources send, as exact arrival curves: token buckets, phases of a job, measured traces."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import curve as kernel
from easterly.predict.calculus.curve import Curve
from easterly.predict.calculus.elements import Point, Segment
from easterly.predict.calculus.rational import Given, finite, text

WINDOWS = 256
"""Of a staircase, if none are given: from the least gap of packets to the length of the trace, in even ratios."""


def tspec(rate_Bps: Given, burst_B: Given, *, peak_Bps: Given | None = None, largest_B: Given = 0) -> Curve:
    """Arrivals of a flow by its token bucket and its peak: min(M + p t, b + r t) (RFC 2212, TSpec).

    Parameters
    ----------
    rate_Bps, burst_B : rational [B/s], [B]
        r and b.
    peak_Bps, largest_B : rational [B/s], [B]
        p and M; no peak if absent.

    Returns
    -------
    Curve

    Examples
    --------
    >>> tspec(1, 10, peak_Bps=4, largest_B=1)(2)
    Fraction(9, 1)
    """
    bucket = Curve.bucket(rate_Bps, burst_B)
    if peak_Bps is None:
        return bucket
    if finite(peak_Bps, "peak_Bps") < finite(rate_Bps, "rate_Bps"):
        raise ValueError(f"peak_Bps is {peak_Bps!r}, below rate_Bps, {rate_Bps!r}: a peak is at least the rate")
    return bucket.minimum(Curve.bucket(peak_Bps, largest_B))


def phases(starts_s: Sequence[Given], sizes_B: Sequence[Given], period_s: Given, *, rate_Bps: Given | None = None
           ) -> Curve:  # fmt: skip
    """Arrivals of a job that repeats: the least curve above what its phases send, whenever one begins to look.

    The cumulative arrivals deconvolved with themselves; with `rate_Bps`, behind a link of that rate, which sends what
    waits as soon as it can. A staircase that repeats, or lines.

    Parameters
    ----------
    starts_s : (P,) rationals [s]
        When phases begin, within [0, period).
    sizes_B : (P,) rationals [B]
    period_s : rational [s]
    rate_Bps : rational [B/s], optional
        Of the link that all phases leave by; at once if absent.

    Returns
    -------
    Curve

    Raises
    ------
    ValueError
        Starts outside of the period, or sizes below 0; more than the link sends within a period.

    Examples
    --------
    An exchange of 4 MB at the start of each step of 10 ms, and one of 1 MB 2 ms later:

    >>> job = phases(["0", "0.002"], [4_000_000, 1_000_000], "0.01")
    >>> [int(job(t)) for t in ("0.001", "0.002", "0.003", "0.01", "0.011")]
    [4000000, 4000000, 5000000, 5000000, 9000000]
    """
    d = finite(period_s, "period_s", above=0)
    starts = [finite(t, "a start", least=0) for t in starts_s]
    sizes = [finite(b, "a size", least=0) for b in sizes_B]
    if not starts or len(starts) != len(sizes) or max(starts) >= d:
        raise ValueError(f"phases need a start within [0, {text(d)}) and a size each: {len(starts)} and {len(sizes)}")
    at: dict[Fraction, Fraction] = {}
    for t, size in sorted(zip(starts, sizes, strict=True)):
        at[t] = at.get(t, Fraction(0)) + size
    sent = _repeated(at, d)
    if rate_Bps is not None:
        rate, total = finite(rate_Bps, "rate_Bps", above=0), sum(sizes, Fraction(0))
        if total > rate * d:
            raise ValueError(
                f"the phases send {text(total)} B in {text(d)} s, more than {text(rate)} B/s: the link never ends"
            )
        sent = sent.convolve(Curve.rate_latency(rate, 0))
    return sent.deconvolve(sent)


def _repeated(at: dict[Fraction, Fraction], period: Fraction) -> Curve:
    """Cumulative arrivals of one period again and again, continuous from the left."""
    edges, level = [*sorted({Fraction(0), *at}), period], Fraction(0)
    made: list[Point | Segment] = []
    for start, end in pairwise(edges):
        behind = level + at.get(start, Fraction(0))
        made += [Point(start, level), Segment(start, end, behind, Fraction(0))]
        level = behind
    return Curve.of(made, 0, period, level)


def hull(at: ArrayLike, size_B: ArrayLike, *, tick_s: Given = "1e-9", rate_Bps: Given = 0) -> Curve:
    """The least concave arrival curve of a trace: a few token buckets, which no stretch of it exceeds.

    Every vertex is a burst of the trace: its length, and its bytes. Time grows with packets and vertices alone: a
    million packets take less than a second.

    Parameters
    ----------
    at : (N,) int [tick]
        When packets came; they never fall.
    size_B : (N,) int [B]
    tick_s : rational [s]
        Length of a tick; nanoseconds if absent.
    rate_Bps : rational [B/s]
        Behind the length of the trace, of which it knows nothing: 0, where nothing else comes.

    Returns
    -------
    Curve

    Raises
    ------
    ValueError
        Times that fall, sizes below 0, numbers that are not whole; a trace without packets.

    Examples
    --------
    >>> hull([0, 0, 10, 20, 30], [5, 5, 5, 5, 5], tick_s=1) == Curve.bucket("1/2", 10).minimum(Curve.constant(25))
    True
    """
    when, sizes = _columns(at, size_B)
    length, bytes_B = kernel.hull(when, sizes)
    tick, rate = finite(tick_s, "tick_s", above=0), finite(rate_Bps, "rate_Bps", least=0)
    t = [int(x) * tick for x in length]
    y = [Fraction(int(b)) for b in bytes_B]
    slopes = [(y[i + 1] - y[i]) / (t[i + 1] - t[i]) for i in range(len(t) - 1)] + [rate]
    first = (0, 0, y[0], slopes[0])
    return Curve.lines(first, *((t[i], y[i], y[i], slopes[i]) for i in range(1, len(t))))


def staircase_of(at: ArrayLike, size_B: ArrayLike, windows: ArrayLike | None = None, *, tick_s: Given = "1e-9",
                 rate_Bps: Given = 0) -> Curve:  # fmt: skip
    """Arrival curve of a trace in steps: exact at the windows given, and the next one's value between two of them.

    With a window for every time that lies between two packets it would be `Curve.envelope`, which takes the square of
    the packets; each window costs one pass.

    Parameters
    ----------
    at : (N,) int [tick]
        When packets came; they never fall.
    size_B : (N,) int [B]
    windows : (W,) int [tick], optional
        Above 0, and rising; 256 in even ratios up to the length of the trace if absent.
    tick_s : rational [s]
    rate_Bps : rational [B/s]
        Behind the last window, which is made to cover the trace.

    Returns
    -------
    Curve

    Raises
    ------
    ValueError
        As `hull`; windows that do not rise.

    Examples
    --------
    >>> steps = staircase_of([0, 0, 10, 20, 30], [5, 5, 5, 5, 5], [10, 20, 31], tick_s=1)
    >>> [int(steps(t)) for t in (10, 15, 20, 25, 31)]
    [10, 15, 15, 25, 25]
    """
    when, sizes = _columns(at, size_B)
    tick, rate = finite(tick_s, "tick_s", above=0), finite(rate_Bps, "rate_Bps", least=0)
    whole = int(when[-1] - when[0]) + 1
    wanted = _windows(when, whole) if windows is None else _whole(windows, "windows")
    if not wanted.size or wanted[0] <= 0 or (np.diff(wanted) <= 0).any():
        raise ValueError("windows must be above 0, and rise")
    if wanted[-1] < whole:
        wanted = np.append(wanted, whole)
    most = [int(b) for b in kernel.most_within(when, sizes, wanted)]
    edges = [Fraction(0), *(int(w) * tick for w in wanted)]
    rows = [(edges[i], most[i - 1] if i else 0, most[i], 0) for i in range(len(most))]
    return Curve.lines(*rows, (edges[-1], most[-1], most[-1], rate))


def _windows(when: NDArray[np.int64], whole: int) -> NDArray[np.int64]:
    gaps = np.diff(when)
    least = int(gaps[gaps > 0].min()) if (gaps > 0).any() else 1
    return np.unique(np.round(np.geomspace(least, whole, WINDOWS)).astype(np.int64))


def _columns(at: ArrayLike, size_B: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    when, sizes = _whole(at, "at"), _whole(size_B, "size_B")
    if not when.size:
        raise ValueError("the trace has no packets: there is no envelope of nothing")
    return when - when.min(), sizes


def _whole(given: ArrayLike, name: str) -> NDArray[np.int64]:
    column = np.asarray(given)
    if column.size == 0:
        return np.zeros(0, np.int64)
    if column.ndim != 1 or column.dtype.kind not in "iu":
        raise ValueError(f"{name} must be a column of whole numbers: give ticks and bytes, not seconds")
    return np.ascontiguousarray(column, np.int64)

"""Pages about models of traffic: the diagram behind a Hurst exponent, and capacity against buffer."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from easterly.app.report import drawn, plots
from easterly.app.report.drawn import Fact, Figure
from easterly.base.columns import FloatColumn
from easterly.base.units import RATE, SIZE, TIME, format_short
from easterly.predict.queueing.columns import power
from easterly.predict.traffic import Aggregate, LogScale, norros_capacity
from easterly.predict.traffic.norros import SCOPE

TALL = 320.0
SURE = 1.96
POINTS = 121
HEADROOM = 1.5
"""Highest capacity drawn, over the highest with memory."""


def log_scale(title: str, made: LogScale, facts: Sequence[Fact]) -> str:
    """The log-scale diagram: energy of details by octave, their intervals, and the line.

    Parameters
    ----------
    title : str
    made : LogScale
    facts : sequence of (name, value, remark)

    Returns
    -------
    str
        One file, without scripts, that asks for nothing.
    """
    octave = made.octave.astype(float)
    reach = SURE * made.deviation
    ends = float((made.energy_log2 - reach).min()), float((made.energy_log2 + reach).max())
    x = plots.Axis("octave j, of 2^j intervals", 0.5, len(octave) + 0.5, most=len(octave))
    y = plots.Axis("log2 of energy", math.floor(ends[0] - 0.25), math.ceil(ends[1] + 0.25))
    line = made.intercept + made.slope * octave[made.first - 1 :]
    figure = plots.plot(
        [plots.Curve("energy", octave, made.energy_log2), plots.Curve("fit", octave[made.first - 1 :], line)], x, y,
        title="Log-scale diagram", dots=True, height=TALL, inside=_whiskers(octave, made.energy_log2, reach, x, y),
        said=f"logarithm of energy by octave, {made.energy_log2[0]:.2f} at the first and {made.energy_log2[-1]:.2f} at "
        f"the last; the line from octave {made.first} on rises by {made.slope:.3f} an octave",
    )  # fmt: skip
    note = (
        "Mean squares of wavelet details with their 95 % intervals: where there is scaling they lie on a line of slope "
        f"2H - 1 = {made.slope:.3f}, and a level line is Poisson-like."
    )
    return drawn.page("traffic", "Long memory", title, facts, [Figure("Energy over scales", note, figure)])


def trade(source: Aggregate, capacity_bps: float, buffer_B: float, loss: float) -> str:
    """Capacity against buffer for an aggregate, with its own memory and without any.

    Parameters
    ----------
    source : Aggregate
    capacity_bps : float [bit/s]
    buffer_B : float [B]
    loss : float
        The point that was asked for.

    Returns
    -------
    str
    """
    strict = min(max(loss, 1e-300), 0.5)
    middle = buffer_B if buffer_B > 0 else 1e6
    buffers = middle * power(10.0, np.linspace(-2, 2, POINTS))
    # Without memory, with the same deviation over the burst that overflows.
    enough = capacity_bps if capacity_bps > source.mean_bps else norros_capacity(source, middle, strict)
    spare = max(enough - source.mean_bps, 1e-6 * source.mean_bps)
    t_s = 8 * middle * source.hurst / (spare * (1 - source.hurst))
    plain = Aggregate(source.mean_bps, source.variance_bit * float(power(t_s, 2 * source.hurst - 1)), 0.5)
    curves = [
        plots.Curve(name, buffers, np.array([norros_capacity(one, float(x), strict) for x in buffers]))
        for name, one in ((f"H = {source.hurst:.3g}", source), ("H = 0.5", plain))
    ]
    # What has no memory would need many times as much with hardly any buffer, and hide all else.
    y = plots.axis("capacity", [HEADROOM * float(curves[0].y.max()), 1.1 * capacity_bps], RATE)
    seen = curves[1].y <= y.high
    curves[1] = plots.Curve(curves[1].name, buffers[seen], curves[1].y[seen])
    figure = plots.plot(
        curves, plots.axis("buffer", buffers, SIZE, log=True), y, title="Capacity over buffer", height=TALL,
        rules=[plots.Rule("mean", source.mean_bps), plots.Rule("capacity", capacity_bps)],
        said=f"{format_short(float(curves[0].y[0]), RATE)} at {format_short(float(buffers[0]), SIZE)}, "
        f"{format_short(float(curves[0].y[-1]), RATE)} at {format_short(float(buffers[-1]), SIZE)}",
    )  # fmt: skip
    note = (
        f"Capacity at which the queue exceeds the buffer with probability {strict:.3g}; the second curve has the same "
        f"variance over {format_short(t_s, TIME)} and no memory, so that a larger buffer helps more."
    )
    facts = [
        ("mean", format_short(source.mean_bps, RATE), f"H = {source.hurst:.4g}"),
        ("capacity", format_short(capacity_bps, RATE), f"{100 * source.mean_bps / capacity_bps:.3g} % used"),
        ("buffer", format_short(buffer_B, SIZE) if buffer_B else "0", f"exceeded with probability {loss:.3g}"),
        ("scope", "Norros 1994", SCOPE),
    ]
    title = f"{format_short(source.mean_bps, RATE)} with H = {source.hurst:.4g}"
    return drawn.page(
        "traffic", "Aggregates with long memory", title, facts, [Figure("Capacity over buffer", note, figure)]
    )


def _whiskers(octave: FloatColumn, middle: FloatColumn, reach: FloatColumn, x: plots.Axis, y: plots.Axis) -> str:
    """Intervals as upright lines."""
    across = plots.WIDTH * x.at(octave)
    ends = [TALL * (1 - np.clip(y.at(middle + sign * reach), 0, 1)) for sign in (1, -1)]
    return "".join(
        f'<line class="whisker" x1="{a:.1f}" x2="{a:.1f}" y1="{b:.1f}" y2="{c:.1f}"/>'
        for a, b, c in zip(across.tolist(), ends[0].tolist(), ends[1].tolist(), strict=True)
    )

"""Shares of classes: predicted, and measured on a real kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Annotated, TypeVar

import numpy as np

from easterly.app.lab.bottleneck import IN, OUT, bottleneck
from easterly.app.lab.traffic import FRAME_B, Offer, TooBusy, send
from easterly.base.schema import Doc, Unit
from easterly.model.shaping import Policer, Shaper
from easterly.qos.shaping import expected, passing

T = TypeVar("T")
TRIES = 4


@dataclass(frozen=True, slots=True)
class Share:
    """Rate of one class."""

    name: Annotated[str, Doc("Class.")]
    predicted_bps: Annotated[float, Unit("bit/s"), Doc("What the scheduler's model says.")]
    measured_bps: Annotated[float, Unit("bit/s"), Doc("What came through.")]

    @property
    def deviation(self) -> float:
        """Measured over predicted, less 1."""
        return self.measured_bps / self.predicted_bps - 1


@dataclass(frozen=True, slots=True)
class Case:
    """One selection of busy classes."""

    name: Annotated[str, Doc("What is busy.")]
    shares: Annotated[tuple[Share, ...], Doc("Busy classes.")]

    @property
    def worst(self) -> float:
        """Largest deviation, without its sign."""
        return max(abs(share.deviation) for share in self.shares)


def cases(shaper: Shaper) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is worth trying: every class with a code point busy, then all but one of them in turn."""
    names = tuple(each.name for each in shaper.leaves if each.dscp)
    yield "all busy", names
    if len(names) > 1:
        yield from ((f"{idle} idle", tuple(name for name in names if name != idle)) for idle in names)


def try_case(shaper: Shaper, name: str, busy: tuple[str, ...], *, seconds: float, text: str | None = None) -> Case:
    """Predict what busy classes get, and send packets to see.

    Parameters
    ----------
    shaper : Shaper
        On any interface; the lab has its own.
    name : str
    busy : tuple of str
        Classes that always have packets.
    seconds : float [s]
        Length of the measurement.
    text : str, optional
        What `tc` is given instead of the tree's own text: to show that another tree is noticed.

    Returns
    -------
    Case

    Raises
    ------
    LabError
        The lab does not work here.
    ValueError
        A class that is no leaf, or that has no code point.
    """
    points = {each.name: each.dscp for each in shaper.leaves}
    silent = [each for each in busy if not points.get(each)]
    if silent:
        raise ValueError(f"{silent[0]!r} is no leaf with a code point, so nothing can be sent to it")
    rates = expected(shaper, busy, frame_B=FRAME_B)
    offers = {each: Offer(points[each][0]) for each in busy}
    with bottleneck() as between:
        if text is None:
            between.shape(replace(shaper, device=OUT))
        else:
            between.load(text)
        got = _patiently(lambda: send(between, offers, seconds, bucket_s=_bucket_s(shaper)))
    return Case(name, tuple(Share(each, rates[each], got[each].rate_bps) for each in busy))


def _patiently(measure: Callable[[], T]) -> T:
    """Measure again where the machine did not keep up, whatever came of it."""
    for _ in range(TRIES - 1):
        try:
            return measure()
        except TooBusy:
            continue
    return measure()


def _bucket_s(shaper: Shaper) -> float:
    """How long the shortest bucket of a tree lasts at its rate."""
    return min(8 * each.burst_B / each.rate_bps for each in shaper.classes)


def try_policer(policer: Policer, rate_bps: float, *, seconds: float) -> Share:
    """Predict what a policer lets through from a full bucket, and send packets to see.

    Parameters
    ----------
    policer : Policer
        Of nftables, for what is received; on any interface, since the lab has its own.
    rate_bps : float [bit/s]
        What is sent, of frames, spread over the code points in turn.
    seconds : float [s]
        For how long.

    Returns
    -------
    Share
        Mean rates of frames.

    Raises
    ------
    LabError
        The lab does not work here.
    """
    points = policer.dscp or (0,)
    offers = {str(point): Offer(point, rate_bps / len(points)) for point in points}
    with bottleneck() as between:
        between.police(replace(policer, device=IN))
        got = send(between, offers, seconds, warm_s=0.0)
    count = sum(each.sent_B for each in got.values()) // FRAME_B
    frames = passing(policer, np.linspace(0, seconds * 1e9, count).astype(np.int64), np.full(count, FRAME_B))
    through = int(frames.conforms.sum()) * FRAME_B
    return Share(policer.name, through * 8 / seconds, sum(each.got_B for each in got.values()) * 8 / seconds)

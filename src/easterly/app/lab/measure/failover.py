"""How long flows are interrupted when a link fails: told from how that is noticed, and measured per flow."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from easterly.app.lab.measure.choice import End, Way
from easterly.app.lab.measure.probes import Probed, Track
from easterly.app.lab.measure.within import Within
from easterly.base.schema import Doc, Unit
from easterly.predict.failover import CARRIER, Failover

WOKEN = 4
"""Programs at each router: what detects, what routes, what keeps the routes, and the kernel's."""
WATCH = """
import select, sys, time
late_s = [0.0]
while True:
    begin = time.monotonic()
    if select.select([sys.stdin], [], [], 0.001)[0]:
        break
    late_s.append(max(0.0, time.monotonic() - begin - 0.002))
print(sum(late_s), max(late_s))
"""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long this machine kept a program of ordinary priority waiting."""

    total_s: Annotated[float, Unit("s"), Doc("In all.")]
    longest_s: Annotated[float, Unit("s"), Doc("At once.")]

    def of(self, turns: int = 1) -> float:
        """Most that it kept those waiting whom routers wake in turn: each for the longest wait, together for all waits.

        >>> Waits(0.03, 0.002).of(1), Waits(0.03, 0.002).of(9)
        (0.008, 0.03)
        """
        return min(self.total_s, WOKEN * turns * self.longest_s)


def gaps(
    probed: Probed, before: Sequence[Way], failed: Sequence[End], expected: Failover, *, delayed_s: float = 0.0
) -> list[Within]:
    """Interruption of each flow whose computed way led over what failed, beside what is expected; others have none.

    Parameters
    ----------
    probed : Probed
    before : sequence of Way
        Computed ways before the fault, by flow.
    failed : sequence of End
        Interfaces on either side of what failed.
    expected : Failover
        How long it takes until other next hops are in use, by the plan.
    delayed_s : float [s]
        By how much this machine kept programs of ordinary priority waiting meanwhile, in all.

    Returns
    -------
    list of Within
    """
    made = []
    for track, way in zip(probed.tracks, before, strict=True):
        hit = any(end in way for end in failed)
        made.append(_interrupted(track, expected, delayed_s) if hit else _undisturbed(track, expected))
    return made


def _interrupted(track: Track, expected: Failover, delayed_s: float) -> Within:
    found = track.outage
    blur_s = found.blur_s
    most_s = expected.high_s + delayed_s
    return Within(
        f"interruption{_without(expected)} of {track.flow}", (expected.low_s + most_s) / 2,
        max(expected.low_s - blur_s, 0.0), most_s + blur_s, found.middle_s, "s",
        f"{_noticed(expected)} and {_after(expected)}; this machine kept programs waiting for "
        f"{delayed_s:.3f} s, and the probes tell the ends to {blur_s:.3f} s",
    )  # fmt: skip


def _noticed(expected: Failover) -> str:
    if expected.how == CARRIER:
        return "a carrier that goes is seen at once"
    return f"detection by {expected.how} takes {expected.detection_low_s:.3f} s to {expected.detection_high_s:.3f} s"


def _after(expected: Failover) -> str:
    """What comes after detection."""
    most_s, turns = expected.high_s - expected.detection_high_s, expected.turns
    if turns.most <= 1:
        return f"programming up to {most_s:.3g} s"
    least = f"{turns.least} to " if turns.least < turns.most else ""
    least_s = f"{expected.low_s - expected.detection_low_s:.3g} s to " if turns.least > 1 else "up to "
    return f"{least}{turns.most} routers that hear of it in turn take {least_s}{most_s:.3g} s"


def _undisturbed(track: Track, expected: Failover) -> Within:
    return Within.exactly(
        f"probes lost{_without(expected)} of {track.flow}", 0, track.lost,
        "its computed way does not lead over what failed",
    )  # fmt: skip


def _without(expected: Failover) -> str:
    """What tells a cable that is pulled from one that falls silent."""
    return " without carrier" if expected.how == CARRIER else ""


@contextmanager
def waiting() -> Iterator[Callable[[], Waits]]:
    """Watch how long this machine keeps programs of ordinary priority waiting; called once, it tells.

    Between a fault and new next hops a few programs are woken one after the other. A process of its own watches.
    """
    words = [sys.executable, "-I", "-S", "-c", WATCH]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as watcher:
        try:
            yield lambda: _told(watcher)
        finally:
            watcher.kill()


def _told(watcher: subprocess.Popen[str]) -> Waits:
    out, _ = watcher.communicate("over\n")
    return Waits(*map(float, out.split()))

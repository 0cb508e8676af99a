"""How long flows are interrupted when a link falls silent: told from the timers of detection, and measured per flow."""

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

PROGRAMMING_S = 0.1
"""From detection to new next hops in the kernel: a routing daemon, the one that keeps the kernel's routes, and the
kernel, each woken once, and a thousand routes at ten thousand a second."""
WOKEN = 4
"""Programs on that way: the one that detects, the one that routes, the one that keeps the routes, and the kernel's."""
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
class Detection:
    """When a router notices that a neighbour is silent, after it has fallen silent."""

    least_s: Annotated[float, Unit("s"), Doc("At the earliest.")]
    most_s: Annotated[float, Unit("s"), Doc("At the latest.")]


def detection(interval_s: float, multiplier: int) -> Detection:
    """When bidirectional forwarding detection in asynchronous mode declares a session down (RFC 5880, 6.8.4).

    The time of detection, ``multiplier`` times the interval, begins with the last packet that came in, and that was up
    to one interval before the fault.

    Parameters
    ----------
    interval_s : float [s]
        Agreed interval of the neighbour's packets: the longer one of what it wants to send and this end to receive.
    multiplier : int
        Of the neighbour.

    Raises
    ------
    ValueError
        Intervals and multipliers that are not above 0.

    Examples
    --------
    >>> [round(each, 3) for each in (detection(0.05, 3).least_s, detection(0.05, 3).most_s)]
    [0.1, 0.15]
    """
    if not interval_s > 0 or multiplier < 1:
        raise ValueError(f"an interval of {interval_s:g} s and a multiplier of {multiplier}: both must be above 0")
    return Detection(interval_s * (multiplier - 1), interval_s * multiplier)


def gaps(
    probed: Probed, before: Sequence[Way], failed: Sequence[End], expected: Detection, *, delayed_s: float = 0.0
) -> list[Within]:
    """Interruption of each flow whose computed way led over what failed, beside what is expected; others have none.

    Parameters
    ----------
    probed : Probed
    before : sequence of Way
        Computed ways before the fault, by flow.
    failed : sequence of End
        Interfaces on either side of what failed.
    expected : Detection
        How long it takes until other next hops are in use.
    delayed_s : float [s]
        By how much this machine kept programs of ordinary priority waiting meanwhile, in all.

    Returns
    -------
    list of Within
    """
    made = []
    for track, way in zip(probed.tracks, before, strict=True):
        hit = any(end in way for end in failed)
        made.append(_interrupted(track, expected, delayed_s) if hit else _undisturbed(track))
    return made


def _interrupted(track: Track, expected: Detection, delayed_s: float) -> Within:
    found = track.outage
    blur_s = found.blur_s
    most_s = expected.most_s + PROGRAMMING_S + delayed_s
    return Within(
        f"interruption of {track.flow}", (expected.least_s + most_s) / 2,
        expected.least_s - blur_s, most_s + blur_s, found.middle_s, "s",
        f"detection takes {expected.least_s:.3f} s to {expected.most_s:.3f} s by its timers and programming up to "
        f"{PROGRAMMING_S:g} s; this machine kept programs waiting for {delayed_s:.3f} s, and the probes tell the ends "
        f"to {blur_s:.3f} s",
    )  # fmt: skip


def _undisturbed(track: Track) -> Within:
    return Within.exactly(
        f"probes lost of {track.flow}", 0, track.lost, "its computed way does not lead over what failed"
    )  # fmt: skip


@contextmanager
def waiting() -> Iterator[Callable[[], float]]:
    """Watch how long this machine keeps programs of ordinary priority waiting; called once, it tells what that costs.

    Between a fault and new next hops a few programs are woken one after the other. Each of them waits no longer than
    the longest wait that was seen, and together they wait no longer than all waits. A process of its own watches.
    """
    words = [sys.executable, "-I", "-S", "-c", WATCH]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as watcher:
        try:
            yield lambda: _told(watcher)
        finally:
            watcher.kill()


def _told(watcher: subprocess.Popen[str]) -> float:
    out, _ = watcher.communicate("over\n")
    total_s, longest_s = map(float, out.split())
    return min(total_s, WOKEN * longest_s)

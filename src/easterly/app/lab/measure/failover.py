"""How long flows are interrupted when a link falls silent: told from the timers of detection, and measured per flow."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from easterly.app.lab.measure.choice import End, Way
from easterly.app.lab.measure.probes import Probed, Track
from easterly.app.lab.measure.within import Within
from easterly.predict.failover import Failover

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
        made.append(_interrupted(track, expected, delayed_s) if hit else _undisturbed(track))
    return made


def _interrupted(track: Track, expected: Failover, delayed_s: float) -> Within:
    found = track.outage
    blur_s = found.blur_s
    most_s = expected.high_s + delayed_s
    return Within(
        f"interruption of {track.flow}", (expected.low_s + most_s) / 2,
        expected.low_s - blur_s, most_s + blur_s, found.middle_s, "s",
        f"detection by {expected.how} takes {expected.detection_low_s:.3f} s to {expected.detection_high_s:.3f} s and "
        f"programming up to {expected.high_s - expected.detection_high_s:.3g} s; this machine kept programs waiting "
        f"for {delayed_s:.3f} s, and the probes tell the ends to {blur_s:.3f} s",
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

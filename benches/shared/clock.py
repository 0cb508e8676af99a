"""How long something takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def timed(run: Callable[[], Any], repeat: int = 5) -> float:
    """Processor time of this thread, the best of several: other work on the machine counts less."""
    best = float("inf")
    for _ in range(repeat):
        begin = time.thread_time()
        run()
        best = min(best, time.thread_time() - begin)
    return best

"""A worker process: takes tasks from its standard input, answers on its standard output, until no more come."""

from __future__ import annotations

import gc
import os
import signal
import sys

from easterly.study.sweeps import frames
from easterly.study.sweeps.tasks import perform

ALLOCATIONS = 50_000
"""New objects between two searches for garbage, as on the command line."""


def main() -> None:
    """Answer one task after the other. What a task prints goes to the standard error, not among the answers."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that hands out the tasks
    gc.set_threshold(ALLOCATIONS)
    try:
        while (request := frames.read(sys.stdin.buffer)) is not None:
            frames.write(answers, perform(request))
    except BrokenPipeError:
        os._exit(0)  # nobody is left to answer


if __name__ == "__main__":
    main()

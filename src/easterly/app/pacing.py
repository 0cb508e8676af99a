"""Long simulations for somebody who waits: how far they are, what is left, and Ctrl-C, which keeps what is done."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any

from easterly.base.units import TIME, format_short

Told = Callable[[float, int, int], bool]
"""Is told of the simulated time [s], the flows that are open, the packet-hops so far; False stops."""


@contextmanager
def paced(what: str, expected_hops: int, quiet: bool = False, unit: str = "packet-hops") -> Iterator[Told]:
    """Progress for `simulate`: a bar with what is left on a terminal; the first Ctrl-C ends the run, and keeps it.

    Parameters
    ----------
    what : str
        What is simulated.
    expected_hops : int
        Packet-hops in all, as expected.
    quiet : bool
        No bar.
    unit : str
        What else is counted instead of packet-hops.
    """
    with ExitStack() as stack:
        stopped = stack.enter_context(_interruptible())
        show = stack.enter_context(_bar(what, expected_hops, quiet, unit))

        def told(now_s: float, left: int, hops: int) -> bool:
            show(now_s, left, hops)
            return not stopped()

        yield told


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed; pressed twice it is what it always is."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    pressed: list[int] = []
    before = signal.getsignal(signal.SIGINT)

    def press(number: int, frame: FrameType | None) -> None:
        pressed.append(number)
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, press)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _bar(what: str, expected_hops: int, quiet: bool, unit: str) -> Iterator[Callable[[float, int, int], Any]]:
    if quiet or not sys.stderr.isatty():
        yield lambda now_s, left, hops: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=max(expected_hops, 1), said="")

        def show(now_s: float, left: int, hops: int) -> None:
            said = f"{hops:,} {unit}, {format_short(now_s, TIME, 3)}, {left:,} open"
            bar.update(task, completed=hops, total=max(expected_hops, hops), said=said)

        yield show

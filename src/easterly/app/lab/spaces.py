"""Network namespaces: made, entered, and always taken down."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TypeVar

T = TypeVar("T")
PREFIX, FOLDER = "easterly-", Path("/run/netns")
NEW_NETWORK = 0x40000000
"""CLONE_NEWNET of linux/sched.h: what `setns` is to change."""
SECONDS = 20
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Those that people and systems end programs with."""
AT_ONCE = 4
"""Namespaces that something is done for at the same time."""


class LabError(RuntimeError):
    """Something that the lab needs did not work; the message says what."""


@dataclass(frozen=True, slots=True)
class Space:
    """A network namespace."""

    name: str

    def run(self, *words: str, text: str = "") -> str:
        """Run a program in it, with some text as its input; what it printed.

        Raises
        ------
        LabError
            It failed, or did not end.
        """
        return command("ip", "netns", "exec", self.name, *words, text=text)

    def batch(self, program: str, text: str, *options: str) -> str:
        """Give lines to ``ip`` or ``tc``, of which each is a command in it; the first that fails is an error.

        Raises
        ------
        LabError
            A line failed.
        """
        return command(program, "-n", self.name, *options, "-batch", "-", text=text) if text else ""

    def shows(self, program: str, *words: str) -> str:
        """What ``ip`` or ``tc`` shows of it.

        Raises
        ------
        LabError
            It does not.
        """
        return command(program, "-n", self.name, *words)

    def call(self, task: Callable[[], T]) -> T:
        """Call a function within it, in a thread that lasts no longer; sockets that are made there stay in it."""
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(self._entered, task).result()

    def _entered(self, task: Callable[[], T]) -> T:
        libc = ctypes.CDLL(None, use_errno=True)
        with (FOLDER / self.name).open() as handle:
            if libc.setns(handle.fileno(), NEW_NETWORK):
                raise LabError(f"cannot enter namespace {self.name}: {os.strerror(ctypes.get_errno())}")
        return task()

    def socket(self, family: int, kind: int) -> socket.socket:
        """A socket in it."""
        return self.call(lambda: socket.socket(family, kind))


def missing(*programs: str) -> str:
    """Why there can be no lab here; empty if there can."""
    absent = [program for program in ("ip", *programs) if shutil.which(program) is None]
    if absent:
        return f"{' and '.join(absent)} not installed"
    if sys.platform != "linux" or os.geteuid() != 0:
        return "network namespaces need Linux and root"
    return ""


@contextmanager
def spaces(*labels: str) -> Iterator[tuple[Space, ...]]:
    """New namespaces, taken down at the end whatever happens, Ctrl-C and termination included.

    Those that a killed process left behind are removed as well.

    Raises
    ------
    LabError
        They cannot be made.
    """
    sweep()
    made: list[Space] = []
    with terminable():
        try:
            for label in labels:
                space = Space(f"{PREFIX}{os.getpid()}-{threading.get_ident() % 10**6}-{label}")
                command("ip", "netns", "add", space.name)
                made.append(space)
                space.run("ip", "link", "set", "lo", "up")
            yield tuple(made)
        finally:
            for space in made:
                _remove(space.name)


def sweep() -> None:
    """Remove the namespaces of processes that are no more."""
    for path in FOLDER.glob(f"{PREFIX}*-*"):
        owner = path.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            _remove(path.name)


def _remove(name: str) -> None:
    subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False, timeout=SECONDS)


@contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the program as Ctrl-C does, so that what was made is taken down.

    The first of them counts: what follows it, as when a terminal is closed upon Ctrl-C, would interrupt what is at work
    to take things down.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def leave(number: int, frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        if number == signal.SIGINT:
            signal.default_int_handler(number, frame)
        raise SystemExit(128 + number)

    for number in SIGNALS:
        if number != signal.SIGINT or before[number] is not signal.SIG_IGN:  # in the background of a shell
            signal.signal(number, leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let no signal that can be put off interrupt what has to be done to the end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def command(*words: str, text: str = "") -> str:
    """Run a program with some text as its input; what it printed.

    Raises
    ------
    LabError
        It failed, or did not end.
    """
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=SECONDS, input=text, check=False, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LabError(f"{' '.join(words)}: {error}") from None
    if done.returncode:
        raise LabError(f"{' '.join(words)}: {(done.stderr or done.stdout).strip() or done.returncode}")
    return done.stdout


def together(task: Callable[[str], T], names: Sequence[str]) -> list[T]:
    """Do something for several names at once; after the first error nothing more is begun."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            return list(pool.map(task, names))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise

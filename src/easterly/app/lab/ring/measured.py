"""All-reduces on a star of namespaces: a process in each, started, told to go together, and always ended."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any, Protocol

from easterly.app.lab.ring import rank as program
from easterly.app.lab.spaces import LabError, Space

PATIENCE_S = 20.0
"""Time in which ranks have to find each other, and beyond which an all-reduce is given up where nobody says."""


class WrongSum(LabError):
    """An all-reduce ended with something else than the sum."""


class Rank:
    """A process in a namespace, and its lines."""

    def __init__(self, python: str, space: Space, words: Sequence[Any]) -> None:
        self.name, self.errors = space.name, TemporaryFile()  # noqa: SIM115 - `end` closes it; a pipe could fill
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", space.name, python, "-I", program.__file__, json.dumps(words)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True, start_new_session=True,
        )  # fmt: skip

    def tell(self) -> None:
        """Let it go on."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write("go\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            self._gone()

    def hear(self, state: str) -> dict[str, Any]:
        """Wait for a state; what it says with it.

        Raises
        ------
        LabError
            It ended, or is in another state.
        """
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self._gone()
        with suppress(ValueError, TypeError, KeyError):
            said: dict[str, Any] = json.loads(line)
            if said["state"] == state:
                return said
        raise LabError(f"{self.name} says {line.strip()!r} where it should be {state}")

    def _gone(self) -> None:
        self.errors.seek(0)
        last = self.errors.read().decode(errors="replace").strip().splitlines()[-1:]
        raise LabError(f"the process in {self.name} ended: {last[0] if last else 'without a word'}")

    def end(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        with self.process, self.errors:
            pass


@dataclass(frozen=True, slots=True)
class Ranks:
    """All ranks, each connected to the next."""

    each: tuple[Rank, ...]

    def all_reduce(self) -> float:
        """One all-reduce: time from the first rank's beginning to the last one's end [s].

        Raises
        ------
        LabError
            A rank ended.
        WrongSum
            One has not the sum, bit for bit.
        """
        said = self._together("ready", "done")
        wrong = [rank.name for rank, words in zip(self.each, said, strict=True) if not words["right"]]
        if wrong:
            raise WrongSum(f"what {wrong[0]} has in the end is not the sum")
        first, last = min(words["begin_ns"] for words in said), max(words["end_ns"] for words in said)
        return float(last - first) / 1e9

    def connect(self) -> None:
        """Let each of them find the next."""
        self._together("listening", None)

    def _together(self, before: str, after: str | None) -> list[dict[str, Any]]:
        """Wait until all are in one state, tell them to go on, and wait for the next one."""
        for rank in self.each:
            rank.hear(before)
        for rank in self.each:
            rank.tell()
        return [] if after is None else [rank.hear(after) for rank in self.each]


class Hosts(Protocol):
    """Hosts that reach each other."""

    @property
    def hosts(self) -> tuple[Space, ...]:
        """Their namespaces."""

    @property
    def addresses(self) -> list[str]:
        """An IPv4 address of each."""


@contextmanager
def ranks(
    star: Hosts, size_B: int, *,
    seconds: float = PATIENCE_S, kind: str = "own", python: str = sys.executable, tos: int = 0,
) -> Iterator[Ranks]:  # fmt: skip
    """A process on each host of a star, connected to the next.

    Parameters
    ----------
    star : Star, or other hosts
    size_B : int [B]
        The array; a multiple of 4.
    seconds : float [s]
        When an all-reduce is given up.
    kind : str
        ``own``, or ``gloo`` of PyTorch.
    python : str
        What runs them: it needs numpy, and PyTorch for gloo.
    tos : int
        Type of service of their packets, which gloo does not set.

    Raises
    ------
    LabError
        A process did not come up.
    """
    started: list[Rank] = []
    try:
        for i, host in enumerate(star.hosts):
            started.append(Rank(python, host, (kind, i, star.addresses, size_B, seconds, tos)))
        made = Ranks(tuple(started))
        made.connect()
        yield made
    finally:
        for each in started:
            each.end()


def with_torch(*pythons: str) -> str:
    """The first Python that has PyTorch with gloo, of those given or else of this one and the system's; empty if none.

    PyTorch need not be where Easterly is: Debian's ``python3-torch`` belongs to the system's Python.
    """
    usual = (sys.executable, shutil.which("python3", path="/usr/bin:/usr/local/bin") or "")
    return next((each for each in pythons or usual if each and _has_gloo(each)), "")


def _has_gloo(python: str) -> bool:
    what = "import numpy, torch.distributed.distributed_c10d as d; d.ProcessGroupGloo"
    try:
        return not subprocess.run([python, "-I", "-c", what], capture_output=True, check=False, timeout=60).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False

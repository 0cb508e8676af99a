"""Checkpoints: the state of a run in a file, from which the same run goes on."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from easterly._kernel import packet
from easterly.model.store import freeze

MAGIC = b"easterly packets 1\n"
DIGEST_B = 32
EVERY = 1 << 28
"""Events between two checkpoints: some tens of seconds."""


class Keeper:
    """Where the state of a run is kept.

    Parameters
    ----------
    path : Path
        There is a checkpoint, or will be.
    given : tree of nouns
        What the run is made of: a checkpoint of anything else is refused.
    every : int
        Events between two checkpoints.
    """

    def __init__(self, path: Path, given: Any, every: int = EVERY) -> None:
        self.path, self.every = path, every
        self.digest = hashlib.sha256(freeze(given)).digest()
        self.kept_at = 0

    def begin(self, made: packet.Simulation) -> bool:
        """Take the state of the file; whether there is one.

        Raises
        ------
        ValueError
            The file is no checkpoint, is damaged, or of a run of something else.
        """
        if not self.path.exists():
            return False
        data = self.path.read_bytes()
        head = len(MAGIC) + DIGEST_B
        if not data.startswith(MAGIC) or len(data) < head:
            raise ValueError(f"{self.path} is no checkpoint of packets")
        if data[len(MAGIC) : head] != self.digest:
            raise ValueError(f"{self.path} is a checkpoint of another run: remove it, or name another file")
        try:
            made.restore(data[head:])
        except ValueError as error:
            raise ValueError(f"{self.path}: {error}") from None
        self.kept_at = made.events
        return True

    def due(self, made: packet.Simulation) -> bool:
        """Whether enough has happened since the last checkpoint."""
        return made.events - self.kept_at >= self.every

    def keep(self, made: packet.Simulation) -> None:
        """Keep the state: under another name first, so that the file is always whole."""
        part = self.path.with_name(self.path.name + ".part")
        part.write_bytes(MAGIC + self.digest + made.save())
        part.replace(self.path)
        self.kept_at = made.events

    def end(self, made: packet.Simulation, *, complete: bool) -> None:
        """A run that is complete needs no checkpoint; any other can go on."""
        if complete:
            self.path.unlink(missing_ok=True)
        else:
            self.keep(made)

"""What is asked of a simulation of a site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MOST_HOPS = 40_000_000
"""Packet-hops that a run may take where nobody says otherwise: some seconds."""
HOPS_OF_EVENT = 6
"""Packet-hops of an event of a schedule, when every message is a packet: what a schedule costs at least."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is simulated, and how.

    Attributes
    ----------
    jobs : tuple of str
        Jobs; all if empty.
    steps : int
        Steps of training.
    part : float, optional [1]
        Part of each message and computation; what `hops` allows if absent.
    hops : int
        Packet-hops of the largest run.
    transports : mapping of str to str
        Preset by class, instead of what the plan sets hosts to.
    replays : mapping of str to path
        Folder of Chakra traces by job, replayed instead of what the site says of its step.
    routing : str
        How a switch chooses among equal links.
    seed : int
    strict : bool
        Refuse steps that cannot be made so short that `hops` is kept.
    """

    jobs: tuple[str, ...] = ()
    steps: int = 1
    part: float | None = None
    hops: int = MOST_HOPS
    transports: Mapping[str, str] = field(default_factory=dict)
    replays: Mapping[str, Path] = field(default_factory=dict)
    routing: str = "hash"
    seed: int = 1
    strict: bool = False

    @property
    def events(self) -> int:
        """Events that a schedule may have, for `hops` to be kept."""
        return self.hops // HOPS_OF_EVENT

"""Queues that decide at arrival, by their length: tail drop, RED and its kin, marks on the length as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import aqm as _kernel
from easterly.qos.aqm.queue import Algorithm, Core

UNLIMITED = 2**62


def need(holds: bool, what: str, why: str) -> None:
    """Refuse parameters that make no sense.

    Raises
    ------
    ValueError
        Where `holds` is false.
    """
    if not holds:
        raise ValueError(f"{what}: {why}")


def _limits(limit_B: int, limit_packets: int) -> None:
    need(limit_B >= 1, f"limit_B is {limit_B}", "a queue needs room for at least one byte")
    need(limit_packets >= 1, f"limit_packets is {limit_packets}", "a queue needs room for at least one packet")


@dataclass(frozen=True, slots=True)
class TailDrop(Algorithm):
    """Refuses what does not fit.

    Attributes
    ----------
    limit_B, limit_packets : int
        Both hold at once.
    """

    limit_B: int = UNLIMITED
    limit_packets: int = UNLIMITED

    def __post_init__(self) -> None:
        _limits(self.limit_B, self.limit_packets)

    def _start(self, seed: int, entity: int) -> Core:
        return _kernel.TailDrop(self.limit_B, self.limit_packets)


@dataclass(frozen=True, slots=True)
class Ramp:
    """How likely a signal is, by the length of a queue: 0 below `low`, rising to `most` at `high`, 1 from there on.

    Attributes
    ----------
    low, high : float
        In bytes or in packets, as the algorithm counts.
    most : float
    """

    low: float
    high: float
    most: float = 1.0

    def __post_init__(self) -> None:
        ordered = 0 <= self.low <= self.high < float("inf")
        need(ordered, f"a ramp from {self.low:g} to {self.high:g}", "low is at least 0 and at most high; swap them?")
        need(0 <= self.most <= 1, f"most is {self.most:g}", "a probability is within 0..1")

    def probability(self, length: float, *, gentle: bool = False) -> float:
        """Base probability at a length, before it is spread evenly.

        Parameters
        ----------
        length : float
        gentle : bool
            From `most` at `high` on to 1 at twice `high` (Floyd 2000).

        Returns
        -------
        float

        >>> Ramp(5, 15, 0.1).probability(10), Ramp(5, 15, 0.1).probability(22.5, gentle=True)
        (0.05, 0.55)
        """
        if length < self.low:
            return 0.0
        if length < self.high:
            return self.most * ((length - self.low) / (self.high - self.low))
        if gentle and length < 2 * self.high:
            return self.most + (1 - self.most) * ((length - self.high) / self.high)
        return 1.0


@dataclass(frozen=True, slots=True)
class _Early(Algorithm):
    """What RED and WRED share.

    Attributes
    ----------
    weight : float
        Of an arrival in the average length: avg += weight (length - avg).
    slot_ns : float
        Time that a typical packet takes on the line; while the queue is empty the average fades by (1 - weight) per
        slot. 0: no such correction, and the first packet after a pause meets the average of before.
    gentle : bool
        Rise from `most` to 1 between `high` and twice `high`, instead of at once.
    ecn : bool
        Mark packets that can be marked.
    hard_drop : bool
        Drop even those beyond the ramp (RFC 3168, section 7).
    by_packets : bool
        Count packets, not bytes.
    mean_B : float
        Above 0: the probability of a packet is in proportion to its size / mean_B.
    limit_B, limit_packets : int
    """

    weight: float = 0.002
    slot_ns: float = 0.0
    gentle: bool = False
    ecn: bool = False
    hard_drop: bool = True
    by_packets: bool = False
    mean_B: float = 0.0
    limit_B: int = UNLIMITED
    limit_packets: int = UNLIMITED

    def __post_init__(self) -> None:
        _limits(self.limit_B, self.limit_packets)
        need(0 < self.weight <= 1, f"weight is {self.weight:g}", "an average moves by a part of the way, within (0, 1]")
        need(0 <= self.slot_ns < 1e18, f"slot_ns is {self.slot_ns:g}", "it is the time of a packet on the line")
        need(0 <= self.mean_B < 1e18, f"mean_B is {self.mean_B:g}", "it is the size of a packet, 0 for no scaling")

    def _rest(self, seed: int, entity: int) -> tuple[float, float, bool, bool, bool, bool, float, int, int, int, int]:
        flags = (self.gentle, self.ecn, self.hard_drop, self.by_packets)
        return (self.weight, self.slot_ns, *flags, self.mean_B, self.limit_B, self.limit_packets, seed, entity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Red(_Early):
    """Random early detection by the average length (Floyd & Jacobson 1993, IEEE/ACM ToN 1:4).

    With p_b from the ramp, the packet that is the count-th since the last signal is chosen with p_b / (1 - count p_b),
    which makes the gaps between signals uniform. RFC 7567 no longer advises RED as a default.

    Attributes
    ----------
    ramp : Ramp
    """

    ramp: Ramp

    def _start(self, seed: int, entity: int) -> Core:
        return _kernel.Red(self.ramp.low, self.ramp.high, self.ramp.most, *self._rest(seed, entity))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wred(_Early):
    """Weighted RED: one average per class, one ramp per class and colour, one line for all.

    Attributes
    ----------
    ramps : sequence of sequence of Ramp
        By class (`flow` of a packet), then by colour: green, yellow, red.
    """

    ramps: Sequence[Sequence[Ramp]]

    def __post_init__(self) -> None:
        _Early.__post_init__(self)
        need(len(self.ramps) > 0, "ramps is empty", "a queue has at least one class")
        colours = {len(each) for each in self.ramps}
        need(len(colours) == 1 and 0 not in colours, "ramps of different lengths", "give each class every colour")

    def _start(self, seed: int, entity: int) -> Core:
        return _kernel.Wred(self._table("low"), self._table("high"), self._table("most"), *self._rest(seed, entity))

    def _table(self, name: str) -> NDArray[np.float64]:
        return np.array([[getattr(ramp, name) for ramp in each] for each in self.ramps], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class InstantMarking(Algorithm):
    """Marks by the length as it stands, as switches of data centres do: Kmin, Kmax and Pmax are the ramp.

    A threshold of DCTCP is a ramp with low = high. Marks do not bound memory: that is the limit, or the threshold of
    the shared memory.

    Attributes
    ----------
    ramp : Ramp
    drop_others : bool
        Drop a chosen packet that cannot be marked (as WRED profiles of chips do); else keep it.
    by_packets : bool
    limit_B, limit_packets : int
    """

    ramp: Ramp
    drop_others: bool = True
    by_packets: bool = False
    limit_B: int = UNLIMITED
    limit_packets: int = UNLIMITED

    def __post_init__(self) -> None:
        _limits(self.limit_B, self.limit_packets)

    def _start(self, seed: int, entity: int) -> Core:
        ramp, limits = self.ramp, (self.limit_B, self.limit_packets)
        return _kernel.Mark(ramp.low, ramp.high, ramp.most, self.by_packets, self.drop_others, *limits, seed, entity)


def ramps_of(profiles: Mapping[str, Ramp], colours: Sequence[str] = ("green", "yellow", "red")) -> tuple[Ramp, ...]:
    """The ramps of one class in the order of colours; a colour that is not named is treated as the one before it.

    Parameters
    ----------
    profiles : mapping of colour to Ramp
    colours : sequence of str

    Returns
    -------
    tuple of Ramp

    Raises
    ------
    ValueError
        No ramp for the first colour, or a colour that is not known.
    """
    unknown = sorted(set(profiles) - set(colours))
    need(not unknown, f"colour {', '.join(unknown)}", f"known are {', '.join(colours)}")
    need(colours[0] in profiles, f"no ramp for {colours[0]}", "the first colour has none to follow")
    made: list[Ramp] = []
    for colour in colours:
        made.append(profiles.get(colour, made[-1]) if made else profiles[colour])
    return tuple(made)

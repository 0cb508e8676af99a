"""Priority flow control, and the watchdog that ends its storms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from easterly._kernel import buffer as _kernel
from easterly.qos.aqm.packets import NS_PER_S

MOST_QUANTA = 65_535
QUANTUM_BITS = 512


@dataclass(frozen=True, slots=True)
class PauseFrame:
    """A frame of priority flow control (IEEE 802.1Qbb).

    Attributes
    ----------
    enabled : int
        Bit p: the frame speaks of priority p.
    quanta : tuple of 8 int
        For how long, in times of 512 bits; 0: go on.
    """

    enabled: int
    quanta: tuple[int, ...]


class PauseSender:
    """The side that asks: a frame when a priority changes, and again before a pause that is still wanted runs out.

    Parameters
    ----------
    rate_bps : int
        Of the line, which makes quanta times.
    quanta : int
    refresh : float
        Part of a pause after which it is repeated.
    ticks_per_s : int
        Unit of the times that are given: ns unless said otherwise.
    """

    def __init__(
        self, rate_bps: int, *, quanta: int = MOST_QUANTA, refresh: float = 0.5, ticks_per_s: int = NS_PER_S
    ) -> None:
        if not 0 < refresh < 1:
            raise ValueError(f"refresh is {refresh:g}: a pause is repeated before it ends, at a part of it within 0..1")
        if rate_bps <= 0:
            raise ValueError(f"rate_bps is {rate_bps}: give the rate of the line")
        every = max(1, int(refresh * (quanta * QUANTUM_BITS * ticks_per_s // rate_bps)))
        self._core = _kernel.PauseSender(quanta, every)

    def want(self, priority: int, pause: bool) -> None:
        """Say whether a priority should pause."""
        self._core.want(priority, pause)

    def due(self, time: int) -> bool:
        """Whether a frame is to be sent now."""
        return self._core.due(time)

    def frame(self, time: int) -> PauseFrame:
        """The frame to send now."""
        enabled, quanta = self._core.frame(time)
        return PauseFrame(enabled, tuple(quanta))

    @property
    def state(self) -> dict[str, Any]:
        """What is wanted and told, when the last frame was sent and when the next is due by itself (-1: never)."""
        return self._core.state


class PauseReceiver:
    """The side that obeys.

    Parameters
    ----------
    rate_bps, ticks_per_s : int
    """

    def __init__(self, rate_bps: int, *, ticks_per_s: int = NS_PER_S) -> None:
        self._core = _kernel.PauseReceiver(rate_bps, ticks_per_s)

    def hear(self, time: int, frame: PauseFrame) -> None:
        """A frame takes effect: it has arrived, and the time in which the device responds has passed."""
        self._core.hear(time, frame.enabled, frame.quanta)

    def paused(self, priority: int, time: int) -> bool:
        """Whether a priority may not begin a frame at a time."""
        return self._core.paused(priority, time)

    @property
    def state(self) -> dict[str, Any]:
        """Until when each priority is paused, how many frames named it, how many let it go on."""
        return self._core.state


class Action(IntEnum):
    """What is done to a queue in a storm: its packets dropped, sent in spite of the pause, or nothing but a message."""

    DROP = 0
    FORWARD = 1
    ALERT = 2


class Event(IntEnum):
    """What a poll found."""

    NOTHING = 0
    STORM = 1
    RESTORED = 2


class Watchdog:
    """Storm watchdog of one lossless queue, as SONiC's PFC_WD judges it.

    A queue is stuck over a poll if pause frames came in, it never was let go, and it was paused at both ends. Polls in
    which it is stuck are charged against `detection_ns` with the time since the one before; one poll alone is never
    enough. A storm is over when no pause frame came in for `restoration_ns`; an alert is over at the first poll in
    which the queue is not stuck.

    Parameters
    ----------
    detection_ns, restoration_ns : int
        A restoration of 0: the queue stays as it is.
    action : Action
    """

    def __init__(self, detection_ns: int, restoration_ns: int = 0, action: Action = Action.DROP) -> None:
        self._core = _kernel.Watchdog(detection_ns, restoration_ns, int(action))

    def poll(self, time_ns: int, *, pauses: int, resumes: int, paused: bool) -> Event:
        """Judge the counters of the queue.

        Parameters
        ----------
        time_ns : int
        pauses, resumes : int
            Frames so far that paused its priority, and times that it was let go.
        paused : bool
            Whether it is paused now.

        Returns
        -------
        Event
        """
        return Event(self._core.poll(time_ns, pauses, resumes, paused))

    @property
    def state(self) -> dict[str, Any]:
        """Whether there is a storm, what is left of the countdown, what the queue does."""
        return self._core.state


def quanta_ns(quanta: int, rate_bps: float) -> float:
    """Duration of a number of quanta: 512 bit times each.

    >>> quanta_ns(65_535, 100e9)
    335539.2
    """
    return quanta * QUANTUM_BITS * NS_PER_S / rate_bps

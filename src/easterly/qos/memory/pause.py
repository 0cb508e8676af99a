"""Priority flow control, and the watchdog that ends its storms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import buffer as _kernel
from easterly.base.columns import IndexColumn, indices
from easterly.qos.aqm.packets import NS_PER_S
from easterly.qos.aqm.queue import column

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


@dataclass(frozen=True, slots=True)
class PauseFrames:
    """Frames of a run, in order.

    Attributes
    ----------
    time : (F,) int64
    enabled : (F,) uint8
        Bit p: the frame speaks of priority p.
    quanta : (F, 8) int64
    """

    time: IndexColumn
    enabled: NDArray[np.uint8]
    quanta: IndexColumn


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

    def run(self, time: ArrayLike, priority: ArrayLike, pause: ArrayLike, *, until: int) -> PauseFrames:
        """All frames that changes make it send, repetitions among them; changes of one instant go into one frame.

        Parameters
        ----------
        time, priority, pause : (N,) int, int, bool
            In order of time.
        until : int
            Time up to which pauses are repeated.

        Returns
        -------
        PauseFrames

        Raises
        ------
        ValueError
            Columns of different lengths, times out of order, no such priority, more than 2^24 repetitions.

        Examples
        --------
        >>> frames = PauseSender(100_000_000_000).run([1000, 5000], [3, 3], [True, False], until=10**9)
        >>> frames.time.tolist(), frames.quanta[:, 3].tolist()
        ([1000, 5000], [65535, 0])
        """
        priority, pause = column(priority, np.int32, "priority"), column(pause, np.uint8, "pause")
        at, enabled, quanta = self._core.run(column(time, np.int64, "time"), priority, pause, until)
        return PauseFrames(indices(at), enabled, indices(quanta))

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

    def run(self, frames: PauseFrames) -> IndexColumn:
        """Let frames take effect, one after the other.

        Parameters
        ----------
        frames : PauseFrames
            Their times are those at which they take effect, as of `hear`.

        Returns
        -------
        (F, 8) int64
            Until when each priority is paused, after each frame.

        Raises
        ------
        ValueError
            Columns of different lengths, times out of order, quanta beyond 65,535.
        """
        quanta = np.ascontiguousarray(frames.quanta, dtype=np.int64)
        enabled = column(frames.enabled, np.uint8, "enabled")
        return indices(self._core.run(column(frames.time, np.int64, "time"), enabled, quanta))

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

    def run(self, time_ns: ArrayLike, *, pauses: ArrayLike, resumes: ArrayLike, paused: ArrayLike) -> NDArray[np.int8]:
        """Judge many polls, one after the other.

        Parameters
        ----------
        time_ns, pauses, resumes, paused : (N,)
            As of `poll`, in order of time.

        Returns
        -------
        (N,) int8
            As in `Event`.

        Raises
        ------
        ValueError
            Columns of different lengths, times out of order.

        Examples
        --------
        >>> dog = Watchdog(400)
        >>> dog.run([0, 200, 400, 600], pauses=[1, 2, 3, 4], resumes=[0] * 4, paused=[True] * 4).tolist()
        [0, 0, 1, 0]
        """
        return self._core.run(
            column(time_ns, np.int64, "time_ns"),
            column(pauses, np.int64, "pauses"),
            column(resumes, np.int64, "resumes"),
            column(paused, np.uint8, "paused"),
        )

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

"""Flows whose rates answer the network, at rest: what is measured of them over a stretch of time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import packet
from easterly.model.packets import Transport
from easterly.predict.packet.laws import law_of

ENDLESS_B = 10**12


@dataclass(frozen=True)
class AtRest:
    """Means between two times."""

    queue_B: float
    rate_bps: NDArray[np.float64]
    marked: float

    @property
    def jain(self) -> float:
        return float(self.rate_bps.sum() ** 2 / (len(self.rate_bps) * (self.rate_bps**2).sum()))


def star_of(
    each: tuple[Transport, ...], senders: int, rate_bps: float, delay_s: float = 1e-6,
    mark: tuple[int, int, float] = (-1, -1, 1.0), start_s: tuple[float, ...] | None = None, seed: int = 1,
) -> packet.Simulation:  # fmt: skip
    """Endless senders to one receiver of a star; transports are taken in turns."""
    links, sender = 2 * (senders + 1), np.arange(senders)
    down = np.arange(links) % 2 == 1
    last = np.full(senders, 2 * senders)
    route = np.stack(
        [2 * sender, last + 1, np.full(senders, -1), last, 2 * sender + 1, np.full(senders, -1)], axis=1
    ).ravel()
    starts = np.zeros(senders) if start_s is None else np.array(start_s)
    return packet.Simulation(
        np.full(links, int(rate_bps)), np.full(links, round(delay_s * 1e12)), np.full(links, -1),
        np.stack([np.where(down, mark[0], -1), np.where(down, mark[1], -1)], axis=1), np.full(links, mark[2]),
        np.zeros(links), route.astype(np.int32), np.stack([6 * sender, 6 * sender + 3], axis=1),
        np.full(senders, ENDLESS_B), np.round(starts * 1e12).astype(np.int64), (sender % len(each)).astype(np.int32),
        np.zeros(senders, dtype=np.int32), [law_of(replace(one, delays="moments")) for one in each], 0, seed, 12,
    )  # fmt: skip


def mark_leaving(made: packet.Simulation, senders: int, ramp: tuple[int, int, float]) -> None:
    """The port to the receiver marks what leaves it."""
    links, link = 2 * (senders + 1), np.array([2 * senders + 1], dtype=np.int32)
    one, none = np.ones(1, dtype=np.int32), np.full(1, -1, dtype=np.int32)
    each = np.full(links, -1, dtype=np.int32)
    back = (np.arange(links) ^ 1).astype(np.int32)
    made.queues(
        link, 0 * one, np.full((1, 8), 1500), np.tile(np.array(ramp, dtype=float), (1, 8)), 0 * one,
        np.full((1, 8), -1), none, none, each, each, back, [],
    )  # fmt: skip
    made.mark_leaving(int(link[0]), 0)


def queues_B(
    how: Transport, senders: int, rate_bps: float, until_s: tuple[float, float], every_s: float
) -> NDArray[np.float64]:
    """Means of the queue over steps of that length."""
    made = star_of((replace(how, delays="moments"),), senders, rate_bps)
    rows = []
    for time_s in np.arange(until_s[0], until_s[1] + every_s / 2, every_s):
        assert made.run(round(time_s * 1e12), 10**12)
        delays = made.delays()
        rows.append((delays["packets"].sum(), delays["sum_ps"].sum()))
    packets, sum_ps = np.diff(np.array(rows, dtype=float), axis=0).T
    return (sum_ps / packets * 1e-12 - 2e-6) * rate_bps / 8 - 2 * how.packet_B


def at_rest(
    hows: Transport | tuple[Transport, ...], senders: int, rate_bps: float, until_s: tuple[float, float], *,
    delay_s: float = 1e-6, mark: tuple[int, int, float] = (-1, -1, 1.0), start_s: tuple[float, ...] | None = None,
    seed: int = 1, leaving: bool = False,
) -> AtRest:  # fmt: skip
    """Senders to one receiver of a star, from the first time to the second; rates are of packets, headers included.

    Transports are taken in turns; packets are marked as they join the queue, or `leaving` it.
    """
    each = (hows,) if isinstance(hows, Transport) else hows
    how = each[0]
    made = star_of(each, senders, rate_bps, delay_s, mark, start_s, seed)
    if leaving:
        mark_leaving(made, senders, mark)
    seen = []
    for time_s in until_s:
        assert made.run(round(time_s * 1e12), 10**12)
        seen.append((made.delays(), made.flows()))
    (delays, flows), (delays_after, flows_after) = seen
    arrived = delays_after["packets"] - delays["packets"]
    mean_s = (delays_after["sum_ps"] - delays["sum_ps"]).sum() / arrived.sum() * 1e-12
    took_s = until_s[1] - until_s[0]
    return AtRest(
        (mean_s - 2 * delay_s) * rate_bps / 8 - 2 * how.packet_B,
        arrived * how.packet_B * 8 / took_s,
        float((flows_after["marked"] - flows["marked"]).sum() / arrived.sum()),
    )

"""Long flows and short messages at one port: what each transport makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from easterly.base import seeds
from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, bools, floats, indices, ints, texts
from easterly.base.schema import Doc, Unit
from easterly.model.packet_records import Recording
from easterly.model.packets import PacketFlows, Ports, Transport
from easterly.model.port_queues import CLASSES, PacketQueues, SwitchMemories
from easterly.predict.packet.queues import equal_ports
from easterly.predict.packet.simulate import Progress, simulate
from easterly.predict.packet.star import ALPHA

SAMPLES = 200
LONG, SHORT = 0, 1
"""Classes, where short messages have one of their own."""


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """One port of a switch, and the hosts that send to it."""

    rate_bps: Annotated[float, Unit("bit/s"), Doc("Of every link.")] = 10e9
    delay_s: Annotated[float, Unit("s"), Doc("Of every link, the switch behind it included.")] = 5e-6
    buffer_B: Annotated[int, Unit("B"), Doc("What may wait at the port.")] = 4_000_000
    mark_B: Annotated[int | None, Unit("B"), Doc("Backlog from which packets are marked; never if absent.")] = None
    apart: Annotated[bool, Doc("Whether short messages have a class of their own, which goes first.")] = False


@dataclass(frozen=True, slots=True)
class Sharing:
    """How long flows shared a port, and what short messages beside them met."""

    transport: Annotated[str, Doc("Transport of the long flows, and of the short messages.")]
    utilisation: Annotated[float, Unit("1"), Doc("Share of the second half of the run in which the port sent.")]
    fairness: Annotated[float, Unit("1"), Doc("Index of Jain over what long flows received in that half.")]
    wait_mean_s: Annotated[float, Unit("s"), Doc("Mean queue over the rate.")]
    wait_p99_s: Annotated[float, Unit("s"), Doc("Queue that was not exceeded for 99 % of the time, over the rate.")]
    drops: Annotated[int, Doc("Packets dropped at the port.")]
    alone_s: Annotated[float, Unit("s"), Doc("Time of a short message on an empty network.")]
    message_s: Annotated[FloatColumn, Unit("s"), Doc("(M,) time of each short message; infinite if it was not done.")]

    def quantile_s(self, share: float) -> float:
        """[s] time that this share of the short messages did not exceed."""
        at = max(int(np.ceil(share * len(self.message_s))), 1) - 1
        return float(np.sort(self.message_s)[at])


def sharing(
    how: Transport, at: Bottleneck, *, long: int = 4, messages: int = 200, message_B: int = 1000,
    duration_s: float = 0.1, seed: int = 1, progress: Progress | None = None,
) -> Sharing:  # fmt: skip
    """Endless flows from hosts of their own into one port, and short messages from another host beside them.

    Parameters
    ----------
    how : Transport
    at : Bottleneck
    long : int
        Endless flows; they begin one after the other in the first tenth of the run.
    messages : int
        Short ones in the second half of the run, on one connection each, at times drawn uniformly.
    message_B : int [B]
    duration_s : float [s]
    seed : int
    progress : callable, optional

    Returns
    -------
    Sharing

    Raises
    ------
    ValueError
        A number out of its range.
    """
    if long < 0 or messages < 1 or message_B < 1 or not duration_s > 0:
        raise ValueError("a comparison needs at least one message of a byte, and some time")
    draws = np.random.Generator(np.random.Philox(key=seeds.stream(seed, "short messages")))
    times = np.sort(draws.uniform(0.5, 0.95, messages)) * duration_s
    starts = np.concatenate([np.linspace(0.0, 0.1, long, endpoint=False) * duration_s, times])
    endless_B = int(at.rate_bps / 8 * duration_s) + how.packet_B  # more than can leave
    sizes = np.concatenate([np.full(long, endless_B), np.full(messages, message_B)]).astype(np.int64)
    host = ints(np.concatenate([np.arange(long), np.full(messages, long)]))
    ports, queues, receiver = _star(how, at, long + 2)
    flows = _to(receiver, host, sizes, starts, long, at.apart)
    port = 2 * receiver + 1
    recording = Recording(
        every_s=duration_s / SAMPLES, links=ints([port]), group=ints(np.where(np.arange(len(host)) < long, host, -1)),
        depth_links=ints([port]),
    )  # fmt: skip
    found = simulate(
        ports, flows, how, queues=queues, seed=seed, until_s=duration_s, progress=progress, recording=recording
    )
    assert found.recorded is not None
    assert found.recorded.series is not None
    assert found.recorded.depths is not None
    series, depths = found.recorded.series, found.recorded.depths
    half = int(np.searchsorted(series.time_s, duration_s / 2))
    sent = 8.0 * (series.sent_B[-1, 0] - series.sent_B[half, 0])
    got = (series.packets[-1] - series.packets[half]).astype(float)
    return Sharing(
        how.name, float(sent / (at.rate_bps * (series.time_s[-1] - series.time_s[half]))), jain(floats(got)),
        float(depths.mean_B.sum()) * 8 / at.rate_bps, float(depths.quantile_B(0.99).max()) * 8 / at.rate_bps,
        int(found.drops[port]), float(found.ideal_s[long]), floats(found.fct_s[long:]),
    )  # fmt: skip


def jain(rate: FloatColumn) -> float:
    """Index of fairness: 1 where all are equal, 1/n where one has everything (Jain, Chiu & Hawe 1984, DEC-TR-301).

    >>> jain(np.array([1.0, 1.0])), jain(np.array([1.0, 0.0]))
    (1.0, 0.5)
    """
    square = float((rate**2).sum())
    return float(rate.sum()) ** 2 / (len(rate) * square) if square > 0 else 1.0


def _to(
    receiver: int, host: IntColumn, size_B: IndexColumn, start_s: FloatColumn, long: int, apart: bool
) -> PacketFlows:
    count, last = len(host), 2 * receiver
    ptr = 2 * np.arange(count + 1)
    return PacketFlows(
        indices(size_B), floats(start_s),
        ptr, ints(np.stack([2 * host, np.full(count, last + 1)], axis=1).ravel()),
        ptr, ints(np.stack([np.full(count, last), 2 * host + 1], axis=1).ravel()),
        traffic_class=ints(np.where(apart & (np.arange(count) >= long), SHORT, LONG)),
    )  # fmt: skip


def _star(how: Transport, at: Bottleneck, hosts: int) -> tuple[Ports, PacketQueues | None, int]:
    """Links 2 i from host i, 2 i + 1 to it; the last host receives, and only its port has limits."""
    links, receiver = 2 * hosts, hosts - 1
    port = np.arange(links) == 2 * receiver + 1
    fifo = not (at.apart or how.lossless)
    limit = np.where(port & fifo, at.buffer_B, -1)
    mark = np.where(port & fifo, -1 if at.mark_B is None else at.mark_B, -1)
    ports = Ports(
        floats(np.full(links, at.rate_bps)), floats(np.full(links, at.delay_s)), limit, mark, mark,
        floats(np.ones(links)), floats(np.zeros(links)),
    )  # fmt: skip
    return ports, None if fifo else _classes(how, at, hosts), receiver


def _classes(how: Transport, at: Bottleneck, hosts: int) -> PacketQueues:
    """Ports with classes: short messages first where they are apart; pauses where the transport needs them."""
    up, down = 2 * np.arange(hosts), 2 * np.arange(hosts) + 1
    of_switch = np.repeat([False, True], hosts)[:, None]
    used = np.isin(np.arange(CLASSES), [LONG, SHORT])
    receiver = of_switch & used & (np.arange(2 * hosts) == 2 * hosts - 1)[:, None]
    notifies = how.law == "dcqcn"
    kmin, kmax = how.dcqcn.thresholds_B(at.rate_bps) if notifies else (at.mark_B, at.mark_B)
    pmax = how.dcqcn.pmax if notifies else 1.0
    marked = receiver & (kmin is not None)
    lossless = of_switch & used & how.lossless
    headroom_B = int(np.ceil(at.rate_bps * (2 * at.delay_s + how.pause_s) / 8)) + 4 * how.packet_B + 64

    def where(there: NDArray[np.bool_], value: float | None) -> FloatColumn:
        return floats(np.where(there, np.nan if value is None else value, np.nan))

    ports = equal_ports(
        np.concatenate([up, down]), np.concatenate([down, up]), np.where(of_switch[:, 0], 0, -1),
        strict=bools(np.tile(at.apart & (np.arange(CLASSES) == SHORT), (2 * hosts, 1))),
        limit_B=indices(np.where(receiver & ~lossless, at.buffer_B, -1)),
        kmin_B=where(marked, kmin), kmax_B=where(marked, kmax), pmax=where(marked, pmax),
        lossless=bools(lossless), alpha=where(lossless, ALPHA), headroom_B=indices(np.where(lossless, headroom_B, 0)),
        xon_offset_B=indices(np.where(lossless, 2 * how.packet_B, 0)),
    )  # fmt: skip
    shared_B = at.buffer_B if how.lossless else np.nan
    pools = floats([shared_B]), floats([np.nan]), floats([headroom_B * hosts * 2])
    return PacketQueues(ports, SwitchMemories(texts(["switch"]), ints([1]), *pools), of_class=ints([LONG, SHORT]))

"""Long flows and short messages at one port: what each transport makes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from easterly.base import seeds
from easterly.base.columns import FloatColumn, bools, floats, indices, ints
from easterly.base.schema import Doc, Unit
from easterly.model.packet_records import Recording, jain
from easterly.model.packets import PacketOutcome, Ports, Transport
from easterly.model.port_queues import CLASSES, PacketQueues
from easterly.predict.packet.simulate import Progress, simulate
from easterly.predict.packet.star import (
    ALPHA,
    XON_FRAMES,
    headroom_for_B,
    only_where,
    star_flows,
    star_ports,
    star_queues,
)
from easterly.predict.packet.statistics import quantile

SAMPLES = 200
"""Of the port, over a run."""
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
        return quantile(self.message_s, share)


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
    endless_B = int(at.rate_bps / 8 * duration_s) + how.packet_B  # more than can leave
    sizes_B = np.repeat([endless_B, message_B], [long, messages])
    is_long = np.arange(long + messages) < long
    receiver = long + 1
    port = ints([2 * receiver + 1])
    ports, queues = _ports(how, at, receiver + 1)
    flows = star_flows(
        np.where(is_long, np.arange(long + messages), long), receiver, sizes_B,
        _starts_s(long, messages, duration_s, seed), np.where(is_long | (not at.apart), LONG, SHORT),
    )  # fmt: skip
    group = ints(np.where(is_long, np.arange(len(flows)), -1))
    recording = Recording(every_s=duration_s / SAMPLES, links=port, depth_links=port, group=group)
    found = simulate(
        ports, flows, how, queues=queues, seed=seed, until_s=duration_s, progress=progress, recording=recording
    )
    return _told(how, at, found, long, duration_s)


def _starts_s(long: int, messages: int, duration_s: float, seed: int) -> FloatColumn:
    """[s] of long flows within the first tenth, of messages at random in the second half, but for its end."""
    draws = np.random.Generator(np.random.Philox(key=seeds.stream(seed, "short messages")))
    times = np.sort(draws.uniform(0.5, 0.95, messages)) * duration_s
    return floats(np.concatenate([np.linspace(0.0, 0.1, long, endpoint=False) * duration_s, times]))


def _told(how: Transport, at: Bottleneck, found: PacketOutcome, long: int, duration_s: float) -> Sharing:
    """What the second half of a run says of its only port that is recorded."""
    assert found.recorded is not None
    assert found.recorded.series is not None
    assert found.recorded.depths is not None
    series, depths = found.recorded.series, found.recorded.depths
    half = int(np.searchsorted(series.time_s, duration_s / 2))
    sent = 8.0 * (series.sent_B[-1, 0] - series.sent_B[half, 0])
    got = (series.packets[-1] - series.packets[half]).astype(float)
    return Sharing(
        how.name, float(sent / (at.rate_bps * (series.time_s[-1] - series.time_s[half]))), fairness(floats(got)),
        float(depths.mean_B.sum()) * 8 / at.rate_bps, float(depths.quantile_B(0.99).max()) * 8 / at.rate_bps,
        int(found.drops[series.link[0]]), float(found.ideal_s[long]), floats(found.fct_s[long:]),
    )  # fmt: skip


def fairness(rate: FloatColumn) -> float:
    """Index of Jain of some rates; 1 where nobody gets anything, as all get the same.

    >>> fairness(np.array([1.0, 0.0])), fairness(np.array([]))
    (0.5, 1.0)
    """
    found = float(jain(rate[None])[0])
    return 1.0 if np.isnan(found) else found


def _ports(how: Transport, at: Bottleneck, hosts: int) -> tuple[Ports, PacketQueues | None]:
    """The last host receives, and only its port has limits; with queues where classes or pauses are needed."""
    if at.apart or how.lossless:
        return star_ports(hosts, at.rate_bps, at.delay_s), _classes(how, at, hosts)
    port = np.arange(2 * hosts) == 2 * hosts - 1
    mark_B = np.where(port, -1 if at.mark_B is None else at.mark_B, -1)
    limit_B = np.where(port, at.buffer_B, -1)
    return star_ports(
        hosts, at.rate_bps, at.delay_s, limit_B=limit_B, mark_from_B=mark_B, mark_all_B=mark_B
    ), None  # fmt: skip


def _classes(how: Transport, at: Bottleneck, hosts: int) -> PacketQueues:
    """Ports with classes: short messages first where they are apart; pauses where the transport needs them."""
    of_switch = np.repeat([False, True], hosts)[:, None]
    used = np.isin(np.arange(CLASSES), [LONG, SHORT])
    receiver = of_switch & used & (np.arange(2 * hosts) == 2 * hosts - 1)[:, None]
    notifies = how.law == "dcqcn"
    kmin_B, kmax_B = how.dcqcn.thresholds_B(at.rate_bps) if notifies else (at.mark_B, at.mark_B)
    marked = receiver & (kmin_B is not None)
    lossless = of_switch & used & how.lossless
    headroom_B = headroom_for_B(how, at.rate_bps, at.delay_s)
    made = star_queues(
        hosts, ints([LONG, SHORT]), lossless_B=at.buffer_B if how.lossless else np.nan, lossy_B=np.nan,
        pool_B=headroom_B * hosts * 2,  # of both classes
        strict=bools(np.tile(at.apart & (np.arange(CLASSES) == SHORT), (2 * hosts, 1))),
        limit_B=indices(np.where(receiver & ~lossless, at.buffer_B, -1)),
        kmin_B=only_where(marked, kmin_B), kmax_B=only_where(marked, kmax_B),
        pmax=only_where(marked, how.dcqcn.pmax if notifies else 1.0), lossless=bools(lossless),
        alpha=only_where(lossless, ALPHA), headroom_B=indices(np.where(lossless, headroom_B, 0)),
        xon_offset_B=indices(np.where(lossless, XON_FRAMES * how.packet_B, 0)),
    )  # fmt: skip
    return replace(made, marks_leaving=notifies and how.dcqcn.marks_leaving)

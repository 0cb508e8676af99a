"""Looks into senders, and packets that are lost by count."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from easterly._kernel import packet
from easterly.base.columns import floats, frozen
from easterly.model.packets import Ports
from easterly.model.senders import SenderSeries
from easterly.predict.packet.ticks import TICK_S, ticks


def give_looks(made: packet.Simulation, ports: Ports, probes: Sequence[int], probe_s: float) -> None:
    """Say which senders are looked into, and which links lose packets by count.

    Raises
    ------
    ValueError
        A flow that is none, or twice; a negative time or count.
    """
    for flow in probes:
        made.probe(int(flow), ticks(probe_s))
    if ports.lose_every is not None:
        for link in np.flatnonzero(ports.lose_every):
            made.lose(int(link), int(ports.lose_every[link]), int(ports.lose_every[link]))


def looks(made: packet.Simulation, probes: Sequence[int]) -> tuple[SenderSeries, ...]:
    """What was seen of each sender that was looked into."""
    return tuple(_series(made, int(flow)) for flow in probes)


def _series(made: packet.Simulation, flow: int) -> SenderSeries:
    seen = made.probed(flow)
    return SenderSeries(
        flow, floats(seen["time_ps"] * TICK_S), floats(seen["window"]), floats(seen["threshold"]), frozen(seen["pipe"]),
        floats(seen["rate_bps"]), floats(seen["srtt_ps"] * TICK_S), floats(seen["least_rtt_ps"] * TICK_S),
        frozen(seen["phase"]), floats(seen["inner"]),
    )  # fmt: skip

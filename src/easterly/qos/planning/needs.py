"""What the queue of each class needs at each kind of port by every method to size a buffer, and which one decides."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from easterly.base.columns import bools, floats, ints, texts
from easterly.model.qos import BufferNeeds, PortGroups, Queues
from easterly.model.spec.site import Site
from easterly.qos.memory.needs import Method, QueueLoad, by_headroom
from easterly.qos.memory.recommend import recommend
from easterly.qos.planning.budget import BYTE, Kept, LONG_m
from easterly.qos.planning.bursts import Bursts
from easterly.qos.planning.marking import Classes

COLUMNS = ("group", "traffic_class", "method", "size_B", "most_B", "formula", "holds", "why", "chosen", "given_B",
           "given_alone_B")  # fmt: skip


def needs(site: Site, groups: PortGroups, queues: Queues, classes: Classes, held: Kept, burst: Bursts) -> BufferNeeds:
    """Every method for every class at the switch ports of each group.

    Flows are those that the class states (`buffer: flows`), or as many as senders meet there; the latter start
    together, so they are in step. Against the need stands what the plan gives: the headroom of a lossless class, the
    lowest threshold of any other.

    Parameters
    ----------
    site : Site
    groups : PortGroups
    queues : Queues
    classes : Classes
    held : Kept
        Cells and pauses of the groups.
    burst : Bursts

    Returns
    -------
    BufferNeeds
        Nothing for ports of hosts.
    """
    rows = [
        row for g in range(len(groups)) if groups.budget[g] >= 0
        for c in range(len(classes)) for row in _queue(site, groups, queues, classes, held, burst, g, c)
    ]  # fmt: skip
    table: dict[str, tuple[Any, ...]] = dict(
        zip(COLUMNS, zip(*rows, strict=True) if rows else ((),) * len(COLUMNS), strict=True)
    )
    kinds = {"group": ints, "traffic_class": ints, "holds": bools, "chosen": bools}
    kinds |= dict.fromkeys(("size_B", "most_B", "given_B", "given_alone_B"), floats)  # type: ignore[arg-type]
    return BufferNeeds(**{name: kinds.get(name, texts)(values) for name, values in table.items()})  # type: ignore[arg-type]


def _queue(
    site: Site, groups: PortGroups, queues: Queues, classes: Classes, held: Kept, burst: Bursts, g: int, c: int
) -> Iterator[tuple[Any, ...]]:
    load = _load(site, groups, classes, held, burst, g, c)
    made = recommend(load)
    # What is paused is the port's own cable, at its own rate, whatever senders have.
    pause = by_headroom(replace(load, sender_bps=None))
    for need in (*made.needs[:-1], pause):
        chosen = need.method is made.chosen
        paused = need.method is Method.HEADROOM
        own = (queues.headroom_B,) * 2 if paused else (queues.limit_B, queues.limit_alone_B)
        why = made.reason if chosen else need.why
        given = (float(column[g, c]) for column in own)
        yield g, c, need.method.value, need.size_B, need.most_B, need.formula, need.holds, why, chosen, *given


def _load(site: Site, groups: PortGroups, classes: Classes, held: Kept, burst: Bursts, g: int, c: int) -> QueueLoad:
    senders, burst_B = int(burst.senders[g, c]), float(burst.burst_B[g, c])
    meets = senders > 0 and 0 < burst_B < math.inf
    stated = classes.specs[c].buffer
    flows = stated.flows if stated is not None and stated.flows is not None else None
    rtt_s, cable_m = float(groups.rtt_s[g]), float(groups.cable_m[g])
    return QueueLoad(
        port_bps=float(groups.rate_bps[g]),
        rtt_s=rtt_s if rtt_s > 0 else None,
        flows=flows or max(1, senders),
        in_step=flows is None and senders > 1,
        senders=senders if meets else None,
        burst_B=burst_B if meets else None,
        sender_bps=float(burst.sender_bps[g]),
        lossless=bool(classes.specs[c].lossless and groups.is_lossless[g]),
        cable_m=cable_m,
        mtu_B=math.ceil(site.qos.mtu),
        response_s=site.qos.response,
        cell_B=int(held.cell_B[g]) if cable_m <= LONG_m else BYTE,
    )

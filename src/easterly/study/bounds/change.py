"""Worst cases of a site with some connections more or less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import BoolColumn, IntColumn, TextColumn, bools, frozen, ints, texts
from easterly.base.findings import did_you_mean
from easterly.model.bounds import Bounds
from easterly.model.network import NodeKind
from easterly.model.packets import PacketFlows
from easterly.predict.calculus import Standing
from easterly.predict.packet import hashed_ways, steer
from easterly.study.bounds.site import SiteBounds

ADDED = "added"
"""Who connections belong to that a plan does not have."""


@dataclass(frozen=True, slots=True)
class Extra:
    """A connection that a plan does not have.

    Attributes
    ----------
    src, dst : str
        Interfaces.
    traffic_class : str
    burst_B, rate_bps : float [B], [bit/s]
        In any time t it sends at most ``burst_B + rate_bps t / 8``, on the wire.
    """

    src: str
    dst: str
    traffic_class: str
    burst_B: float
    rate_bps: float


@dataclass(frozen=True, slots=True)
class SiteChange:
    """Worst cases of a site, before and after.

    Attributes
    ----------
    site : SiteBounds
        Before.
    src, dst, traffic_class, owner : (F,) columns
        Connections of the site, and those that are added behind them.
    added, without : (F,) bool
        Connections that begin, and that end.
    before, after : Bounds
        Of all of these connections; their queues are the same rows.
    """

    site: SiteBounds
    src: IntColumn
    dst: IntColumn
    traffic_class: IntColumn
    owner: TextColumn
    added: BoolColumn
    without: BoolColumn
    before: Bounds
    after: Bounds


def change_site(made: SiteBounds, extras: Sequence[Extra] = (), without: Sequence[str] = ()) -> SiteChange:
    """What some connections more or less change.

    Parameters
    ----------
    made : SiteBounds
    extras : sequence of Extra
    without : sequence of str
        Names of jobs, services and traffic; or connections, ``SRC>DST`` or ``SRC>DST:CLASS``.

    Returns
    -------
    SiteChange

    Raises
    ------
    ValueError
        An interface, a class, a job or a connection that is none, or a pair without a path.
    """
    talk, own = made.talk, len(made.talk.src)
    more = _connections(made, extras)
    added = np.arange(own + len(extras)) >= own
    gone = np.zeros(len(added), dtype=bool)
    for name in without:
        gone[_named(made, name)] = True
    sent = made.envelopes
    packet_B = np.array([t.packet_B for t in made.prepared.transports], dtype=float)
    burst_B = np.array([each.burst_B for each in extras])
    standing = Standing(
        made.ports, made.prepared.queues, _behind(made.flows, more), made.prepared.transports,
        np.append(sent.burst_B, burst_B), np.append(sent.rate_bps, [each.rate_bps for each in extras]),
        packets=np.append(sent.packets, np.ceil(burst_B / packet_B[more.transport])), there=~added, slack=0.0,
        in_flight_B=np.append(sent.in_flight_B, np.full(len(extras), np.inf)),
    )  # fmt: skip
    before = standing.bounds()
    standing.change(np.flatnonzero(added), np.flatnonzero(gone))
    ends = np.array([_ends(made, each) for each in extras], dtype=np.int32).reshape(-1, 2)
    return SiteChange(
        made, ints(np.append(talk.src, ends[:, 0])), ints(np.append(talk.dst, ends[:, 1])),
        ints(np.append(talk.traffic_class, [_class(made, each.traffic_class) for each in extras])),
        texts([*made.owner.tolist(), *[ADDED] * len(extras)]), bools(added), bools(gone), before, standing.bounds(),
    )  # fmt: skip


def _connections(made: SiteBounds, extras: Sequence[Extra]) -> PacketFlows:
    """Connections on the paths that they take by hash, each behind those of its pair that there are."""
    nouns, talk = made.prepared.nouns, made.talk
    ends = np.array([_ends(made, each) for each in extras], dtype=np.int32).reshape(-1, 2)
    classes = ints([_class(made, each.traffic_class) for each in extras])
    number = [
        int(((talk.src == a) & (talk.dst == b)).sum() + (ends[:i] == (a, b)).all(axis=1).sum())
        for i, (a, b) in enumerate(ends.tolist())
    ]
    flows, routes = steer(
        nouns.network.value, nouns.policy.value, ends[:, 0], ends[:, 1], 0, number=number, seed=nouns.site.seed
    )
    queue = ints(made.prepared.queues.of_class[classes])
    posed = replace(flows, transport=classes, traffic_class=queue)
    return hashed_ways(made.ports, posed, made.prepared.transports, routes) if len(extras) else posed


def _ends(made: SiteBounds, extra: Extra) -> tuple[int, int]:
    network = made.prepared.nouns.network.value
    known = [name for name, at in network.index.items() if network.nodes.kind[at] == NodeKind.NIC]
    for name in (extra.src, extra.dst):
        if name not in known:
            raise ValueError(f"no interface is called {name!r}: {did_you_mean(name, known)}")
    if extra.src == extra.dst:
        raise ValueError(f"{extra.src} to itself passes no link: give two interfaces")
    return network.index[extra.src], network.index[extra.dst]


def _class(made: SiteBounds, name: str) -> int:
    classes = list(made.prepared.nouns.demands.value.classes)
    if name not in classes:
        raise ValueError(f"no class is called {name!r}: {did_you_mean(name, classes)}")
    return classes.index(name)


def _named(made: SiteBounds, name: str) -> NDArray[np.intp]:
    """Connections of a site that a name means."""
    own = np.flatnonzero(made.owner == name)
    if len(own):
        return own
    if ">" not in name:
        known = sorted(set(made.owner.tolist()))
        raise ValueError(f"nothing that sends is called {name!r}: {did_you_mean(name, known)}; or SRC>DST[:CLASS]")
    node, talk = made.prepared.nouns.network.value.nodes.name, made.talk
    pairs = np.char.add(np.char.add(node[talk.src], ">"), node[talk.dst])
    classes = np.array(made.prepared.nouns.demands.value.classes)[talk.traffic_class]
    found = np.flatnonzero((pairs == name) | (np.char.add(np.char.add(pairs, ":"), classes) == name))
    if not len(found):
        raise ValueError(f"no connection is {name!r}: {did_you_mean(name, set(pairs.tolist()))}")
    return found


def _behind(first: PacketFlows, second: PacketFlows) -> PacketFlows:
    """Both, one behind the other."""

    def both(name: str) -> NDArray[Any]:
        return frozen(np.concatenate([getattr(first, name), getattr(second, name)]))

    columns = ("size_B", "start_s", "link", "back_link", "transport", "traffic_class")
    pointers = {
        name: frozen(np.append(getattr(first, name), getattr(first, name)[-1] + getattr(second, name)[1:]))
        for name in ("ptr", "back_ptr")
    }
    return PacketFlows(**{name: both(name) for name in columns}, **pointers)

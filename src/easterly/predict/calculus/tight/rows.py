"""Linear programmes over the trajectories of a tree of servers, first in, first out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from easterly.predict.calculus.tight.dates import Dates
from easterly.predict.calculus.tight.envelope import added, least
from easterly.predict.calculus.tight.network import ServerNetwork
from easterly.predict.calculus.tight.programme import Programme
from easterly.predict.calculus.tight.trees import Piece, Tree

Floats = NDArray[np.float64]
Buckets = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Stream:
    """Pieces of flows that enter a tree together and leave it together, as one.

    Attributes
    ----------
    servers : tuple of int
    line : int
        That brings them; -1: none.
    buckets : list of (burst [B], rate [B/s])
    most_s : float [s]
        No bit takes longer from the first server to behind the last.
    pieces : tuple of Piece
    """

    servers: tuple[int, ...]
    line: int
    buckets: Buckets
    most_s: float
    pieces: tuple[Piece, ...]


def streams(
    net: ServerNetwork, tree: Tree, own: Piece, entry: Callable[[int, int], Buckets], most_s: Callable[[Piece], float]
) -> list[Stream]:
    """Streams of a tree: the piece of interest first, others together where they go the same way."""
    made: dict[tuple[object, ...], list[Piece]] = {}
    for piece in tree.pieces:
        if piece == own:
            continue
        hops = net.hops(piece.flow)[piece.first : piece.last + 1]
        made.setdefault((hops[0], hops[-1], net.line_to(piece.flow, piece.first)), []).append(piece)
    return [_stream(net, [own], entry, most_s), *(_stream(net, each, entry, most_s) for each in made.values())]


def _stream(
    net: ServerNetwork, pieces: list[Piece], entry: Callable[[int, int], Buckets], most_s: Callable[[Piece], float]
) -> Stream:
    servers = tuple(net.hops(pieces[0].flow)[pieces[0].first : pieces[0].last + 1])
    own = [entry(each.flow, each.first) for each in pieces]
    if all(len(each) == 1 for each in own):
        buckets = [(sum(each[0][0] for each in own), sum(each[0][1] for each in own))]
    else:
        buckets = added(least(each) for each in own).buckets()
    return Stream(
        servers,
        net.line_to(pieces[0].flow, pieces[0].first),
        buckets,
        min(most_s(each) for each in pieces),
        tuple(pieces),
    )


@dataclass(slots=True)
class Tableau:
    """A programme about a tree, in units of its own.

    Attributes
    ----------
    programme : Programme
    ages : dict of int to (N,) int
        By server: how long ago each of its dates is, at the date of leaving.
    lags : list of (N,) int
        By stream: what arrived between each date and the first.
    bursts : list of list of (M,) int
        By stream and bucket: rows that its burst limits.
    unit_s, unit_B : float
    """

    programme: Programme
    ages: dict[int, NDArray[np.int64]]
    lags: list[NDArray[np.int64]]
    bursts: list[list[NDArray[np.int64]]]
    unit_s: float
    unit_B: float


@dataclass(slots=True)
class Setting:
    """What a programme is about, in its own units.

    Attributes
    ----------
    rate, latency : dict of int to float
        By server.
    local : dict of int to float
        Delay of each server by total flow analysis of the tree alone.
    busy : dict of int to float
        Time for which it may be busy.
    most : dict of int to float
        Delay of each server that is known from elsewhere.
    """

    tree: Tree
    streams: list[Stream]
    dates: dict[int, Dates]
    rate: dict[int, float]
    latency: dict[int, float]
    local: dict[int, float]
    busy: dict[int, float]
    most: dict[int, float]


def tableau(
    net: ServerNetwork, tree: Tree, given: list[Stream], dates: dict[int, Dates], most_s: Callable[[int], float]
) -> Tableau:
    """All constraints of a tree.

    Times are ages at the date on which the bit of interest leaves the root; sizes are what is missing to what had
    arrived by the first date. So all variables are from 0 up, and what leaves a server is what arrived at it
    (Bouillard 2022, Trade-off between accuracy and tractability of network calculus in FIFO networks).

    Raises
    ------
    OverflowError
        More comes for ever than is served.
    """
    unit_B = max(min(b for b, _ in s.buckets) for s in given) or 1.0
    unit_s = unit_B * 8 / max(float(net.rate_bps[s]) for s in tree.depth)
    scaled = [
        replace(s, buckets=[(b / unit_B, r * unit_s / unit_B) for b, r in s.buckets], most_s=s.most_s / unit_s)
        for s in given
    ]
    rate = {s: float(net.rate_bps[s]) / 8 * unit_s / unit_B for s in tree.depth}
    latency = {s: float(net.latency_s[s]) / unit_s for s in tree.depth}
    local, busy = _local(tree, scaled, rate, latency)
    most = {s: most_s(s) / unit_s for s in tree.depth}
    setting = Setting(tree, scaled, dates, rate, latency, local, busy, most)
    programme = Programme()
    made = Tableau(programme, _ages(programme, setting), [], [], unit_s, unit_B)
    _times(made, setting)
    _arrivals(made, setting)
    _services(made, setting)
    _lines(made, setting, net)
    return made


def _local(
    tree: Tree, given: list[Stream], rate: dict[int, float], latency: dict[int, float]
) -> tuple[dict[int, float], dict[int, float]]:
    """Delay and longest busy time of each server of a tree, by total flow analysis without lines."""
    local: dict[int, float] = {}
    busy: dict[int, float] = {}
    for server in reversed(tree.depth):
        burst = rho = 0.0
        for each in given:
            if server in each.servers:
                size, own = each.buckets[0]
                ahead = sum(local[s] for s in each.servers[: each.servers.index(server)])
                burst, rho = burst + size + own * ahead, rho + own
        if rho >= rate[server]:
            raise OverflowError(f"server {server} gets as much for ever as it serves, or more")
        local[server] = latency[server] + burst / rate[server]
        busy[server] = (burst + rate[server] * latency[server]) / (rate[server] - rho)
    return local, busy


def _ages(programme: Programme, setting: Setting) -> dict[int, NDArray[np.int64]]:
    """Variables of dates, with what they cannot exceed."""
    most: dict[int, Floats] = {}
    made: dict[int, NDArray[np.int64]] = {}
    for server, depth in setting.tree.depth.items():
        own = setting.dates[server]
        behind = most[setting.tree.after[server]] if depth else np.zeros(1)
        limit = np.zeros(own.count)
        limit[: len(behind)] = behind + min(setting.local[server], setting.most[server])
        limit[own.since] = behind[own.served] + setting.busy[server]
        most[server] = limit
        made[server] = programme.variables(limit * (1 + 1e-9))
    made[-1] = programme.variables(np.zeros(1))
    return made


def _behind(setting: Setting, ages: dict[int, NDArray[np.int64]], server: int) -> NDArray[np.int64]:
    return ages[setting.tree.after.get(server, -1)]


def _times(made: Tableau, setting: Setting) -> None:
    """Order of dates, and delays that are known."""
    add = made.programme.demand
    for server in setting.tree.depth:
        own, age, behind = setting.dates[server], made.ages[server], _behind(setting, made.ages, server)
        add(age[own.later], [1.0, -1.0], np.zeros(len(own.later)))
        both = np.stack([behind, age[: len(behind)]], 1)
        add(both, [1.0, -1.0], np.zeros(len(both)))
        if np.isfinite(setting.most[server]):
            add(both, [-1.0, 1.0], np.full(len(both), setting.most[server]))
    for each in setting.streams:
        if np.isfinite(each.most_s) and len(each.servers) > 1:
            behind = _behind(setting, made.ages, each.servers[-1])
            both = np.stack([behind, made.ages[each.servers[0]][: len(behind)]], 1)
            add(both, [-1.0, 1.0], np.full(len(both), each.most_s))


def _arrivals(made: Tableau, setting: Setting) -> None:
    """What streams bring between dates at their first server."""
    add = made.programme.demand
    for each in setting.streams:
        own, age = setting.dates[each.servers[0]], made.ages[each.servers[0]]
        size, rho = each.buckets[0]
        most = np.concatenate(made.programme.most)[age]
        limit = size + rho * most
        limit[0] = 0.0
        lag = made.programme.variables(limit * (1 + 1e-9))
        made.lags.append(lag)
        add(lag[own.later], [1.0, -1.0], np.zeros(len(own.later)))
        first, second = own.ordered.T
        columns = np.stack([lag[second], lag[first], age[second], age[first]], 1)
        made.bursts.append([add(columns, [1.0, -1.0, -r, r], np.full(len(columns), b)) for b, r in each.buckets])


def _services(made: Tableau, setting: Setting) -> None:
    """What servers send between the date before which all is served, and that of leaving."""
    for server in setting.tree.depth:
        own, age, behind = setting.dates[server], made.ages[server], _behind(setting, made.ages, server)
        rate = setting.rate[server]
        through = [lag for each, lag in zip(setting.streams, made.lags, strict=True) if server in each.servers]
        leave, since = own.served, own.since
        columns = [age[since], behind[leave], *(part for lag in through for part in (lag[leave], lag[since]))]
        values = [rate, -rate, *([1.0, -1.0] * len(through))]
        made.programme.demand(np.stack(columns, 1), values, np.full(len(leave), rate * setting.latency[server]))


def _lines(made: Tableau, setting: Setting, net: ServerNetwork) -> None:
    """What lines carry between dates at the server that they lead to."""
    groups: dict[tuple[int, int], list[int]] = {}
    for i, each in enumerate(setting.streams):
        for line, server in zip((each.line, *each.servers), each.servers, strict=False):
            groups.setdefault((line, server), []).append(i)
    for (line, server), members in groups.items():
        limit = net.line(line)
        if limit is None:
            continue
        packet, rate = limit[0] / made.unit_B, limit[1] * made.unit_s / made.unit_B
        first, second = setting.dates[server].ordered.T
        age = made.ages[server]
        lags = [part for i in members for part in (made.lags[i][second], made.lags[i][first])]
        columns = np.stack([age[second], age[first], *lags], 1)
        made.programme.demand(columns, [-rate, rate, *([1.0, -1.0] * len(members))], np.full(len(columns), packet))

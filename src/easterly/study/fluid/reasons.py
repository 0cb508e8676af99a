"""What held messages up, and who was late: by link and by host."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, floats, indices, ints, texts
from easterly.model.fluid import FluidRun
from easterly.model.fluid_prediction import FluidReasons, FluidStragglers
from easterly.model.network import NodeKind
from easterly.model.schedule import EventKind
from easterly.study.fluid.outages import links_called
from easterly.study.fluid.posed import Posed
from easterly.study.fluid.site import Prepared

TOLD = 5
"""Links that are told of each job."""
LATE = 1.01
"""Over its time alone, from where on a message was held up."""
UNEVEN = 1.05
"""Over the mean of its siblings, from where on hashing has filled a link."""
SLOW = 1.005
"""Over the median of its stage, from where on a host is a straggler."""


def reasons_of(
    prepared: Prepared, posed: Posed, played: FluidRun, alone_s: FloatColumn, names: Sequence[str]
) -> FluidReasons:
    """Links that held up messages of jobs, those that cost most first."""
    work = prepared.nouns.demands.value.work.name
    took = np.full(len(posed), np.inf)
    np.subtract(played.done_s, played.sends_s, out=took, where=np.isfinite(played.done_s))
    with np.errstate(invalid="ignore", divide="ignore"):
        slowdown = np.where(np.isfinite(took) & (alone_s > 0), took / alone_s, 0.0)
    late_s = np.where(np.isfinite(took), np.maximum(took - alone_s, 0.0), 0.0)
    held = np.flatnonzero((slowdown > LATE) & (played.bottleneck_link >= 0))
    sender, rows = _sender(posed), []
    for number, name in enumerate(prepared.jobs):
        own = held[work[posed.owner[held]] == name]
        links, cost_s = _costs(played.bottleneck_link[own], sender[own], late_s[own])
        for which in np.argsort(-cost_s, kind="stable")[:TOLD].tolist():
            at = own[played.bottleneck_link[own] == links[which]]
            rows.append((number, float(cost_s[which]) / int(prepared.steps[number]), int(links[which]), at))
    whom = [_others(prepared, posed, held[played.bottleneck_link[held] == link], at) for _, _, link, at in rows]
    kinds = [_kind(prepared, posed, row[2], sender[row[3]], who) for row, who in zip(rows, whom, strict=True)]
    told = [
        (row[0], kind, names[row[2]], who, len(row[3]), float(slowdown[row[3]].max()), float(late_s[row[3]].max()))
        for row, kind, who in zip(rows, kinds, whom, strict=True)
    ]
    told = sorted([*_failed(prepared, posed, played, slowdown), *told], key=lambda row: row[0])
    columns = list(zip(*told, strict=True)) or [()] * 7
    return FluidReasons(
        ints(columns[0]), texts(columns[1]), texts(columns[2]), texts(columns[3]), indices(columns[4]),
        floats(columns[5]), floats(columns[6]),
    )  # fmt: skip


def _failed(
    prepared: Prepared, posed: Posed, played: FluidRun, slowdown: NDArray[np.float64]
) -> Iterator[tuple[int, str, str, str, int, float, float]]:
    """Messages that were under way over something when it failed, by outage and job."""
    wishes, network = prepared.wishes, prepared.nouns.network.value
    work, paths = prepared.nouns.demands.value.work.name, posed.paths
    row = np.repeat(np.arange(len(posed)), np.diff(paths.ptr))
    for outage in wishes.outages:
        over = np.zeros(len(posed), dtype=np.bool_)
        over[row[links_called(network, outage.what)[paths.link]]] = True
        until_s = min(outage.until_s, outage.from_s + wishes.detect_s + wishes.reroute_s)
        met = np.flatnonzero(over & (played.sends_s < until_s) & (played.done_s > outage.from_s))
        for number, name in enumerate(prepared.jobs):
            own = met[work[posed.owner[met]] == name]
            if len(own):
                still_s = until_s - np.maximum(played.sends_s[own], outage.from_s).min()
                yield number, "failed", outage.what, "", len(own), float(slowdown[own].max()), float(still_s)


def _costs(
    link: NDArray[np.int32], sender: NDArray[np.int64], late_s: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Links, and the most that all messages of one sender lost at each [s]."""
    width = int(sender.max(initial=0)) + 1
    pair, of = np.unique(link.astype(np.int64) * width + sender, return_inverse=True)
    links, which = np.unique(pair // width, return_inverse=True)
    cost_s = np.zeros(len(links))
    np.maximum.at(cost_s, which, np.bincount(of, late_s, len(pair)))
    return links, cost_s


def _sender(posed: Posed) -> NDArray[np.int64]:
    """(A,) node that each activity is sent from, of several one; 0 for what sends nothing."""
    made = np.zeros(len(posed), dtype=np.int64)
    made[posed.sends.activity[::-1]] = posed.sends.src[::-1]
    return made


def _others(prepared: Prepared, posed: Posed, everybody: NDArray[np.intp], own: NDArray[np.intp]) -> str:
    name = prepared.nouns.demands.value.work.name
    return ", ".join(sorted(set(name[posed.owner[everybody]].tolist()) - set(name[posed.owner[own]].tolist())))


def _kind(prepared: Prepared, posed: Posed, link: int, senders: NDArray[np.int64], others: str) -> str:
    network, wishes = prepared.nouns.network.value, prepared.wishes
    if link >= len(network.links):
        return "policed"
    links, kind = network.links, network.nodes.kind
    if kind[links.dst[link]] == NodeKind.NIC and len(np.unique(senders)) > 1:
        return "incast"
    if others:
        return "shared"
    ends = (links.src[link], links.dst[link])
    if wishes.routing in ("hash", "flowlet") and not any(kind[end] == NodeKind.NIC for end in ends):
        return "collision" if _uneven(prepared, posed, link) else "full"
    return "full"


def _uneven(prepared: Prepared, posed: Posed, link: int) -> bool:
    """Whether a link carries more than links do on the mean that lead from its device to others of the same role."""
    network, paths = prepared.nouns.network.value, posed.paths
    row = np.repeat(np.arange(len(posed)), np.diff(paths.ptr))
    load = np.bincount(paths.link, paths.share * posed.size_bit[row], len(network.links))
    role, links = network.nodes.role, network.links
    alike = (links.src == links.src[link]) & (role[links.dst] == role[links.dst[link]])
    return bool(load[link] > UNEVEN * load[alike].mean())


def stragglers_of(prepared: Prepared, takes_s: FloatColumn) -> FluidStragglers:
    """The slowest host of each job, where it is slower than others that compute the same."""
    made, network = prepared.schedule, prepared.nouns.network.value
    computes = (made.kind == EventKind.COMPUTE) & (made.stream >= 0)
    rows = []
    for number in range(len(prepared.jobs)):
        own = np.flatnonzero(computes & (made.job == number))
        if not len(own):
            continue
        first, stream = np.unique(made.stream[own], return_inverse=True)
        planned_s = np.bincount(stream, made.duration_s[own])
        took_s = np.bincount(stream, takes_s[own])
        usual = float(np.median(took_s / np.maximum(planned_s, 1e-30)))
        factor = took_s / np.maximum(planned_s, 1e-30) / max(usual, 1e-30)
        worst = int(np.argmax(factor))
        if factor[worst] > SLOW:
            late_s = (took_s[worst] - usual * planned_s[worst]) / int(prepared.steps[number])
            rows.append((number, _host(prepared, int(first[worst]), network.hosts.name), float(factor[worst]), late_s))
    return FluidStragglers(
        ints([r[0] for r in rows]), texts([r[1] for r in rows]), floats([r[2] for r in rows]),
        floats([r[3] for r in rows]),
    )  # fmt: skip


def _host(prepared: Prepared, stream: int, names: NDArray[np.str_]) -> str:
    """Host of a stream: of several the one that is called slow, or the first."""
    streams = prepared.schedule.streams
    nodes = streams.node_idx[streams.node_ptr[stream] : streams.node_ptr[stream + 1]]
    hosts = np.unique(prepared.nouns.network.value.node_host[nodes])
    known = [str(names[h]) for h in hosts.tolist() if h >= 0]
    slow = sorted((n for n in known if n in prepared.wishes.stragglers), key=lambda n: -prepared.wishes.stragglers[n])
    return (slow or known or [""])[0]

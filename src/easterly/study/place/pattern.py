"""What a work sends between its own hosts, by their places in it: the same wherever it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, bools, floats, ints
from easterly.base.schema import Doc, Unit
from easterly.model.blocks import Blocks
from easterly.model.demand import DemandSet
from easterly.model.network import Network
from easterly.predict.overlap import exposed, in_steps

OUTSIDE = -1
"""Place of a host that belongs to another work, or to none."""


@dataclass(frozen=True, slots=True)
class Steps:
    """How the step time of a job follows from the transfer times of its phases (columns by phase).

    A phase takes ``fixed + slope x transfer`` at the rate that transfers of its size reach, and no less than
    ``least_fixed + least_slope x transfer``, at line rate. The step waits for ``stretch x max(shown t, t - window)`` of
    it.
    """

    compute_s: Annotated[float, Unit("s"), Doc("Compute.")]
    fixed_s: Annotated[FloatColumn, Unit("s"), Doc("Latency and scale-up of a phase, per step.")]
    slope: Annotated[FloatColumn, Unit("1"), Doc("Time per step over transfer time of one occurrence.")]
    least_fixed_s: Annotated[FloatColumn, Unit("s"), Doc("As `fixed_s`, at line rate.")]
    least_slope: Annotated[FloatColumn, Unit("1"), Doc("As `slope`, at line rate.")]
    shown: Annotated[FloatColumn, Unit("1"), Doc("Share that cannot be hidden.")]
    window_s: Annotated[FloatColumn, Unit("s"), Doc("Compute behind which the rest may be.")]
    stretch: Annotated[FloatColumn, Unit("1"), Doc("Stretch by the pipeline bubble; 0 for what is in no step.")]

    @property
    def table(self) -> NDArray[np.float64]:
        """(7, P) the columns by phase, as `exposed_s` reads them."""
        return np.stack([self.fixed_s, self.slope, self.least_fixed_s, self.least_slope, self.shown, self.window_s,
                         self.stretch])  # fmt: skip

    def step_s(self, transfer_s: FloatColumn) -> float:
        """Step time, from (P,) transfer times: rises with each of them."""
        exposed, least = exposed_s(self.table, transfer_s)
        return max(self.compute_s + float(sum(exposed.tolist())), float(sum(least.tolist())))

    @staticmethod
    def of(demands: DemandSet) -> Steps:
        """Of the one job whose demand this is."""
        phases, zero, one = demands.phases, floats(np.zeros(len(demands.phases))), floats(np.ones(len(demands.phases)))
        runs = in_steps(demands)
        times = np.where(runs, phases.times, 0.0)
        inside = times * phases.scaleup_s
        return Steps(
            compute_s=float(demands.work.compute_s[0]),
            fixed_s=floats(times * phases.latency_s + inside / phases.scaleup_reach),
            slope=floats(times / phases.network_reach),
            least_fixed_s=floats(times * phases.latency_s + inside),
            least_slope=floats(times),
            shown=floats(1 - phases.hidden),
            window_s=floats(np.where(np.isfinite(phases.window_s), phases.window_s, 0.0)),
            stretch=floats(np.where(runs, exposed(demands, one, overlap=False), zero)),
        )


def exposed_s(
    table: NDArray[np.float64], transfer_s: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What steps wait for of each phase, and its least time, from transfer times.

    Parameters
    ----------
    table : (7, P) float
        Columns as of `Steps.table`.
    transfer_s : (P,) float [s]

    Returns
    -------
    exposed_s, least_s : (P,) float [s]
    """
    fixed, slope, least_fixed, least_slope, shown, window, stretch = table
    least = least_fixed + least_slope * transfer_s
    spent = np.maximum(fixed + slope * transfer_s, least)
    with np.errstate(invalid="ignore"):  # a phase without a way takes forever, also what is hidden of it
        waits = np.fmax(shown * spent, spent - window)
        return np.where(stretch > 0, stretch * waits, 0.0), least


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a work sends, between places in it; hosts are given out in the order of the blocks, ranks as they follow.

    Attributes
    ----------
    name, kind : str
    fabric, host_type : str
        Where it runs, and on which hosts.
    hosts, gpus : int
    flop : float [FLOP]
        Work of one step.
    steps : Steps
        Of a job.
    axis : (P,) str
        Why each phase communicates.
    src, dst : (F,) int
        Places of the hosts of each flow; `OUTSIDE` for those of others.
    src_nic, dst_nic : (F,) int
        Numbers of the interfaces.
    phase : (F,) int
    size_B : (F,) float [B]
        Bytes per occurrence of the phase.
    mean_B : (F,) float [B]
        Bytes per step; 0 for what runs beside the steps.
    rate_bps : (F,) float [bit/s]
        Mean rate of what runs beside the steps, and of services.
    connections : (F,) int
    own_s : (P,) float [s]
        Transfer time that the interfaces of its own hosts need, wherever they are.
    table : (8, P) float
        `own_s`, and the columns of `steps`.
    """

    name: str
    kind: str
    fabric: str
    host_type: str
    hosts: int
    gpus: int
    flop: float
    steps: Steps
    axis: tuple[str, ...]
    src: IntColumn
    dst: IntColumn
    src_nic: IntColumn
    dst_nic: IntColumn
    phase: IntColumn
    size_B: FloatColumn
    mean_B: FloatColumn
    rate_bps: FloatColumn
    connections: IntColumn
    own_s: FloatColumn
    table: NDArray[np.float64]

    @property
    def inner(self) -> BoolColumn:
        """(F,) True for flows between hosts of the work."""
        return bools((self.src != OUTSIDE) & (self.dst != OUTSIDE))


def pattern_of(network: Network, blocks: Blocks, demands: DemandSet, hosts: IntColumn) -> Pattern:
    """Pattern of one work, from its demand on some hosts.

    Parameters
    ----------
    network : Network
    blocks : Blocks
    demands : DemandSet
        Of this work alone.
    hosts : (n,) int
        Its hosts, in rank order and in the order of the blocks.
    """
    flows, phases, work = demands.flows, demands.phases, demands.work
    place = np.full(len(network.hosts), OUTSIDE, dtype=np.int64)
    place[hosts] = np.arange(len(hosts))
    owner, number = network.node_host, _numbers(network)
    src, dst = (np.where(owner[ends] >= 0, place[owner[ends]], OUTSIDE) for ends in (flows.src, flows.dst))
    beside = phases.every_s[flows.phase] > 0
    per_step = np.where(in_steps(demands), phases.times, 0.0)[flows.phase]
    every = np.where(beside, phases.every_s[flows.phase], 1.0)
    extra = np.where(beside, flows.size_B * 8 * phases.times[flows.phase] / every, 0.0)
    steps, own_s = Steps.of(demands), _own_s(network, demands, src, dst)
    return Pattern(
        name=str(work.name[0]), kind=str(work.kind[0]), fabric=str(work.fabric[0]),
        host_type=str(blocks.host_type[blocks.host_block[hosts[0]]]), hosts=len(hosts), gpus=int(work.gpus[0]),
        flop=float(work.flop[0]),
        steps=steps, axis=tuple(phases.axis.tolist()), src=ints(src), dst=ints(dst),
        src_nic=ints(number[flows.src]), dst_nic=ints(number[flows.dst]), phase=flows.phase, size_B=flows.size_B,
        mean_B=floats(flows.size_B * per_step), rate_bps=floats(flows.rate_bps + extra),
        connections=flows.connections, own_s=own_s,
        table=np.concatenate([own_s[None], steps.table]),
    )  # fmt: skip


def _numbers(network: Network) -> NDArray[np.int64]:
    """(N,) number of each interface in its host; 0 for other nodes."""
    number = np.zeros(len(network.nodes), dtype=np.int64)
    starts = np.repeat(network.hosts.nic_ptr[:-1], np.diff(network.hosts.nic_ptr))
    number[network.hosts.nic_node] = np.arange(len(network.hosts.nic_node)) - starts
    return number


def _own_s(network: Network, demands: DemandSet, src: NDArray[np.int64], dst: NDArray[np.int64]) -> FloatColumn:
    """(P,) time of the busiest interface of the work itself."""
    flows, size = demands.flows, len(network.nodes)
    time = np.zeros(len(demands.phases))
    for place, ends, near in ((src, flows.src, network.links.src), (dst, flows.dst, network.links.dst)):
        rate_bps = np.bincount(near, network.links.capacity_bps, minlength=size)
        used = (place != OUTSIDE) & (flows.src != flows.dst)
        key = flows.phase[used].astype(np.int64) * size + ends[used]
        found, number = np.unique(key, return_inverse=True)
        sent_B = np.bincount(number, flows.size_B[used], len(found))
        np.maximum.at(time, found // size, sent_B * 8 / rate_bps[found % size])
    return floats(time)

"""Networks of servers: who is served where, and what comes at most."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, floats, indices, ints
from easterly.base.schema import Doc, Unit

Bucket = tuple[float, float]
"""Burst [B] and rate [bit/s]."""


@dataclass(frozen=True, slots=True)
class ServerNetwork:
    """Servers with a rate and a latency, and flows that pass them one behind the other.

    Whatever leaves a server goes over its line, which carries no more than ``packet_B + line_bps t / 8`` in any time t.
    Lines behind those of the servers carry flows to their first server.

    Examples
    --------
    >>> net = ServerNetwork.of([(80, 0.1), (80, 0.1)], [((0, 1), 1, 16), ((0,), 1, 32), ((1,), 1, 32)])
    >>> len(net.rate_bps), net.hops(0)
    (2, [0, 1])
    """

    rate_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(S,) of each server.")]
    latency_s: Annotated[FloatColumn, Unit("s"), Doc("(S,) for which it may send nothing.")]
    line_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(L,) of lines, first those of servers; infinite: no limit.")]
    packet_B: Annotated[FloatColumn, Unit("B"), Doc("(L,) what a line may carry at once.")]
    ptr: Annotated[IndexColumn, Doc("(F + 1,) hops of each flow.")]
    path: Annotated[IntColumn, Doc("(H,) servers.")]
    bucket_ptr: Annotated[IndexColumn, Doc("(F + 1,) token buckets of each flow, all of which hold.")]
    burst_B: Annotated[FloatColumn, Unit("B"), Doc("(K,) of each bucket.")]
    bucket_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(K,) of each bucket.")]
    came: Annotated[IntColumn, Doc("(F,) line to the first server; -1: none, or one of its own.")]

    @classmethod
    def of(
        cls, servers: Sequence[tuple[float, float]], flows: Sequence[tuple[Sequence[int], float, float]], *,
        lines: Mapping[int, Bucket] | None = None, buckets: Mapping[int, Sequence[Bucket]] | None = None,
        came: Mapping[int, int] | None = None,
    ) -> ServerNetwork:  # fmt: skip
        """Make a network of tuples.

        Parameters
        ----------
        servers : sequence of (rate [bit/s], latency [s])
        flows : sequence of (servers, burst [B], rate [bit/s])
        lines : mapping of int to (packet [B], rate [bit/s]), optional
            Lines by number: that of a server, or any number behind those of servers.
        buckets : mapping of int to buckets, optional
            Further buckets of a flow.
        came : mapping of int to int, optional
            Line that brings a flow to its first server.

        Raises
        ------
        ValueError
            A number out of its range, or a server that is none.
        """
        _refuse(servers, flows)
        count = max([len(servers), *(line + 1 for line in lines or {})])
        line = [(lines or {}).get(i, (np.inf, np.inf)) for i in range(count)]
        own = [[(burst, rate), *(buckets or {}).get(f, ())] for f, (_, burst, rate) in enumerate(flows)]
        _checked("a burst", [b for each in own for b, _ in each])
        _checked("a rate", [r for each in own for _, r in each])
        return cls(
            floats([r for r, _ in servers]), floats([t for _, t in servers]), floats([r for _, r in line]),
            floats([b for b, _ in line]), indices(np.cumsum([0, *(len(p) for p, _, _ in flows)])),
            ints([s for p, _, _ in flows for s in p]), indices(np.cumsum([0, *(len(each) for each in own)])),
            floats([b for each in own for b, _ in each]), floats([r for each in own for _, r in each]),
            ints([(came or {}).get(f, -1) for f in range(len(flows))]),
        )  # fmt: skip

    @classmethod
    def like(
        cls, net: ServerNetwork, flows: Sequence[tuple[Sequence[int], Sequence[tuple[float, float]], int]]
    ) -> ServerNetwork:
        """Other flows on the same servers: their servers, bursts [B] and rates [B/s], and the lines that bring them."""
        pairs = [pair for _, own, _ in flows for pair in own]
        return cls(
            net.rate_bps, net.latency_s, net.line_bps, net.packet_B,
            indices(np.cumsum([0, *(len(path) for path, _, _ in flows)])), ints([s for p, _, _ in flows for s in p]),
            indices(np.cumsum([0, *(len(own) for _, own, _ in flows)])), floats([b for b, _ in pairs]),
            floats([8 * r for _, r in pairs]), ints([line for _, _, line in flows]),
        )  # fmt: skip

    def __len__(self) -> int:
        """Flows."""
        return len(self.ptr) - 1

    def hops(self, flow: int) -> list[int]:
        """Servers of a flow."""
        made: list[int] = self.path[self.ptr[flow] : self.ptr[flow + 1]].tolist()
        return made

    def buckets(self, flow: int) -> list[Bucket]:
        """Bursts [B] and rates [B/s] of a flow, the lowest rate first."""
        own = slice(self.bucket_ptr[flow], self.bucket_ptr[flow + 1])
        pairs = zip(self.burst_B[own].tolist(), (self.bucket_bps[own] / 8).tolist(), strict=True)
        return sorted(pairs, key=lambda each: (each[1], each[0]))

    def line(self, line: int) -> Bucket | None:
        """Packet [B] and rate [B/s] of a line; None without limit."""
        if line < 0 or not np.isfinite(self.line_bps[line]):
            return None
        return float(self.packet_B[line]), float(self.line_bps[line]) / 8

    def line_to(self, flow: int, hop: int) -> int:
        """Line that brings a flow to a hop; -1: none, or one without limit."""
        line = int(self.came[flow]) if hop == 0 else int(self.path[self.ptr[flow] + hop - 1])
        return line if self.line(line) is not None else -1

    def load(self) -> NDArray[np.float64]:
        """(S,) [1] rates that come for ever, in what a server serves."""
        made = np.zeros(len(self.rate_bps))
        for f in range(len(self)):
            np.add.at(made, self.hops(f), self.buckets(f)[0][1])
        load: NDArray[np.float64] = made * 8 / self.rate_bps
        return load


def _refuse(servers: Sequence[tuple[float, float]], flows: Sequence[tuple[Sequence[int], float, float]]) -> None:
    _checked("the rate of a server", [r for r, _ in servers], above=True)
    _checked("a latency", [t for _, t in servers])
    for f, (path, _, _) in enumerate(flows):
        if not len(path):
            raise ValueError(f"flow {f} passes no server: give every flow at least one")
        for s in path:
            if not 0 <= s < len(servers):
                raise ValueError(f"flow {f} passes server {s}: there are {len(servers)}, from 0 on")
        if any(a == b for a, b in itertools.pairwise(path)):
            raise ValueError(f"flow {f} passes a server twice in a row: every hop leads to another one")


def _checked(name: str, values: Sequence[float], *, above: bool = False) -> None:
    for value in values:
        if not (np.isfinite(value) and (value > 0 if above else value >= 0)):
            least = "above 0" if above else "from 0 up"
            raise ValueError(f"{name} is {value:g}: {least}, and finite")

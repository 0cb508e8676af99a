"""Rates on fixed paths: their loads, and what of them fits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import flow
from easterly.model.allocation import Demands
from easterly.model.network import Network


@dataclass(frozen=True)
class Streams:
    """Rates on paths that may be split: of stream r the links and shares are entries ptr[r] to ptr[r + 1].

    `owner` is the row of the demand of each; no stream is without links.
    """

    owner: NDArray[np.int32]
    rate_bps: NDArray[np.float64]
    ptr: NDArray[np.int64]
    link: NDArray[np.int32]
    share: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.owner)

    @property
    def row_of_entry(self) -> NDArray[np.intp]:
        """Stream of each entry."""
        return np.repeat(np.arange(len(self)), np.diff(self.ptr))

    def only(self, keep: NDArray[np.bool_]) -> Streams:
        """Some of the streams."""
        entries = np.repeat(keep, np.diff(self.ptr))
        ptr = np.concatenate([[0], np.cumsum(np.diff(self.ptr)[keep])])
        return Streams(self.owner[keep], self.rate_bps[keep], ptr, self.link[entries], self.share[entries])

    def with_rates(self, rate_bps: NDArray[np.float64]) -> Streams:
        """The same paths at other rates."""
        return Streams(self.owner, rate_bps, self.ptr, self.link, self.share)

    def beside(self, other: Streams) -> Streams:
        """The streams of both."""
        return Streams(
            np.concatenate([self.owner, other.owner]),
            np.concatenate([self.rate_bps, other.rate_bps]),
            np.concatenate([self.ptr, other.ptr[1:] + self.ptr[-1]]),
            np.concatenate([self.link, other.link]),
            np.concatenate([self.share, other.share]),
        )


def load_of(streams: Streams, links: int) -> NDArray[np.float64]:
    """(L,) what the streams put on every link."""
    return summed(streams.link, streams.rate_bps[streams.row_of_entry] * streams.share, links)


def summed(rows: NDArray[np.int32], amounts: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Sum of the amounts of each row, in their order."""
    return np.asarray(np.bincount(rows, amounts, count), dtype=np.float64)


def slowed_down(streams: Streams, utilisation: NDArray[np.float64]) -> float:
    """Rate that arrives when every stream is slowed down to the fullest of its links, where that is over-full."""
    if not len(streams):
        return 0.0
    fullest = np.maximum.reduceat(np.append(utilisation[streams.link], 0.0), streams.ptr[:-1])
    return float((streams.rate_bps / np.maximum(fullest, 1.0)).sum())


def fair(streams: Streams, network: Network, demands: Demands) -> float:
    """Rate that arrives when the streams have max-min fair rates by the weights of their demands, at most their own."""
    some = streams.only(streams.rate_bps > 0)
    if not len(some):
        return 0.0
    gate = len(network.links) + np.arange(len(some), dtype=np.int32)  # a link of its own, as wide as its rate
    rate_bps, _ = flow.max_min_rates(
        some.ptr + np.arange(len(some) + 1), np.insert(some.link, some.ptr[1:], gate),
        np.insert(some.share, some.ptr[1:], 1.0), np.concatenate([network.links.capacity_bps, some.rate_bps]),
        demands.weight[some.owner],
    )  # fmt: skip
    return float(rate_bps.sum())

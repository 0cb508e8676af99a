"""Flows between random hosts of a fat-tree, all at once or as a Poisson process."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import floats, indices, ints
from easterly.model.fluid import Activities

LINE_BPS = 100e9
LEAST_B, MEAN_MORE_B = 10_000, 1_000_000


@dataclass(frozen=True)
class Scenario:
    """Flows over links; one path for each pair of hosts, drawn from those of equal cost."""

    hosts: int
    capacity_bps: NDArray[np.float64]
    src: NDArray[np.int64]
    dst: NDArray[np.int64]
    size_B: NDArray[np.float64]
    begin_s: NDArray[np.float64]
    ptr: NDArray[np.int64]
    link: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.size_B)

    def activities(self) -> Activities:
        """The same, as activities that wait for nothing."""
        return Activities(floats(self.size_B), indices(self.ptr), ints(self.link), begin_s=floats(self.begin_s))


def fat_tree(k: int, flows: int, load: float, seed: int) -> Scenario:
    """Flows of 10 kB and more, in the mean 1.01 MB; load of the hosts' links, 0: all flows begin at once."""
    half, hosts = k // 2, k**3 // 4
    draw = np.random.default_rng(seed)
    src = draw.integers(0, hosts, flows)
    dst = (src + draw.integers(1, hosts, flows)) % hosts
    size_B = np.floor(LEAST_B + draw.exponential(MEAN_MORE_B, flows))
    rate = load * hosts * LINE_BPS / 8 / (LEAST_B + MEAN_MORE_B)
    begin_s = np.cumsum(draw.exponential(1 / rate, flows)) if load > 0 else np.zeros(flows)
    mixed = np.uint64(0x9E3779B97F4A7C15) * (src * hosts + dst + 1).astype(np.uint64)
    way = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9) >> np.uint64(40)
    up, core = (way % half).astype(np.int64), (way // half % half).astype(np.int64)
    stage = k * half * half
    leaf_from, leaf_to, pod_from, pod_to = src // half, dst // half, src // half**2, dst // half**2
    columns = np.stack([
        src,
        np.where(leaf_from != leaf_to, 2 * hosts + leaf_from * half + up, -1),
        np.where(pod_from != pod_to, 2 * hosts + stage + (pod_from * half + up) * half + core, -1),
        np.where(pod_from != pod_to, 2 * hosts + 2 * stage + (pod_to * half + up) * half + core, -1),
        np.where(leaf_from != leaf_to, 2 * hosts + 3 * stage + leaf_to * half + up, -1),
        hosts + dst,
    ], axis=1)  # fmt: skip
    there = columns >= 0
    ptr = np.concatenate([[0], np.cumsum(there.sum(axis=1))])
    capacity_bps = np.full(2 * hosts + 4 * stage, LINE_BPS)
    return Scenario(hosts, capacity_bps, src, dst, size_B, begin_s, ptr, columns[there].astype(np.int32))

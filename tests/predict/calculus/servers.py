"""Networks of servers of 10 B/s behind 0.1 s, as in the tables of panco, and random ones."""

from __future__ import annotations

import numpy as np

from easterly.predict.calculus.tight import ServerNetwork

SERVER = (80.0, 0.1)


def lines(n, shaped):
    return dict.fromkeys(range(n), (1.0, 80.0)) if shaped else None


def tandem(n, *, shaped=False):
    """A flow through all, and one for each server alone."""
    cross = [((i,), 1, 32) for i in range(n)]
    return ServerNetwork.of([SERVER] * n, [(range(n), 1, 16), *cross], lines=lines(n, shaped))


def interleaved(n):
    """A flow through all, and others of two hops; of one at both ends."""
    cross = [((0,), 1, 16), ((n - 1,), 1, 16), *(((i, i + 1), 1, 16) for i in range(n - 1))]
    return ServerNetwork.of([SERVER] * n, [(range(n), 1, 16), *cross])


def ring(n, load, *, shaped=False):
    """As many flows as servers, each through all but one."""
    hops = n - 1
    flows = [([(i + k) % n for k in range(hops)], 1, load * 80 / hops) for i in range(n)]
    return ServerNetwork.of([SERVER] * n, flows, lines=lines(n, shaped))


def random_tree(seed, *, most=4, shaped=False):
    """A tree of up to `most` servers with loads up to 0.9; flow 0 goes from the deepest to the root."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, most + 1))
    after = [int(rng.integers(max(0, i - 2), i)) if i else -1 for i in range(n)]
    ways = []
    for start in [n - 1, *rng.integers(0, n, int(rng.integers(1, 5))).tolist()]:
        way, at = [], start
        while at >= 0 and (not ways or not way or rng.random() < 0.7):
            way.append(at)
            at = after[at]
        ways.append(way)
    rates = rng.uniform(0.5, 2.0, len(ways))
    load = np.bincount(np.concatenate(ways), np.repeat(rates, [len(w) for w in ways]), n)
    served = np.maximum(load, 0.1) / rng.uniform(0.3, 0.9, n)
    flows = [(w, float(rng.uniform(0.2, 3)), 8 * float(r)) for w, r in zip(ways, rates, strict=True)]
    servers = [(8 * float(r), float(t)) for r, t in zip(served, rng.uniform(0, 0.5, n), strict=True)]
    held = {i: (float(rng.uniform(0, 0.5)), 8 * float(served[i]) * 1.2) for i in range(n)} if shaped else None
    return ServerNetwork.of(servers, flows, lines=held)


def fat_tree(k, flows, seed, *, rate_bps=4e9):
    """Flows of 15 kB between hosts of a fat-tree of 100 Gb/s, each over ports that are drawn."""
    rng, half, row = np.random.default_rng(seed), k // 2, {}

    def port(*name):
        return row.setdefault(name, len(row))

    ways = []
    for _ in range(flows):
        a, b = rng.choice(k * half * half, 2, replace=False).tolist()
        (pod_a, edge_a), (pod_b, edge_b) = ((h // half**2, h // half % half) for h in (a, b))
        way = [port("nic", a)]
        if (pod_a, edge_a) != (pod_b, edge_b):
            up, core = rng.integers(half, size=2).tolist()
            way.append(port("edge up", pod_a, edge_a, up))
            if pod_a != pod_b:
                way += [port("up", pod_a, up, core), port("core", up, core, pod_b)]
            way.append(port("down", pod_b, up, edge_b))
        ways.append([*way, port("host", b)])
    return ServerNetwork.of([(1e11, 1e-6)] * len(row), [(way, 15e3, rate_bps) for way in ways])

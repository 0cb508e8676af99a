"""Feature and graph stores: lookups of keys with power-law popularity, and what each measure saves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import random
from easterly.base.columns import FloatColumn, floats
from easterly.demand.ends import Ends, Nodes, Piece
from easterly.demand.phases import Phase
from easterly.demand.traffic import zipf
from easterly.demand.traffic.parts import Figure, phase
from easterly.model.spec.traffic import Features


@dataclass(frozen=True, slots=True)
class Load:
    """Lookups and messages that cross the network each second, all clients together; answers are as many."""

    lookups_per_s: float
    messages_per_s: float


@dataclass(frozen=True, slots=True)
class Pools:
    """Hosts that ask, hosts that hold a partition, and whether these are the same."""

    clients: int
    partitions: int
    together: bool


def pools(work: Features, ends: Ends) -> Pools:
    """How many hosts ask and answer."""
    clients = ends.machines(ends.nodes(work.clients))
    return Pools(clients, clients if work.hosts is None else work.hosts, work.hosts is None)


def load(work: Features, pool: Pools) -> Load:
    """Lookups and messages between hosts.

    A request asks for K keys, independently, key i with probability ``p_i = i**-s / H(n, s)``; the first `cache` keys
    are at hand. Each of the others is in the request's home partition with probability q (``1 / P`` by hash), else in
    any other. Where partitions are on the clients' hosts, the home partition is in the client's own.

    One message goes to each partition that a request, or all requests that a host collects in a window T, touch.
    Requests arrive at random, so that of r per window on average
    ``1 - exp(-r t)`` windows have a message to a partition that one request touches with probability t, and
    a key is asked for in ``1 - exp(-r (1 - (1 - p_i)**K))`` windows: the sum of that over i is the expected number of
    distinct keys, each fetched once.
    """
    home = home_share(work, pool)
    per_window = work.requests / pool.clients * work.batch
    windows = pool.clients / work.batch if work.batch else work.requests
    hit = zipf.hit_rate(work.cache, work.population, work.exponent)
    others = max(1, pool.partitions - 1)
    touched = zipf.at_least_once(floats([(1 - hit) * home, (1 - hit) * (1 - home) / others]), work.keys)
    if work.batch:
        touched = zipf.one_minus_exp(floats(per_window * touched))
    messages = (0.0 if pool.together else touched[0]) + (pool.partitions - 1) * touched[1]
    lookups = windows * (distinct(work, per_window) if work.batch else work.keys * (1 - hit))
    return Load(lookups * (1 - home if pool.together else 1.0), float(windows * messages))


def home_share(work: Features, pool: Pools) -> float:
    """Share of a request's keys in its home partition."""
    return float(work.locality) if work.partitioning == "locality" else 1 / pool.partitions


def distinct(work: Features, requests: float) -> float:
    """Expected distinct keys, beyond those in the cache, of a random number of requests with this mean."""
    norm = zipf.harmonic(work.population, work.exponent)
    return zipf.total(lambda i: _asked(work, i, requests, norm), min(work.cache, work.population), work.population)


def _asked(work: Features, i: FloatColumn, requests: float, norm: float) -> FloatColumn:
    """(N,) probability that a key is asked for at least once in a window."""
    once = zipf.at_least_once(floats(np.minimum(1.0, zipf.power(i, work.exponent) / norm)), work.keys)
    return zipf.one_minus_exp(floats(requests * once))


def network_bps(work: Features, found: Load) -> float:
    """Requests and answers together: two headers a message, a key and a value a lookup."""
    return float(8 * (found.messages_per_s * 2 * work.header + found.lookups_per_s * (work.key + work.value)))


def savings(work: Features, pool: Pools) -> dict[str, float]:
    """Traffic without any measure, what each saves on top of those before it, and what is left [bit/s].

    In the order locality, cache, batching, the last in two: messages merged (headers), and keys. They add up.
    """
    bare = changed(work, partitioning="hash", cache=0, batch=0.0)
    steps = {
        "locality": changed(work, cache=0, batch=0.0),
        "cache": changed(work, batch=0.0),
        "batch": work,
    }
    before = network_bps(bare, load(bare, pool))
    found = {"bare": before}
    for name, step in steps.items():
        now = network_bps(step, load(step, pool))
        found[name], before = before - now, now
    alone, merged = load(steps["cache"], pool), load(work, pool)
    found["messages"] = 16 * work.header * (alone.messages_per_s - merged.messages_per_s)
    found["keys"] = found.pop("batch") - found["messages"]
    # Differences of equal numbers that were added up in another order are nothing.
    return {name: bps if abs(bps) > 1e-9 * found["bare"] else 0.0 for name, bps in found.items()} | {"left": before}


def changed(work: Features, **values: object) -> Features:
    """The same store with other settings."""
    return work.model_copy(update=values)


def shares(work: Features, pool: Pools) -> FloatColumn:
    """(P,) part of all lookups that each partition answers.

    The most popular keys, after the cache, are put into partitions by a hash of their rank; all others are so many
    that they are even. What batching merges counts once.
    """
    norm = zipf.harmonic(work.population, work.exponent)
    first = min(work.cache, work.population)
    rank = np.arange(first + 1, min(work.population, first + zipf.EXACT) + 1)
    if not len(rank):
        return floats(np.full(pool.partitions, 1 / pool.partitions))
    if work.batch:
        per_window = work.requests / pool.clients * work.batch
        weight, whole = _asked(work, floats(rank), per_window, norm), distinct(work, per_window)
    else:
        weight = floats(zipf.power(floats(rank), work.exponent) / norm)
        whole = 1 - zipf.hit_rate(first, work.population, work.exponent)
    # By columns of two words: the hash of one word alone would be that of other streams.
    place = random.mix64(np.column_stack([rank, np.full(len(rank), 64)]).astype(np.uint64)) % np.uint64(pool.partitions)
    hot = np.bincount(place.astype(np.int64), weight, minlength=pool.partitions)
    rest = max(0.0, whole - float(np.cumsum(weight)[-1]))
    return floats((hot + rest / pool.partitions) / whole)


def _pieces(work: Features, ends: Ends) -> tuple[Piece, NDArray[np.float64]] | None:
    """Pairs of client and partition with equal parts of 1, and how much more than its part each partition has."""
    clients = ends.nodes(work.clients)
    stores = clients if work.hosts is None else ends.own(work.name)
    if not len(clients) or not len(stores):
        return None
    pool = pools(work, ends)
    piece = ends.among(clients, 1.0) if pool.together else ends.evenly(clients, stores, 1.0)
    rank = _rank(ends, stores)
    return piece, shares(work, pool)[rank[ends.network.node_host[piece[1]]]] * pool.partitions


def _rank(ends: Ends, nodes: Nodes) -> NDArray[np.int64]:
    """(H,) rank of each host of the network among those of some interfaces."""
    rows = ends.network.node_host[nodes]
    rank = np.zeros(len(ends.network.hosts), dtype=np.int64)
    order = dict.fromkeys(rows.tolist())
    rank[list(order)] = np.arange(len(order))
    return rank


def phases(work: Features, ends: Ends) -> list[Phase]:
    """Requests to the partitions, and their answers; the busiest partition has its larger part."""
    found = _pieces(work, ends)
    if found is None:
        return []
    (src, dst, part), skew = found
    rate = load(work, pools(work, ends))
    ask_bps = 8 * (rate.messages_per_s * work.header + rate.lookups_per_s * work.key)
    answer_bps = 8 * (rate.messages_per_s * work.header + rate.lookups_per_s * work.value)
    each = rate.lookups_per_s / rate.messages_per_s if rate.messages_per_s else 0.0
    return [
        phase("lookup", ends.traffic([(src, dst, part * skew * ask_bps)]), message_B=work.header + each * work.key),
        phase("value", ends.traffic([(dst, src, part * skew * answer_bps)]), message_B=work.header + each * work.value),
    ]


def figures(work: Features, ends: Ends) -> list[Figure]:
    """What each measure saves, and how uneven the partitions are."""
    if not len(ends.nodes(work.clients)):
        return []
    pool = pools(work, ends)
    saved, now = savings(work, pool), load(work, pool)
    return [
        Figure("bare_bps", saved["bare"], "bit/s", "by hash, without cache and batching"),
        Figure("saved_by_locality_bps", saved["locality"], "bit/s", "saved by putting keys where they are asked for"),
        Figure("saved_by_cache_bps", saved["cache"], "bit/s", "saved on top by the cache"),
        Figure("saved_by_merged_messages_bps", saved["messages"], "bit/s", "headers saved on top by batching"),
        Figure("saved_by_merged_keys_bps", saved["keys"], "bit/s", "equal keys fetched once, by batching"),
        Figure("left_bps", saved["left"], "bit/s", "what remains on the network, both directions"),
        Figure("hit_rate", zipf.hit_rate(work.cache, work.population, work.exponent), "1", "lookups from the cache"),
        Figure("lookups_per_s", now.lookups_per_s, "1/s", "lookups that cross the network"),
        Figure("messages_per_s", now.messages_per_s, "1/s", "messages in each direction"),
        Figure("busiest_share", float(shares(work, pool).max()), "1", "part of the lookups at the busiest partition"),
        Figure("even_share", 1 / pool.partitions, "1", "what it would be if all were alike"),
    ]  # fmt: skip

"""Algorithms that treat the inside of a host and the network between hosts as two levels."""

from __future__ import annotations

from easterly.demand.collectives.cluster import Shape
from easterly.demand.collectives.cost import Cost, Stage, once, power_below, rounds
from easterly.demand.collectives.metrics import Array


def hierarchical(collective: str, shape: Shape) -> Cost:
    """Each rank treats its part of the array on its own rail (Cho et al. 2019, BlueConnect, MLSys).

    All-reduce: reduce-scatter in the host, all-reduce of S/g between ranks of equal number, all-gather in the host.
    All-to-all: blocks change rails inside the host first, so that each leaves on the rail of its receiver (PXN).
    """
    return _TWO_LEVELS[collective](shape)


def _within(shape: Shape, *, reduces: bool) -> Stage:
    part_B = once(shape.per_host) * shape.size_B
    return Stage(inside_B=part_B, inside_hops=shape.per_host - 1, reduced_B=part_B * reduces)


def _between(shape: Shape, *, ways: float, reduces: bool, arrays: Array | None = None) -> Stage:
    arrays = once(shape.hosts) if arrays is None else arrays
    reduced_B = once(shape.hosts) * shape.size_B / shape.per_host * reduces
    return Stage(outside_B=ways * arrays * shape.size_B, outside_hops=ways * (shape.hosts - 1), reduced_B=reduced_B)


def _all_reduce(shape: Shape) -> Cost:
    between = _between(shape, ways=2.0, reduces=True)
    return Cost((_within(shape, reduces=True), between, _within(shape, reduces=False)), pipelined=True)


def _reduce_scatter(shape: Shape) -> Cost:
    return Cost((_within(shape, reduces=True), _between(shape, ways=1.0, reduces=True)), pipelined=True)


def _all_gather(shape: Shape) -> Cost:
    return Cost((_between(shape, ways=1.0, reduces=False), _within(shape, reduces=False)), pipelined=True)


def _broadcast(shape: Shape) -> Cost:
    """The root scatters in its host, every rail is a chain of hosts, every host gathers."""
    chain = _between(shape, ways=1.0, reduces=False, arrays=(shape.hosts > 1) * 1.0)
    return Cost((_within(shape, reduces=False), chain, _within(shape, reduces=False)), pipelined=True)


def _reduce(shape: Shape) -> Cost:
    chain = _between(shape, ways=1.0, reduces=True, arrays=(shape.hosts > 1) * 1.0)
    return Cost((_within(shape, reduces=True), chain, _within(shape, reduces=False)), pipelined=True)


def _all_to_all(shape: Shape) -> Cost:
    between = _between(shape, ways=1.0, reduces=False, arrays=shape.per_host * once(shape.hosts))
    return Cost((_within(shape, reduces=False), between), pipelined=True)


_TWO_LEVELS = {
    "all-reduce": _all_reduce, "reduce-scatter": _reduce_scatter, "all-gather": _all_gather,
    "broadcast": _broadcast, "reduce": _reduce, "all-to-all": _all_to_all,
}  # fmt: skip


def halving_doubling(collective: str, shape: Shape) -> Cost:
    """Halve the array every round with a rank twice as far, then double it back (Thakur et al. 2005, section 4.5).

    ``2 lg n alpha + 2 (n-1)/n S beta + (n-1)/n S gamma``; the large first rounds stay inside the host. Ranks beyond a
    power of two give their array to a neighbour first and get the result last; reduce-scatter needs the power.
    """
    ways = 2.0 if collective == "all-reduce" else 1.0
    ranks, hosts = power_below(shape.per_host), power_below(shape.hosts)
    halves = (
        Stage(
            inside_B=ways * once(ranks) * shape.size_B,
            inside_hops=ways * rounds(ranks),
            reduced_B=once(ranks) * shape.size_B,
        ),
        Stage(
            outside_B=ways * once(hosts) * shape.size_B,
            outside_hops=ways * rounds(hosts),
            reduced_B=once(hosts) * shape.size_B / ranks,
        ),
    )
    if collective == "reduce-scatter":
        return Cost(halves, possible=(ranks == shape.per_host) & (hosts == shape.hosts))
    return Cost((*_fold(shape, ranks, hosts), *halves))


def _fold(shape: Shape, ranks: Array, hosts: Array) -> tuple[Stage, Stage]:
    """What folds in and out beyond powers of two, at both levels: arrays of a rank, of a host."""
    odd, odd_hosts = (ranks < shape.per_host) * 1.0, (hosts < shape.hosts) * 1.0
    size_B = shape.size_B
    inside = Stage(inside_B=2 * size_B * odd, inside_hops=2 * odd, reduced_B=size_B * odd)
    outside = Stage(outside_B=2 * size_B * odd_hosts, outside_hops=2 * odd_hosts, reduced_B=size_B / ranks * odd_hosts)
    return inside, outside

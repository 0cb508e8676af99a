"""Bytes and rounds of the formulae against the messages of the algorithms, whose results are right."""

from __future__ import annotations

import numpy as np
import pytest
from tests.demand.collectives import wire as w

from easterly.demand import collectives as c

SHAPES = [(1, 2), (1, 3), (1, 8), (2, 1), (5, 1), (2, 2), (2, 4), (4, 8), (3, 4), (4, 3), (3, 3), (5, 2), (6, 5)]


def cluster(hosts: int, per_host: int) -> c.Cluster:
    return c.Cluster(hosts, per_host, 1, 8e9, 8e9)


def size_for(hosts: int, per_host: int) -> int:
    """Elements that every cut of these algorithms divides: powers of two, and all groups."""
    return 32 * hosts * per_host


def wire_for(hosts: int, per_host: int) -> w.Wire:
    return w.Wire(hosts * per_host, per_host, size_for(hosts, per_host))


def counted(wire: w.Wire) -> tuple[int, ...]:
    """Busiest rank and busiest host of each round, summed; rounds inside and between hosts."""
    return (*wire.serial, *wire.rounds)


def formula(collective: str, algorithm: str, wire: w.Wire) -> tuple[float, ...]:
    hosts = wire.ranks // wire.per_host
    cost = c.cost_of(collective, algorithm, cluster(hosts, wire.per_host), wire.size)
    names = ("inside_B", "outside_B", "inside_hops", "outside_hops")
    return tuple(float(cost.total(name)) for name in names)


@pytest.mark.parametrize("hosts, per_host", SHAPES)
def test_ring(hosts, per_host):
    wire = wire_for(hosts, per_host)
    wanted = wire.data.sum(axis=0)
    w.ring(wire)
    assert (wire.data == wanted).all()
    inside, outside, ticks, crossing = counted(wire)
    made = formula("all-reduce", "ring", wire)
    assert made[:2] == (inside, outside)
    assert made[2] + made[3] == ticks + crossing == 2 * (wire.ranks - 1)
    if hosts == 1 or per_host == 1:
        assert made[2:] == (ticks, crossing)


@pytest.mark.parametrize("hosts, per_host", SHAPES)
@pytest.mark.parametrize("collective", ["reduce-scatter", "all-gather"])
def test_halves_of_a_ring(hosts, per_host, collective):
    wire = wire_for(hosts, per_host)
    everyone, whole = [list(range(wire.ranks))], [np.arange(wire.size)]
    parts = w.blocks(wire.size, wire.ranks)
    if collective == "reduce-scatter":
        wanted = wire.data.sum(axis=0)
        w.ring_reduce_scatter(wire, everyone, whole)
        assert all((wire.data[i, part] == wanted[part]).all() for i, part in enumerate(parts))
    else:
        wanted = np.concatenate([wire.data[i, part] for i, part in enumerate(parts)])
        w.ring_all_gather(wire, everyone, whole)
        assert (wire.data == wanted).all()
    inside, outside, ticks, crossing = counted(wire)
    made = formula(collective, "ring", wire)
    assert (*made[:2], made[2] + made[3]) == (inside, outside, ticks + crossing)


@pytest.mark.parametrize("hosts, per_host", SHAPES)
@pytest.mark.parametrize("algorithm, run", [("hierarchical", w.hierarchical), ("halving-doubling", w.halving_doubling)])
def test_two_level_all_reduce(hosts, per_host, algorithm, run):
    wire = wire_for(hosts, per_host)
    wanted = wire.data.sum(axis=0)
    run(wire)
    assert (wire.data == wanted).all()
    assert formula("all-reduce", algorithm, wire) == pytest.approx(counted(wire), rel=1e-12)


@pytest.mark.parametrize("hosts, per_host", SHAPES)
def test_bruck_all_gather(hosts, per_host):
    wire = wire_for(hosts, per_host)
    wanted = np.concatenate([wire.data[i, part] for i, part in enumerate(w.blocks(wire.size, wire.ranks))])
    w.bruck_all_gather(wire)
    assert (wire.data == wanted).all()
    assert formula("all-gather", "bruck", wire) == counted(wire)
    if hosts == 1:
        assert wire.serial[0] == wire.size * (wire.ranks - 1) / wire.ranks


@pytest.mark.parametrize("hosts, per_host", SHAPES)
def test_bruck_all_to_all(hosts, per_host):
    wire = wire_for(hosts, per_host)
    bags = w.bruck_all_to_all(wire)
    assert all(sorted(bag) == [(i, rank) for i in range(wire.ranks)] for rank, bag in enumerate(bags))
    made = formula("all-to-all", "bruck", wire)
    assert made == counted(wire)
    if hosts == 1 and per_host == 8:
        assert made[0] == wire.size / 2 * 3


@pytest.mark.parametrize("hosts, per_host", SHAPES)
@pytest.mark.parametrize(
    "algorithm, run", [("pairwise", w.pairwise_all_to_all), ("hierarchical", w.two_level_all_to_all)]
)
def test_all_to_all(hosts, per_host, algorithm, run):
    wire = wire_for(hosts, per_host)
    bags = run(wire)
    assert all(sorted(bag) == [(i, rank) for i in range(wire.ranks)] for rank, bag in enumerate(bags))
    assert formula("all-to-all", algorithm, wire) == pytest.approx(counted(wire), rel=1e-12)


@pytest.mark.parametrize("hosts, per_host", SHAPES)
def test_binomial_broadcast(hosts, per_host):
    wire = wire_for(hosts, per_host)
    wanted = wire.data[0].copy()
    w.binomial_broadcast(wire)
    assert (wire.data == wanted).all()
    inside, outside, ticks, crossing = counted(wire)
    _, between, *hops = formula("broadcast", "binomial", wire)
    assert hops == [ticks, crossing]
    assert between == outside
    second = c.cost_of("broadcast", "binomial", cluster(hosts, per_host), wire.size).stages[1]
    assert second.inside_B == inside


@pytest.mark.parametrize("ranks", range(2, 40))
def test_double_binary_tree(ranks):
    """Of single ranks: the busiest carries what the formula says, and no path is longer."""
    wire = w.Wire(ranks, 1, 64)
    wanted = wire.data.sum(axis=0)
    depths = w.double_tree(wire)
    assert (wire.data == wanted).all()
    _, outside, _, hops = formula("all-reduce", "tree", wire)
    assert outside == wire.sent[1].max()
    assert 2 * max(depths) <= hops == 2 * (ranks - 1).bit_length()
    if ranks & (ranks - 1) == 0:
        assert 2 * max(depths) == hops


@pytest.mark.parametrize("ranks", [2, 3, 8])
def test_switches_that_reduce(ranks):
    """Each rank: its array is read to be reduced, and its part of the result is written to all at once."""
    sent = received = np.zeros(ranks)
    for part in range(ranks):
        sent = sent + 1 / ranks  # everybody's part is read
        received = received + (np.arange(ranks) == part) / ranks  # the sum comes back once
        sent = sent + (np.arange(ranks) == part) / ranks  # and is written once
        received = received + 1 / ranks  # to everybody
    cost = c.cost_of("all-reduce", "in-network", cluster(1, ranks), 1.0)
    assert float(cost.total("inside_B")) == pytest.approx(sent.max()) == pytest.approx(received.max())


@pytest.mark.parametrize("hosts, per_host, servers", [(4, 8, 1), (4, 8, 4), (2, 3, 8)])
def test_parameter_servers(hosts, per_host, servers):
    """Pushes of every rank (or of every host) to every server, in equal shares."""
    many = c.Cluster(hosts, per_host, 1, 8e9, 8e9, servers=servers)
    for name, pushing in (("parameter-server-sharded", per_host), ("parameter-server-hierarchical", 1)):
        into, out_of = np.zeros(servers), np.zeros(hosts)
        for host in range(hosts):
            for _ in range(pushing):
                into += 1 / servers
                out_of[host] += 1
        cost = c.cost_of("all-reduce", name, many, 1.0)
        assert float(cost.outside_B) == pytest.approx(max(into.max(), out_of.max()))
    assert float(c.cost_of("all-reduce", "parameter-server", many, 1.0).outside_B) == hosts * per_host

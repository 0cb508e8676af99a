"""Structured fabrics by formula, against networkx on their links, and against closed forms."""

from __future__ import annotations

from itertools import pairwise
from math import comb, prod

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly._kernel import fabric, graph

CLOS, TORUS, DRAGONFLY = 0, 1, 2
ECMP, ORDERED, MINIMAL, VALIANT = 0, 1, 2, 3


def i32(values):
    return np.ascontiguousarray(values, dtype=np.int32)


def numbers(*values):
    return i32(values)


@st.composite
def closes(draw):
    """Folded Clos fabrics of one to four tiers, with partial pods and zones, or planes."""
    tiers = draw(st.integers(1, 4))
    leaves = draw(st.integers(1, 9))
    pod = draw(st.integers(1, leaves)) if tiers > 2 else leaves
    zone = draw(st.integers(1, 3)) if tiers > 3 else -(-leaves // pod)
    planes = draw(st.integers(1, 3)) if tiers < 3 else 1
    widths = [draw(st.integers(1, 3)) if t < 2 * (tiers - 1) else 0 for t in range(6)]
    return CLOS, numbers(tiers, planes, leaves, pod, zone, *widths)


@st.composite
def tori(draw):
    """Tori and meshes of one to three dimensions."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
    wraps = [int(size > 2 and draw(st.booleans())) for size in sizes]
    return TORUS, numbers(
        len(sizes), draw(st.integers(1, 2)), *(x for pair in zip(sizes, wraps, strict=True) for x in pair)
    )


@st.composite
def dragonflies(draw):
    """Dragonflies of any number of groups that the global ports allow."""
    routers, ports = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    groups = draw(st.integers(1, routers * ports + 1))
    return DRAGONFLY, numbers(groups, routers, ports, draw(st.integers(1, 2)), draw(st.integers(0, 1)))


shapes = st.one_of(closes(), tori(), dragonflies())


class Case:
    """A fabric as a multigraph, and all pairs of a switch and an end."""

    def __init__(self, shape):
        self.shape = shape
        self.n, self.ends, self.src, self.dst = fabric.links(*shape)
        self.graph = nx.MultiDiGraph()
        self.graph.add_nodes_from(range(self.n))
        self.graph.add_edges_from(zip(self.src.tolist(), self.dst.tolist(), range(len(self.src)), strict=True))
        at, to = np.meshgrid(np.arange(self.n), np.arange(self.ends))
        self.at, self.to = i32(at.ravel()), i32(to.ravel())
        self.hops = dict(nx.all_pairs_shortest_path_length(self.graph))

    def pairs(self):
        return zip(self.at.tolist(), self.to.tolist(), strict=True)

    def between_ends(self):
        at, to = np.meshgrid(np.arange(self.ends), np.arange(self.ends))
        return i32(at.ravel()), i32(to.ravel())

    def shares(self, routing, at, to):
        none = i32(np.full(len(at), -1))
        ptr, link, share = fabric.shares(*self.shape, routing, 0, len(self.src), at, to, none, none)
        return [dict(zip(link[a:b].tolist(), share[a:b].tolist(), strict=True)) for a, b in pairwise(ptr.tolist())]

    def loads(self, routing, at, to, amount):
        none, zero = i32(np.full(len(at), -1)), i32(np.zeros(len(at)))
        arrays = (at, to, none, none, at, to, np.asarray(amount, dtype=float), zero)
        return fabric.loads(*self.shape, routing, 0, len(self.src), *arrays, 1)[0]


@given(shapes)
@settings(max_examples=150, deadline=None)
def test_both_directions_of_a_cable_are_neighbours_in_the_table(shape):
    case = Case(shape)
    assert (case.src[0::2] == case.dst[1::2]).all() and (case.dst[0::2] == case.src[1::2]).all()
    assert (case.src != case.dst).all()
    assert ((case.src >= 0) & (case.src < case.n)).all()


@given(shapes)
@settings(max_examples=150, deadline=None)
def test_distances_are_those_of_a_breadth_first_search(shape):
    case = Case(shape)
    found = fabric.distances(*shape, case.at, case.to).tolist()
    assert found == [case.hops[at].get(to, -1) for at, to in case.pairs()]


@given(shapes)
@settings(max_examples=150, deadline=None)
def test_next_hops_are_the_links_that_lead_one_step_nearer(shape):
    case = Case(shape)
    ptr, node, link = fabric.next_hops(*shape, ECMP, case.at, case.to)
    for row, (at, to) in enumerate(case.pairs()):
        wanted = [
            number
            for _, other, number in case.graph.out_edges(at, keys=True)
            if to in case.hops[at] and case.hops[other].get(to, -1) == case.hops[at][to] - 1
        ]
        entries = slice(ptr[row], ptr[row + 1])
        assert link[entries].tolist() == sorted(wanted)
        assert (case.dst[link[entries]] == node[entries]).all()


@given(shapes)
@settings(max_examples=100, deadline=None)
def test_path_counts_add_up_over_next_hops(shape):
    case = Case(shape)
    found = dict(zip(case.pairs(), fabric.path_counts(*shape, case.at, case.to).tolist(), strict=True))
    for (at, to), count in found.items():
        if to not in case.hops[at]:
            assert count == 0
        elif at == to:
            assert count == 1
        else:
            near = [
                o for _, o, _ in case.graph.out_edges(at, keys=True) if case.hops[o].get(to) == case.hops[at][to] - 1
            ]
            assert count == sum(found[other, to] for other in near)


@given(shapes)
@settings(max_examples=50, deadline=None)
def test_shares_are_those_of_a_search(shape):
    case = Case(shape)
    at, to = case.between_ends()
    ones = np.ones(len(case.src))
    up = np.ones(len(case.src), dtype=bool)
    ptr, link, share = graph.ecmp_shares(
        case.n, case.src, case.dst, ones, np.ones(case.n, dtype=bool), up, ones, at, to
    )
    searched = [dict(zip(link[a:b].tolist(), share[a:b].tolist(), strict=True)) for a, b in pairwise(ptr.tolist())]
    for one, other in zip(case.shares(ECMP, at, to), searched, strict=True):
        assert one == pytest.approx(other, rel=1e-12)


@given(shapes, st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_loads_are_shares_times_amounts_by_group_whatever_the_order(shape, seed):
    case, random = Case(shape), np.random.default_rng(seed)
    at, to = case.between_ends()
    known = [ECMP] + ([ORDERED, VALIANT] if shape[0] == TORUS else [MINIMAL, VALIANT] if shape[0] == DRAGONFLY else [])
    routing = int(random.choice(known))
    amount, group = random.random(len(at)), i32(random.integers(0, 3, len(at)))
    wanted = np.zeros((3, len(case.src)))
    for f, row in enumerate(case.shares(routing, at, to)):
        for link, share in row.items():
            wanted[group[f], link] += amount[f] * share
    none = i32(np.full(len(at), -1))

    def found(order):
        ends = (i32(at[order]), i32(to[order]))
        rest = (amount[order], i32(group[order]), 3)
        return fabric.loads(*shape, routing, 0, len(case.src), *ends, none, none, *ends, *rest)

    order = np.arange(len(at))
    np.testing.assert_allclose(found(order), wanted, rtol=1e-9, atol=1e-12)
    assert np.array_equal(found(random.permutation(order)), found(order))


def carried(case, row, at, to):
    """Checks that a row of shares is a flow of one unit."""
    net = np.zeros(case.n)
    for link, share in row.items():
        net[case.src[link]] += share
        net[case.dst[link]] -= share
    wanted = np.zeros(case.n)
    if at != to:
        wanted[at], wanted[to] = 1, -1
    np.testing.assert_allclose(net, wanted, atol=1e-9)


@given(st.one_of(tori(), dragonflies()))
@settings(max_examples=50, deadline=None)
def test_every_routing_carries_one_unit(shape):
    case = Case(shape)
    at, to = case.between_ends()
    for routing in (ECMP, ORDERED if shape[0] == TORUS else MINIMAL, VALIANT):
        for row, a, b in zip(case.shares(routing, at, to), at.tolist(), to.tolist(), strict=True):
            carried(case, row, a, b)
            assert all(0 < share <= 1 + 1e-12 for share in row.values())


@given(tori())
@settings(max_examples=20, deadline=None)
def test_dimension_order_is_one_shortest_way_lowest_dimension_first(shape):
    case = Case(shape)
    at, to = case.between_ends()
    sizes = shape[1][2::2].tolist()
    place = np.stack(np.unravel_index(np.arange(case.n), sizes[::-1]), axis=1)[:, ::-1]
    parallel = int(shape[1][1])
    for row, a, b in zip(case.shares(ORDERED, at, to), at.tolist(), to.tolist(), strict=True):
        assert len(row) == parallel * case.hops[a][b]
        changed = [int(np.flatnonzero(place[case.src[k]] != place[case.dst[k]])[0]) for k in row]
        assert changed == sorted(changed)
        assert set(row.values()) <= {1 / parallel}


@given(dragonflies())
@settings(max_examples=60, deadline=None)
def test_minimal_routing_of_a_dragonfly_crosses_one_global_link(shape):
    case = Case(shape)
    routers = int(shape[1][1])
    at, to = case.between_ends()
    for row, a, b in zip(case.shares(MINIMAL, at, to), at.tolist(), to.tolist(), strict=True):
        crossing = [(case.src[k] // routers, case.dst[k] // routers, share) for k, share in row.items()]
        outside = [entry for entry in crossing if entry[0] != entry[1]]
        assert {(g, d) for g, d, _ in outside} <= {(a // routers, b // routers)}
        assert sum(share for *_, share in outside) == pytest.approx(float(a // routers != b // routers))
        assert sum(row.values()) <= 3 + 1e-9


@given(dragonflies())
@settings(max_examples=40, deadline=None)
def test_valiant_visits_every_other_group_alike(shape):
    case = Case(shape)
    groups, routers = (int(x) for x in shape[1][:2])
    at, to = case.between_ends()
    for row, a, b in zip(case.shares(VALIANT, at, to), at.tolist(), to.tolist(), strict=True):
        if groups < 3 or a // routers == b // routers:
            continue
        entered = np.zeros(groups)
        for link, share in row.items():
            if case.src[link] // routers != case.dst[link] // routers:
                entered[case.dst[link] // routers] += share
        others = [g for g in range(groups) if g not in (a // routers, b // routers)]
        np.testing.assert_allclose(entered[others], 1 / (groups - 2))
        assert entered[b // routers] == pytest.approx(1)


@pytest.mark.parametrize("sizes", [(3, 1, 4, 0), (3, 1, 4, 1), (5, 1, 2, 0), (4, 1, 4, 1)])
def test_valiant_on_a_torus_is_the_mean_over_all_intermediate_switches(sizes):
    case = Case((TORUS, numbers(2, 2, *sizes)))
    wanted: dict[int, float] = {}
    for middle in range(case.n):
        first, second = case.shares(ECMP, i32([1, middle]), i32([middle, case.n - 2]))
        for row in (first, second):
            for link, share in row.items():
                wanted[link] = wanted.get(link, 0.0) + share / case.n
    [found] = case.shares(VALIANT, i32([1]), i32([case.n - 2]))
    assert found == pytest.approx(wanted)


@pytest.mark.parametrize("k", [4, 8, 16])
def test_a_fat_tree_has_a_quarter_of_k_squared_paths_between_pods(k):
    half = k // 2
    shape = (CLOS, numbers(3, 1, k * half, half, k, half, 1, half, 1, 0, 0))
    assert fabric.links(*shape)[0] == 5 * k * k // 4
    assert fabric.path_counts(*shape, i32([0, 0]), i32([half, 1])).tolist() == [half**2, half]
    assert fabric.distances(*shape, i32([0, 0, 0]), i32([half, 1, 0])).tolist() == [4, 2, 0]


@pytest.mark.parametrize("sizes", [(8,), (7,), (4, 6), (5, 5), (4, 4, 4), (3, 4, 5)])
def test_the_mean_distance_of_a_torus_is_a_quarter_of_each_even_size(sizes):
    """k/4 for even k, (k^2 - 1) / 4k for odd k, in each dimension (Dally & Towles 2004, 3.2)."""
    shape = (TORUS, numbers(len(sizes), 1, *(x for size in sizes for x in (size, 1))))
    n = prod(sizes)
    at, to = np.meshgrid(np.arange(n), np.arange(n))
    mean = fabric.distances(*shape, i32(at.ravel()), i32(to.ravel())).mean()
    assert mean == pytest.approx(sum(k / 4 if k % 2 == 0 else (k * k - 1) / (4 * k) for k in sizes))


def test_paths_of_a_mesh_are_binomial():
    shape = (TORUS, numbers(2, 1, 6, 0, 5, 0))
    assert fabric.path_counts(*shape, i32([0]), i32([29]))[0] == comb(5 + 4, 4)


@pytest.mark.parametrize("arrangement", [0, 1])
@pytest.mark.parametrize("a, h", [(2, 1), (4, 2), (6, 3), (8, 4)])
def test_a_whole_dragonfly_has_diameter_three_and_one_link_between_groups(a, h, arrangement):
    g = a * h + 1
    shape = (DRAGONFLY, numbers(g, a, h, 1, arrangement))
    n, _, src, dst = fabric.links(*shape)
    assert len(src) == 2 * (g * a * (a - 1) // 2 + g * (g - 1) // 2)
    crossing = src // a != dst // a
    assert len({*zip((src // a)[crossing].tolist(), (dst // a)[crossing].tolist(), strict=True)}) == g * (g - 1)
    assert (np.bincount(src, minlength=n) == a - 1 + h).all()
    at, to = np.meshgrid(np.arange(n), np.arange(n))
    assert fabric.distances(*shape, i32(at.ravel()), i32(to.ravel())).max() == (3 if a > 1 else 1)


def test_all_to_all_on_a_ring_loads_every_link_alike():
    """Of k switches, k even: k^2/8 units on each link, when every switch sends one unit to every other."""
    case = Case((TORUS, numbers(1, 1, 8, 1)))
    at, to = case.between_ends()
    np.testing.assert_allclose(case.loads(ECMP, at, to, at != to), 8**2 / 8)


def test_valiant_halves_the_throughput_of_uniform_traffic_and_keeps_it_for_a_tornado():
    """A tornado sends half-way round: minimal loads one direction k/2 - 1, Valiant's no more than uniform traffic."""
    k = 9
    case = Case((TORUS, numbers(1, 1, k, 1)))
    at = np.arange(k)
    to = (at + 4) % k
    assert case.loads(ECMP, i32(at), i32(to), np.ones(k)).max() == pytest.approx(4)
    uniform = (k * k - 1) / 8 / k  # of a unit that every switch sends
    assert case.loads(VALIANT, i32(at), i32(to), np.ones(k)).max() == pytest.approx(2 * uniform)


@pytest.mark.parametrize(
    "shape",
    [
        (3, numbers(1, 1, 1)),
        (CLOS, numbers(2, 1)),
        (CLOS, numbers(5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)),
        (CLOS, numbers(2, 1, 4, 2, 1, 2, 1, 0, 0, 0, 0)),
        (CLOS, numbers(2, 1, 4, 4, 1, 0, 1, 0, 0, 0, 0)),
        (CLOS, numbers(2, 1, 2**30, 2**30, 1, 2**30, 4, 0, 0, 0, 0)),
        (CLOS, numbers(3, 2, 4, 2, 2, 2, 1, 2, 1, 0, 0)),
        (TORUS, numbers(2, 1, 4, 1)),
        (TORUS, numbers(1, 1, 2, 1)),
        (TORUS, numbers(1, 0, 4, 1)),
        (TORUS, numbers(3, 1, 2000, 0, 2000, 0, 2000, 0)),
        (DRAGONFLY, numbers(10, 4, 2, 1, 0)),
        (DRAGONFLY, numbers(9, 4, 2, 1, 2)),
        (DRAGONFLY, numbers(9, 4, 0, 1, 0)),
    ],
)
def test_numbers_that_are_no_fabric_are_refused(shape):
    with pytest.raises(ValueError):
        fabric.links(*shape)


def test_wrong_arguments_are_refused():
    shape, none = (CLOS, numbers(2, 1, 4, 4, 1, 2, 1, 0, 0, 0, 0)), i32([-1])
    ends = (i32([0]), i32([1]), none, none)
    with pytest.raises(ValueError, match="routing"):
        fabric.next_hops(*shape, ORDERED, i32([0]), i32([1]))
    with pytest.raises(ValueError, match="to"):
        fabric.next_hops(*shape, ECMP, i32([0]), i32([4]))  # a spine is no end
    with pytest.raises(ValueError, match="at"):
        fabric.distances(*shape, i32([6]), i32([1]))
    with pytest.raises(ValueError, match="offset"):
        fabric.shares(*shape, ECMP, 1, 16, *ends)
    with pytest.raises(ValueError, match="link"):
        fabric.shares(*shape, ECMP, 0, 16, i32([0]), i32([1]), i32([16]), none)
    with pytest.raises(ValueError, match="amount"):
        fabric.loads(*shape, ECMP, 0, 16, *ends, *ends[:2], np.array([-1.0]), i32([0]), 1)
    with pytest.raises(ValueError, match="group"):
        fabric.loads(*shape, ECMP, 0, 16, *ends, *ends[:2], np.array([1.0]), i32([1]), 1)

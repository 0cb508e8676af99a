"""The spread of hashing: against balls in bins, and against the same walk written in Python."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.draws import mix as step
from tests.kernel.graphs import Case, cases, f64, fat_tree, hosts_of, i32

from easterly._kernel import graph
from easterly.base.seeds import mix

Flow = tuple[int, int, float, int, int]


def spread(
    case: Case,
    flows: list[Flow],
    capacity: np.ndarray,
    *,
    phases: int = 1,
    seed: int = 1,
    draws: int = 64,
    weight: np.ndarray | None = None,
    seeds: np.ndarray | None = None,
    told: list[int] | None = None,
) -> tuple[np.ndarray, ...]:
    """Flows are (source, destination, amount, connections, phase)."""
    src, dst, amount, connections, phase = ([f[i] for f in flows] for i in range(5))
    node_seed = i32(np.arange(case.n) * 7919 + 1) if seeds is None else seeds
    named = np.full(len(flows), 7, dtype=np.int32) if told is None else i32(told)
    columns = graph.hashed_spread(
        *case.arrays, case.even if weight is None else weight, node_seed, i32(src), i32(dst), f64(amount),
        i32(connections), named, i32(phase), phases, f64(capacity)[None], seed, draws,
    )  # fmt: skip
    return tuple(column[0] for column in columns)


def two_switches(hosts: int, width: int) -> Case:
    """`hosts` on each side, `width` parallel links between; the parallel links come first."""
    cables = [(0, 1)] * width
    cables += [(2 + h, 0) for h in range(hosts)] + [(1, 2 + hosts + h) for h in range(hosts)]
    return Case.of(2 + 2 * hosts, [(a, b, 1.0) for a, b in cables], ends=tuple(range(2, 2 + 2 * hosts)))


def across(hosts: int) -> list[Flow]:
    return [(2 + h, 2 + hosts + h, 1.0, 1, 0) for h in range(hosts)]


def slow_links(case: Case, slow: range) -> np.ndarray:
    capacity = np.full(case.links, np.inf)
    capacity[slow.start : slow.stop] = 1.0
    return capacity


@pytest.mark.parametrize(("flows", "width"), [(2, 2), (4, 2), (5, 3), (6, 4)])
def test_mean_of_the_busiest_of_equal_links_is_that_of_balls_in_bins(flows: int, width: int) -> None:
    """Every placement of the balls written out; 20,000 draws stay within four standard errors."""
    fullest = [max(p.count(b) for b in range(width)) for p in product(range(width), repeat=flows)]
    case = two_switches(flows, width)
    even, mean, p95, _, _ = spread(case, across(flows), slow_links(case, range(width)), draws=20_000)
    assert even[0] == pytest.approx(flows / width)
    assert mean[0] == pytest.approx(np.mean(fullest), abs=4 * np.std(fullest) / math.sqrt(20_000))
    counts = np.bincount(fullest) / len(fullest)
    assert p95[0] == np.argmax(np.cumsum(counts) >= 0.95)


@pytest.mark.parametrize(("flows", "width"), [(4, 4), (8, 4), (16, 8)])
def test_number_of_links_in_use(flows: int, width: int) -> None:
    """f equal flows over w links use w (1 - (1 - 1/w)^f) of them on average."""
    case, trials = two_switches(flows, width), 2000
    used = sum(
        spread(case, across(flows), slow_links(case, range(1)), seed=seed, draws=1)[1][0] > 0 for seed in range(trials)
    )
    want = 1 - (1 - 1 / width) ** flows
    assert width * used / trials == pytest.approx(width * want, abs=4 * width * math.sqrt(want * (1 - want) / trials))


def test_weights_set_the_odds() -> None:
    case, draws = two_switches(1, 3), 20_000
    weight = case.even.copy()
    weight[:3] = 1.0, 2.0, 5.0
    for link, odds in enumerate([1 / 8, 2 / 8, 5 / 8]):
        _, mean, _, _, _ = spread(case, across(1), slow_links(case, range(link, link + 1)), weight=weight, draws=draws)
        assert mean[0] == pytest.approx(odds, abs=4 * math.sqrt(odds * (1 - odds) / draws))


def next_hops(case: Case, target: int) -> dict[int, list[int]]:
    """Links on a cheapest path to the target, by node, in the order of their numbers."""
    distance = case.distances(range(case.n))[:, target]
    hops: dict[int, list[int]] = {}
    for link in np.flatnonzero(case.alive).tolist():
        a, b = int(case.src[link]), int(case.dst[link])
        passes = b == target or case.transit[b]
        if (
            passes
            and distance[a] < math.inf
            and a != target
            and distance[b] + case.cost[link] <= distance[a] * (1 + 1e-9)
        ):
            hops.setdefault(a, []).append(link)
    return hops


@given(cases(), st.data())
def test_even_and_hashed_equal_the_walk_in_python(case: Case, data: st.DataObject) -> None:
    node = st.integers(0, case.n - 1)
    size, count = st.sampled_from([0.0, 1.0, 3.0]), st.integers(1, 3)
    pairs = data.draw(st.dictionaries(st.tuples(node, node), st.tuples(size, count), max_size=8))
    flows = [(s, t, amount, connections, 0) for (s, t), (amount, connections) in pairs.items()]
    capacity = f64(np.arange(case.links) + 1.0)
    seeds = i32(data.draw(st.lists(st.integers(0, 2**31 - 1), min_size=case.n, max_size=case.n)))
    even, mean, p95, even_link, p95_link = spread(case, flows, capacity, seeds=seeds, draws=20, seed=5)
    split = graph.ecmp_loads(
        *case.arrays, case.even, i32([f[0] for f in flows]), i32([f[1] for f in flows]), f64([f[2] for f in flows]),
        i32([0] * len(flows)), 1,
    )[0]  # fmt: skip
    assert even[0] == pytest.approx(max(split / capacity, default=0.0), rel=1e-12)
    rounds = [walked(case, flows, seeds, mix(5, d)) / capacity for d in range(20)]
    worst = sorted((max(r, default=0.0), int(np.argmax(r)) if len(r) and r.any() else -1) for r in rounds)
    assert mean[0] == pytest.approx(math.fsum(w for w, _ in worst) / 20, rel=1e-12)
    assert p95[0] == pytest.approx(worst[18][0], rel=1e-12)
    if p95[0] > 0:
        assert any(rounds[d][p95_link[0]] == pytest.approx(p95[0], rel=1e-12) for d in range(20))
        assert split[even_link[0]] / capacity[even_link[0]] == pytest.approx(even[0], rel=1e-12)
    else:
        assert p95_link[0] == even_link[0] == -1


def walked(case: Case, flows: list[Flow], seeds: np.ndarray, draw: int, told: int = 7) -> np.ndarray:
    """Load of each link in one draw, connection by connection, hop by hop; flows are between distinct pairs."""
    none = 2**64 - 1
    load = np.zeros(case.links)
    for source, target, amount, connections, _ in flows:
        hops = next_hops(case, target)
        for k in range(connections):
            name = mix(
                source if told & 1 else none, target if told & 2 else none, *((0, k) if told & 4 else (none, none))
            )
            name = step(name, draw)
            at = source
            while at in hops:
                choice = hops[at]
                link = choice[step(name, int(seeds[at])) * len(choice) >> 64]
                load[link] += amount / connections
                at = int(case.dst[link])
    return load


@pytest.mark.parametrize("told", range(8))
def test_what_is_not_hashed_is_not_told_apart(told: int) -> None:
    tree, hosts = fat_tree(4), hosts_of(4).tolist()
    flows = [(hosts[i], hosts[(i * 3 + 6 + j) % 16], 1.0 + i % 3, 3, 0) for i in range(16) for j in range(2)]
    seeds, capacity = i32(np.arange(tree.n) * 7919 + 1), np.arange(tree.links) + 1.0
    _, mean, _, _, _ = spread(tree, flows, capacity, seeds=seeds, draws=10, seed=5, told=[told] * len(flows))
    rounds = [walked(tree, flows, seeds, mix(5, d), told) / capacity for d in range(10)]
    assert mean[0] == pytest.approx(math.fsum(r.max() for r in rounds) / 10, rel=1e-12)


def test_flows_told_apart_differently_are_not_walked_together() -> None:
    tree, hosts = fat_tree(4), hosts_of(4).tolist()
    flows = [(hosts[i], hosts[(i + 6) % 16], 1.0, 4, p) for p in range(2) for i in range(16)]
    both = spread(tree, flows, np.ones(tree.links), phases=2, told=[7] * 16 + [3] * 16)
    for p, told in enumerate((7, 3)):
        alone = spread(tree, [(*f[:4], 0) for f in flows[:16]], np.ones(tree.links), told=[told] * 16)
        assert [c[p] for c in both] == [c[0] for c in alone]


@given(st.permutations(range(32)))
def test_the_order_of_the_flows_changes_nothing(order: list[int]) -> None:
    tree, hosts = fat_tree(4), hosts_of(4).tolist()
    flows = [(hosts[i], hosts[(i + 6) % 16], 1.0 + i % 3, 1 + i % 4, i % 2) for i in range(16)]
    flows += [(*f[:2], f[2] + 1, *f[3:]) for f in flows]  # pairs with two flows each
    capacity = np.full(tree.links, 0.1)
    first = spread(tree, flows, capacity, phases=2)
    again = spread(tree, [flows[i] for i in order], capacity, phases=2)
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_phase_does_not_see_the_others() -> None:
    tree, hosts = fat_tree(4), hosts_of(4).tolist()
    flows = [(hosts[i], hosts[(i + 6) % 16], 1.0, 2, 0) for i in range(16)]
    more = flows + [(hosts[i], hosts[(i + 5) % 16], 2.0, 3, 2) for i in range(16)]
    capacity = np.ones(tree.links)
    alone, among = spread(tree, flows, capacity), spread(tree, more, capacity, phases=3)
    assert [c[0] for c in alone] == [c[0] for c in among]
    assert [c[1] for c in among] == [0.0, 0.0, 0.0, -1, -1]


def test_equal_seeds_on_all_nodes_polarise() -> None:
    """The fault that per-node seeds are there to prevent: tier two repeats the choice of tier one."""
    tree, hosts = fat_tree(8), hosts_of(8).tolist()
    flows = [(h, hosts[(i + 64) % 128], 1.0, 1, 0) for i, h in enumerate(hosts)]
    capacity = np.ones(tree.links)
    _, good, _, _, _ = spread(tree, flows, capacity, seeds=i32(np.arange(tree.n)))
    _, poor, _, _, _ = spread(tree, flows, capacity, seeds=i32(np.zeros(tree.n)))
    assert poor[0] > 1.5 * good[0]


def test_more_connections_come_nearer_to_even() -> None:
    case, hosts = two_switches(16, 8), 16
    means = [
        spread(case, [(*f[:3], n, 0) for f in across(hosts)], slow_links(case, range(8)))[1][0] for n in (1, 8, 64, 512)
    ]
    assert means == sorted(means, reverse=True)
    assert means[-1] == pytest.approx(2.0, rel=0.1)


@given(cases(), st.data())
def test_every_row_of_capacities_gives_what_it_gives_alone(case: Case, data: st.DataObject) -> None:
    node, amount = st.integers(0, case.n - 1), st.sampled_from([0.0, 1.0, 3.0])
    flow = st.tuples(node, node, amount, st.integers(1, 3), st.integers(0, 1))
    flows = data.draw(st.lists(flow, max_size=8))
    rows = f64([np.arange(case.links) + 1.0, np.full(case.links, np.inf), np.arange(case.links, 0, -1.0)])
    arguments = [i32([f[i] for f in flows]) for i in range(2)] + [f64([f[2] for f in flows])]
    arguments += [i32([f[3] for f in flows]), i32([7] * len(flows)), i32([f[4] for f in flows])]
    together = graph.hashed_spread(*case.arrays, case.even, i32(range(case.n)), *arguments, 2, rows, 5, 7)
    for row, capacity in enumerate(rows):
        for one, all_ in zip(spread(case, flows, capacity, phases=2, seed=5, draws=7,
                                    seeds=i32(range(case.n))), together, strict=True):  # fmt: skip
            np.testing.assert_array_equal(one, all_[row])


@pytest.mark.parametrize("phases", range(1, 7))
def test_phases_between_the_same_ends_give_what_each_gives_alone(phases: int) -> None:
    """They are walked together, four at most; a phase of other connections among them is not."""
    tree, hosts = fat_tree(4), hosts_of(4).tolist()
    capacity = np.arange(tree.links) + 1.0
    parts = [[(hosts[i], hosts[(i + 6) % 16], (1.0 + i % 3) * 0.1 * (p + 1), 2 + (p == 1), 0) for i in range(16)]
             for p in range(phases)]  # fmt: skip
    together = spread(tree, [(*f[:4], p) for p, part in enumerate(parts) for f in part], capacity, phases=phases)
    for p, part in enumerate(parts):
        assert [c[p] for c in together] == [c[0] for c in spread(tree, part, capacity)]

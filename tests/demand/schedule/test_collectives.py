"""Collectives message by message: against closed forms, against phases, and against carrying the data out."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.demand.clusters import NIC_BPS, network
from tests.demand.schedule.steps import assert_sound, layout, predecessors, sent

from easterly.demand import mapping
from easterly.demand.layout import Layout
from easterly.demand.mapping import ALGORITHMS, Group
from easterly.demand.schedule import Latency, critical_path, of_collective
from easterly.demand.schedule.tree import PIECES
from easterly.model.schedule import EventKind
from easterly.model.spec.job import Library

EVERY = [(name, collective) for name, known in ALGORITHMS.items() for collective in known.collectives]
ALPHA_S, SIZE_B = 5e-6, 1e9
NOTHING = Latency(0.0, 0.0)
ALONE = Latency(ALPHA_S, 0.0)


def one_group(hosts, gpus=1, nics=1, **more):
    return Group.of("dp", layout(hosts, gpus, nics, **more), np.arange(hosts * gpus)[None])


def makespan_s(group, collective, algorithm, latency=ALONE, size_B=SIZE_B):
    return critical_path(of_collective(group, collective, size_B, algorithm, latency=latency), NIC_BPS).makespan_s


@pytest.mark.parametrize("ranks", [2, 3, 4, 7, 16])
@pytest.mark.parametrize("collective, steps", [("all-reduce", 2), ("reduce-scatter", 1), ("all-gather", 1)])
def test_rings_take_n_minus_one_steps_each_of_a_part(ranks, collective, steps):
    """Patarasuk & Yuan 2009: 2(n-1) (alpha + S / (n B)) for an all-reduce, half of it for the others."""
    once_s = ALPHA_S + SIZE_B / ranks * 8 / NIC_BPS
    assert makespan_s(one_group(ranks), collective, "ring") == pytest.approx(steps * (ranks - 1) * once_s)


@pytest.mark.parametrize("ranks", [2, 4, 8, 16])
def test_halving_and_doubling_of_powers_of_two(ranks):
    """Thakur et al. 2005, 4.5: 2 lg n alpha + 2 (n-1)/n S / B."""
    wanted = 2 * np.log2(ranks) * ALPHA_S + 2 * (ranks - 1) / ranks * SIZE_B * 8 / NIC_BPS
    assert makespan_s(one_group(ranks), "all-reduce", "halving-doubling") == pytest.approx(wanted)


@pytest.mark.parametrize("ranks", [3, 5, 6, 12])
def test_halving_and_doubling_folds_the_rest_in_and_out(ranks):
    inner = 1 << (ranks.bit_length() - 1)
    whole_s = SIZE_B * 8 / NIC_BPS
    wanted = 2 * (ALPHA_S + whole_s) + 2 * np.log2(inner) * ALPHA_S + 2 * (inner - 1) / inner * whole_s
    assert makespan_s(one_group(ranks), "all-reduce", "halving-doubling") == pytest.approx(wanted)


@pytest.mark.parametrize("ranks", [2, 3, 5, 8])
def test_pairwise_exchange(ranks):
    """Thakur et al. 2005, 4.4: (n-1) (alpha + S / (n B))."""
    wanted = (ranks - 1) * (ALPHA_S + SIZE_B / ranks * 8 / NIC_BPS)
    assert makespan_s(one_group(ranks), "all-to-all", "pairwise") == pytest.approx(wanted)


@pytest.mark.parametrize("ranks", [2, 4, 8])
def test_bruck(ranks):
    """Bruck et al. 1997: lg n (alpha + S / (2 B)) for a power of two."""
    wanted = np.log2(ranks) * (ALPHA_S + SIZE_B / 2 * 8 / NIC_BPS)
    assert makespan_s(one_group(ranks), "all-to-all", "bruck") == pytest.approx(wanted)


@pytest.mark.parametrize("ranks", [2, 3, 4, 5, 8, 13, 16])
@pytest.mark.parametrize("collective", ["broadcast", "reduce"])
def test_binomial_trees(ranks, collective):
    """Thakur et al. 2005: ceil(lg n) (alpha + S / B); a reduce may be quicker if n is no power of two."""
    bound = (ranks - 1).bit_length() * (ALPHA_S + SIZE_B * 8 / NIC_BPS)
    took = makespan_s(one_group(ranks), collective, "tree")
    if collective == "broadcast" or ranks & (ranks - 1) == 0:
        assert took == pytest.approx(bound)
    assert took <= bound * (1 + 1e-12)


@pytest.mark.parametrize("ranks", [2, 3, 8])
@pytest.mark.parametrize("collective", ["broadcast", "reduce"])
def test_chains_pass_pieces_on(ranks, collective):
    """n-1 hops for the first piece, one more for each that follows it."""
    wanted = (ranks - 2 + PIECES) * (ALPHA_S + SIZE_B / PIECES * 8 / NIC_BPS)
    assert makespan_s(one_group(ranks), collective, "ring") == pytest.approx(wanted)


@pytest.mark.parametrize("ranks", [2, 3, 4, 7, 8, 16, 31])
def test_double_trees_are_pipelined_up_and_down(ranks):
    """Each piece of half the array climbs the tree and falls, at most lg n hops each way (Sanders et al. 2009)."""
    took = makespan_s(one_group(ranks), "all-reduce", "tree")
    once_s = ALPHA_S + SIZE_B / 2 / PIECES * 8 / NIC_BPS
    hops = took / once_s - (PIECES - 1)
    assert hops == pytest.approx(round(hops))
    assert 2 * np.floor(np.log2(ranks)) <= round(hops) <= 2 * np.ceil(np.log2(ranks)) + 2


def test_two_levels_are_reduce_scatter_rings_and_all_gather():
    """(q-1)/q S inside, twice; 2 (K-1)/K S/q across; latencies of 2(q-1) + 2(K-1) messages."""
    hosts, gpus, scaleup_bps = 4, 8, 1e12
    group = one_group(hosts, gpus, gpus, scaleup_bps=scaleup_bps)
    took = makespan_s(group, "all-reduce", "hierarchical", Latency(ALPHA_S, 1e-6))
    inside_s = 2 * (gpus - 1) * (1e-6 + SIZE_B / gpus * 8 / scaleup_bps)
    across_s = 2 * (hosts - 1) * (ALPHA_S + SIZE_B / gpus / hosts * 8 / NIC_BPS)
    assert took == pytest.approx(inside_s + across_s)


def test_four_gib_over_four_hosts():
    """Rings over eight rails 20.8 ms, two levels up to 26.25 ms; one interface alone would take 85.9 ms."""
    group = one_group(4, 8, 8, scaleup_bps=740.64e9 * 8)
    ring_s, levels_s = (makespan_s(group, "all-reduce", name, NOTHING, 4 * 2**30) for name in ("ring", "hierarchical"))
    assert ring_s == pytest.approx(20.8e-3, abs=0.05e-3)
    assert levels_s == pytest.approx(26.25e-3, abs=0.05e-3)


makes = st.sampled_from([(1, 1), (2, 2), (4, 4), (4, 2), (2, 4), (8, 8), (3, 2)])


@given(st.sampled_from(EVERY), st.integers(1, 6), makes, st.booleans(), st.data())
@settings(max_examples=150)
def test_messages_add_up_to_the_flows_of_the_phase(which, hosts, make, railed, data):
    """Every algorithm on every layout, several groups at once: the bytes between any two interfaces are the same."""
    (algorithm, collective), (gpus, nics) = which, make
    ranks = hosts * gpus
    size = data.draw(st.sampled_from([n for n in range(2, ranks + 1) if ranks % n == 0] or [1]))
    far = data.draw(st.booleans())
    members = np.arange(ranks).reshape(size, -1).T if far else np.arange(ranks).reshape(-1, size)
    group = Group.of("dp", layout(hosts, gpus, nics, railed=railed), members)
    schedule = of_collective(group, collective, SIZE_B, algorithm)
    phase = mapping.run(group, collective, SIZE_B, algorithm)
    traffic = phase.traffic
    wanted = zip(zip(traffic.src.tolist(), traffic.dst.tolist(), strict=True), traffic.amount.tolist(), strict=True)
    assert sent(schedule) == pytest.approx(dict(wanted))
    assert_sound(schedule)
    assert set(schedule.purposes.algorithm.tolist()) == {phase.algorithm}


@given(st.sampled_from(EVERY), st.integers(2, 4), st.sampled_from([(2, 2), (4, 4), (4, 8)]), st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_messages_use_what_is_left_of_the_interfaces(which, hosts, make, seed):
    """The same where one cable of some hosts is cut."""
    (algorithm, collective), (gpus, nics) = which, make
    net = network(hosts, gpus, nics)
    alive = np.ones(len(net.links), dtype=bool)
    random = np.random.default_rng(seed)
    for host in random.permutation(hosts)[:2]:
        cable = host * nics + random.integers(nics)
        alive[2 * cable : 2 * cable + 2] = False
    group = Group.of("dp", Layout.of(net, np.arange(hosts), alive), np.arange(hosts * gpus)[None])
    traffic = mapping.run(group, collective, SIZE_B, algorithm).traffic
    wanted = zip(zip(traffic.src.tolist(), traffic.dst.tolist(), strict=True), traffic.amount.tolist(), strict=True)
    assert sent(of_collective(group, collective, SIZE_B, algorithm)) == pytest.approx(dict(wanted))


def reached(schedule, ranks):
    """Interfaces whose data has been at each interface when all is over, one interface per rank."""
    here = defaultdict(set)
    carried: list[set[int]] = []
    ends = list(zip(schedule.src.tolist(), schedule.dst.tolist(), strict=True))
    for (src, dst), before in zip(ends, predecessors(schedule), strict=True):
        carried.append({src}.union(*(carried[p] for p in before if src in ends[p])))
        here[dst] |= carried[-1] | {dst}
    return {node: here[node] for node in range(1, ranks + 1)}


@pytest.mark.parametrize("algorithm", ["ring", "tree", "halving-doubling", "in-network", "parameter-server"])
@pytest.mark.parametrize("ranks", [2, 3, 5, 8])
def test_everybody_hears_of_everybody_in_an_all_reduce(algorithm, ranks):
    """Along the dependencies, what every rank put in gets to every other one (drawn as a ring in the network)."""
    schedule = of_collective(one_group(ranks), "all-reduce", SIZE_B, algorithm)
    everyone = set(range(1, ranks + 1))
    found = reached(schedule, ranks)
    if algorithm == "in-network":
        assert all(len(found[node]) >= 2 for node in everyone)
    else:
        assert all(found[node] == everyone for node in everyone)


def test_messages_inside_a_host_share_the_scale_up_rate():
    """Eight channels pass through every GPU: all of them together take as long as one ring would."""
    group = one_group(2, 8, 8, scaleup_bps=1e9)
    schedule = of_collective(group, "all-gather", SIZE_B, "ring", latency=NOTHING)
    local = schedule.kind == EventKind.LOCAL
    assert schedule.duration_s[local] == pytest.approx(SIZE_B / 16 * 8 / 1e9)


def test_protocols_add_their_flags():
    group = one_group(3)
    plain, flagged = (
        sent(of_collective(group, "all-gather", SIZE_B, "ring", Library(protocol=p))) for p in ("simple", "ll")
    )
    assert flagged == {pair: 2 * size for pair, size in plain.items()}


def test_one_rank_has_nothing_to_say():
    for algorithm, collective in EVERY:
        assert len(of_collective(one_group(1), collective, SIZE_B, algorithm)) == 0


def test_rates_below_nothing_are_refused():
    with pytest.raises(ValueError, match="never ends"):
        critical_path(of_collective(one_group(2), "all-gather", SIZE_B, "ring"), 0.0)

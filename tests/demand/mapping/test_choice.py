"""Which algorithm is taken, and what the settings of the library change."""

from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.clusters import network as one_switch
from tests.demand.mapping.made import by_node, by_pair, group_of

from easterly.base.columns import ints
from easterly.demand.layout import Layout
from easterly.demand.mapping import ALGORITHMS, Group, line_rate_s, run
from easterly.model.spec.job import Library

GIB = 2.0**30


def group(hosts=4, gpus=8, nics=8, ranks=None, **more):
    return group_of(one_switch(hosts, gpus, nics, **more), range(hosts), ranks)


@pytest.mark.parametrize("size_B", [1e3, 1e5, 1e7, 4 * GIB])
@pytest.mark.parametrize("hosts", [1, 2, 3, 8, 33])
@pytest.mark.parametrize("collective", ["all-reduce", "reduce-scatter", "broadcast", "all-to-all"])
def test_nothing_on_offer_is_much_faster_than_what_is_taken(collective, hosts, size_B):
    some = group(hosts)
    chosen = line_rate_s(run(some, collective, size_B))
    for name, known in ALGORITHMS.items():
        if collective in known.collectives and known.offered(some) and known.fits(some, collective):
            assert chosen <= 1.02 * line_rate_s(run(some, collective, size_B, name))


def test_small_arrays_go_by_trees_or_pairs_and_large_ones_by_rings():
    """On 6 hosts of one GPU; rings of 5 hops cost 140 us and more, trees 6, folding 6."""
    one_each = group(24, 1, 1)
    assert run(one_each, "all-reduce", 1e3).algorithm in ("tree", "halving-doubling")
    assert run(one_each, "all-reduce", 16 * GIB).algorithm == "ring"
    assert run(one_each, "broadcast", 1e3).algorithm == "tree"
    assert run(one_each, "broadcast", GIB).algorithm == "ring"
    many = group(512, 1, 1)
    assert run(many, "all-to-all", 1e3).algorithm == "bruck"
    assert run(many, "all-to-all", GIB).algorithm == "pairwise"


def test_of_equals_the_first_of_the_table_is_taken():
    """One rank per host: two levels would be the same ring; halving saves 1 % of latency, which is within a tie."""
    some = group(4, 1, 1)
    ring, halves = (line_rate_s(run(some, "reduce-scatter", 2 * GIB, name)) for name in ("ring", "halving-doubling"))
    assert halves < ring < 1.02 * halves
    assert run(some, "reduce-scatter", 2 * GIB).algorithm == "ring"


def test_switches_reduce_only_where_the_library_may_use_them():
    assert run(group(), "all-reduce", 4 * GIB).algorithm != "in-network"
    assert run(group(scaleup_bps=1e14), "all-reduce", 4 * GIB, library=Library(sharp=True)).algorithm == "in-network"
    assert run(group(1), "all-reduce", 4 * GIB, library=Library(nvls=True)).algorithm == "in-network"
    assert run(group(1), "all-reduce", 4 * GIB).algorithm == "ring"
    assert run(group(), "all-reduce", 4 * GIB, library=Library(nvls=True)).algorithm != "in-network"


def test_parameter_servers_are_never_taken_unasked():
    for size_B in (1e3, 1e6, 1e9, 1e12):
        assert run(group(3), "all-reduce", size_B).algorithm != "parameter-server"


@pytest.mark.parametrize(
    "wanted, collective, hosts, gpus, made",
    [
        ("tree", "reduce-scatter", 4, 8, "ring"),
        ("in-network", "all-gather", 4, 8, "ring"),
        ("hierarchical", "all-reduce", 4, 1, "ring"),
        ("hierarchical", "all-reduce", 1, 8, "ring"),
        ("halving-doubling", "all-gather", 3, 8, "ring"),
        ("halving-doubling", "all-gather", 4, 8, "halving-doubling"),
        ("ring", "all-to-all", 4, 8, "pairwise"),
        ("parameter-server", "all-gather", 4, 8, "parameter-server"),
    ],
)
def test_what_an_algorithm_cannot_run_is_left_to_rings_or_pairs(wanted, collective, hosts, gpus, made):
    assert run(group(hosts, gpus, gpus), collective, 1e9, wanted).algorithm == made


def test_uneven_groups_have_no_two_levels():
    """Three ranks on hosts of two GPUs: two and one."""
    uneven = group(2, 2, 2, ranks=[[0, 1, 2]])
    assert run(uneven, "all-reduce", 1e9, "hierarchical").algorithm == "ring"


def test_nothing_runs_what_nobody_knows():
    with pytest.raises(ValueError, match="no algorithm for gather"):
        run(group(), "gather", 1e9)


@pytest.mark.parametrize("protocol, us, bytes_more", [("simple", 22.4, 1), ("ll", 9.3, 2), ("ll128", 18, 1 / 0.92)])
def test_protocols_trade_latency_for_bytes(protocol, us, bytes_more):
    """Two hosts: one message each way and the start; of LL half of what is sent is data, of LL128 92 %."""
    two = group(2, 1, 1)
    phase = run(two, "all-gather", 1e9, "ring", Library(protocol=protocol))
    assert phase.latency_s == pytest.approx(us * 1e-6)
    assert list(by_node(phase.traffic, 0).values()) == pytest.approx([0.5e9 * bytes_more] * 2)


def test_without_pxn_traffic_changes_rails_in_the_fabric():
    """GPU 0 of one host and GPU 1 of the other, as a group: with PXN both directions keep a rail."""
    across = group(2, 2, 2, ranks=[[0, 3]])
    with_pxn, without = (
        by_pair(run(across, "all-gather", 2.0, "ring", Library(pxn=pxn)).traffic) for pxn in (True, False)
    )
    assert set(with_pxn) == {(2, 4), (3, 1)} and set(without) == {(1, 4), (4, 1)}


@given(st.integers(1, 9), st.sampled_from([(8, 8), (8, 4), (2, 2), (1, 2)]), st.sampled_from(sorted(ALGORITHMS)))
def test_bytes_and_times_are_finite_and_grow_with_the_size(hosts, make, name):
    known = ALGORITHMS[name]
    for collective in known.collectives:
        one, two = (run(group(hosts, *make), collective, size_B, name) for size_B in (1e6, 2e6))
        assert 0 < line_rate_s(one) < line_rate_s(two) or hosts * make[0] == 1
        assert by_pair(two.traffic) == pytest.approx({pair: 2 * size for pair, size in by_pair(one.traffic).items()})
        assert two.message_B == pytest.approx(2 * one.message_B) and two.latency_s == one.latency_s


LARGE = {
    "dp": ("all-reduce", lambda grid: grid.transpose(0, 2, 1).reshape(-1, 128)),
    "tp": ("all-reduce", lambda grid: grid.reshape(-1, 8)),
    "ep": ("all-to-all", lambda grid: grid.reshape(-1, 64)),
    "all": ("all-reduce", lambda grid: grid.reshape(1, -1)),
}


@pytest.mark.parametrize("axis", sorted(LARGE))
def test_16384_gpus_are_mapped_well_within_a_second(axis):
    """TP 8, PP 16, DP 128 on hosts of eight; expert parallelism over 64. Every algorithm on offer is tried."""
    collective, members = LARGE[axis]
    network = one_switch(2048)
    took = []
    for _ in range(3):
        started = process_time()
        layout = Layout.of(network, ints(range(2048)))
        made = run(Group.of(axis, layout, members(np.arange(16384).reshape(16, 128, 8))), collective, 1e9)
        took.append(process_time() - started)
    assert min(took) < 0.6 and (made.scaleup_B > 0 or len(made.traffic.src) > 16384)

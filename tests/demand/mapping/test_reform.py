"""Jobs that lose hosts: spares first, then fewer replicas, at last nothing."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.clusters import job, network, site

from easterly.base.columns import bools, ints
from easterly.base.findings import FindingsError
from easterly.demand.mapping import isolated, reform

NETWORK = network(12)


def made(**parallel):
    return site({"j": job(parallel=parallel)}).jobs["j"]


def test_a_spare_takes_the_place_of_the_lost_host():
    found = reform(NETWORK, made(tp=8, pp=2, dp=2), ints([0, 1, 2, 3]), failed=[1], spares=[7, 8])
    assert found.hosts.tolist() == [0, 7, 2, 3] and found.dp == 2
    assert found.lost.tolist() == [1] and found.spares.tolist() == [7]


def test_without_a_spare_a_replica_is_dropped():
    found = reform(NETWORK, made(tp=8, pp=2, dp=2), ints([0, 1, 2, 3]), failed=[1])
    assert found.hosts.tolist() == [0, 2] and found.dp == 1 and not len(found.spares)


def test_nothing_lost_changes_nothing():
    found = reform(NETWORK, made(tp=8, dp=4), ints([3, 1, 0, 2]), failed=[9], spares=[7])
    assert found.hosts.tolist() == [3, 1, 0, 2] and found.dp == 4 and not len(found.lost) and not len(found.spares)


def test_nothing_left_is_a_finding():
    with pytest.raises(FindingsError) as caught:
        reform(NETWORK, made(tp=8, pp=4), ints([0, 1, 2, 3]), failed=[0, 3])
    (finding,) = caught.value.findings
    assert finding.code == "E660" and finding.at == "jobs/j"
    assert finding.message.startswith("2 of the 4 hosts of j are down") and "needs 4" in finding.message
    assert "keep 2 spare hosts in fabric f" in finding.hint


def test_a_host_without_interfaces_that_are_up_is_lost():
    """Host 2 loses all cables, host 3 all but one; the spare 7 has none either, so that 8 is taken."""
    alive = np.ones(len(NETWORK.links), dtype=bool)
    for host, pulled in ((2, 8), (3, 7), (7, 8)):
        nics = NETWORK.hosts.nics(host)[:pulled]
        alive[np.isin(NETWORK.links.src, nics) | np.isin(NETWORK.links.dst, nics)] = False
    assert np.flatnonzero(isolated(NETWORK, bools(alive))).tolist() == [2, 7]
    found = reform(NETWORK, made(tp=8, dp=4), ints([0, 1, 2, 3]), alive=bools(alive), spares=[7, 8])
    assert found.hosts.tolist() == [0, 1, 8, 3] and found.lost.tolist() == [2]


def test_experts_and_shards_must_still_spread_evenly():
    """Ten replicas of one host; experts over 16 GPUs need an even number, shards over 4 replicas one of four."""
    ten = ints(range(10))
    assert reform(NETWORK, made(tp=8, dp=10), ten, failed=[4]).dp == 9
    assert reform(NETWORK, made(tp=8, dp=10, ep=16), ten, failed=[4]).dp == 8
    assert reform(NETWORK, made(tp=8, dp=12, shard=4), ints(range(12)), failed=[4]).dp == 8


def test_spares_of_another_fabric_or_too_small_are_left():
    other = NETWORK.hosts.__class__(
        **{name: getattr(NETWORK.hosts, name) for name in NETWORK.hosts.__dataclass_fields__}
        | {"fabric": np.where(np.arange(12) == 7, "g", NETWORK.hosts.fabric), "gpus": ints([8] * 8 + [4] + [8] * 3)}
    )
    mixed = NETWORK.__class__("mixed", NETWORK.nodes, NETWORK.links, other, (), {})
    found = reform(mixed, made(tp=8, dp=4), ints([0, 1, 2, 3]), failed=[0], spares=[7, 8, 9])
    assert found.spares.tolist() == [9]


@given(
    st.sampled_from([1, 2, 4, 8, 16]), st.integers(1, 4), st.integers(1, 6), st.sets(st.integers(0, 11)),
    st.integers(0, 3),
)  # fmt: skip
def test_every_rank_of_what_is_left_has_a_host_that_is_up(tp, pp, dp, failed, spare):
    """By counting: as many replicas as the hosts that are up can hold, no more than before, each host used once."""
    need = -(-tp * pp * dp // 8)
    if need + spare > 12:
        return
    hosts, spares = list(range(need)), list(range(need, need + spare))
    up = [h for h in hosts if h not in failed]
    usable = min(len([s for s in spares if s not in failed]), need - len(up))
    room = (len(up) + usable) * 8
    wanted = next((d for d in range(dp, 0, -1) if tp * pp * d <= room), 0)
    if wanted == 0:
        with pytest.raises(FindingsError):
            reform(NETWORK, made(tp=tp, pp=pp, dp=dp), ints(hosts), failed=failed, spares=spares)
        return
    found = reform(NETWORK, made(tp=tp, pp=pp, dp=dp), ints(hosts), failed=failed, spares=spares)
    assert not set(found.hosts.tolist()) & failed and len(set(found.hosts.tolist())) == len(found.hosts)
    assert found.dp == (wanted if len(up) + usable < need else dp)
    assert len(found.hosts) * 8 >= tp * pp * found.dp > (len(found.hosts) - 1) * 8


def test_ranks_stay_on_their_hosts_where_spares_suffice():
    for lost, count in product(range(4), (1, 2)):
        gone = [(lost + k) % 4 for k in range(count)]
        found = reform(NETWORK, made(tp=8, dp=4), ints(range(4)), failed=gone, spares=[10, 11])
        assert [h for h in found.hosts.tolist() if h < 4] == [h for h in range(4) if h not in gone]
        assert all(found.hosts[h] == h for h in range(4) if h not in gone)

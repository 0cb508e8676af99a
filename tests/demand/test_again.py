"""Jobs formed anew after failures: what is down is not used, and nothing is lost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.demand.clusters import network, site

from easterly import demand
from easterly.base.columns import bools
from easterly.demand.again import free


def down(net, nodes):
    """All links but those of some nodes are up."""
    return bools(~(np.isin(net.links.src, nodes) | np.isin(net.links.dst, nodes)))


def made(jobs, hosts=6):
    plan, net = site(jobs, hosts=hosts), network(hosts)
    placed = demand.place(plan, net).hosts
    parts = {name: demand.of_work(plan, net, name, placed) for name in demand.names(plan, placed)}
    return plan, net, placed, parts


def again(plan, net, placed, parts, nodes):
    return demand.again(plan, net, placed, parts, down(net, nodes))


def sent(demands):
    """Bytes of a step by host."""
    flows, times = demands.flows, demands.phases.times[demands.flows.phase]
    return np.bincount((flows.src - 1) // 8, flows.size_B * times, minlength=6)


JOB = {"parallel": {"tp": 8, "dp": 4}, "batch": 64}


@settings(max_examples=20)
@given(st.sets(st.integers(0, 31), min_size=1, max_size=6))
def test_interfaces_that_are_down_are_not_used_and_their_hosts_send_as_much(cut):
    plan, net, placed, parts = made({"j": {**JOB, "collective": "ring"}})
    hosts_cut = {nic // 8 for nic in cut}
    before, after = parts["j"], again(plan, net, placed, parts, [1 + nic for nic in cut])
    assert not np.isin([1 + nic for nic in cut], [*after.flows.src, *after.flows.dst]).any()
    for host in range(4):
        assert sent(after)[host] == pytest.approx(sent(before)[host]), hosts_cut


def test_a_spare_host_takes_the_place_of_a_lost_one():
    plan, net, placed, parts = made({"j": JOB})
    after = again(plan, net, placed, parts, 1 + 8 * placed["j"][1] + np.arange(8))
    assert after.work.host_idx.tolist() == [0, 4, 2, 3] and free(net, placed).tolist() == [4, 5]
    assert after.work.gpus[0] == 32 and after.work.tokens[0] == parts["j"].work.tokens[0]
    assert set((after.flows.src - 1) // 8) == {0, 2, 3, 4}


def test_without_spares_a_replica_is_dropped():
    plan, net, placed, parts = made({"j": JOB}, hosts=4)
    after = again(plan, net, placed, parts, 9 + np.arange(8))
    assert after.work.host_idx.tolist() == [0, 2, 3] and after.work.gpus[0] == 24
    assert after.work.tokens[0] == parts["j"].work.tokens[0] * 3 / 4
    assert after.work.forward_s[0] == pytest.approx(parts["j"].work.forward_s[0])


def test_a_job_of_which_nothing_is_left_stays_as_it_was():
    plan, net, placed, parts = made({"j": {"parallel": {"tp": 8, "pp": 4}, "batch": 64}}, hosts=4)
    after = again(plan, net, placed, parts, 9 + np.arange(8))
    assert after.flows.src.tolist() == parts["j"].flows.src.tolist()


def test_others_are_left_alone():
    jobs = {"j": {"parallel": {"tp": 8, "dp": 2}}, "k": {"parallel": {"tp": 8, "dp": 2}}}
    plan, net, placed, parts = made(jobs, hosts=5)
    after = again(plan, net, placed, parts, [1])
    mine = after.phases.owner[after.flows.phase] == "k"
    assert after.flows.src[mine].tolist() == parts["k"].flows.src.tolist()
    assert after.work.name.tolist() == ["j", "k"]


def test_two_jobs_do_not_take_the_same_spare():
    jobs = {"j": {"parallel": {"tp": 8, "dp": 2}}, "k": {"parallel": {"tp": 8, "dp": 2}}}
    plan, net, placed, parts = made(jobs, hosts=6)
    lost = [placed["j"][0], placed["k"][0]]
    after = again(plan, net, placed, parts, (1 + 8 * np.array(lost)[:, None] + np.arange(8)).ravel())
    assert after.work.host_idx.tolist() == [4, placed["j"][1], 5, placed["k"][1]]

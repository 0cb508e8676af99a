"""Flows of services, and demands put together."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.clusters import network, site

from easterly import demand
from easterly.base.findings import FindingsError

LLAMA = {"model": "llama3-405b", "load": {"requests": "40/s", "prompt": 3000, "prefix_hit": "50%"}}


def demands_of(service, hosts=8, gpus=8, nics=8, **more):
    plan = site(services={"s": service}, hosts=hosts, gpus=gpus, nics=nics)
    return demand.build(plan, network(hosts, gpus, nics, **more))


def test_caches_spread_over_all_pairs_and_rails():
    """40 requests/s, 1,500 tokens of 516,096 B each: 247.7 Gb/s over 2 x 3 pairs of 8 rails."""
    flows = demands_of({**LLAMA, "replicas": {"prefill": 2, "decode": 3}}).flows
    assert len(flows) == 2 * 3 * 8 and not flows.size_B.any()
    assert flows.rate_bps.sum() == pytest.approx(247.7e9, rel=1e-3)
    assert flows.rate_bps == pytest.approx(flows.rate_bps[0])
    pairs = {((s - 1) // 8, (d - 1) // 8) for s, d in zip(flows.src, flows.dst, strict=True)}
    assert pairs == set(product((0, 1), (2, 3, 4))) and ((flows.src - 1) % 8 == (flows.dst - 1) % 8).all()


@given(st.integers(1, 4), st.integers(1, 4), st.sampled_from([1, 2, 3, 4]), st.booleans())
def test_rates_are_conserved_but_for_pairs_in_one_host(prefill, decode, tp, railed):
    service = {**LLAMA, "tp": tp, "replicas": {"prefill": prefill, "decode": decode}}
    flows = demands_of(service, gpus=4, nics=4, railed=railed).flows
    slots = 4 // tp
    apart = [a // slots != (prefill + b) // slots for a, b in product(range(prefill), range(decode))]
    assert flows.rate_bps.sum() == pytest.approx(40 * 1500 * 516096 * 8 * np.mean(apart))


def test_a_service_in_one_host_sends_nothing():
    demands = demands_of({**LLAMA, "tp": 4})
    assert len(demands.flows) == 0 and demands.phases.axis.tolist() == ["kv", "tp", "tp"]
    assert demands.work.gpus.tolist() == [8] and demands.work.kind.tolist() == ["service"]


def test_join_is_build():
    jobs = {"j": {"parallel": {"tp": 8, "dp": 2}, "tenant": "t"}, "k": {"parallel": {"dp": 16}, "class": "bulk"}}
    plan = site(jobs, {"a": {}}, hosts=8, tenants={"t": {}})
    net = network(8)
    placed = demand.place(plan, net)
    whole = demand.build(plan, net)
    parts = [demand.of_work(plan, net, name, placed.hosts) for name in ("a", "j", "k")]
    joined = demand.join(parts)
    for table in ("work", "phases", "flows"):
        a, b = getattr(whole, table), getattr(joined, table)
        assert all(np.array_equal(getattr(a, c), getattr(b, c)) for c in type(a).__slots__)
    assert whole.work.name.tolist() == ["a", "j", "k"] and whole.work.tenant.tolist() == ["", "t", ""]
    rows = np.split(whole.work.host_idx, whole.work.host_ptr[1:-1])
    assert [row.tolist() for row in rows] == [placed.hosts[name].tolist() for name in ("a", "j", "k")]
    owners = whole.phases.owner[whole.flows.phase]
    sizes = [len(part.flows) for part in parts]
    assert owners.tolist() == ["a"] * sizes[0] + ["j"] * sizes[1] + ["k"] * sizes[2]
    assert whole.classes == ("bulk", "training")
    assert whole.phases.traffic_class[whole.phases.owner == "j"].tolist() == [1] * 6


def test_no_work_is_no_demand():
    empty = demand.build(site(), network(2))
    assert empty.classes == ("bulk", "training") and not len(empty.work) and not len(empty.flows)
    assert empty.work.host_ptr.tolist() == [0] and demand.join([]).classes == ()


def test_columns_are_read_only():
    demands = demand.join([demands_of(LLAMA), demands_of(LLAMA)])
    assert not any(c.flags.writeable for c in (demands.flows.src, demands.work.host_ptr, demands.phases.times))


def test_parts_must_have_the_same_classes():
    other = demand.build(site(classes={"one": {"dscp": 0, "share": "rest"}}), network(2))
    with pytest.raises(ValueError, match="classes"):
        demand.join([demands_of(LLAMA), other])


def test_unknown_facts_are_findings():
    net = network(2)
    for job, code in (({"model": "gpt9"}, "E214"), ({"dtype": "fp8"}, "E612")):
        plan = site({"j": job}, hardware=hardware("a100-sxm-80"))
        with pytest.raises(FindingsError, match=code):
            demand.of_work(plan, net, "j", {"j": np.array([0], dtype=np.int32)})
    with pytest.raises(FindingsError, match="E214"):
        demand.of_work(site({"j": {}}, hardware=hardware("x")), net, "j", {"j": np.array([0], dtype=np.int32)})


def hardware(gpu):
    return {
        "switches": {"sw": {"ports": 64, "rate": "400Gb/s"}},
        "hosts": {"h": {"gpus": 8, "nics": 8, "nic_rate": "400Gb/s", "gpu": gpu, "scaleup": "1Tb/s"}},
    }  # fmt: skip

"""What a service puts on the network."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.demand.clusters import network, site
from tests.demand.serving.made import HOST

from easterly import demand
from easterly.model import store
from easterly.model.spec.site import Site
from easterly.site import blueprints

DEEPSEEK = {"model": "deepseek-v3", "dtype": "fp8", "kv_dtype": "bf16", "class": "bulk"}


def made(spec, hosts=32, **more):
    plan = site(services={"s": spec}, hosts=hosts)
    return demand.build(plan, network(hosts, **more))


def rates(demands, axis, nodes=400):
    """(N,) bit/s that each node sends and receives on one axis."""
    mine = demands.phases.axis[demands.flows.phase] == axis
    flows = demands.flows
    sent = np.bincount(flows.src[mine], flows.rate_bps[mine], minlength=nodes)
    return sent, np.bincount(flows.dst[mine], flows.rate_bps[mine], minlength=nodes)


def total(demands, axis):
    return float(rates(demands, axis)[0].sum())


def test_caches_of_unequal_pools_load_all_interfaces_of_a_pool_alike():
    spec = {**DEEPSEEK, "prefill": {"ep": 32}, "decode": {"ep": 144}, "load": {"requests": "100/s", "prompt": 4989}}
    demands = made(spec, hosts=22)
    sent, received = rates(demands, "kv")
    assert sent.sum() == pytest.approx(100 * 4989 * 70_272 * 8)
    assert sent[sent > 0] == pytest.approx(np.full(32, sent.sum() / 32))
    assert received[received > 0] == pytest.approx(np.full(144, sent.sum() / 144))
    assert demands.work.gpus.tolist() == [176] and demands.work.host_ptr.tolist() == [0, 22]


@pytest.mark.parametrize("decode, spread", [(904, 1e-9), (900, 0.3)])
@pytest.mark.parametrize("railed", [True, False])
def test_big_pools_have_a_bounded_number_of_flows_and_even_interfaces(decode, spread, railed):
    """Exactly even where replicas fill their hosts; on rails the last host of a pool is felt elsewhere."""
    spec = {"tp": 1, "replicas": {"prefill": 600, "decode": decode}, "load": {"requests": "100/s", "prompt": 1000}}
    demands = made(spec, hosts=190, railed=railed)
    assert 10_000 < len(demands.flows) <= 32_768
    sent, received = (column[column > 0] for column in rates(demands, "kv", nodes=1600))
    assert sent.sum() == pytest.approx(8 * 100 * 1000 * 2 * 8 * 1024 * 2, rel=1e-9)
    assert len(sent) == 600 and sent.max() == pytest.approx(sent.min(), rel=spread if railed else 1e-9)
    assert len(received) == decode and received.max() == pytest.approx(received.min(), rel=1e-9)


def test_experts_exchange_what_their_tokens_are():
    """58 layers; a token goes to 3 other hosts in prefill, to 8 experts in decode; 7,168 B out, 14,336 B back."""
    spec = {**DEEPSEEK, "prefill": {"ep": 32}, "decode": {"ep": 144}}
    demands = made({**spec, "load": {"requests": "10/s", "prompt": 1000, "output": 100}}, hosts=22)
    prefill = 10 * 1000 * 58 * 3 * 7168 * 3 * 8
    decode = 10 * 100 * 58 * 8 * 17 / 18 * 7168 * 3 * 8
    sent, received = rates(demands, "ep")
    assert sent[1:33].sum() == pytest.approx(prefill) and sent[33:].sum() == pytest.approx(decode)
    assert sent == pytest.approx(received) and len(np.unique(sent[1:33].round())) == 1
    assert (demands.phases.axis == "ep").sum() == 4 and (
        demands.phases.message_B[demands.phases.axis == "ep"][:2]
    ).tolist() == [7168, 14336]


def test_stages_hand_on_hidden_states():
    spec = {"tp": 8, "pp": 2, "load": {"requests": "10/s", "prompt": 1000, "output": 100}}
    demands = made(spec)
    assert total(demands, "pp") == pytest.approx(10 * (1000 + 100) * 1024 * 2 * 8)
    assert demands.work.gpus.tolist() == [32]


def test_aggregated_services_hand_over_no_caches():
    spec = {"mode": "aggregated", "replicas": {"both": 3}, "load": {"requests": "10/s", "prompt": 1000}}
    demands = made(spec)
    assert demands.phases.axis.tolist() == ["tp"] and demands.work.gpus.tolist() == [24]


def test_reductions_stay_inside_and_say_how_long_they_take():
    demands = made({"tp": 8, "load": {"requests": "10/s", "prompt": 1000}})
    tp = np.flatnonzero(demands.phases.axis == "tp")
    assert len(tp) == 2 and not np.isin(demands.flows.phase, tp).any()
    assert demands.phases.times[tp].tolist() == [16.0, 16.0]
    assert demands.phases.message_B[tp[0]] == 1000 * 1024 * 2
    assert demands.phases.scaleup_B[tp[0]] == pytest.approx(1.75 * 1000 * 1024 * 2)


FABRIC = {
    "blueprint": "leaf-spine", "hosts": {"type": "h", "count": 12}, "leaf": {"type": "sw", "down": 32, "up": 16},
    "spine": {"type": "sw"},
}  # fmt: skip
WIDE = {
    "version": 1, "site": {"name": "w"}, "classes": {"c": {"dscp": 0, "share": "rest"}},
    "hardware": {"switches": {"sw": {"ports": 64, "rate": "400Gb/s"}}, "hosts": {"h": HOST}},
    "fabrics": {"f": FABRIC},
    "wan": {"sites": {"west": {}}, "links": {"w": {"a": "f", "b": "west", "rate": "100Gb/s", "delay": "10ms"}}},
}  # fmt: skip
CHAT = {"class": "c", "model": "llama3-70b", "tp": 8, "load": {"requests": "10/s", "prompt": 1000, "output": 200}}


def wide(*, more=None, **services):
    plan = Site.model_validate({**WIDE, **(more or {}), "services": {n: {**CHAT, **s} for n, s in services.items()}})
    net = blueprints.build(plan)
    return demand.build(plan, net), net


@pytest.mark.parametrize("source, role", [("west", "wan"), ("f", "border")])
def test_users_come_from_where_it_says_north_and_south(source, role):
    """In 10 x (1,000 x 4 + 2,000) B/s, out 10 x (200 x 304 + 2,000) B/s."""
    demands, net = wide(chat={"users": {"from": source}})
    mine = demands.phases.axis[demands.flows.phase] == "users"
    rate = demands.flows.rate_bps
    inwards = mine & (net.node_host[demands.flows.dst] >= 0)
    assert rate[inwards].sum() == pytest.approx(10 * 6000 * 8)
    assert rate[mine & ~inwards].sum() == pytest.approx(10 * 62_800 * 8)
    assert set(net.nodes.role[demands.flows.src[inwards]]) == {role}
    hosts = (
        {int(h) for h in net.node_host[demands.flows.dst[inwards]]},
        {int(h) for h in net.node_host[demands.flows.src[mine & ~inwards]]},
    )
    first, second = demands.work.host_idx.tolist()
    assert hosts == ({first}, {second})


def test_users_without_a_place_send_nothing():
    demands, _ = wide(chat={})
    assert "users" not in demands.phases.axis


def test_prefixes_come_from_their_store_and_weights_too():
    """A tenth of the prompt from the store: 10 x 100 x 327,680 B/s. All replicas load 141 GB each, once a day."""
    stores = {"store": {"kind": "storage", "class": "c", "hosts": 2}}
    spec = {"prefix": {"from": "store", "hit": "10%"}, "weights": {"from": "store", "deadline": "5min"}}
    demands, _ = wide(more={"traffic": stores}, chat=spec)
    phase, flows = demands.phases, demands.flows
    owner = phase.owner[flows.phase] == "chat"
    prefix, weight = (owner & (phase.axis[flows.phase] == axis) for axis in ("prefix", "weights"))
    assert flows.rate_bps[prefix].sum() == pytest.approx(10 * 100 * 327_680 * 8) and not flows.size_B[prefix].any()
    assert flows.size_B[weight].sum() == pytest.approx(2 * 141.1e9, rel=1e-3) and not flows.rate_bps[weight].any()
    assert phase.every_s[phase.axis == "weights"].tolist() == [86400.0]
    kv = owner & (phase.axis[flows.phase] == "kv")
    assert flows.rate_bps[kv].sum() == pytest.approx(10 * 1000 * 327_680 * 8)


def test_one_replica_that_starts_is_the_last():
    spec = {"weights": {"from": "west", "replicas": 1}, "replicas": {"prefill": 2, "decode": 2}}
    demands, net = wide(chat=spec)
    mine = demands.phases.axis[demands.flows.phase] == "weights"
    assert demands.flows.size_B[mine].sum() == pytest.approx(141.1e9, rel=1e-3)
    assert set(net.node_host[demands.flows.dst[mine]]) == {demands.work.host_idx[-1]}


POOL = st.fixed_dictionaries({}, optional={"tp": st.sampled_from([1, 2, 4, 8]), "pp": st.sampled_from([1, 2])})
ASKED = st.fixed_dictionaries({"requests": st.integers(1, 200).map("{}/s".format), "prompt": st.integers(1, 5000)})
SERVICE = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["disaggregated", "aggregated"]),
        "prefill": POOL, "decode": POOL,
        "load": ASKED,
        "users": st.just({"from": "west"}),
    }
)  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(SERVICE, SERVICE, st.integers(1, 2), st.integers(1, 2))
def test_bytes_are_conserved_and_order_is_nothing(one, two, prefill, decode):
    for spec in (one, two):
        spec["replicas"] = {"both": prefill} if spec["mode"] == "aggregated" else {"prefill": prefill, "decode": decode}
    several, net = wide(b=one, a=two)
    turned, _ = wide(a=two, b=one)
    assert store.digest(several) == store.digest(turned)
    flows, axis = several.flows, several.phases.axis[several.flows.phase]
    owner = several.phases.owner[flows.phase]
    for name, spec in (("a", two), ("b", one)):
        load, mine = spec["load"], owner == name
        requests = float(load["requests"][:-2])
        users = mine & (axis == "users")
        asked = requests * (load["prompt"] * 4 + 2000 + 256 * 304 + 2000) * 8
        assert flows.rate_bps[users].sum() == pytest.approx(asked)
        whole = requests * load["prompt"] * 327_680 * 8 * (spec["mode"] == "disaggregated")
        assert flows.rate_bps[mine & (axis == "kv")].sum() <= whole * (1 + 1e-9)
    a, b = net.node_host[flows.src], net.node_host[flows.dst]
    assert (a != b).all() and (flows.rate_bps > 0).all()

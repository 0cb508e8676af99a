"""The plan, checked with the standard library's `ipaddress` and with what the RFCs ask."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from tests.address.sites import POOLS, asns, fabric, job, made, planned, ports, prefixes, site
from tests.strategies import sites

from easterly.address import plan, prove
from easterly.base.findings import FindingsError
from easterly.model.network import LinkKind, NodeKind


def assert_disjoint(networks: list[str]) -> None:
    found = sorted((ipaddress.ip_network(text) for text in networks), key=lambda n: (n.version, n.network_address))
    for one, two in pairwise(found):
        assert one.version != two.version or not one.overlaps(two), (one, two)


def assert_sound(spec, network, made_plan) -> None:
    """Everything that must hold of any plan, from the text of its rows alone."""
    tables = defaultdict(list)
    for prefix, vrf, _, _, _ in prefixes(made_plan):
        tables[vrf].append(prefix)
    for (_, _, _, vrf), address in ports(made_plan, "loopback").items():
        tables[vrf].append(address)
    tables["default"] += {str(ipaddress.ip_interface(a).network) for a in ports(made_plan, "link").values()}
    for networks in tables.values():
        assert_disjoint(networks)
    seen = set()
    for (_, _, _, vrf), address in ports(made_plan, "loopback", "link", "host", "gateway").items():
        assert (vrf, address) not in seen
        seen.add((vrf, address))
    assert_complete(network, made_plan)
    assert all(fact.holds for fact in prove(made_plan))


def assert_complete(network, made_plan) -> None:
    """Each cable between switches has two ends in one /31 and one /127; each host port is in its leaf's subnet."""
    rows, links, names = made_plan.interfaces, network.links, network.nodes.name.tolist()
    by_link = defaultdict(dict)
    for address, role, link in zip(rows.address.tolist(), rows.role.tolist(), rows.link.tolist(), strict=True):
        if role in ("link", "host"):
            by_link[link][6 if ":" in address else 4] = ipaddress.ip_interface(address)
    gateways = {(k[0], k[3], ipaddress.ip_interface(a).network): ipaddress.ip_interface(a).ip
                for k, a in ports(made_plan, "gateway").items()}  # fmt: skip
    tables = dict(zip(rows.link.tolist(), rows.vrf.tolist(), strict=True))
    for row in network.cables.tolist():
        back = int(links.reverse[row])
        if links.kind[row] != LinkKind.HOST:
            for family, length in ((4, 31), (6, 127)):
                one, two = by_link[row][family], by_link[back][family]
                assert one.network == two.network and one.ip != two.ip and one.network.prefixlen == length
        else:
            nic, leaf = (
                (row, links.dst[row]) if network.nodes.kind[links.src[row]] == NodeKind.NIC else (back, links.src[row])
            )
            for own in by_link[nic].values():
                gateway = gateways[names[leaf], tables[nic], own.network]
                assert gateway == own.network[1] != own.ip
                assert own.version == 6 or own.ip not in (own.network[0], own.network[-1])


@given(sites(max_hosts=12))
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_site_is_numbered_without_overlap(spec):
    network, work = made(spec)
    assert_sound(spec, network, plan(spec, network, work))


def test_sizes_and_shares_of_a_small_fabric():
    """8 down ports and three more make a /28; links and hosts have a half of the pool each."""
    found = planned(site())
    hosts = [p for p in prefixes(found) if p[2] == "hosts"]
    assert [p[0] for p in hosts if ":" not in p[0]] == ["10.64.0.0/28", "10.64.0.16/28"]
    assert [p[0] for p in hosts if ":" in p[0]] == ["fd00:64::/64", "fd00:64:0:1::/64"]
    assert all(
        a.startswith("10.64.128.") and a.endswith("/31") for k, a in ports(found, "link").items() if k[2] == "v4"
    )
    loopbacks = ports(found, "loopback")
    assert loopbacks["train-leaf-1", "lo", "v4", "default"] == "10.65.0.1/32"
    assert loopbacks["train-spine-0", "lo", "v4", "default"] == "10.65.2.0/32"
    assert loopbacks["train-spine-0", "lo", "v6", "default"] == "fd00:64:c0::8000:0/128"
    hosts = ports(found, "host")
    assert hosts["train-host-0", "nic0", "v4", "default"] == "10.64.0.2/28"
    assert hosts["train-host-7", "nic1", "v6", "default"] == "fd00:64:0:1::9/64"


def test_pools_of_their_own_for_hosts_and_links():
    pools = {"hosts": "10.1.0.0/24", "links": "10.2.0.0/24", "loopback": "10.3.0.0/24"}
    found = planned(site(pools=pools))
    assert {a.split(".")[1] for a in ports(found, "host").values()} == {"1"}
    assert {a.split(".")[1] for a in ports(found, "link").values()} == {"2"}
    assert {a.split(".")[1] for a in ports(found, "loopback").values()} == {"3"}
    assert not any(":" in a for a in ports(found, "host", "link", "loopback").values())


def test_ipv6_alone():
    found = planned(site(pools={"v6": "fd00::/48"}))
    assert all(":" in a for a in ports(found, "host", "link", "loopback", "gateway").values())
    assert len(ports(found, "link")) == 2 * 2 * 4


def test_without_pools_numbers_come_from_private_space():
    found = planned(site(pools={}))
    assert all(ipaddress.ip_interface(a).is_private for a in ports(found, "host", "link", "loopback").values())


def test_default_pools_keep_clear_of_those_in_the_file():
    found = planned(site(pools={"loopback": "10.64.0.0/20", "acme": "10.96.0.0/12"}))
    assert_disjoint(["10.64.0.0/20", "10.96.0.0/12", *{p[0] for p in prefixes(found)}])


def test_as_numbers_follow_rfc_7938_section_5_2():
    """Own numbers for leaves; one for the spines of a pod; one for the tier above; all private."""
    found = asns(planned(site({"train": fabric("fat-tree", 8, k=4, switch="sw")})))
    leaves = {d: n for d, n in found.items() if "leaf" in d}
    spines = {d: n for d, n in found.items() if "spine" in d}
    assert len(set(leaves.values())) == len(leaves) == 8
    assert {(d.split("-")[1], n) for d, n in spines.items()} == {(f"pod{p}", 4200003000 + p) for p in range(4)}
    assert len({n for d, n in found.items() if "core" in d}) == 1
    assert not set(leaves.values()) & set(spines.values())
    assert all(4200000000 <= n <= 4294967294 for n in found.values())


def test_planes_and_rails():
    found = asns(planned(site({"train": fabric("multi-plane", 8, planes=2)})))
    assert {d.split("-")[1]: n for d, n in found.items() if "spine" in d} == {
        "plane0": 4200003000,
        "plane1": 4200003001,
    }
    found = asns(planned(site({"train": fabric("rail-optimized", 16)})))
    assert len({n for d, n in found.items() if "spine" in d}) == 1


def four_tiers():
    middle = {"type": "sw", "down": 2, "up": 2}
    leaf = {"type": "sw", "down": 4, "up": 2}
    tiers = {"leaf": leaf, "spine": middle, "super_spine": middle, "core": {"type": "sw"}}
    return site({"train": fabric("clos", 32, tiers=4, **tiers)})


def test_shared_numbers_never_meet_on_a_link():
    """Two ends of a cable with one AS number would be an internal session, and a path through both is a loop."""
    wan = {"sites": {"west": {}}, "links": {"w": {"a": "train", "b": "west", "rate": "100Gb/s", "delay": "5ms"}}}
    graph = {"blueprint": "graph", "nodes": {n: {"type": "sw"} for n in "abcd"},
             "links": {x + y: {"a": x, "b": y} for x, y in ("ab", "bc", "cd", "da")}}  # fmt: skip
    fat_tree = fabric("fat-tree", 8, k=4, switch="sw")
    for spec in (four_tiers(), site({"train": fat_tree}, wan=wan), site({"train": fabric(), "ring": graph})):
        network, work = made(spec)
        numbers, names, links = asns(plan(spec, network, work)), network.nodes.name.tolist(), network.links
        for a, b, kind in zip(links.src.tolist(), links.dst.tolist(), links.kind.tolist(), strict=True):
            assert kind == LinkKind.HOST or numbers[names[a]] != numbers[names[b]]


def test_up_and_down_again_never_crosses_one_number_twice():
    """Leaf to leaf in four tiers: every shortest path has distinct AS numbers, or BGP would refuse it."""
    import networkx as nx

    spec = four_tiers()
    network, work = made(spec)
    numbers, names = asns(plan(spec, network, work)), network.nodes.name.tolist()
    graph = nx.Graph((names[a], names[b]) for a, b, k in zip(network.links.src.tolist(), network.links.dst.tolist(),
                     network.links.kind.tolist(), strict=True) if k != LinkKind.HOST)  # fmt: skip
    leaves = [n for n in graph if "leaf" in n]
    for other in leaves[1:]:
        for path in nx.all_shortest_paths(graph, leaves[0], other):
            assert len({numbers[n] for n in path}) == len(path), path


def test_tenants_with_tables_may_overlap():
    pools = {**POOLS, "a": "10.99.0.0/20", "b": "10.99.0.0/20"}
    tenants = {"acme": {"vrf": True, "pool": "a"}, "beta": {"vrf": True, "pool": "b"}}
    spec = site({"train": fabric(count=16)}, pools, tenants=tenants, jobs={"j": job("acme", 8), "k": job("beta", 8)})
    network, work = made(spec)
    found = plan(spec, network, work)
    assert_sound(spec, network, found)
    tables = {p[1]: p[0] for p in prefixes(found) if p[2] == "tenant" and ":" not in p[0]}
    assert set(tables) == {"acme", "beta"} and all(p.startswith("10.99.") for p in tables.values())
    assert len(set(found.vrfs.vni.tolist())) == 2
    assert found.vrfs.rd.tolist() == [f"64512:{vni}" for vni in found.vrfs.vni.tolist()]


def test_a_tenant_without_a_pool_keeps_the_leaves_numbers_in_its_own_table():
    idle = ports(planned(site(tenants={"acme": {"vrf": True}})), "host")
    used = ports(planned(site(tenants={"acme": {"vrf": True}}, jobs={"j": job("acme", 8)})), "host")
    moved = {key[:3]: (idle[*key[:3], "default"], address) for key, address in used.items() if key[3] == "acme"}
    assert len(moved) == 4 * 2 * 2
    assert all(before == after for before, after in moved.values())


def test_a_tenant_with_a_pool_and_without_a_table_stays_in_the_default_one():
    spec = site(pools={**POOLS, "own": "10.99.0.0/20"}, tenants={"acme": {"pool": "own"}}, jobs={"j": job("acme")})
    found = planned(spec)
    assert {(p[1], p[4]) for p in prefixes(found) if p[3] == "acme"} == {("default", "train-leaf-0")}
    assert len(found.vrfs.name) == 0


def test_names_of_tables_fit_linux():
    long = "department-of-very-large-models"
    found = planned(site(tenants={long: {"vrf": True, "slot": 7}, "acme": {"vrf": True}}))
    assert found.vrfs.tenant.tolist() == ["acme", long]
    assert found.vrfs.name.tolist() == ["acme", "vrf10007"]
    assert found.vrfs.vni.tolist()[1] == 10007


def test_the_largest_fat_tree_of_the_bars_fits_the_pools_of_the_guide():
    """k = 32: 16,384 links and 512 leaves of 16 ports fill 10.64.0.0/16 to the last link."""
    pools = {**POOLS, "loopback": "10.65.0.0/20"}
    spec = site(
        {"ft": {"blueprint": "fat-tree", "k": 32, "switch": "sw", "hosts": {"type": "gpu2", "count": 16}}}, pools
    )
    found = planned(spec)
    used = [ipaddress.ip_interface(a).ip for k, a in ports(found, "link").items() if k[2] == "v4"]
    assert len(used) == len(set(used)) == 2 * 16384
    assert max(used) == ipaddress.ip_address("10.64.255.255")


@pytest.mark.parametrize("pools, at, message", [
    ({"fabric": "10.64.0.0/28"}, "fabric", "needs /24, has /28"),
    ({"fabric": "10.64.0.0/16", "loopback": "10.65.0.0/31"}, "loopback", "needs /30, has /31"),
    ({"hosts": "10.1.0.0/28", "links": "10.2.0.0/24", "loopback": "10.65.0.0/24"}, "hosts", "needs /27, has /28"),
])  # fmt: skip
def test_a_pool_that_is_too_small_says_what_would_do(pools, at, message):
    with pytest.raises(FindingsError) as caught:
        planned(site(pools=pools))
    [finding] = caught.value.findings
    assert (finding.code, finding.at) == ("E502", f"addressing/pools/{at}")
    assert message in finding.message


def test_the_size_that_is_named_is_enough_and_no_less_is():
    for pool, length in (("fabric", 24), ("loopback", 30)):
        whole = {"fabric": "10.64.0.0/16", "loopback": "10.65.0.0/24"}
        network = ipaddress.ip_network(whole[pool])
        planned(site(pools={**whole, pool: f"{network.network_address}/{length}"}))


def test_bad_pools_stop_the_plan():
    with pytest.raises(FindingsError) as caught:
        planned(site(pools={"fabric": "10.64.0.1/16", "loopback": "nonsense"}))
    assert {finding.code for finding in caught.value.findings} == {"E510", "E511"}


def test_a_plan_with_a_mistake_is_caught():
    """The proof is only worth something if it can fail."""
    from dataclasses import replace

    import numpy as np

    found = planned(site())
    address = found.interfaces.address.copy()
    address[1] = address[0]
    broken = replace(found, interfaces=replace(found.interfaces, address=address))
    assert {f.claim for f in prove(broken) if not f.holds} == {"addresses-unique"}
    prefix = found.prefixes.prefix.copy()
    prefix[1] = "10.64.0.8/29"
    broken = replace(found, prefixes=replace(found.prefixes, prefix=prefix))
    assert {f.claim for f in prove(broken) if not f.holds} == {"prefixes-disjoint"}
    address = found.interfaces.address.copy()
    row = int(np.flatnonzero(found.interfaces.role == "link")[0])
    address[row] = "10.64.200.0/31"
    broken = replace(found, interfaces=replace(found.interfaces, address=address))
    assert {f.claim for f in prove(broken) if not f.holds} == {"ends-share-prefix"}
    twins = planned(site(tenants={"a": {"vrf": True}, "b": {"vrf": True}}))
    vni = np.zeros(2, dtype=np.int32)
    broken = replace(twins, vrfs=replace(twins.vrfs, vni=vni))
    assert {f.claim for f in prove(broken) if not f.holds} == {"tables-apart"}

"""FRR text read back says what the address plan and the network say."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network

import pytest
from hypothesis import HealthCheck, given, settings
from tests.address.sites import asns, fabric, ports, prefixes, site
from tests.config.rendered import changed, everything, render, text_of, whole
from tests.lab import require
from tests.strategies import sites

from easterly.config import contradictions, frr, validate
from easterly.model.network import LinkKind, NodeKind
from easterly.model.outcome import DeviceConfigs
from easterly.study.nouns import Nouns
from easterly.study.rendering import sources


def states(configs):
    return {file.device: frr.parse(file.text) for file in configs.artifacts if file.dialect == "frr"}


def assert_says_the_plan(network, plan, configs) -> None:
    read = states(configs)
    names = network.nodes.name[network.nodes.kind != NodeKind.NIC].tolist()
    assert sorted(read) == sorted(names)
    addresses = defaultdict(lambda: defaultdict(set))
    for (device, port, _, _), address in ports(plan, "loopback", "link", "gateway").items():
        addresses[device][port].add(address)
    announced = defaultdict(set)
    for prefix, vrf, _, _, device in prefixes(plan):
        announced[device, vrf].add(prefix)
    for (device, _, _, _), address in ports(plan, "loopback").items():
        announced[device, "default"].add(address)
    for device, state in read.items():
        assert state.device == device and state.asn == asns(plan)[device]
        assert {port: set(found) for port, found in state.interfaces.items()} == addresses[device]
        assert set(state.networks) == announced[device, "default"]
        assert {vrf: set(found) for vrf, found in state.vrf_networks.items()} == {
            vrf: found for (d, vrf), found in announced.items() if d == device and vrf != "default"
        }
        assert set(state.uses) <= set(state.prefix_lists)


def assert_one_session_per_cable_and_family(network, plan, configs) -> None:
    """From the cables alone: each end has the other's address and AS number, once per family."""
    read, names, links = states(configs), network.nodes.name.tolist(), network.links
    wanted = defaultdict(dict)
    end = {(d, p, f): ip_interface(a).ip for (d, p, f, _), a in ports(plan, "link").items()}
    families = {f for _, _, f in end}
    for a, b, q, kind in zip(
        links.src.tolist(), links.dst.tolist(), links.dst_port.tolist(), links.kind.tolist(), strict=True
    ):
        if kind != LinkKind.HOST:
            for family in families:
                wanted[names[a]][str(end[names[b], f"swp{q}", family])] = asns(plan)[names[b]]
    assert {device: state.neighbors for device, state in read.items() if state.neighbors} == wanted


def test_a_whole_site_reads_back_as_planned():
    assert_says_the_plan(*whole())
    assert_one_session_per_cable_and_family(*whole())
    assert contradictions(whole()[2]) == ()


@given(sites(max_hosts=8))
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_site_reads_back_as_planned(spec):
    network, plan, configs = render(spec)
    assert_says_the_plan(network, plan, configs)
    assert_one_session_per_cable_and_family(network, plan, configs)
    assert contradictions(configs) == ()


def test_ecmp_over_peers_of_different_as():
    """RFC 7938 section 5.2.3 and 6: as many paths as there are, whatever AS numbers are in them."""
    for file in whole()[2].artifacts:
        if file.dialect == "frr":
            assert " bgp bestpath as-path multipath-relax\n" in file.text
            assert "  maximum-paths 64\n" in file.text


def permits(entries: tuple[str, ...], prefix: str) -> bool:
    """What a prefix-list lets through, from FRR's manual: inside the prefix, and of a length allowed."""
    network = ip_network(prefix)
    for entry in entries:
        action, *words = entry.split()
        assert action == "permit"
        within, limits = ip_network(words[0]), dict(zip(words[1::2], map(int, words[2::2]), strict=True))
        low = limits.get("ge", within.prefixlen)
        high = limits.get("le", within.prefixlen if not limits else network.max_prefixlen)
        same = network.version == within.version
        if same and network.subnet_of(within) and low <= network.prefixlen <= high:
            return True
    return False


def flooded(network, configs) -> dict[str, set[tuple[str, str]]]:
    """Prefixes each router learns, with where each comes from, by running BGP's rules over the parsed files.

    Announce what is yours or was accepted, through the lists; drop what has your AS number in its path. All
    paths are kept that no shorter one replaces, which is what the test asks about.
    """
    read = states(configs)
    owner = {a.partition("/")[0]: d for d, s in read.items() for found in s.interfaces.values() for a in found}
    groups = {d: re.findall(r"prefix-list (\w+) (in|out)", text_of(configs, f"frr/{d}.conf")) for d in read}
    lists = {d: {way: [n for n, w in found if w == way] for way in ("in", "out")} for d, found in groups.items()}

    def passes(device, way, prefix):
        word = "ipv6" if ":" in prefix else "ip"
        chosen = next(name for name in lists[device][way] if name.endswith("6" if ":" in prefix else "4"))
        return permits(read[device].prefix_lists[f"{word} {chosen}"], prefix)

    best = {d: {p: (0, {(s.asn,)}) for p in s.networks} for d, s in read.items()}
    via = defaultdict(set)
    changed_now = True
    while changed_now:
        changed_now = False
        for device, state in read.items():
            for address in state.neighbors:
                peer = owner[address]
                for prefix, (hops, paths) in list(best[device].items()):
                    if (":" in prefix) != (":" in address):
                        continue
                    fresh = {(read[peer].asn, *path) for path in paths if read[peer].asn not in path}
                    if not fresh or not passes(device, "out", prefix) or not passes(peer, "in", prefix):
                        continue
                    had = best[peer].get(prefix)
                    if had is None or hops + 1 < had[0]:
                        best[peer][prefix] = (hops + 1, fresh)
                        via[peer, prefix] = {device}
                        changed_now = True
                    elif hops + 1 == had[0] and not (fresh <= had[1] and device in via[peer, prefix]):
                        best[peer][prefix] = (had[0], had[1] | fresh)
                        via[peer, prefix].add(device)
                        changed_now = True
    return via


MIDDLE = {"type": "sw", "down": 2, "up": 2}


@pytest.mark.no_cover
@pytest.mark.parametrize("spec", [
    site({"train": fabric()}), site({"train": fabric("fat-tree", 8, k=4, switch="sw")}), everything(),
    site({"train": fabric("clos", 16, tiers=4, leaf={"type": "sw", "down": 4, "up": 2}, spine=MIDDLE,
                          super_spine=MIDDLE, core={"type": "sw"})}),
], ids=["leaf-spine", "fat-tree", "rails and WAN", "four tiers"])  # fmt: skip
def test_every_leaf_learns_every_prefix_over_all_shortest_paths(spec):
    """Against a breadth-first search on the cables: the next hops are all neighbours that are nearer."""
    import networkx as nx

    network, plan, configs = render(spec)
    via, names, links = flooded(network, configs), network.nodes.name.tolist(), network.links
    rows = zip(links.src.tolist(), links.dst.tolist(), links.kind.tolist(), strict=True)
    graph = nx.Graph((names[a], names[b]) for a, b, kind in rows if kind != LinkKind.HOST)
    leaves = [name for name in graph if "leaf" in name]
    for prefix, vrf, _, _, home in prefixes(plan):
        if vrf != "default" or ":" in prefix:
            continue
        distance = nx.single_source_shortest_path_length(graph, home)
        for leaf in leaves:
            if leaf != home:
                assert via[leaf, prefix] == {n for n in graph[leaf] if distance[n] == distance[leaf] - 1}


def test_a_leaf_is_never_a_transit():
    """Take away a leaf's best spine: no prefix of another leaf may come to a spine through a leaf."""
    network, _, configs = render(site({"train": fabric()}))
    for (device, prefix), peers in flooded(network, configs).items():
        if "spine" in device:
            assert len(peers) == 1 and "leaf" in next(iter(peers)), (device, prefix, peers)


def test_filters_refuse_what_is_not_of_the_site():
    read = states(whole()[2])
    for state in read.values():
        for prefix in ("0.0.0.0/0", "10.0.0.0/8", "192.0.2.0/24", "10.64.128.0/31", "10.65.0.0/30"):
            assert not permits(state.prefix_lists["ip SITE4"], prefix)
        assert permits(state.prefix_lists["ip SITE4"], "10.65.0.9/32")
        assert not permits(state.prefix_lists["ipv6 SITE6"], "::/0")


def test_tables_of_tenants_import_their_own_target_only():
    _, plan, configs = whole()
    target = dict(zip(plan.vrfs.name.tolist(), plan.vrfs.rd.tolist(), strict=True))
    vni = dict(zip(plan.vrfs.name.tolist(), plan.vrfs.vni.tolist(), strict=True))
    seen = set()
    for state in states(configs).values():
        for vrf in state.vrfs:
            assert state.route_targets[vrf] == (f"import {target[vrf]}", f"export {target[vrf]}")
            assert state.vnis[vrf] == vni[vrf]
            seen.add(vrf)
        tables = {port: vrf for vrf, found in state.vrf_ports.items() for port in found}
        assert set(tables.values()) == set(state.vrfs)
    assert seen == {"acme", "beta"}


def test_router_ids_are_unique_even_without_ipv4():
    for spec in (everything(), site(pools={"v6": "fd00::/48"})):
        ids = [state.router_id for state in states(render(spec)[2]).values()]
        assert len(set(ids)) == len(ids) and all(ip_address(i).version == 4 for i in ids)


@pytest.mark.parametrize("path, old, new, code", [
    ("frr/train-spine-0.conf", "remote-as 42000100", "remote-as 42000999", "E902"),
    ("frr/train-rail0-leaf-0.conf", "neighbor 10.64.128.1 remote-as", "neighbor 10.64.129.77 remote-as", "E901"),
    ("frr/train-rail0-leaf-0.conf", " ip address 10.64.128.0/31", " ip address 10.64.140.0/31", "E901"),
    ("frr/train-rail0-leaf-0.conf", "prefix-list OWN4 out", "prefix-list OWN5 out", "E903"),
    ("frr/train-rail0-leaf-0.conf", "  network 10.64.0.0/28", "  network 10.64.7.0/28", "E904"),
    ("frr/train-rail0-leaf-0.conf", "  network 10.99.0.0/28", "  network 10.98.0.0/28", "E904"),
])  # fmt: skip
def test_contradictions_are_found(path, old, new, code):
    found = contradictions(changed(whole()[2], path, old, new))
    assert code in {finding.code for finding in found}
    assert any(path[4:-5] in finding.message for finding in found if finding.code == code)


def test_a_session_without_remote_as_or_without_an_answer_is_found():
    configs = whole()[2]
    path = "frr/train-rail0-leaf-0.conf"
    line = next(x for x in text_of(configs, path).splitlines() if "remote-as" in x)
    assert {f.code for f in contradictions(changed(configs, path, line + "\n", ""))} == {"E902"}
    address = line.split()[1]
    text = text_of(configs, path)
    gone = "\n".join(x for x in text.splitlines() if f"neighbor {address} " not in x)
    assert {f.code for f in contradictions(changed(configs, path, text, gone))} == {"E905"}


def test_what_is_not_known_is_skipped():
    state = frr.parse(
        "!\n\npassword x\nhostname a\nrouter ospf\n network 10.0.0.0/8\nip route 0.0.0.0/0 10.0.0.1\n neighbor\nend\n"
    )
    assert (state.device, state.asn, state.neighbors, state.networks) == ("a", 0, {}, ())


@pytest.mark.parametrize(
    "line", ["router bgp", "router bgp many", " neighbor 10.0.0.1 remote-as", "hostname", "interface"]
)
def test_a_line_that_is_cut_short_is_refused_with_its_number(line):
    with pytest.raises(ValueError, match="line 2 is cut short"):
        frr.parse(f"router bgp 65001\n{line}\n")


@pytest.mark.parametrize("line", ["prefix-list SITE4 activate", "timers 3", "ebgp-multihop x", "bfd profile"])
def test_a_line_of_a_group_that_makes_no_sense_is_named(line):
    with pytest.raises(ValueError, match=f"line 2 .*: neighbor A {line}$"):
        frr.parse(f"router bgp 65001\n neighbor A {line}\n")


def test_a_chassis_with_more_links_than_frr_has_ways_says_as_many_as_frr_has():
    require("vtysh")
    [file] = frr.render([replace(sources(Nouns(everything()), ["frr"]).routers[0], paths=576)])
    [said] = validate(DeviceConfigs((file,)))
    assert (said.ok, said.output) == (True, "")
    assert "maximum-paths 256\n" in file.text

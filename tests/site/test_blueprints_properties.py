"""What holds for the network of every site, whatever its blueprints."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import fields

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import networks, site_dicts

from easterly.base.findings import FindingsError
from easterly.model.network import LinkKind, Network, NodeKind
from easterly.model.spec.site import Site
from easterly.site.blueprints import build

GROWING = ("leaf-spine", "rail-optimized", "rail-only", "multi-plane", "clos", "fat-tree")


@settings(max_examples=20)
@given(networks())
def test_two_rows_of_a_cable_mirror_each_other(network):
    links = network.links
    up, down = slice(0, None, 2), slice(1, None, 2)
    assert (links.reverse == np.arange(len(links)) ^ 1).all()
    for a, b in [("src", "dst"), ("src_port", "dst_port")]:
        assert (getattr(links, a)[up] == getattr(links, b)[down]).all()
        assert (getattr(links, a)[down] == getattr(links, b)[up]).all()
    for name in ("kind", "capacity_bps", "delay_s", "length_m", "cost"):
        assert (getattr(links, name)[up] == getattr(links, name)[down]).all()
    for row in range(0, len(links), 2):
        own, other = (links.srlg_idx[links.srlg_ptr[r] : links.srlg_ptr[r + 1]].tolist() for r in (row, row + 1))
        assert own == other == sorted(set(own))


@settings(max_examples=20)
@given(networks())
def test_cables_go_upwards_first(network):
    tier, links = network.nodes.tier, network.links
    inside = links.kind[0::2] != LinkKind.WAN
    assert (tier[links.src[0::2]] <= tier[links.dst[0::2]])[inside].all()


@settings(max_examples=20)
@given(networks())
def test_every_port_is_used_once_and_exists(network):
    nodes, links = network.nodes, network.links
    used = Counter(zip(nodes.device[links.src].tolist(), links.src_port.tolist(), strict=True))
    assert not used or max(used.values()) == 1
    is_switch = nodes.kind[links.src] == NodeKind.SWITCH
    assert (links.src_port[is_switch] >= 1).all()
    assert (links.src_port <= nodes.ports[links.src])[is_switch].all()
    degree = np.bincount(links.src, minlength=len(nodes))
    assert (degree <= nodes.ports).all()
    assert len(set(network.link_ids.tolist())) == len(links)


@settings(max_examples=20)
@given(networks())
def test_names_are_unique_and_hosts_own_their_interfaces(network):
    nodes, hosts = network.nodes, network.hosts
    assert len(set(nodes.name.tolist())) == len(nodes)
    for host in range(len(hosts)):
        for r, node in enumerate(hosts.nics(host).tolist()):
            assert nodes.name[node] == f"{hosts.name[host]}:nic{r}"
            assert nodes.device[node] == hosts.name[host]
            assert (nodes.fabric[node], nodes.kind[node]) == (hosts.fabric[host], NodeKind.NIC)
    assert (nodes.kind == NodeKind.NIC).sum() == len(hosts.nic_node)


@settings(max_examples=20)
@given(networks())
def test_only_planes_and_rails_keep_interfaces_of_a_fabric_apart(network):
    """Two interfaces of a fabric are joined by its switches, unless they differ in rail (without spine) or in plane."""
    group = _components(network)
    nodes = network.nodes
    for name in sorted(network.origins):
        nics = np.flatnonzero((nodes.kind == NodeKind.NIC) & (nodes.fabric == name))
        switches = (nodes.kind == NodeKind.SWITCH) & (nodes.fabric == name)
        if not (switches & (nodes.tier > 1)).any():
            keys = nodes.rail_group[nics].tolist()
        else:
            keys = (nodes.plane[nics]).tolist()
        for key in set(keys):
            members = [int(n) for n, k in zip(nics, keys, strict=True) if k == key]
            assert len({group[n] for n in members}) == 1


def _components(network: Network) -> list[int]:
    """Number of the connected piece of each node, by plain union-find."""
    parent = list(range(len(network.nodes)))

    def root(x: int) -> int:
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    for a, b in zip(network.links.src.tolist(), network.links.dst.tolist(), strict=True):
        parent[root(a)] = root(b)
    return [root(x) for x in range(len(parent))]


@given(site_dicts(blueprints=GROWING), st.integers(1, 6))
@settings(max_examples=20)
def test_growth_moves_no_port_while_the_spines_are_the_same(document, more):
    """A host that is added takes ports that were free; nothing that exists is renamed or plugged elsewhere."""
    grown = copy.deepcopy(document)
    for name, fabric in grown["fabrics"].items():
        fabric["hosts"]["count"] += more
        if fabric["blueprint"] == "fat-tree":
            fabric["hosts"]["count"] -= more
        if fabric["blueprint"] == "rail-only":
            fabric["leaf"]["down"] += more
            document["fabrics"][name]["leaf"]["down"] += more
    before, after = build(Site.model_validate(document)), build(Site.model_validate(grown))
    if _tops(before) == _tops(after):
        assert set(before.link_ids.tolist()) <= set(after.link_ids.tolist())


def _tops(network: Network) -> set[str]:
    """Switches above the leaves that are not in pods: their number follows from all hosts."""
    nodes = network.nodes
    keep = (nodes.kind == NodeKind.SWITCH) & (nodes.tier > 1) & (nodes.pod < 0)
    return set(nodes.name[keep].tolist())


@given(site_dicts())
@settings(max_examples=20)
def test_the_order_of_maps_does_not_matter(document):
    one, other = build(Site.model_validate(document)), build(Site.model_validate(_reversed(document)))
    for part in ("nodes", "links", "hosts"):
        for field in fields(getattr(one, part)):
            assert np.array_equal(getattr(getattr(one, part), field.name), getattr(getattr(other, part), field.name))
    assert one.srlgs == other.srlgs


def _reversed(value):
    if isinstance(value, dict):
        return {key: _reversed(value[key]) for key in reversed(value)}
    return value


@given(site_dicts())
@settings(max_examples=20)
def test_hosts_and_interfaces_are_all_there(document):
    network = build(Site.model_validate(document))
    expected = Counter()
    for name, fabric in document["fabrics"].items():
        if fabric["blueprint"] == "graph":
            expected[name] = sum(node["type"] == f"host-{name}" for node in fabric["nodes"].values())
        else:
            expected[name] = fabric["hosts"]["count"]
    assert Counter(network.hosts.fabric.tolist()) == +expected
    assert (network.links.kind == LinkKind.WAN).sum() == 2 * len(document.get("wan", {}).get("links", {}))


_ANY = st.one_of(st.integers(1, 12), st.integers(2 * 10**6, 10**9))
_SWITCH = st.sampled_from(["small", "vast"])
_TIER = st.fixed_dictionaries({"type": _SWITCH}, optional={"down": _ANY, "up": _ANY})
_LEAF = st.fixed_dictionaries({"type": _SWITCH, "down": _ANY}, optional={"up": _ANY, "up_rate": st.just("200Gb/s")})
_SPINE = st.fixed_dictionaries({"type": _SWITCH}, optional={"count": _ANY})
_HOSTS = st.fixed_dictionaries({"type": st.sampled_from(["few", "many"]), "count": _ANY})
_COMMON = {"border": st.fixed_dictionaries({"count": _ANY}, optional={"type": _SWITCH})}
_TWO = st.sampled_from(["leaf-spine", "rail-optimized"])
_WILD = st.one_of(
    st.fixed_dictionaries({"blueprint": _TWO, "hosts": _HOSTS, "leaf": _LEAF, "spine": _SPINE}, optional=_COMMON),
    st.fixed_dictionaries({"blueprint": st.just("rail-only"), "hosts": _HOSTS, "leaf": _LEAF}, optional=_COMMON),
    st.fixed_dictionaries(
        {"blueprint": st.just("multi-plane"), "planes": _ANY, "dual_tor": st.booleans(), "hosts": _HOSTS, "leaf": _LEAF,
         "spine": _SPINE}, optional=_COMMON),
    st.fixed_dictionaries(
        {"blueprint": st.just("fat-tree"), "k": _ANY.map(lambda k: 2 * k), "switch": _SWITCH, "hosts": _HOSTS},
        optional=_COMMON,
    ),
    st.fixed_dictionaries(
        {"blueprint": st.just("clos"), "tiers": st.integers(2, 4), "hosts": _HOSTS, "leaf": _LEAF, "spine": _TIER},
        optional={**_COMMON, "super_spine": _TIER, "core": _TIER, "pod_leaves": _ANY, "taper": st.floats(1, 1e9)},
    ),
)  # fmt: skip


@given(_WILD, _ANY, st.booleans())
@settings(max_examples=100)
def test_wild_numbers_are_built_or_found_wanting(fabric, nics, joined):
    """Whatever numbers the grammar admits: a network that fits its radix, or findings with a place and a repair."""
    many = {"gpus": 8, "nics": min(nics, 4096), "nic_rate": "400Gb/s"}  # the grammar admits no more
    hardware = {
        "switches": {"small": {"ports": 16, "rate": "100Gb/s"}, "vast": {"ports": 10**9, "rate": "400Gb/s"}},
        "hosts": {"few": {"gpus": 1, "nics": 1, "nic_rate": "100Gb/s"}, "many": many},
    }
    link = {"a": "f", "b": "x", "rate": "100Gb/s", "delay": "1ms"}
    wan = {"sites": {"x": {}}, "links": {"w": link}} if joined else {}
    document = {"version": 1, "site": {"name": "s"}, "hardware": hardware, "fabrics": {"f": fabric}, "wan": wan}
    try:
        network = build(Site.model_validate(document))
    except FindingsError as error:
        assert error.findings
        assert all(f.code.startswith("E4") and f.at.startswith("fabrics/f") and f.hint for f in error.findings)
        return
    degree = np.bincount(network.links.src, minlength=len(network.nodes))
    assert (degree <= network.nodes.ports).all()

"""Explicit graphs and the WAN, against what was written."""

from __future__ import annotations

import pytest

from easterly.base.findings import FindingsError
from easterly.model.network import LinkKind, NodeKind
from easterly.model.spec.site import Site
from easterly.site.blueprints import build

HARDWARE = {
    "switches": {"sw": {"ports": 8, "rate": "400Gb/s"}, "slow": {"ports": 4, "rate": "100Gb/s"}},
    "hosts": {"box": {"gpus": 2, "nics": 2, "nic_rate": "200Gb/s"}},
}
LS = {
    "blueprint": "leaf-spine", "hosts": {"type": "box", "count": 4}, "leaf": {"type": "sw", "down": 4, "up": 2},
    "spine": {"type": "sw", "count": 2},
}  # fmt: skip


def made(fabrics, wan=None):
    return build(
        Site.model_validate(
            {"version": 1, "site": {"name": "s"}, "hardware": HARDWARE, "fabrics": fabrics, "wan": wan or {}}
        )
    )


def graph(links, **nodes):
    return made({"g": {"blueprint": "graph", "nodes": {n: {"type": t} for n, t in nodes.items()}, "links": links}})


def codes(fabrics, wan=None):
    with pytest.raises(FindingsError) as caught:
        made(fabrics, wan)
    return [(f.code, f.at) for f in caught.value.findings]


def test_ports_are_taken_in_the_order_of_link_names():
    """Written ports first; the others take the lowest free one."""
    network = graph(
        {"b": {"a": "h:1", "b": "s"}, "a": {"a": "s", "b": "t"}, "c": {"a": "h", "b": "s:1"}}, h="box", s="sw", t="slow"
    )
    assert set(network.link_ids[::2].tolist()) == {"h:nic1>s:swp3", "s:swp2>t:swp1", "h:nic0>s:swp1"}


def test_tiers_and_roles_follow_from_the_distance_to_hosts():
    links = {"a": {"a": "h", "b": "s"}, "b": {"a": "t", "b": "s"}, "c": {"a": "t", "b": "u"}, "d": {"a": "h", "b": "s"}}
    network = graph(links, h="box", s="sw", t="sw", u="sw")
    found = {
        str(n): (int(t), str(r))
        for n, t, r in zip(network.nodes.name, network.nodes.tier, network.nodes.role, strict=True)
    }
    assert found == {
        "s": (1, "leaf"), "t": (2, "spine"), "u": (3, "super-spine"), "h:nic0": (0, "nic"), "h:nic1": (0, "nic")
    }  # fmt: skip
    assert "s:swp2>t:swp1" in network.link_ids[::2].tolist(), "from the lower tier to the upper one, however written"


def test_what_is_written_of_a_link_is_kept():
    link = {"a": "s", "b": "t", "rate": "50Gb/s", "delay": "3us", "length": "12m", "cost": 7, "srlg": ["y", "x"]}
    network = graph({"l": link, "m": {"a": "s", "b": "t"}}, s="sw", t="slow")
    links = network.links
    assert links.capacity_bps.tolist() == [50e9, 50e9, 100e9, 100e9]
    assert links.delay_s.tolist() == pytest.approx([3e-6, 3e-6, 1.5e-8, 1.5e-8])
    assert (links.length_m[0], links.cost[0]) == (12, 7)
    assert network.srlgs == ("x", "y")
    assert (links.srlg_ptr.tolist(), links.srlg_idx.tolist()) == ([0, 2, 4, 4, 4], [0, 1, 0, 1])


def test_a_graph_without_hosts():
    network = graph({"l": {"a": "s", "b": "t"}}, s="sw", t="sw")
    assert len(network.hosts) == 0
    assert network.nodes.tier.tolist() == [1, 1]


def test_a_large_ring_keeps_its_shape():
    count = 600
    network = graph(
        {f"l{i:03d}": {"a": f"s{i:03d}", "b": f"s{(i + 1) % count:03d}"} for i in range(count)},
        **{f"s{i:03d}": "sw" for i in range(count)},
    )
    ends = sorted(zip(network.links.src[::2].tolist(), network.links.dst[::2].tolist(), strict=True))
    assert ends == [(i, (i + 1) % count) for i in range(count)]


def test_faults_of_all_fabrics_at_once():
    lonely = {"blueprint": "graph", "nodes": {"a": {"type": "sw"}, "b": {"type": "sw"}}, "links": {}}
    high = {**LS, "leaf": {"type": "sw", "down": 8, "up": 8}}
    assert codes({"one": lonely, "two": high}) == [("E412", "fabrics/one/nodes/b"), ("E401", "fabrics/two/leaf")]


@pytest.mark.parametrize(("path", "value", "at"), [
    (("leaf", "type"), "no", "fabrics/f/leaf/type"), (("spine", "type"), "no", "fabrics/f/spine/type"),
    (("hosts", "type"), "no", "fabrics/f/hosts/type"),
])  # fmt: skip
def test_unknown_models_are_findings(path, value, at):
    assert codes({"f": {**LS, path[0]: {**LS[path[0]], path[1]: value}}}) == [("E211", at)]


def test_unknown_types_and_ends_of_a_graph_are_findings():
    nodes = {"a": {"type": "sw"}, "b": {"type": "no"}}
    assert codes({"f": {"blueprint": "graph", "nodes": nodes, "links": {}}}) == [("E211", "fabrics/f/nodes/b/type")]
    fabric = {"blueprint": "graph", "nodes": {"a": {"type": "sw"}}, "links": {"l": {"a": "a", "b": "z:1"}}}
    assert codes({"f": fabric}) == [("E211", "fabrics/f/links/l/b")]


def test_an_unknown_gpu_without_a_rate_is_a_finding():
    hardware = {**HARDWARE, "hosts": {"box": {**HARDWARE["hosts"]["box"], "gpu": "abacus"}}}
    document = {"version": 1, "site": {"name": "s"}, "hardware": hardware, "fabrics": {"f": LS}}
    with pytest.raises(FindingsError) as caught:
        build(Site.model_validate(document))
    assert [(f.code, f.at) for f in caught.value.findings] == [("E214", "hardware/hosts/box/gpu")]


# The WAN.

WAN = {
    "sites": {"far": {}},
    "links": {
        "w1": {"a": "f", "b": "g", "rate": "100Gb/s", "delay": "5ms", "srlg": ["duct"]},
        "w2": {"a": "far", "b": "f", "rate": "40Gb/s", "delay": "2ms", "cost": 3},
        "w3": {"a": "f", "b": "g", "rate": "100Gb/s", "delay": "6ms", "srlg": ["duct"]},
    },
}


def test_borders_join_the_top_tier_to_the_wan():
    """WAN links take the routers of a border in turn; ports of the border and of the top tier are the last ones."""
    network = made({"f": {**LS, "border": {"count": 2, "type": "sw"}}, "g": LS}, WAN)
    ids = set(network.link_ids[::2].tolist())
    borders = {i for i in ids if "border" in i and "spine" in i}
    assert borders == {
        "f-spine-0:swp8>f-border-0:swp1", "f-spine-0:swp7>f-border-1:swp1",
        "f-spine-1:swp8>f-border-0:swp2", "f-spine-1:swp7>f-border-1:swp2",
        "g-spine-0:swp8>g-border-0:swp1", "g-spine-1:swp8>g-border-0:swp2",
    }  # fmt: skip
    assert {i for i in ids if "spine" not in i and "leaf" not in i} == {
        "f-border-0:swp8>g-border-0:swp8", "far:swp1>f-border-1:swp8", "f-border-0:swp7>g-border-0:swp7",
    }  # fmt: skip


def test_wan_links_keep_rate_delay_cost_and_ducts():
    network = made({"f": LS, "g": LS}, WAN)
    links = network.links
    wan = links.kind == LinkKind.WAN
    assert links.capacity_bps[wan].tolist() == [100e9] * 2 + [40e9] * 2 + [100e9] * 2
    assert links.delay_s[wan].tolist() == [5e-3, 5e-3, 2e-3, 2e-3, 6e-3, 6e-3]
    assert links.cost[wan].tolist() == [10, 10, 3, 3, 10, 10]
    assert [links.srlg_ptr[r + 1] - links.srlg_ptr[r] for r in wan.nonzero()[0]] == [1, 1, 0, 0, 1, 1]
    far = network.index["far"]
    assert (network.nodes.kind[far], network.nodes.role[far], network.nodes.fabric[far]) == (NodeKind.WAN, "wan", "")
    border = network.index["f-border-0"]
    assert (network.nodes.role[border], network.nodes.tier[border]) == ("border", 3)


def test_a_border_reserves_its_ports_when_spines_are_counted():
    """Four leaves with two uplinks fill two 8-port spines to 4; with radix 4 the border forces a second pair."""
    small = {
        **LS,
        "hosts": {"type": "box", "count": 8},
        "leaf": {"type": "sw", "down": 4, "up": 4},
        "spine": {"type": "slow"},
    }
    assert (made({"f": small}).nodes.role == "spine").sum() == 4
    with pytest.raises(FindingsError) as caught:
        made({"f": small}, {"sites": {"x": {}}, "links": {"w": {"a": "f", "b": "x", "rate": "1Gb/s", "delay": "1ms"}}})
    assert {f.code for f in caught.value.findings} == {"E403"}


def test_unknown_places_and_loops_are_findings():
    link = {"a": "f", "b": "nowhere", "rate": "1Gb/s", "delay": "1ms"}
    assert codes({"f": LS}, {"links": {"w": link}}) == [("E211", "wan/links/w/b")]
    assert codes({"f": LS}, {"links": {"w": {**link, "b": "f"}}}) == [("E414", "wan/links/w/b")]


def test_a_border_of_a_graph_needs_a_switch_with_a_free_port():
    nodes = {"h": {"type": "box"}, "s": {"type": "sw"}}
    full = {"blueprint": "graph", "nodes": nodes, "links": {"a": {"a": "h", "b": "s:8"}, "b": {"a": "h", "b": "s"}}}
    link = {"a": "f", "b": "x", "rate": "1Gb/s", "delay": "1ms"}
    wan = {"sites": {"x": {}}, "links": {"w": link}}
    assert codes({"f": full}, wan) == [("E410", "fabrics/f")]
    alone = {"blueprint": "graph", "nodes": {"h": {"type": "box"}}, "links": {}}
    assert codes({"f": alone}, wan) == [("E410", "fabrics/f")]


def test_a_wan_without_fabrics():
    network = made(
        {}, {"sites": {"a": {}, "b": {}}, "links": {"w": {"a": "a", "b": "b", "rate": "1Gb/s", "delay": "1ms"}}}
    )
    assert network.link_ids.tolist() == ["a:swp1>b:swp1", "b:swp1>a:swp1"]

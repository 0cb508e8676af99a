"""Flows and topologies of other simulators: what they say, and what is said of those that are broken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from easterly.base.findings import FindingsError, Severity
from easterly.model.network import NodeKind
from easterly.predict.packet.workloads import all_pairs, all_to_all, listed, permutation, poisson, sizes
from easterly.site.formats import convert, read, write
from easterly.site.formats.flows import (
    hpcc,
    matrix,
    read_flows,
    write_flows,
)
from easterly.site.formats.found import Found

MATRIX = """\
# an all-to-all of three with a barrier
Nodes 4
Connections 4
Triggers 2
0->1 id 1 start 0 size 1000 recv_done_trigger 1
1->2 id 2 start 2500000 size 2000 send_done_trigger 1
2->3 id 3 trigger 1 size 3000 recv_done_trigger 2
3->0 id 4 trigger 2 size 4000
trigger id 1 barrier count 2
trigger id 2 oneshot
"""
FLOWS = "2\n2 1 3 100 200000000 2\n3 1 0 100 150 2.0005\n\nFirst line: # of flows\nsrc0 dst0 3 port0 size0 start0\n"


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_connection_matrix_with_triggers(tmp_path):
    flows, findings = read_flows(put(tmp_path, "a.cm", MATRIX))
    assert findings == () and flows.size_B.tolist() == [1000, 2000, 3000, 4000]
    assert flows.start_s.tolist() == [0, 2.5e-6, 0, 0]
    waits = [flows.after_idx[a:b].tolist() for a, b in zip(flows.after_ptr, flows.after_ptr[1:], strict=False)]
    assert waits == [[], [], [0, 1], [2]]
    write_flows(flows, tmp_path / "b.cm")
    again, findings = read_flows(tmp_path / "b.cm")
    assert findings == () and all(
        np.array_equal(getattr(flows, name), getattr(again, name))
        for name in ("src", "dst", "size_B", "start_s", "after_ptr", "after_idx")
    )


def test_flows_of_hpcc(tmp_path):
    flows, findings = read_flows(put(tmp_path, "flow.txt", FLOWS))
    assert findings == () and len(flows) == 2 and flows.traffic_class.tolist() == [3, 0]
    assert flows.start_s.tolist() == [2, 2.0005] and flows.dst.tolist() == [1, 1]


@pytest.mark.parametrize("format", ["htsim", "hpcc"])
@pytest.mark.parametrize(
    "made", [permutation(16, 10**6), all_to_all(4, 5), poisson(all_pairs(6), sizes("hadoop"), 1e4, 0.01)]
)
def test_what_is_written_is_read(tmp_path, made, format):
    write_flows(made, tmp_path / "x", format=format)
    again, findings = read_flows(tmp_path / "x", format=format)
    assert findings == ()
    order = np.argsort(made.start_s, kind="stable") if format == "hpcc" else np.arange(len(made))
    for name in ("src", "dst", "size_B"):
        assert np.array_equal(getattr(made, name)[order], getattr(again, name))
    assert again.start_s == pytest.approx(made.start_s[order], abs=5e-13)


def test_what_a_format_has_no_word_for(tmp_path):
    waiting = listed([0, 1, 2], [1, 2, 3], 9, after=np.array([-1, 0, 0]))
    late = listed([0, 1], [1, 2], 9, after=np.array([-1, 0]), delay_s=1.0)
    for flows, name in ((waiting, "a.cm"), (late, "a.cm"), (waiting, "a.txt"), (waiting, "a.xyz")):
        with pytest.raises(FindingsError) as error:
            write_flows(flows, tmp_path / name)
        assert error.value.findings[0].code in {"E135", "E120"}
        assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("change", "line", "what"),
    [
        (("size 1000", "size -5"), 5, "size '-5' is no number"),
        (("0->1", "0->9"), 5, "node '9'"),
        (("0->1", "1->1"), 5, "to itself"),
        (("start 0 ", ""), 5, "either a start or a trigger"),
        (("trigger 1 ", "trigger 7 "), 7, "trigger 7 is not in the file"),
        (("count 2", "count 3"), 7, "after 3 of 2 flows"),
        (("Connections 4", "Connections 5"), None, "5 connections and has 4"),
        (("oneshot", "sometimes"), 10, "none of oneshot"),
        (("id 1 start", "colour 1 start"), 5, "unexpected 'colour'"),
        (("3->0", "what"), 8, "unexpected 'what'"),
        (("id 4 trigger 2", "id 4 trigger 2 recv_done_trigger 1"), None, "circle"),
        (("id 2 oneshot", "id 1 oneshot"), 10, "stands twice"),
        (("size 1000", "size 1000 size 9"), 5, "'size' stands twice"),
    ],
)
def test_a_broken_matrix(tmp_path, change, line, what):
    text = MATRIX.replace(*change)
    if "circle" in what:
        text = text.replace("count 2", "count 3")
    flows, findings = read_flows(put(tmp_path, "a.cm", text))
    assert flows is None and text != MATRIX
    assert any(what in finding.message and finding.line == line for finding in findings), findings


@pytest.mark.parametrize(
    ("change", "line", "what"),
    [
        (("2\n2", "3\n2"), 5, "6 fields, this one 5"),
        (("2 1 3", "2 2 3"), 2, "to itself"),
        (("150 ", "0 "), 3, "size '0'"),
        (("1 0 100", "1 8 100"), 3, "class '8'"),
        (("2.0005", "-1"), 3, "start '-1'"),
        ((" 2.0005", ""), 3, "6 fields"),
        (("2\n2", "x\n2"), 1, "number of flows 'x'"),
        (("2\n2 1 3 100 200000000 2\n3 1 0 100 150 2.0005\n", "9\n"), 3, "fewer"),
    ],
)
def test_broken_flows(tmp_path, change, line, what):
    flows, findings = read_flows(put(tmp_path, "flow.txt", FLOWS.replace(*change)))
    assert flows is None
    if what != "fewer":
        assert any(what in finding.message and finding.line == line for finding in findings), findings


LEAF_SPINE = """\
Nodes 32
Tiers 2
Podsize 32

Tier 0
Downlink_speed_Gbps 100
Radix_Down 8
Radix_Up 2
Downlink_Latency_ns 1000
Switch_Latency_ns 0
Oversubscribed 4

Tier 1
Downlink_speed_Gbps 200
Radix_Down 4
Downlink_Latency_ns 500
Switch_Latency_ns 300
"""


def tree(k: int, bundle: int = 1) -> str:
    """A fat-tree with as many hosts as its radix allows."""
    h = k // 2
    tier = "Downlink_speed_Gbps 100\nDownlink_Latency_ns 1000\n"
    return (
        f"Nodes {k**3 // 4}\nTiers 3\nPodsize {h * h}\nTier 0\n{tier}Radix_Down {h}\nRadix_Up {h}\n"
        f"Tier 1\n{tier}Radix_Down {h}\nRadix_Up {h}\nTier 2\n{tier}Radix_Down {k * bundle}\nBundle {bundle}\n"
    )


def test_two_tiers_of_htsim(tmp_path):
    found = read(put(tmp_path, "a.topo", LEAF_SPINE))
    network = found.network
    assert found.findings == () and len(network.hosts) == 32 and len(network.links) == 2 * (32 + 8)
    up = network.links.capacity_bps == 200e9
    assert up.sum() == 16 and set(network.links.delay_s[up]) == {500e-9}
    names = network.nodes.name.tolist()
    ends = {(names[a], names[b]) for a, b in zip(network.links.src, network.links.dst, strict=True)}
    assert {("host9:nic0", "leaf1"), ("leaf3", "spine1"), ("spine0", "leaf0")} <= ends
    assert network.nodes.delay_s[names.index("leaf0")] == 0


@pytest.mark.parametrize("k", [4, 8, 16])
def test_three_tiers_of_htsim_are_a_fat_tree(tmp_path, k):
    network = read(put(tmp_path, "a.topo", tree(k))).network
    assert len(network.hosts) == k**3 // 4 and len(network.links) == 2 * 3 * k**3 // 4
    role, degree = network.nodes.role, np.bincount(network.links.src, minlength=len(network.nodes))
    assert [(role == name).sum() for name in ("leaf", "spine", "core")] == [k * k // 2, k * k // 2, k * k // 4]
    assert set(degree[role != "nic"]) == {k} and set(degree[role == "nic"]) == {1}
    core, pod = np.flatnonzero(role == "core"), network.nodes.pod
    for node in core.tolist():  # every core reaches every pod once
        assert sorted(pod[network.links.dst[network.links.src == node]].tolist()) == list(range(k))


def test_bundles_of_htsim(tmp_path):
    network = read(put(tmp_path, "a.topo", tree(4, 2))).network
    assert (network.nodes.role == "core").sum() == 2 and len(network.links) == 2 * 3 * 16


@pytest.mark.parametrize("text", [LEAF_SPINE, tree(4), tree(8), tree(4, 2), tree(8, 4)])
def test_a_tree_that_is_written_is_read_again(tmp_path, text):
    network = read(put(tmp_path, "a.topo", text)).network
    write(network, tmp_path / "b.topo")
    again = read(tmp_path / "b.topo").network
    for name in ("src", "dst", "capacity_bps", "delay_s"):
        assert np.array_equal(getattr(network.links, name), getattr(again.links, name)), name
    for name in ("name", "tier", "delay_s"):
        assert np.array_equal(getattr(network.nodes, name), getattr(again.nodes, name)), name
    write(again, tmp_path / "c.topo", format="htsim")
    assert (tmp_path / "c.topo").read_bytes() == (tmp_path / "b.topo").read_bytes()


def test_a_tree_says_how_much_it_is_oversubscribed_and_what_is_rounded(tmp_path):
    source = put(tmp_path, "a.topo", LEAF_SPINE.replace("Downlink_Latency_ns 500", "Downlink_Latency_ns 500.25"))
    (note,) = convert(source, tmp_path / "b.topo")
    assert note.severity is Severity.NOTE and "by up to 0.25 ns" in note.message
    said = (tmp_path / "b.topo").read_text().splitlines()
    # 8 hosts of 100 Gb/s below, 2 spines of 200 Gb/s above.
    assert "Oversubscribed 2" in said and "Downlink_Latency_ns 500" in said


@pytest.mark.parametrize(
    ("blueprint", "hosts"),
    [
        ("blueprint: fat-tree, k: 4, switch: sw, hosts: {type: h, count: 16}", 16),
        ("blueprint: leaf-spine, hosts: {type: h, count: 24}, leaf: {type: sw, down: 8, up: 4}, spine: {type: sw}", 24),
    ],
)
def test_a_fabric_of_a_site_as_a_tree(tmp_path, blueprint, hosts):
    """Whatever the order of its nodes: as many paths of each length from any host to any other."""
    site = (
        "version: 1\nsite: {name: s}\nhardware:\n  switches: {sw: {ports: 64, rate: 100Gb/s}}\n"
        f"  hosts: {{h: {{gpus: 1, nics: 1, nic_rate: 100Gb/s}}}}\nfabrics:\n  tree: {{{blueprint}}}\n"
    )
    network = read(put(tmp_path, "site.yaml", site)).network
    write(network, tmp_path / "a.topo")
    again = read(tmp_path / "a.topo").network
    assert len(network.hosts) == len(again.hosts) == hosts

    def walks(made):
        links, nic = made.links, np.flatnonzero(made.nodes.kind == NodeKind.NIC)
        step = np.zeros((len(made.nodes), len(made.nodes)), dtype=np.int64)
        np.add.at(step, (links.src, links.dst), 1)
        return [np.linalg.matrix_power(step, n)[np.ix_(nic, nic)].tolist() for n in (2, 4, 6)]

    assert walks(network) == walks(again)
    assert again.links.capacity_bps.min() == 100e9
    assert sorted(again.links.delay_s) == pytest.approx(sorted(network.links.delay_s), rel=1e-9)


def test_what_is_no_tree_is_refused(tmp_path):
    cables = read(put(tmp_path, "topology.txt", CABLES)).network
    with pytest.raises(FindingsError, match="other nodes"):
        write(cables, tmp_path / "x.topo")
    network = read(put(tmp_path, "a.topo", tree(4))).network
    rates = network.links.capacity_bps.copy()
    rates[0] *= 2
    faster = replace(network, links=replace(network.links, capacity_bps=rates))
    with pytest.raises(FindingsError, match="differ in rate"):
        write(faster, tmp_path / "x.topo")
    odd = replace(network, links=replace(network.links, capacity_bps=np.full(len(rates), 2.5e9)))
    with pytest.raises(FindingsError, match="no whole number of Gbit/s"):
        write(odd, tmp_path / "x.topo")
    uneven = LEAF_SPINE.replace("Radix_Up 2", "Radix_Up 3")  # 8 x 100 over 3 x 200
    with pytest.raises(FindingsError, match="oversubscription, 3200 : 2400"):
        write(read(put(tmp_path, "u.topo", uneven)).network, tmp_path / "x.topo")
    ends = network.links.dst.copy()
    down = np.flatnonzero(network.nodes.kind[network.links.dst] == NodeKind.NIC)[[0, 5]]
    ends[down] = ends[down[::-1]]  # two hosts swap their leaves
    source = network.links.src.copy()
    source[network.links.reverse[down]] = ends[down]
    swapped = replace(network, links=replace(network.links, src=source, dst=ends))
    with pytest.raises(FindingsError, match="numbered from leaf to leaf"):
        write(swapped, tmp_path / "x.topo")
    assert not (tmp_path / "x.topo").exists()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("Nodes 32", "Nodes -1"), "Nodes is '-1'"),
        (("Tiers 2", "Tiers 3"), "2 tiers where the file says 3"),
        (("Radix_Down 8", "Radix_Down 7"), "do not divide"),
        (("Radix_Down 4", "Radix_Down 5"), "4 links come from below"),
        (("Radix_Up 2\n", ""), "Radix_Up of tier 0"),
        (("Tier 1", "Tier 3"), "where tier 1 belongs"),
        (("Oversubscribed 4", "Colour 4"), "unexpected 'Colour'"),
        (("200", "0"), "Downlink_speed_Gbps of tier 1 is 0"),
        (("Nodes 32", "Nodes 800000"), "at most 200,000"),
        (("Downlink_Latency_ns 500", "Downlink_Latency_ns x"), "'x'"),
    ],
)
def test_a_broken_topology_of_htsim(tmp_path, change, what):
    text = LEAF_SPINE.replace(*change)
    if "800000" in text:
        text = text.replace("Radix_Down 4", "Radix_Down 100000")
    found = read(put(tmp_path, "a.topo", text))
    assert found.network is None and any(what in f.message for f in found.findings), found.findings


CABLES = "5 1 4\n4\n0 4 100Gbps 0.001ms 0\n1 4 100Gbps 0.001ms 0.0\n2 4 100Gbps 0.001ms 0.01\n3 4 25Gbps 1us 0\n"


def test_a_topology_of_hpcc(tmp_path):
    found = read(put(tmp_path, "topology.txt", CABLES))
    network = found.network
    assert [f.code for f in found.findings] == ["E130"] and found.findings[0].line == 5
    assert network.hosts.name.tolist() == ["host0", "host1", "host2", "host3"]
    assert network.nodes.kind.tolist() == [NodeKind.NIC] * 4 + [NodeKind.SWITCH]
    assert set(network.links.delay_s) == {1e-6} and network.links.capacity_bps.min() == 25e9
    write(network, tmp_path / "out.txt", format="hpcc")
    again = read(tmp_path / "out.txt").network
    for name in ("src", "dst", "capacity_bps"):
        assert np.array_equal(getattr(network.links, name), getattr(again.links, name))
    assert again.links.delay_s == pytest.approx(network.links.delay_s, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "line", "what"),
    [
        (("25Gbps", "25Gb"), 6, "rate '25Gb'"),
        (("1us", "1h"), 6, "delay '1h'"),
        (("3 4 25", "3 5 25"), 6, "no cable"),
        (("5 1 4", "5 1 5"), None, "fewer cables"),
        (("\n4\n", "\n7\n"), 2, "not 1 different"),
        (("5 1 4", "5 9 4"), 1, "9 of 5"),
        (("1us 0", "1us"), 6, "5 fields"),
    ],
)
def test_a_broken_topology_of_hpcc(tmp_path, change, line, what):
    found = read(put(tmp_path, "t.txt", CABLES.replace(*change)), format="hpcc")
    assert found.network is None and any(what in f.message and f.line == line for f in found.findings), found.findings


FUZZ = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = st.sampled_from(
    [*MATRIX.split(), *FLOWS.split(), "\n", "\n", "\n", "-1", "1e309", "nan", "->", "0->1", "9" * 30, "barrier"]
)


@FUZZ
@given(st.lists(WORDS, max_size=60), st.sampled_from([matrix.read, hpcc.read]), st.booleans())
def test_no_words_break_a_reader_of_flows(words, reader, whole):
    found = Found("x")
    flows = reader((MATRIX if whole else "") + " ".join(words), "x", found)
    assert (flows is None) == found.failed
    if flows is not None:
        assert (flows.size_B >= 1).all() and (flows.src != flows.dst).all() and (flows.start_s >= 0).all()


TOPOLOGY = st.sampled_from(
    [*LEAF_SPINE.split(), *CABLES.split(), "\n", "\n", "\n", "-1", "nan", "1e309", "Bundle", "0", "3"]
)


@FUZZ
@given(st.lists(TOPOLOGY, max_size=60), st.sampled_from(["htsim", "hpcc"]), st.booleans())
def test_no_words_break_a_reader_of_topologies(tmp_path, words, format, whole):
    begin = {"htsim": LEAF_SPINE, "hpcc": CABLES}[format] if whole else ""
    path = put(tmp_path, "x.any", begin + " ".join(words))
    found = read(path, format=format)
    assert (found.network is None) == any(f.severity == "error" for f in found.findings)

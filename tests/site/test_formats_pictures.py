"""containerlab and DOT: what is written against the rules of the formats, read by parsers that are not ours."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.site.dot_grammar import graph, tokens
from tests.site.test_formats_write import SITE, small, wans

from easterly.base.findings import FindingsError, Severity
from easterly.base.units import RATE, parse
from easterly.model.network import Network
from easterly.site import load_text
from easterly.site.blueprints import build
from easterly.site.formats import Lab, convert, read, write
from easterly.site.formats.dot import quoted

DATA = Path(__file__).parent / "data"

RESERVED = ["host", "mgmt-net", "macvlan", "vxlan", "vxlan-stitch", "dummy"]

# The public rules of containerlab's topology file: its schema's patterns, and what its manual says of names.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "topology"],
    "properties": {
        "name": {"type": "string", "pattern": r"^[a-zA-Z0-9][a-zA-Z0-9\-._]*$", "maxLength": 63},
        "topology": {
            "type": "object",
            "additionalProperties": False,
            "required": ["nodes"],
            "properties": {
                "nodes": {
                    "type": "object",
                    "propertyNames": {"pattern": r"^[a-zA-Z0-9][a-zA-Z0-9\-._]*$", "maxLength": 63,
                                      "not": {"enum": RESERVED}},
                    "additionalProperties": {
                        "type": "object", "additionalProperties": False, "required": ["kind", "image"],
                        "properties": {"kind": {"type": "string"}, "image": {"type": "string"}},
                    },
                },
                "links": {
                    "type": "array", "minItems": 1,
                    "items": {
                        "type": "object", "additionalProperties": False, "required": ["endpoints"],
                        "properties": {"endpoints": {
                            "type": "array", "minItems": 2, "maxItems": 2, "uniqueItems": True,
                            "items": {"type": "string", "pattern": r"^[^:\s]+:(eth|e1-)[1-9][0-9]*$"},
                        }},
                    },
                },
            },
        },
    },
}  # fmt: skip


def lab(path: Path) -> dict[str, Any]:
    """A topology that keeps the rules: the schema, known ends, one link per interface, names the kernel takes."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    jsonschema.validate(document, SCHEMA)
    assert isinstance(document, dict)
    topology = document["topology"]
    ends = [end for link in topology.get("links", []) for end in link["endpoints"]]
    assert {end.split(":")[0] for end in ends} <= set(topology["nodes"])
    assert max(Counter(ends).values(), default=1) == 1
    assert all(len(end.split(":")[1]) <= 15 for end in ends)
    return topology


def cables(network: Network) -> Counter[frozenset[str]]:
    """How many cables join two devices; a link without reverse is one."""
    links, device = network.links, network.nodes.device
    rows = [i for i, back in enumerate(links.reverse.tolist()) if back < 0 or back > i]
    return Counter(frozenset((str(device[links.src[i]]), str(device[links.dst[i]]))) for i in rows)


def test_a_fabric_is_a_lab(tmp_path: Path) -> None:
    network = small()
    write(network, tmp_path / "n.clab.yml")
    topology = lab(tmp_path / "n.clab.yml")
    assert set(topology["nodes"]) == set(network.nodes.device.tolist())
    found = Counter(frozenset(end.split(":")[0] for end in link["endpoints"]) for link in topology["links"])
    assert found == cables(network)
    hosts = set(network.hosts.name.tolist())
    assert all((row["image"] == "alpine:latest") == (name in hosts) for name, row in topology["nodes"].items())
    write(network, tmp_path / "n.clab.yaml", lab=Lab("nokia_srlinux", "ghcr.io/nokia/srlinux:latest"))
    topology = lab(tmp_path / "n.clab.yaml")
    for link in topology["links"]:
        for end in link["endpoints"]:
            name, interface = end.split(":")
            assert interface.startswith("eth" if name in hosts else "e1-")
            assert topology["nodes"][name]["kind"] == ("linux" if name in hosts else "nokia_srlinux")


def test_interfaces_of_switches_are_their_ports(tmp_path: Path) -> None:
    network = small()
    write(network, tmp_path / "n.clab.yml")
    links, device = network.links, network.nodes.device
    expected = {
        (str(device[a]), int(p))
        for a, p in zip(links.src, links.src_port, strict=True)
        if device[a] not in network.hosts.name
    }
    ends = [end for link in lab(tmp_path / "n.clab.yml")["links"] for end in link["endpoints"]]
    names = {str(device[a]) for a in links.src} - set(network.hosts.name.tolist())
    seen = {(name, int(i[3:])) for name, i in (end.split(":") for end in ends) if name in names}
    assert seen == expected


def test_names_that_mean_something_else_and_directions_are_told(tmp_path: Path) -> None:
    text = """graph [ directed 1 node [ id 0 label "host" ] node [ id 1 label "no" ] node [ id 2 label "Z&uuml;rich" ]
      edge [ source 0 target 1 LinkSpeedRaw 1e9 ] edge [ source 1 target 2 LinkSpeedRaw 1e9 ]
      edge [ source 2 target 1 LinkSpeedRaw 1e9 ] ]"""
    (tmp_path / "n.gml").write_text(text)
    findings = convert(tmp_path / "n.gml", tmp_path / "n.clab.yml")
    assert [(f.code, f.severity) for f in findings] == [(c, Severity.NOTE) for c in ("E137", "E138", "E138")]
    assert "1 link has one direction" in findings[2].message
    topology = lab(tmp_path / "n.clab.yml")
    assert set(topology["nodes"]) == {"n-host", "no", "Z-rich"} and len(topology["links"]) == 2


@given(wans())
@settings(max_examples=20, deadline=None)
def test_any_wan_is_a_lab_and_a_graph(tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any]) -> None:
    base = tmp_path_factory.getbasetemp()
    (base / "w.json").write_text(json.dumps(document))
    network = read(base / "w.json").network
    assert network is not None
    write(network, base / "w.clab.yml")
    topology = lab(base / "w.clab.yml")
    assert len(topology["nodes"]) == len(network.nodes)
    assert len(topology.get("links", [])) == cables(network).total()
    write(network, base / "w.dot")
    kind, name, nodes, edges = graph(base / "w.dot")
    assert name == network.name and nodes == set(network.nodes.name.tolist())
    assert kind == ("digraph" if (network.links.reverse < 0).any() else "graph")
    assert Counter(frozenset(ends) for *ends, _ in edges) == cables(network)


def test_a_picture_of_fabrics_has_all_devices_cables_and_rates(tmp_path: Path) -> None:
    network = build(load_text(SITE).site)
    write(network, tmp_path / "n.gv")
    kind, _, nodes, edges = graph(tmp_path / "n.gv")
    assert kind == "graph" and nodes == set(network.nodes.device.tolist())
    assert Counter(frozenset((a, b)) for a, b, _ in edges) == cables(network)
    tier = dict(zip(network.nodes.device.tolist(), network.nodes.tier.tolist(), strict=True))
    hosts = set(network.hosts.name.tolist())
    rates = Counter(parse(row["label"].split(",")[0], RATE) for *_, row in edges)
    assert rates == Counter(network.links.capacity_bps[network.cables].tolist())
    for a, b, _ in edges:
        if a not in hosts and b not in hosts and min(tier[a], tier[b]) >= 0:
            assert tier[a] > tier[b]
        assert a not in hosts  # hosts hang below
    text = (tmp_path / "n.gv").read_text()
    assert text.count("subgraph cluster_") == 4 and text.count("rank=same") >= 12


def test_a_tier_with_links_inside_makes_no_row(tmp_path: Path) -> None:
    text = """{"graph": {"easterly": 1}, "nodes": [
      {"id": "a", "kind": "switch", "tier": 0}, {"id": "b", "kind": "switch", "tier": 0},
      {"id": "s", "kind": "switch", "tier": 1}, {"id": "t", "kind": "switch", "tier": 1}],
      "links": [{"source": "a", "target": "b", "capacity_bps": 1}, {"source": "a", "target": "s", "capacity_bps": 1},
                {"source": "b", "target": "t", "capacity_bps": 1}]}"""
    (tmp_path / "n.json").write_text(text)
    assert convert(tmp_path / "n.json", tmp_path / "n.dot") == ()
    rows = [line.strip() for line in (tmp_path / "n.dot").read_text().splitlines() if "rank=same" in line]
    assert rows == ['{ rank=same; "s"; "t"; }']
    assert [tuple(ends) for *ends, _ in graph(tmp_path / "n.dot")[3]] == [("a", "b"), ("s", "a"), ("t", "b")]


def test_directions_that_differ_are_drawn_so(tmp_path: Path) -> None:
    text = """{"directed": true, "nodes": [{"id": "a&b"}, {"id": "c"}], "links": [
      {"source": "a&b", "target": "c", "capacity": "10Gb/s"}, {"source": "c", "target": "a&b", "capacity": "40Gb/s"},
      {"source": "c", "target": "a&b", "capacity": "1Gb/s", "delay": "5ms"}]}"""
    (tmp_path / "n.json").write_text(text)
    assert convert(tmp_path / "n.json", tmp_path / "n.txt", format="dot") == ()
    kind, _, nodes, edges = graph(tmp_path / "n.txt")
    assert kind == "digraph" and nodes == {"a&b", "c"}
    assert [(a, b, row["label"], row.get("dir")) for a, b, row in edges] == [
        ("a&b", "c", "10Gb/s / 40Gb/s", "both"), ("c", "a&b", "1Gb/s, 5ms", None),
    ]  # fmt: skip
    assert 'label="a&amp;b"' in (tmp_path / "n.txt").read_text()


@given(st.text(st.characters(codec="utf-8"), max_size=12))
def test_any_identifier_survives_quotes(text: str) -> None:
    assert tokens(quoted(text)) == ['"' + text]


@pytest.mark.parametrize("ending", ["clab.yml", "dot", "gml"])
def test_no_matrix_is_written_as_a_network(tmp_path: Path, ending: str) -> None:
    matrices = read(DATA / "two.csv").matrices
    assert matrices is not None
    with pytest.raises(FindingsError) as error:
        write(matrices, tmp_path / f"m.{ending}")
    assert error.value.findings[0].code == "E135" and not list(tmp_path.iterdir())


@pytest.mark.no_cover
def test_a_large_fabric_is_written_in_seconds(tmp_path: Path) -> None:
    n = 20_000
    rows = ",".join(f'{{"source": {i}, "target": {(i + 1) % n}, "capacity_bps": 1}}' for i in range(n))
    (tmp_path / "n.json").write_text(
        f'{{"nodes": [{",".join(f"""{{"id": {i}}}""" for i in range(n))}], "links": [{rows}]}}'
    )
    network = read(tmp_path / "n.json").network
    assert network is not None and np.all(network.links.reverse >= 0)
    start = time.process_time()
    for ending in ("clab.yml", "dot", "gml"):
        write(network, tmp_path / f"n.{ending}")
    assert time.process_time() - start < 10

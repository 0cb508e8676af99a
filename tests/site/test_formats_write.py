"""Export: what is written reads back the same, here and in networkx."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.base.columns import floats, indices, ints, texts
from easterly.base.findings import FindingsError, Severity
from easterly.base.units import RATE, TIME, parse
from easterly.model.matrix import TrafficMatrices
from easterly.model.network import Network
from easterly.site import load_text
from easterly.site.blueprints import build
from easterly.site.formats import convert, read, write
from easterly.site.formats.native import join_names, split_names
from easterly.site.formats.yamltext import site_names

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parent / "data"
ENDINGS = ("json", "graphml", "gml")


def small() -> Network:
    """Two leaves, two spines, four hosts of two interfaces: the network that other tests write out by hand."""
    spec = importlib.util.spec_from_file_location("small_network", ROOT / "tests/small.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.network()
    groups, rows = (0, 1), len(network.links)
    links = replace(
        network.links,
        srlg_ptr=indices([0, 2, 4, *([4] * (rows - 2))]),
        srlg_idx=ints([*groups, *groups]),
    )
    nodes = replace(network.nodes, pod=ints(np.arange(len(network.nodes)) % 3 - 1))
    return replace(network, nodes=nodes, links=links, srlgs=("duct, north", "tray"))


def same(a: Network, b: Network) -> None:
    """Every column is equal, with its type."""
    assert (a.name, a.srlgs) == (b.name, b.srlgs)
    for part in ("nodes", "links", "hosts"):
        for field in fields(getattr(a, part)):
            left, right = getattr(getattr(a, part), field.name), getattr(getattr(b, part), field.name)
            assert left.tolist() == right.tolist(), f"{part}.{field.name}"
            assert left.dtype.kind == right.dtype.kind and not right.flags.writeable


def read_back(path: Path) -> Network:
    imported = read(path)
    assert imported.findings == () and imported.network is not None
    return imported.network


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_fabric_comes_back_whole(tmp_path: Path, ending: str) -> None:
    write(small(), tmp_path / f"n.{ending}")
    same(small(), read_back(tmp_path / f"n.{ending}"))


SITE = """
version: 1
site: {name: s}
hardware:
  switches: {sw: {ports: 8, rate: 400Gb/s}}
  hosts: {h: {gpus: 4, nics: 4, nic_rate: 400Gb/s, scaleup: 450GB/s}}
fabrics:
  a: {blueprint: leaf-spine, hosts: {type: h, count: 4}, leaf: {type: sw, down: 4, up: 4}, spine: {type: sw}}
  b: {blueprint: rail-optimized, hosts: {type: h, count: 8}, leaf: {type: sw, down: 4, up: 4}, spine: {type: sw}}
  c: {blueprint: fat-tree, k: 8, switch: sw, hosts: {type: h, count: 4}}
  d: {blueprint: multi-plane, planes: 2, dual_tor: true, hosts: {type: h, count: 2},
      leaf: {type: sw, down: 4, up: 4}, spine: {type: sw}}
wan:
  sites: {paris: {}}
  links:
    p1: {a: a, b: paris, rate: 400Gb/s, delay: 2ms, srlg: [duct]}
    p2: {a: a, b: paris, rate: 100Gb/s, delay: 3ms, srlg: [duct, tray]}
"""


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_column_of_built_fabrics_is_carried(tmp_path: Path, ending: str) -> None:
    network = build(load_text(SITE).site)
    assert len(network.hosts) == 18 and network.srlgs == ("duct", "tray")
    write(network, tmp_path / f"n.{ending}")
    same(network, read_back(tmp_path / f"n.{ending}"))


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    "source", ["triangle.json", "zoo.graphml", "zoo.gml", "small.xml", "small.sndlib", "three.graph"]
)
def test_an_imported_network_comes_back_whole(tmp_path: Path, source: str, ending: str) -> None:
    network = read(DATA / source, unit="Mb/s,ms", rate="1Gb/s", distances=True).network
    assert network is not None
    write(network, tmp_path / f"n.{ending}")
    same(network, read_back(tmp_path / f"n.{ending}"))


names = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=9).map(
    str.strip
)


@st.composite
def wans(draw: st.DrawFn) -> dict[str, Any]:
    places = draw(st.lists(names.filter(bool), min_size=2, max_size=6, unique=True))
    link = st.fixed_dictionaries(
        {
            "source": st.sampled_from(places),
            "target": st.sampled_from(places),
            "capacity_bps": st.floats(1e-3, 1e15),
            "delay_s": st.floats(0, 10),
            "cost": st.floats(0, 1e6),
            "srlg": st.lists(names.filter(bool), max_size=3, unique=True),
        }
    )
    return {
        "directed": draw(st.booleans()),
        "graph": {"name": draw(names.filter(bool))},
        "nodes": [{"id": place} for place in places],
        "links": draw(st.lists(link, max_size=12)),
    }


@given(wans())
@settings(max_examples=20, deadline=None)
def test_any_wan_comes_back_whole_and_networkx_reads_one_graph(
    tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any]
) -> None:
    base = tmp_path_factory.getbasetemp()
    (base / "in.json").write_text(json.dumps(document))
    network = read(base / "in.json").network
    assert network is not None
    for ending in ENDINGS:
        write(network, base / f"out.{ending}")
        same(network, read_back(base / f"out.{ending}"))
    equal_in_networkx(base)


def equal_in_networkx(folder: Path) -> nx.DiGraph:
    """The files, as networkx reads them: the same nodes, links and attributes."""
    a = nx.node_link_graph(json.loads((folder / "out.json").read_text()), edges="edges")
    b = nx.read_graphml(folder / "out.graphml", edge_key_type=int)
    c = nx.read_gml(folder / "out.gml")
    assert type(a) is type(b) is type(c)
    assert dict(a.nodes(data=True)) == dict(b.nodes(data=True)) == dict(c.nodes(data=True))
    edges = [sorted(g.edges(data=True, **({"keys": True} if g.is_multigraph() else {})), key=str) for g in (a, b, c)]
    assert edges[0] == edges[1] == edges[2]
    assert a.graph["name"] == b.graph["name"] == c.graph["name"]
    return a


def test_networkx_reads_what_the_network_has(tmp_path: Path) -> None:
    network = small()
    for ending in ENDINGS:
        write(network, tmp_path / f"out.{ending}")
    graph = equal_in_networkx(tmp_path)
    assert list(graph.nodes) == network.nodes.name.tolist()
    assert graph.number_of_edges() == len(network.links)
    edge = graph.edges["f-leaf-0", "f-spine-1"]
    assert (edge["capacity_bps"], edge["src_port"], edge["kind"]) == (4e11, 6, "fabric")
    assert graph.nodes["f-host-0:nic0"]["host_type"] == "h" and graph.nodes["f-leaf-1"]["tier"] == 1


def test_equal_networks_have_equal_bytes_in_every_process(tmp_path: Path) -> None:
    program = (
        "import sys; from easterly.site.formats import convert\n"
        f"for out in sys.argv[1:]: convert({str(DATA / 'zoo.graphml')!r}, out, rate='1Gb/s', distances=True)"
    )
    written = []
    for seed in ("1", "99"):
        targets = [tmp_path / f"{seed}.{ending}" for ending in (*ENDINGS, "yaml")]
        subprocess.run([sys.executable, "-c", program, *targets], check=True, env={"PYTHONHASHSEED": seed})
        written.append([target.read_bytes() for target in targets])
    assert written[0] == written[1]


def test_matrices_come_back_whole(tmp_path: Path) -> None:
    places = ("a", 'b "the, second"', "ç")
    matrices = TrafficMatrices(places, ints([0, 0, 5]), ints([0, 1, 2]), ints([1, 2, 0]), floats([0.1, 1 / 3, 4e11]))
    write(matrices, tmp_path / "m.csv")
    assert (tmp_path / "m.csv").read_text().startswith("tm,src,dst,demand_bps\n")
    for unit in (None, "b/s", "Gb/s"):  # the column says bit/s, whatever the user says of others
        again = read(tmp_path / "m.csv", unit=unit).matrices
        assert again is not None
        assert (again.places, again.unit) == (places, "bit/s")
        for name in ("tm", "src", "dst", "demand"):
            assert getattr(again, name).tolist() == getattr(matrices, name).tolist()


def test_ratios_stay_ratios(tmp_path: Path) -> None:
    matrices = TrafficMatrices(("a", "b"), ints([0]), ints([0]), ints([1]), floats([2.5]), None)
    write(matrices, tmp_path / "m.csv")
    assert (tmp_path / "m.csv").read_text() == "tm,src,dst,demand\n0,a,b,2.5\n"


@given(st.lists(names.filter(bool), min_size=1, max_size=4, unique=True))
def test_groups_are_one_text_and_come_back(groups: list[str]) -> None:
    assert split_names(join_names(groups)) == tuple(sorted(groups))


def plain_site(path: Path) -> Any:
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load(path.read_text())


def test_a_site_file_has_the_topology_as_its_wan(tmp_path: Path) -> None:
    findings = convert(DATA / "three.graph", tmp_path / "s.yaml")
    assert [(f.code, f.severity) for f in findings] == [("E137", Severity.NOTE)]
    site = plain_site(tmp_path / "s.yaml")
    assert site["version"] == 1 and site["site"] == {"name": "three"}
    assert list(site["wan"]["sites"]) == ["n0_North", "n1_South", "n2_West"]
    found = [
        (v["a"], v["b"], parse(v["rate"], RATE), parse(v["delay"], TIME), v["cost"])
        for v in site["wan"]["links"].values()
    ]
    assert found == [
        ("n0_North", "n1_South", 1e9, pytest.approx(678e-6), 1),
        ("n0_North", "n2_West", 2.5e6, pytest.approx(1604e-6), 4),
        ("n0_North", "n2_West", 5e6, pytest.approx(1604e-6), 4),
    ]


def test_a_site_file_is_read_back_without_a_finding(tmp_path: Path) -> None:
    convert(DATA / "triangle.json", tmp_path / "s.yaml", unit="Gb/s,ms")
    imported = read(tmp_path / "s.yaml")
    assert [f for f in imported.findings if f.severity is Severity.ERROR] == []
    assert imported.network is not None
    same_links = read(DATA / "triangle.json", unit="Gb/s,ms").network
    assert same_links is not None
    for name in ("capacity_bps", "delay_s", "cost"):
        column = getattr(imported.network.links, name)
        assert sorted(column.tolist()) == sorted(getattr(same_links.links, name).tolist())


def cables(network: Network) -> list[tuple[Any, ...]]:
    """Links with names instead of indices, in an order of their own."""
    links, ids = network.links, network.link_ids.tolist()
    groups = [tuple(sorted(network.srlgs[g] for g in links.srlg_idx[a:b]))
              for a, b in zip(links.srlg_ptr, links.srlg_ptr[1:], strict=False)]  # fmt: skip
    columns = (links.capacity_bps, links.delay_s, links.length_m, links.cost, links.kind)
    return sorted(zip(ids, groups, *(c.tolist() for c in columns), strict=True))


def nodes(network: Network) -> list[tuple[Any, ...]]:
    columns = [getattr(network.nodes, c).tolist() for c in ("name", "device", "kind", "role", "tier", "fabric", "ports",
                                                            "pod", "delay_s")]  # fmt: skip
    return sorted(zip(*columns, strict=True))


FABRICS = SITE.replace("dual_tor: true, ", "").partition("wan:")[0]


def test_fabrics_become_graphs_and_come_back(tmp_path: Path) -> None:
    """Everything but the labels of rails, planes and scalable units, which are left out with a note."""
    network = build(load_text(FABRICS).site)
    write(network, tmp_path / "n.json")
    findings = convert(tmp_path / "n.json", tmp_path / "s.yaml")
    assert [(f.code, f.severity) for f in findings] == [("E136", Severity.NOTE)]
    again = read(tmp_path / "s.yaml").network
    assert again is not None
    assert cables(again) == cables(network)
    assert nodes(again) == nodes(network)
    assert sorted(again.hosts.name.tolist()) == sorted(network.hosts.name.tolist())
    assert set(again.hosts.scaleup_bps.tolist()) == {3.6e12} and set(again.hosts.gpus.tolist()) == {4}


def test_what_a_site_file_cannot_say_is_a_finding(tmp_path: Path) -> None:
    def problems(network: Network) -> list[str]:
        with pytest.raises(FindingsError) as caught:
            write(network, tmp_path / "x.yaml")
        assert {f.code for f in caught.value.findings} == {"E136"} and not (tmp_path / "x.yaml").exists()
        return [f.message for f in caught.value.findings]

    mixed = build(load_text(SITE).site)
    assert "both fabrics and a WAN" in problems(mixed)[0]
    assert "has 2 cables" in problems(mixed)[1]  # dual-ToR
    free = small()
    assert problems(replace(free, links=replace(free.links, cost=floats([0.5] * len(free.links))))) == [
        "a link costs 0.5"
    ]
    wan = read(DATA / "three.graph").network
    assert wan is not None
    uneven = replace(wan, links=replace(wan.links, capacity_bps=floats([5, *wan.links.capacity_bps[1:]])))
    assert problems(uneven) == ["the directions of link 0_North to 1_South differ in capacity_bps"]
    single = replace(wan, links=replace(wan.links, reverse=ints([-1, -1, 3, 2, 5, 4])))
    assert problems(single) == ["link 0_North to 1_South has no other direction"]


@settings(max_examples=20)
@given(st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=8))
def test_site_names_are_allowed_and_different(given_names: list[str]) -> None:
    found = site_names(given_names)
    assert len(set(found)) == len(found) == len(given_names)
    pattern = __import__("re").compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}")
    assert all(pattern.fullmatch(name) for name in found)


@pytest.mark.parametrize("name", ["true", "No", "null", "on", "1e5", "~"])
def test_names_that_yaml_takes_for_something_else_stay_names(tmp_path: Path, name: str) -> None:
    network = read(DATA / "three.graph").network
    assert network is not None
    names = texts([name, *network.nodes.name[1:]])
    write(replace(network, nodes=replace(network.nodes, name=names)), tmp_path / "s.yaml")
    assert next(iter(plain_site(tmp_path / "s.yaml")["wan"]["sites"])) == site_names([name])[0]


@pytest.mark.parametrize(
    ("source", "target", "unit", "message"),
    [
        ("two.csv", "x.json", None, "the source has no network"),
        ("three.graph", "x.csv", None, "the source has no demands"),
        ("three.graph", "x.graph", None, "a network cannot be written as .graph"),
        ("three.graph", "x", None, "a network cannot be written as a file without ending"),
        ("triangle.json", "x.graphml", None, "the format states no unit"),
    ],
)
def test_what_cannot_be_converted_is_a_finding_and_writes_nothing(
    tmp_path: Path, source: str, target: str, unit: str | None, message: str
) -> None:
    findings = convert(DATA / source, tmp_path / target, unit=unit)
    assert message in findings[-1].message and findings[-1].severity is Severity.ERROR
    assert list(tmp_path.iterdir()) == []


def test_sndlib_goes_both_ways(tmp_path: Path) -> None:
    for target in ("m.csv", "n.json"):
        assert [f.code for f in convert(DATA / "small.xml", tmp_path / target)] == ["E138"]
    assert (tmp_path / "m.csv").read_text() == (
        "tm,src,dst,demand_bps\n0,Lisboa,Porto,12500000.0\n0,Évora,Lisboa,6000000.0\n"
    )
    assert read_back(tmp_path / "n.json").nodes.name.tolist() == ["Lisboa", "Porto", "Évora"]


def test_the_source_is_never_overwritten(tmp_path: Path) -> None:
    source = tmp_path / "n.json"
    source.write_bytes((DATA / "triangle.json").read_bytes())
    (tmp_path / "other.json").symlink_to(source)
    os.link(source, tmp_path / "hard.json")
    for target in ("n.json", "other.json", "hard.json"):
        (finding,) = convert(source, tmp_path / target, unit="Gb/s,ms")
        assert (finding.code, finding.severity) == ("E135", Severity.ERROR)
    assert source.read_bytes() == (DATA / "triangle.json").read_bytes()


def test_a_target_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "n.graphml"
    target.write_text("old")
    convert(DATA / "triangle.json", target, unit="Gb/s,ms")
    assert read_back(target).name == "triangle"
    assert [p.name for p in tmp_path.iterdir()] == ["n.graphml"]
    (tmp_path / "d.json").mkdir()
    with pytest.raises(OSError):
        convert(DATA / "triangle.json", tmp_path / "d.json", unit="Gb/s,ms")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["d.json", "n.graphml"]

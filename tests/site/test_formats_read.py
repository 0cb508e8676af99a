"""Import: tiny files against numbers worked out by hand, and against what networkx reads."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from easterly.base.findings import FindingsError, Severity
from easterly.model.network import LinkKind, Network, NodeKind
from easterly.site.formats import read
from easterly.site.formats.distance import great_circle_m
from easterly.site.formats.values import parse_units

DATA = Path(__file__).parent / "data"
Row = dict[str, Any]


def rows(network: Network) -> dict[tuple[str, str], Row]:
    """Links by the names of their ends (the last of parallel ones)."""
    links, name = network.links, network.nodes.name.tolist()
    return {
        (name[links.src[i]], name[links.dst[i]]): {
            "rate": links.capacity_bps[i],
            "delay": links.delay_s[i],
            "length": links.length_m[i],
            "cost": links.cost[i],
            "srlg": tuple(network.srlgs[g] for g in links.srlg_idx[links.srlg_ptr[i] : links.srlg_ptr[i + 1]]),
        }
        for i in range(len(links))
    }


def whole(network: Network) -> Network:
    """The network, after what must hold of every imported one."""
    links, n = network.links, len(network.links)
    paired = np.flatnonzero(links.reverse >= 0)
    assert (links.reverse[links.reverse[paired]] == paired).all()
    assert (links.src[links.reverse[paired]] == links.dst[paired]).all()
    assert (links.dst_port[links.reverse[paired]] == links.src_port[paired]).all()
    assert (links.capacity_bps > 0).all() and (links.cost >= 0).all() and (links.delay_s >= 0).all()
    assert len(links.srlg_ptr) == n + 1 and links.srlg_ptr[-1] == len(links.srlg_idx)
    assert len(set(network.nodes.name.tolist())) == len(network.nodes)
    ends = [*zip(links.src.tolist(), links.src_port.tolist(), strict=True)]
    assert len(set(ends)) == n or (links.reverse < 0).any()
    return network


def imported(name: str, **options: Any) -> Network:
    result = read(DATA / name, **options)
    assert [f for f in result.findings if f.severity is Severity.ERROR] == []
    assert result.network is not None
    return whole(result.network)


def test_node_link_json_with_and_without_units() -> None:
    network = imported("triangle.json", unit="Mb/s,ms")
    assert network.name == "triangle"
    assert network.nodes.name.tolist() == ["a", "b", "3"]
    assert (network.nodes.kind == NodeKind.WAN).all() and (network.links.kind == LinkKind.WAN).all()
    assert network.links.reverse.tolist() == [1, 0, 3, 2, 5, 4]
    assert network.links.src_port.tolist() == [1, 1, 2, 1, 2, 2]
    assert network.nodes.ports.tolist() == [2, 2, 2]
    found = rows(network)
    assert found["a", "b"] == found["b", "a"] == {"rate": 1e7, "delay": 0.002, "length": 0, "cost": 7, "srlg": ()}
    assert found["b", "3"] == {"rate": 4e11, "delay": 0.005, "length": 0, "cost": 1, "srlg": ()}
    assert found["3", "a"] == {"rate": 2.5e9, "delay": 0.001, "length": 12, "cost": 1, "srlg": ("bridge", "duct")}


def test_the_other_key_and_byte_order_mark(tmp_path: Path) -> None:
    text = (DATA / "triangle.json").read_text().replace('"links"', '"edges"')
    (tmp_path / "t.json").write_bytes(b"\xef\xbb\xbf" + text.encode())
    other = read(tmp_path / "t.json", unit="Mb/s,ms").network
    assert other is not None
    assert rows(other) == rows(imported("triangle.json", unit="Mb/s,ms"))


@pytest.mark.parametrize("graph", [nx.DiGraph, nx.MultiDiGraph, nx.Graph, nx.MultiGraph])
@pytest.mark.parametrize("ending", ["json", "graphml"])
def test_arcs_are_those_that_networkx_has(tmp_path: Path, graph: type, ending: str) -> None:
    g = nx.gnm_random_graph(12, 40, seed=3, directed=graph().is_directed())
    g = graph(g)
    if g.is_multigraph():
        g.add_edges_from(list(g.edges)[:7])
    for i, edge in enumerate(g.edges):
        g.edges[edge].update(capacity=float(i + 1), weight=i % 5 + 1)
    path = tmp_path / f"g.{ending}"
    if ending == "json":
        path.write_text(json.dumps(nx.node_link_data(g, edges="links")))
    else:
        nx.write_graphml(g, path)
    network = read(path, unit="Gb/s").network
    assert network is not None
    d = g.to_directed()
    expected = sorted((str(u), str(v), a["capacity"] * 1e9, float(a["weight"])) for u, v, a in d.edges(data=True))
    links, name = whole(network).links, network.nodes.name
    found = zip(name[links.src], name[links.dst], links.capacity_bps, links.cost, strict=True)
    assert sorted((str(u), str(v), float(c), float(w)) for u, v, c, w in found) == expected
    twins = sum(
        min(d.number_of_edges(u, v), d.number_of_edges(v, u)) for u, v in {(u, v) for u, v in d.edges(keys=False)}
    ) if d.is_multigraph() else sum(d.has_edge(v, u) for u, v in d.edges)  # fmt: skip
    assert (links.reverse >= 0).sum() == twins


def test_topology_zoo_speeds_are_in_three_places() -> None:
    network = imported("zoo.graphml", rate="1Gb/s")
    assert network.name == "Seven Seas"
    assert network.nodes.name.tolist() == ["Null Island", "Quarter East", "North Pole", "Atlantis"]
    found = rows(network)
    assert found["Null Island", "Quarter East"]["rate"] == 1e10
    assert found["North Pole", "Quarter East"]["rate"] == 2.5e9
    assert found["Null Island", "North Pole"]["rate"] == 1.55e8
    assert found["North Pole", "Atlantis"]["rate"] == 1e9  # OC-48 is no rate: `rate` stands in
    assert {row["delay"] for row in found.values()} == {0.0}


def test_distances_only_when_asked_and_only_where_both_places_are_known() -> None:
    """A quarter of a meridian is 10,002 km on the ellipsoid; 10,007.6 km on the mean sphere."""
    found = rows(imported("zoo.graphml", rate="1Gb/s", distances=True))
    quarter = math.pi / 2 * 6_371_008.8
    assert found["Null Island", "Quarter East"]["length"] == pytest.approx(quarter, abs=0.5)
    assert found["North Pole", "Null Island"]["delay"] == pytest.approx(quarter / 2e8, rel=1e-6)
    assert found["North Pole", "Atlantis"]["length"] == 0


def test_great_circle_of_places_with_a_known_distance() -> None:
    """Paris to New York: 5,837 km; antipodes: half the circumference."""
    assert great_circle_m((48.8566, 2.3522), (40.7128, -74.0060)) == pytest.approx(5.837e6, rel=2e-3)
    assert great_circle_m((10, 20), (-10, -160)) == pytest.approx(math.pi * 6_371_008.8, abs=1)
    assert great_circle_m((10, 20), (10, 20)) == 0


def test_labels_that_do_not_tell_places_apart_are_not_names(tmp_path: Path) -> None:
    text = (DATA / "zoo.graphml").read_text().replace("Atlantis", "North Pole")
    (tmp_path / "z.graphml").write_text(text)
    network = read(tmp_path / "z.graphml", rate="1Gb/s").network
    assert network is not None
    assert network.nodes.name.tolist() == ["0", "1", "2", "3"]


def test_sndlib_capacity_is_installed_or_the_largest_module() -> None:
    result = read(DATA / "small.xml")
    assert result.network is not None and result.matrices is not None
    found = rows(whole(result.network))
    assert found["Lisboa", "Porto"] == {"rate": 9.92e9, "delay": 0, "length": 0, "cost": 1, "srlg": ()}
    assert found["Évora", "Porto"] == {"rate": 6.22e8, "delay": 0, "length": 0, "cost": 3.5, "srlg": ()}
    assert result.matrices.places == ("Lisboa", "Porto", "Évora")
    assert result.matrices.demand.tolist() == [12.5e6, 6e6]  # the second counts in units of 2
    assert result.matrices.src.tolist() == [0, 2] and result.matrices.dst.tolist() == [1, 0]
    assert result.matrices.matrices == 1


def test_sndlib_coordinates() -> None:
    """Lisboa to Porto: 274 km."""
    found = rows(imported("small.xml", distances=True))
    assert found["Lisboa", "Porto"]["length"] == pytest.approx(274e3, rel=5e-3)


def test_repetita_is_in_kilobits_and_microseconds() -> None:
    network = imported("three.graph")
    assert network.nodes.name.tolist() == ["0_North", "1_South", "2_West"]
    assert rows(network)["0_North", "1_South"] == {
        "rate": 1e9,
        "delay": pytest.approx(678e-6),
        "length": 0,
        "cost": 1,
        "srlg": (),
    }
    assert network.links.capacity_bps.tolist() == [1e9, 1e9, 2.5e6, 2.5e6, 5e6, 5e6]
    assert network.links.reverse.tolist() == [1, 0, 3, 2, 5, 4]
    matrices = read(DATA / "three.0000.demands").matrices
    assert matrices is not None
    assert matrices.places == ("0", "1", "2") and matrices.demand.tolist() == [435117e3, 0, 65.5e3]


def test_a_unit_of_the_user_goes_before_the_convention() -> None:
    assert rows(imported("three.graph", unit="Mb/s"))["1_South", "0_North"]["rate"] == 1e12


def test_csv_matrices_with_a_unit_and_as_ratios() -> None:
    rates = read(DATA / "two.csv", unit="Gb/s")
    assert rates.matrices is not None and rates.findings == () and rates.matrices.unit == "bit/s"
    assert rates.matrices.places == ("a", "b", "c, d") and rates.matrices.matrices == 2
    assert rates.matrices.tm.tolist() == [0, 0, 1]
    assert rates.matrices.demand.tolist() == [1.5e9, 0, 2e12]
    ratios = read(DATA / "two.csv")
    assert ratios.matrices is not None and ratios.matrices.unit is None
    assert ratios.matrices.demand.tolist() == [1.5, 0, 2000]
    assert [(f.code, f.severity) for f in ratios.findings] == [("E121", Severity.NOTE)]


def test_columns_of_a_csv_may_come_in_any_order(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("demand,dst,src,tm\n5,b,a,3\n")
    matrices = read(tmp_path / "m.csv", unit="b/s").matrices
    assert matrices is not None
    assert (matrices.places, matrices.tm.tolist(), matrices.demand.tolist()) == (("a", "b"), [3], [5.0])


def test_directed_links_find_their_reverse_and_singles_have_none(tmp_path: Path) -> None:
    ends = [("a", "b"), ("a", "b"), ("b", "c"), ("b", "a")]
    links = [{"source": a, "target": b, "capacity_bps": i + 1} for i, (a, b) in enumerate(ends)]
    document = {"directed": True, "nodes": [{"id": n} for n in "abc"], "links": links}
    (tmp_path / "d.json").write_text(json.dumps(document))
    network = read(tmp_path / "d.json").network
    assert network is not None
    assert network.links.reverse.tolist() == [1, 0, -1, -1]
    assert network.links.capacity_bps.tolist() == [1, 4, 2, 3]
    assert network.cables.tolist() == [0, 2, 3]


def test_content_goes_before_the_ending(tmp_path: Path) -> None:
    networks = ("triangle.json", "zoo.graphml", "zoo.gml", "small.xml", "small.sndlib", "three.graph")
    for name in (*networks, "three.0000.demands", "two.csv"):
        path = tmp_path / f"{name}.txt"
        path.write_bytes((DATA / name).read_bytes())
        other = read(path, unit="Gb/s,ms", rate="1Gb/s")
        same = read(DATA / name, unit="Gb/s,ms", rate="1Gb/s")
        assert (other.network is None) == (same.network is None)
        assert (other.matrices is None) == (same.matrices is None)
        assert [f.message for f in other.findings] == [f.message for f in same.findings]


def test_a_named_format_goes_before_both(tmp_path: Path) -> None:
    findings = read(DATA / "triangle.json", format="csv").findings
    assert [f.code for f in findings] == ["E122"]
    assert read(DATA / "triangle.json", format="pajek").findings[0].code == "E120"


def test_a_site_file_is_read_through_its_blueprints(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("version: 1\nsite: {name: s}\nfabrics: {f: {blueprint: nothing}}\n")
    findings = read(tmp_path / "s.yaml").findings
    assert findings and findings[0].line == 3 and findings[0].file.endswith("s.yaml")


@pytest.mark.parametrize("unit", ["", "Gb/s,", "furlong", "5", "Gb"])
def test_what_is_no_unit_is_a_finding(unit: str) -> None:
    with pytest.raises(FindingsError, match="is no unit"):
        parse_units(unit)
    assert read(DATA / "triangle.json", unit=unit).findings[0].code == "E121"


@pytest.mark.parametrize(("rate", "code"), [("10", "E121"), ("0Gb/s", "E126"), ("fast", "E121")])
def test_what_is_no_rate_is_a_finding(rate: str, code: str) -> None:
    assert read(DATA / "zoo.graphml", rate=rate).findings[0].code == code


def test_bytes_per_second_count_eight_bits() -> None:
    assert rows(imported("triangle.json", unit="MB/s,s"))["a", "b"] == {
        "rate": 8e7,
        "delay": 2,
        "length": 0,
        "cost": 7,
        "srlg": (),
    }


def test_what_cannot_be_read_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.json")
    with pytest.raises(IsADirectoryError):
        read(tmp_path)

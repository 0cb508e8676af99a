"""GML against values worked out by hand, and against what networkx writes and reads."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.base.findings import Severity
from easterly.site.formats import read, write
from easterly.site.formats.found import Found
from easterly.site.formats.gmltree import Block, escape, parse, unescape

DATA = Path(__file__).parent / "data"


def tree(text: str) -> Block:
    found = Found("x")
    root = parse(text, found)
    assert root is not None and found.all() == ()
    return root


def test_the_zoo_is_read_with_its_labels_rates_and_places() -> None:
    imported = read(DATA / "zoo.gml", rate="1Gb/s", distances=True)
    network = imported.network
    assert network is not None and imported.findings == () and network.name == "DACH"
    assert network.nodes.name.tolist() == ["Zürich", "Köln & Bonn", "Wien"]
    links = network.links
    assert [(int(links.src[i]), int(links.dst[i])) for i in network.cables] == [(0, 1), (1, 2), (0, 1), (0, 2)]
    assert links.capacity_bps[network.cables].tolist() == [1e10, 1.55e8, 2.5e9, 1e9]
    assert links.length_m[network.cables[3]] == pytest.approx(592e3, rel=5e-3)  # Zürich to Wien
    assert imported.keys == ("0", "1", "2") and not imported.unitless


def test_a_link_without_rate_is_asked_for_with_its_line() -> None:
    (finding,) = read(DATA / "zoo.gml").findings
    assert (finding.code, finding.line) == ("E127", 29)
    assert finding.message == "a link has no capacity" and "--rate" in finding.hint


def test_values_nest_and_repeat() -> None:
    root = tree('a 1 b [ c -2.5e3 c "x\ny" c [ d +INF ] ]\n#  no [ \nE "" ')
    assert [key for key, _ in root.pairs] == ["a", "b", "E"]
    (inner,) = root.all("b")
    c = inner.attributes()["c"]
    assert c[:2] == [-2500.0, "x\ny"] and c[2].attributes() == {"d": float("inf")} and c[2].line == 2
    assert root.attributes()["a"] == 1 and root.attributes()["E"] == ""


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_text_comes_back_through_entities(text: str) -> None:
    assert escape(text).isascii() and '"' not in escape(text)
    assert unescape(escape(text)) == text
    assert tree(f'a "{escape(text)}"').pairs == [("a", text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("&eacute;&Uuml;&szlig;", "éÜß"), ("AT&T; &nosuch; & &amp", "AT&T; &nosuch; & &amp"), ("&#0233;&#xe9;", "éé"),
     ("&#55296;&#1114112;", "&#55296;&#1114112;"), ("&quot;&lt;&gt;&amp;lt;", '"<>&lt;')],
)  # fmt: skip
def test_entities_of_iso_8859_1(text: str, expected: str) -> None:
    assert unescape(text) == expected


labels = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=8)
values = st.one_of(
    st.integers(-(2**40), 2**40), st.floats(allow_nan=False), labels,
    st.fixed_dictionaries({"deep": st.fixed_dictionaries({"x": labels, "y": st.floats(0, 1)})}),
    st.lists(st.integers(0, 9), min_size=1, max_size=3),
)  # fmt: skip


@given(st.data(), st.sampled_from([nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph]))
@settings(max_examples=40, deadline=None)
def test_whatever_networkx_writes_is_read(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, of: Any
) -> None:
    graph = of()
    names = data.draw(st.lists(labels, min_size=2, max_size=6, unique=True))
    graph.add_nodes_from((name, {"extra": data.draw(values)}) for name in names)
    for a, b in data.draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=8)):
        if a != b:
            graph.add_edge(a, b, LinkSpeedRaw=data.draw(st.floats(1, 1e15)), weight=data.draw(st.floats(0, 1e6)),
                           note=data.draw(values))  # fmt: skip
    path = tmp_path_factory.getbasetemp() / "nx.gml"
    nx.write_gml(graph, path)
    imported = read(path)
    assert imported.findings == () and imported.network is not None
    network = imported.network
    assert network.nodes.name.tolist() == list(graph.nodes)
    arcs = graph.edges(data=True) if graph.is_directed() else graph.to_directed().edges(data=True)
    name = network.nodes.name.tolist()
    links = zip(*(getattr(network.links, c).tolist() for c in ("src", "dst", "capacity_bps", "cost")), strict=True)
    assert sorted((name[s], name[d], r, c) for s, d, r, c in links) == sorted(
        (s, d, row["LinkSpeedRaw"], row["weight"]) for s, d, row in arcs
    )


def test_networkx_reads_large_and_small_numbers_back(tmp_path: Path) -> None:
    text = "graph [ node [ id 0 ] node [ id 1 ] edge [ source 0 target 1 capacity_bps {} delay_s {} ] ]"
    for rate, delay in (("1e22", "1e-9"), ("400000000000", "0"), ("123456789.125", "5e-324")):
        (tmp_path / "in.gml").write_text(text.format(rate, delay))
        network = read(tmp_path / "in.gml").network
        assert network is not None
        write(network, tmp_path / "out.gml")
        edge = nx.read_gml(tmp_path / "out.gml").edges["0", "1"]
        assert (edge["capacity_bps"], edge["delay_s"]) == (float(rate), float(delay))


@pytest.mark.no_cover
def test_ten_thousand_nodes_take_seconds(tmp_path: Path) -> None:
    n = 10_000
    nodes = "".join(f'  node [\n    id {i}\n    label "n&#233;{i}"\n    Latitude 1.5\n  ]\n' for i in range(n))
    edges = "".join(
        f"  edge [\n    source {i}\n    target {(i * 7 + j) % n}\n    LinkSpeedRaw 1e9\n  ]\n"
        for i in range(n)
        for j in (1, 2, 3)
    )
    (tmp_path / "big.gml").write_text(f"graph [\n{nodes}{edges}]\n")
    start = time.process_time()
    imported = read(tmp_path / "big.gml")
    assert time.process_time() - start < 5
    assert imported.network is not None and len(imported.network.nodes) == n


def test_values_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("easterly.site.formats.gmltree.MOST_VALUES", 9)
    findings = [f for f in read(DATA / "zoo.gml").findings if f.severity is Severity.ERROR]
    assert [(f.code, f.line) for f in findings] == [("E132", 11)]

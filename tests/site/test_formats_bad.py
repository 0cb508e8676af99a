"""Malformed and hostile files: a finding with the line, and never a traceback."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.base.findings import Severity
from easterly.site.formats import Imported, gml, graphml, nodelink, read

DATA = Path(__file__).parent / "data"
NODES = '{"nodes": [{"id": "a"},\n {"id": "b"}],\n'
GRAPHML = "<graphml>\n<graph edgedefault='directed'>\n<node id='a'/>\n<node id='b'/>\n{}</graph></graphml>"
SNDLIB = (
    "<network><meta><unit>GBITPERSEC</unit></meta><networkStructure>\n<nodes><node id='a'/><node id='b'/></nodes>\n{}"
)
GML = "graph [ node [ id 1 ] node [ id 2 ]\nedge [ {} ] ]"
NATIVE = (
    "?SNDlib native format; type: network; version: 1.0\nMETA (\nunit = MBITPERSEC\n)\n"
    "NODES (\nA ( 1 2 )\n B ( 2 3 )\n)\nLINKS (\n{}\n)\n"
)
REPETITA = "NODES 2\nlabel x y\na 0 0\nb 0 0\n\nEDGES 1\nlabel src dest weight bw delay\n{}\n"
LAUGHS = (
    '<?xml version="1.0"?>\n<!DOCTYPE graphml [\n<!ENTITY a "ha">\n'
    + "".join(f'<!ENTITY {c} "{"&" + p + ";"}{"&" + p + ";"}">\n' for p, c in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>\n<graphml>&i;</graphml>"
)


def link(**attributes: Any) -> str:
    return f'{NODES}"links": [\n{json.dumps({"source": "a", "target": "b", **attributes})}]}}'


def sndlink(inner: str) -> str:
    return SNDLIB.format(
        f"<links>\n<link id='l'><source>a</source><target>b</target>{inner}</link></links></networkStructure></network>"
    )


def installed(capacity: int) -> str:
    return sndlink(f"<preInstalledModule><capacity>{capacity}</capacity></preInstalledModule>")


def module(capacity: int) -> str:
    return sndlink(f"<additionalModules><addModule><capacity>{capacity}</capacity></addModule></additionalModules>")


def snddemand(target: str, value: str) -> str:
    inner = f"<source>a</source><target>{target}</target>{value and f'<demandValue>{value}</demandValue>'}"
    return SNDLIB.format(f"</networkStructure><demands>\n<demand id='d'>{inner}</demand></demands></network>")


CASES: list[tuple[str, str, str, str, int | None]] = [
    # what it is, ending, content, code, line
    ("nothing to tell by", "txt", "hello", "E120", None),
    ("empty", "json", "", "E133", 1),
    ("only space", "csv", " \n\n", "E133", 1),
    ("no unit", "json", link(capacity=5), "E121", 4),
    ("no unit of a delay", "json", link(capacity="5Gb/s", delay=5), "E121", 4),
    ("truncated json", "json", NODES, "E122", 3),
    ("a list", "json", "[1]", "E122", 1),
    ("no links", "json", '{"nodes": []}', "E122", 1),
    ("nodes that are a map", "json", '{"nodes": {}, "links": []}', "E122", 1),
    ("no node", "json", '{"nodes": [], "links": []}', "E133", None),
    ("a node that is a number", "json", '{"nodes": [{"id": "a"},\n 5], "links": []}', "E122", 2),
    ("a node without id", "json", '{"nodes": [{"id": "a"},\n {}], "links": []}', "E122", 2),
    ("a node named null", "json", '{"nodes": [\n{"id": null}], "links": []}', "E122", 2),
    ("a node named true", "json", '{"nodes": [\n{"id": true}], "links": []}', "E122", 2),
    ("a node named by a list", "json", '{"nodes": [\n{"id": ["a"]}], "links": []}', "E122", 2),
    ("a name without end", "json", f'{{"nodes": [\n{{"id": "{"a" * 256}"}}], "links": []}}', "E122", 2),
    ("a name with a bell", "json", '{"nodes": [\n{"id": "a\\u0007"}], "links": []}', "E122", 2),
    ("half a character", "json", '{"nodes": [\n{"id": "\\ud800"}], "links": []}', "E122", 2),
    ("a twin", "json", '{"nodes": [{"id": 1},\n\n {"id": "1"}], "links": []}', "E124", 3),
    ("a dangling link", "json", NODES + '"links": [{"source": "a", "target": "z", "capacity_bps": 1}]}', "E125", 3),
    ("a link to a list", "json", NODES + '"links": [{"source": "a", "target": [1], "capacity_bps": 1}]}', "E125", 3),
    ("a link that is text", "json", NODES + '"links": ["ab"]}', "E122", 3),
    ("no capacity", "json", link(), "E127", 4),
    ("capacity NaN", "json", link(capacity_bps=float("nan")), "E126", 4),
    ("capacity infinite", "json", link(capacity_bps=float("inf")), "E126", 4),
    ("capacity beyond floats", "json", link(capacity_bps=10**400), "E126", 4),
    ("capacity negative", "json", link(capacity_bps=-1), "E126", 4),
    ("capacity zero", "json", link(capacity_bps=0), "E126", 4),
    ("capacity true", "json", link(capacity_bps=True), "E126", 4),
    ("capacity in bytes", "json", link(capacity="5GB"), "E126", 4),
    ("capacity in words", "json", link(capacity="fast"), "E126", 4),
    ("capacity with underscores", "json", link(capacity_bps="1_000"), "E126", 4),
    ("capacity a map", "json", link(capacity={}), "E126", 4),
    ("cost negative", "json", link(capacity_bps=1, cost=-1), "E128", 4),
    ("cost NaN", "json", link(capacity_bps=1, weight=float("nan")), "E128", 4),
    ("delay negative", "json", link(capacity_bps=1, delay_s=-1), "E129", 4),
    ("delay in words", "json", link(capacity_bps=1, delay="soon"), "E129", 4),
    ("length in words", "json", link(capacity_bps=1, length_m="far"), "E129", 4),
    ("groups that are a number", "json", link(capacity_bps=1, srlg=5), "E122", 4),
    ("deep", "json", '{"nodes": ' + "[" * 100_000 + "]" * 100_000 + "}", "E122", None),
    ("too many digits", "json", '{"nodes": ' + "1" * 5000 + "}", "E122", None),
    ("not utf-8", "json", '{"nodes": [],\n "é": 1}', "E134", 2),
    ("no graph", "graphml", "\n<graphml/>", "E122", 2),
    ("truncated xml", "graphml", GRAPHML[:60], "E122", 4),
    ("an edge without end", "graphml", GRAPHML.format("<edge source='a'/>"), "E122", 5),
    ("an unknown key", "graphml", GRAPHML.format("<edge source='a' target='b'><data key='k'/></edge>"), "E122", 5),
    ("a hyperedge", "graphml", GRAPHML.format("<hyperedge/>"), "E122", 5),
    ("a dangling edge", "graphml", GRAPHML.format("<edge source='a' target='z'/>"), "E125", 5),
    ("a document type", "graphml", "<!DOCTYPE x>\n<graphml/>", "E123", 1),
    ("an entity of a file", "xml", "<!DOCTYPE n [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>\n<n>&e;</n>", "E123", 1),
    ("a billion laughs", "graphml", LAUGHS, "E123", 2),
    ("deep xml", "graphml", "<graphml>" + "<a>" * 100_000, "E123", 1),
    ("another root", "xml", "<html/>", "E122", 1),
    ("an unknown encoding", "graphml", '<?xml version="1.0" encoding="klingon"?><graphml/>', "E122", 1),
    ("no nodes", "xml", "<network>\n<networkStructure/></network>", "E122", 1),
    ("no unit of sndlib", "xml", installed(1).replace("GBIT", "ERLANG"), "E121", 4),
    ("no capacity of sndlib", "xml", sndlink(""), "E127", 4),
    ("capacity zero of sndlib", "xml", installed(0), "E126", 4),
    ("negative module", "xml", module(-1), "E126", 4),
    ("negative routing cost", "xml", sndlink("<routingCost>-1</routingCost>"), "E128", 4),
    ("a link without target", "xml", SNDLIB.format("<links>\n<link/></links></networkStructure></network>"), "E122", 4),
    ("a demand of nobody", "xml", snddemand("z", "1"), "E125", 4),
    ("a negative demand", "xml", snddemand("b", "-1"), "E131", 4),
    ("a demand without value", "xml", snddemand("b", ""), "E131", 4),
    ("no graph in gml", "gml", "Creator 1", "E122", 1),
    ("two graphs", "gml", "graph [ node [ id 1 ] ]\ngraph [ ]", "E122", 2),
    ("no node of gml", "gml", "graph [ ]", "E133", None),
    ("a node without id in gml", "gml", "graph [\nnode [ label 5 ] ]", "E122", 2),
    ("a node that is a number in gml", "gml", "graph [\nnode 5 ]", "E122", 1),
    ("a node with two ids", "gml", "graph [\nnode [ id 5 id 6 ] ]", "E122", 2),
    ("a node named by a list in gml", "gml", "graph [\nnode [ id [ ] ] ]", "E122", 2),
    ("a twin of gml", "gml", 'graph [ node [ id 1 ]\n node [ id "1" ] ]', "E124", 2),
    ("a dangling edge of gml", "gml", GML.format("source 1 target 9"), "E125", 2),
    ("an edge without target in gml", "gml", GML.format("source 1"), "E122", 2),
    ("an edge to a list", "gml", GML.format("source 1 target [ ]"), "E125", 2),
    ("no capacity of gml", "gml", GML.format("source 1 target 2"), "E127", 2),
    ("no unit of gml", "gml", GML.format("source 1 target 2 capacity 5"), "E121", 2),
    ("a capacity that is a list", "gml", GML.format("source 1 target 2 capacity [ a 1 ]"), "E126", 2),
    ("a capacity that is infinite in gml", "gml", GML.format("source 1 target 2 LinkSpeedRaw INF"), "E126", 2),
    ("a capacity of many digits", "gml", GML.format(f"source 1 target 2 LinkSpeedRaw {'9' * 5000}"), "E126", 2),
    ("a value too few", "gml", "graph [\nlabel\n]", "E122", 3),
    ("a value too many", "gml", "graph [\nlabel 5\n6 ]", "E122", 3),
    ("a bracket too many", "gml", "graph [ ]\n]", "E122", 2),
    ("a bracket too few", "gml", "graph [\nnode [ id 1 ]\n", "E122", 3),
    ("a text without end", "gml", 'graph [\nlabel "x\n]', "E122", 2),
    ("a strange character in gml", "gml", "graph [\nlabel {5} ]", "E122", 2),
    ("a strange number", "gml", "graph [\nlabel 1.2.3 ]", "E122", 2),
    ("deep gml", "gml", "graph [\n" + "a [ " * 100_000, "E123", 2),
    ("another type of sndlib", "txt", "?SNDlib native format; type: model; version: 1.0", "E122", 1),
    ("another header of sndlib", "txt", "?SNDlib", "E122", 1),
    ("no nodes of native sndlib", "txt", NATIVE.split("NODES")[0] + "LINKS ( )", "E122", 1),
    ("an unknown section", "txt", NATIVE.replace("LINKS", "LINK"), "E122", 9),
    ("a section twice", "txt", NATIVE.replace("LINKS", "NODES"), "E122", 9),
    ("a section without end", "txt", NATIVE.format("")[:-3], "E122", 10),
    ("a section in a line", "txt", NATIVE.replace("LINKS (", "LINKS ( L ( A B ) 1 0 0 0 ( ) )"), "E122", 9),
    ("a twin of sndlib", "txt", NATIVE.format("").replace(" B", " A"), "E124", 7),
    ("a row of a node", "txt", NATIVE.format("").replace("A ( 1 2 )", "A 1 2"), "E122", 6),
    ("a row without link", "txt", NATIVE.format("L A B 1 0 0 0 ( )"), "E122", 10),
    ("an open bracket", "txt", NATIVE.format("L ( A B 1 0 0 0 ( )"), "E122", 10),
    ("a link of three", "txt", NATIVE.format("L ( A B A ) 1 0 0 0 ( )"), "E122", 10),
    ("a module without cost", "txt", NATIVE.format("L ( A B ) 0 0 0 0 ( 5 )"), "E122", 10),
    ("a dangling link of sndlib", "txt", NATIVE.format("L ( A Z ) 1 0 0 0 ( )"), "E125", 10),
    ("a capacity in words", "txt", NATIVE.format("L ( A B ) much 0 0 0 ( )"), "E126", 10),
    ("a negative module of sndlib", "txt", NATIVE.format("L ( A B ) 0 0 0 0 ( -5 1 )"), "E126", 10),
    ("no capacity of native sndlib", "txt", NATIVE.format("L ( A B ) 0 0 0 0 ( )"), "E127", 10),
    ("a cost in words", "txt", NATIVE.format("L ( A B ) 1 0 x 0 ( )"), "E128", 10),
    ("no unit of native sndlib", "txt", NATIVE.replace("MBIT", "ERL").format("L ( A B ) 1 0 0 0 ( )"), "E121", 10),
    ("a row of a demand", "txt", NATIVE.format(")\nDEMANDS (\nD ( A B ) 1"), "E122", 12),
    ("a demand of nobody in sndlib", "txt", NATIVE.format(")\nDEMANDS (\nD ( A Z ) 1 1"), "E125", 12),
    ("a demand in words", "txt", NATIVE.format(")\nDEMANDS (\nD ( A B ) 1 x"), "E131", 12),
    ("a demand without end", "txt", NATIVE.format(")\nDEMANDS (\nD ( A B ) 1e300 1e300"), "E131", 12),
    ("no number of nodes", "graph", "NODES many\n", "E122", 1),
    ("a negative number of nodes", "graph", "NODES -1\n", "E122", 1),
    ("fewer edges than announced", "graph", REPETITA.replace("EDGES 1", f"EDGES {10**12}").format(""), "E122", 6),
    ("fewer edges", "graph", REPETITA.replace("EDGES 1", "EDGES 9").format("e 0 1 1 1 1"), "E122", 8),
    ("no edges at all", "graph", "NODES 1\nlabel x y\na 0 0\n", "E122", None),
    ("a word too few", "graph", REPETITA.format("e 0 1 1 1"), "E122", 8),
    ("a word too many after", "graph", REPETITA.format("e 0 1 1 1 1\nEDGES 5"), "E122", 9),
    ("an edge to nowhere", "graph", REPETITA.format("e 0 7 1 1 1"), "E125", 8),
    ("an edge to no number", "graph", REPETITA.format("e 0 b 1 1 1"), "E125", 8),
    ("bandwidth NaN", "graph", REPETITA.format("e 0 1 1 nan 1"), "E126", 8),
    ("bandwidth infinite", "graph", REPETITA.format("e 0 1 1 1e308 1"), "E126", 8),
    ("weight negative", "graph", REPETITA.format("e 0 1 -1 1 1"), "E128", 8),
    ("delay negative of repetita", "graph", REPETITA.format("e 0 1 1 1 -1"), "E129", 8),
    ("demand negative", "demands", "DEMANDS 1\nlabel src dest bw\nd 0 1 -5\n", "E131", 3),
    ("demand of no number", "demands", "DEMANDS 1\nlabel src dest bw\nd x 1 5\n", "E125", 3),
    ("no demand", "demands", "DEMANDS 0\nlabel src dest bw\n", "E133", None),
    ("other columns", "csv", "a,b\n1,2\n", "E122", 1),
    ("a field too few", "csv", "tm,src,dst,demand\n0,a,b,1\n0,a\n", "E122", 3),
    ("an open quote", "csv", 'tm,src,dst,demand\n0,"a,b,1\n', "E122", 2),
    ("no rows", "csv", "tm,src,dst,demand\n", "E133", None),
    ("a matrix of no number", "csv", "tm,src,dst,demand\nx,a,b,1\n", "E122", 2),
    ("a matrix far away", "csv", "tm,src,dst,demand\n1000000,a,b,1\n", "E122", 2),
    ("half a matrix", "csv", "tm,src,dst,demand\n0.5,a,b,1\n", "E122", 2),
    ("demand in words", "csv", "tm,src,dst,demand\n0,a,b,much\n", "E131", 2),
    ("demand negative in csv", "csv", "tm,src,dst,demand\n0,a,b,-1\n", "E131", 2),
    ("demand infinite", "csv", "tm,src,dst,demand\n0,a,b,inf\n", "E131", 2),
    ("a place without name", "csv", "tm,src,dst,demand\n0,,b,1\n", "E122", 2),
]  # fmt: skip


def errors(imported: Imported) -> list[tuple[str, int | None]]:
    return [(f.code, f.line) for f in imported.findings if f.severity is Severity.ERROR]


@pytest.mark.parametrize(("ending", "content", "code", "line"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_bad_file_is_a_finding_with_its_line(
    tmp_path: Path, ending: str, content: str, code: str, line: int | None
) -> None:
    path = tmp_path / f"bad.{ending}"
    path.write_bytes(content.encode("latin-1" if code == "E134" else "utf-8"))
    imported = read(path)
    assert (imported.network, imported.matrices) == (None, None)
    assert (code, line) in errors(imported)
    assert {c for c, _ in errors(imported)} == {code}
    assert all(f.file == str(path) and f.message for f in imported.findings)


def test_every_code_of_files_is_met() -> None:
    """E130 is a warning, E132 has tests of its own, E135 to E137 belong to writing."""
    assert {case[3] for case in CASES} == {f"E{n}" for n in (*range(120, 130), 131, 133, 134)}


def test_a_loop_is_left_out_with_a_warning(tmp_path: Path) -> None:
    links = '"links": [{"source": "a", "target": "a"}, {"source": "a", "target": "b", "capacity_bps": 1}]}'
    (tmp_path / "loop.json").write_text(NODES + links)
    imported = read(tmp_path / "loop.json")
    assert imported.network is not None and len(imported.network.links) == 2
    assert [(f.code, f.severity, f.line) for f in imported.findings] == [("E130", Severity.WARNING, 3)]
    (tmp_path / "loop.csv").write_text("tm,src,dst,demand\n0,a,a,1\n0,b,b,0\n0,a,b,3\n")
    matrices = read(tmp_path / "loop.csv", unit="b/s")
    assert matrices.matrices is not None and matrices.matrices.demand.tolist() == [3]
    assert [f.line for f in matrices.findings] == [2]


def test_a_thousand_mistakes_are_twenty_findings_and_a_count(tmp_path: Path) -> None:
    rows = "".join(f"0,a,b,-{i + 1}\n" for i in range(1000))
    (tmp_path / "m.csv").write_text(f"tm,src,dst,demand\n{rows}")
    findings = read(tmp_path / "m.csv", unit="b/s").findings
    assert len(findings) == 21
    assert findings[-1].message == "980 more of these are not shown"


def test_a_missing_unit_is_asked_for_once(tmp_path: Path) -> None:
    links = ", ".join('{"source": "a", "target": "b", "capacity": 1}' for _ in range(50))
    (tmp_path / "u.json").write_text(f'{NODES}"links": [{links}]}}')
    findings = read(tmp_path / "u.json").findings
    assert [f.code for f in findings] == ["E121"]
    assert findings[0].hint == "name it: --unit Gb/s"


def test_size_is_capped_before_the_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("easterly.site.formats.opening.LARGEST_B", 1000)
    (tmp_path / "big.json").write_text(" " * 1001)
    assert errors(read(tmp_path / "big.json")) == [("E132", None)]
    assert errors(read(Path("/dev/zero"))) == [("E132", None)]


def test_numbers_of_nodes_links_and_places_are_capped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("easterly.site.formats.draft.MOST_LINKS", 5)
    assert ("E132", 15) in errors(read(DATA / "three.graph"))
    monkeypatch.setattr("easterly.site.formats.draft.MOST_NODES", 2)
    assert ("E132", 6) in errors(read(DATA / "three.graph"))
    monkeypatch.setattr("easterly.site.formats.demands.MOST_PLACES", 2)
    assert errors(read(DATA / "two.csv", unit="b/s")) == [("E132", 4)]


def test_hostile_files_are_refused_quickly(tmp_path: Path) -> None:
    (tmp_path / "x.graphml").write_text(LAUGHS)
    (tmp_path / "y.json").write_text("[" * 1_000_000)
    start = time.perf_counter()
    read(tmp_path / "x.graphml")
    read(tmp_path / "y.json", format="node-link")
    assert time.perf_counter() - start < 2


@given(st.text(alphabet='[]()" \n#&;?=.-+eE019aNb_', max_size=200), st.sampled_from(["gml", "sndlib-native"]))
@settings(max_examples=100, deadline=None)
def test_noise_of_their_own_characters_ends_in_findings(
    tmp_path_factory: pytest.TempPathFactory, text: str, name: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.own"
    for before in ("", "graph [ node [ id 1 ] " if name == "gml" else "NODES (\nA\n)\nLINKS (\n"):
        path.write_text(before + text)
        imported = read(path, format=name, rate="1Gb/s")
        assert imported.matrices is None and (imported.network is not None or errors(imported))


OWN = '{"directed": true, "graph": {"easterly": 1}, "nodes": [{"id": "a"},\n {"id": "b", %s}], "edges": []}'


@pytest.mark.parametrize(
    "attribute",
    ['"kind": "router"', '"kind": 1', '"tier": -2', '"tier": 0.5', '"pod": "x"', '"role": 5', '"delay_s": -1',
     '"delay_s": NaN', '"gpus": 1e10', f'"fabric": "{"f" * 256}"', '"device": "a\\nb"', '"scaleup_bps": -1'],
)  # fmt: skip
def test_a_file_of_ours_is_trusted_no_more_than_others(tmp_path: Path, attribute: str) -> None:
    (tmp_path / "own.json").write_text(OWN % attribute)
    assert errors(read(tmp_path / "own.json")) == [("E122", 2)]
    (tmp_path / "own.json").write_text((OWN % attribute).replace('"easterly"', '"easterly_not"'))
    assert errors(read(tmp_path / "own.json")) == []


def test_ports_and_kinds_of_ours_that_make_no_sense_are_counted_anew(tmp_path: Path) -> None:
    links = '"edges": [{"source": "a", "target": "b", "capacity_bps": 1, "src_port": -1, "dst_port": "x", "kind": 7}]}'
    (tmp_path / "own.json").write_text((OWN % '"pod": 1').replace('"edges": []}', links))
    network = read(tmp_path / "own.json").network
    assert network is not None
    assert (network.links.src_port.tolist(), network.links.kind.tolist()) == ([1], [2])


VALID = {name: (DATA / name).read_bytes() for name in (
    "triangle.json", "zoo.graphml", "zoo.gml", "small.xml", "small.sndlib", "three.graph", "three.0000.demands",
    "two.csv",
)}  # fmt: skip
NETWORK = read(DATA / "triangle.json", unit="Gb/s,ms").network
assert NETWORK is not None
VALID |= {
    f"own.{ending}": module.write(NETWORK).encode()
    for ending, module in {"json": nodelink, "graphml": graphml, "gml": gml}.items()
}
SPLICES = [
    b"",
    b"\x00",
    b"\xff",
    b'"',
    b"<",
    b">",
    b"{",
    b"}",
    b"[",
    b",",
    b"-1",
    b"nan",
    b"1e999",
    b"null",
    b"\n",
    b"&x;",
    b"(",
    b")",
    b"[ [",
    b"#",
]


@given(st.sampled_from(sorted(VALID)), st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_mutated_files_end_in_findings_or_nouns(tmp_path_factory: pytest.TempPathFactory, name: str, seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(VALID[name])
    for _ in range(rng.randint(1, 4)):
        at, kind = rng.randrange(len(data)), rng.randrange(4)
        if kind == 0:
            data[at : at + rng.randint(1, 20)] = rng.choice(SPLICES)
        elif kind == 1:
            data[at] = rng.randrange(256)
        elif kind == 2:
            del data[at:]
        else:
            data[at:at] = data[rng.randrange(at + 1) : at]
        data = data or bytearray(b" ")
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(data)
    imported = read(path, unit="Gb/s,ms", rate="1Gb/s", distances=True)
    failed = bool(errors(imported))
    assert failed == (imported.network is None and imported.matrices is None)
    if imported.network is not None:
        links = imported.network.links
        assert (links.capacity_bps > 0).all() and (links.cost >= 0).all() and (links.delay_s >= 0).all()


@given(
    st.binary(max_size=300),
    st.sampled_from(["json", "graphml", "gml", "xml", "graph", "demands", "csv", "yaml", "txt"]),
)
@settings(max_examples=150, deadline=None)
def test_noise_ends_in_findings(tmp_path_factory: pytest.TempPathFactory, data: bytes, ending: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"noise.{ending}"
    path.write_bytes(data)
    imported = read(path)
    assert imported.findings and imported.network is None and imported.matrices is None

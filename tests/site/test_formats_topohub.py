"""Topologies of the optional package topohub, against its own documents."""

from __future__ import annotations

import importlib
import json
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from easterly.site.formats import convert, hub, node_rows, read

WITH = importlib.util.find_spec("topohub") is not None
needs = pytest.mark.skipif(not WITH, reason="topohub is not installed: pip install 'easterly[topohub]'")


def own(name: str) -> dict[str, Any]:
    document = json.loads((resources.files("topohub") / f"data/{name}.json").read_text())
    assert isinstance(document, dict)
    return document


@needs
@pytest.mark.parametrize(
    "name", ["sndlib/geant", "topozoo/Abilene", "gabriel/25/0", "backbone/africa", "caida/2024-08/1103"]
)
def test_nodes_links_and_lengths_are_those_of_the_package(name: str) -> None:
    graph = nx.relabel_nodes(nx.node_link_graph(own(name), edges="edges"), str)
    imported = read(f"topohub:{name}", rate="100Gb/s")
    network = imported.network
    assert network is not None and {f.code for f in imported.findings} <= {"E121", "E130"}
    loops = nx.number_of_selfloops(graph)
    assert (len(network.nodes), len(network.cables)) == (len(graph), graph.number_of_edges() - loops)
    keys = imported.keys or tuple(network.nodes.name.tolist())
    assert keys == tuple(graph)
    links = network.links
    for row in network.cables.tolist():
        a, b = keys[links.src[row]], keys[links.dst[row]]
        assert links.length_m[row] == pytest.approx(1e3 * graph.edges[a, b]["dist"])
        assert links.delay_s[row] == pytest.approx(links.length_m[row] / 2e8)
    assert (links.capacity_bps == 1e11).all()


@needs
def test_demands_are_ratios_until_they_get_a_unit() -> None:
    table = own("sndlib/geant")["graph"]["demands"]
    ratios, rates = (read("topohub:sndlib/geant", rate="1Gb/s", unit=unit) for unit in (None, "Mb/s"))
    assert ratios.matrices is not None and rates.matrices is not None and ratios.network is not None
    assert (ratios.matrices.unit, rates.matrices.unit) == (None, "bit/s")
    assert [f.code for f in ratios.findings] == ["E121"] and rates.findings == ()
    assert rates.matrices.demand.tolist() == [1e6 * x for x in ratios.matrices.demand.tolist()]
    assert ratios.matrices.demand.sum() == pytest.approx(sum(sum(row.values()) for row in table.values()))
    rows = node_rows(ratios, ratios.matrices)
    names = ratios.network.nodes.name
    assert [names[row] for row in rows] == list(ratios.matrices.places)


@needs
def test_capacities_are_asked_for(tmp_path: Path) -> None:
    findings = convert("topohub:topozoo/Abilene", tmp_path / "a.json")
    assert [f.code for f in findings] == ["E127"] and "--rate" in findings[0].hint
    assert convert("topohub:topozoo/Abilene", tmp_path / "a.json", rate="10Gb/s") == ()
    network = read(tmp_path / "a.json").network
    assert network is not None and network.name == "Abilene"


@needs
def test_demands_alone_need_no_capacities(tmp_path: Path) -> None:
    alone = read("topohub:sndlib/geant", unit="Mb/s", demands_only=True)
    both = read("topohub:sndlib/geant", unit="Mb/s", rate="1Gb/s")
    assert alone.network is None and alone.findings == () and alone.matrices is not None and both.matrices is not None
    assert alone.matrices.places == both.matrices.places
    assert alone.matrices.demand.tolist() == both.matrices.demand.tolist()
    assert convert("topohub:sndlib/geant", tmp_path / "m.csv", unit="Mb/s") == ()
    assert [f.code for f in convert("topohub:topozoo/Abilene", tmp_path / "n.csv", rate="1Gb/s")] == ["E135"]


@needs
@pytest.mark.parametrize(
    ("name", "hint"),
    [("geant", "did you mean sndlib/geant?"), ("topozoo/abilene", "did you mean topozoo/Abilene?"),
     ("topozoo/Abilen", "did you mean topozoo/Abilene?"), ("sndlib/gaent", "did you mean sndlib/geant?"),
     ("../../etc/passwd", "it has "), ("sndlib/../sndlib/geant", "it has "), ("", "it has "),
     ("sndlib/qqqqqqqq", "it has 26 in the group sndlib; "), ("\x00", "it has "), ("/etc/passwd", "it has ")],
)  # fmt: skip
def test_an_unknown_name_is_a_finding_with_the_nearest(name: str, hint: str) -> None:
    imported = read(f"topohub:{name}")
    (finding,) = imported.findings
    assert finding.code == "E139" and finding.hint.startswith(hint)
    assert imported.network is None and imported.matrices is None


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "topohub", None)
    (finding,) = read("topohub:sndlib/geant").findings
    assert finding.code == "E139" and "pip install 'easterly[topohub]'" in finding.hint


@needs
@pytest.mark.slow
def test_every_topology_of_the_package_is_read() -> None:
    folder = Path(str(resources.files("topohub") / "data"))
    for path in sorted(folder.rglob("*.json")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        imported = read(f"topohub:{name}", rate="1Gb/s")
        assert imported.network is not None, name
        assert np.isfinite(imported.network.links.delay_s).all()


def test_names_are_told_from_files() -> None:
    assert hub.name_in("TopoHub: sndlib/geant") == "sndlib/geant"
    assert hub.name_in(Path("topohub:sndlib/geant")) == "sndlib/geant"
    assert hub.name_in("folder/topohub:x") is None

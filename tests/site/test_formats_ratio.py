"""Numbers without a unit, where ratios are enough; places of matrices in a network of another file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.site.test_formats_data import DATA as SHARED

from easterly.base.findings import FindingsError, Severity
from easterly.site.formats import Imported, node_rows, read

DATA = Path(__file__).parent / "data"


def links(tmp_path: Path, *rows: dict[str, object], **options: object) -> Imported:
    ends = [{"source": "a", "target": "b", **row} for row in rows]
    (tmp_path / "n.json").write_text(json.dumps({"nodes": [{"id": "a"}, {"id": "b"}], "links": ends}))
    return read(tmp_path / "n.json", ratio=True, **options)  # type: ignore[arg-type]


def test_numbers_stand_as_in_the_file_with_a_note(tmp_path: Path) -> None:
    imported = links(tmp_path, {"capacity": 5}, {"capacity": "2.5"})
    assert imported.network is not None and imported.unitless
    assert imported.network.links.capacity_bps.tolist() == [5, 5, 2.5, 2.5]
    assert [(f.code, f.severity) for f in imported.findings] == [("E121", Severity.NOTE)]


def test_a_named_unit_counts_and_nothing_is_noted(tmp_path: Path) -> None:
    for rows, unit in (([{"capacity": 5}], "Gb/s"), ([{"capacity": "5Gb/s"}], None), ([{"capacity_bps": 5e9}], None)):
        imported = links(tmp_path, *rows, unit=unit)
        assert imported.network is not None and not imported.unitless and imported.findings == ()
        assert imported.network.links.capacity_bps.tolist() == [5e9, 5e9]


@pytest.mark.parametrize("other", [{"capacity": "5Gb/s"}, {"capacity_bps": 5}, {"LinkLabel": "5 Gb/s"}, {}])
def test_rates_with_and_without_unit_are_never_mixed(tmp_path: Path, other: dict[str, object]) -> None:
    imported = links(tmp_path, {"capacity": 5}, other, rate=None if other else "1Gb/s")
    assert imported.network is None and [f.code for f in imported.findings] == ["E121"]
    assert "cannot be compared" in imported.findings[0].message


def test_delays_still_need_their_unit(tmp_path: Path) -> None:
    assert links(tmp_path, {"capacity": 5, "delay": 3}).network is None
    network = links(tmp_path, {"capacity": 5, "delay": 3}, unit="ms").network
    assert network is not None and network.links.delay_s[0] == 0.003


def test_demands_of_sndlib_have_the_unit_of_its_links(tmp_path: Path) -> None:
    text = (DATA / "small.sndlib").read_text().replace("MBITPERSEC", "UNITS")
    (tmp_path / "n.txt").write_text(text)
    imported = read(tmp_path / "n.txt", ratio=True)
    assert imported.unitless and imported.matrices is not None and imported.matrices.unit is None
    assert imported.matrices.demand.tolist() == [12.5, 6]
    stated = read(DATA / "small.sndlib", ratio=True)
    assert not stated.unitless and stated.matrices is not None and stated.matrices.unit == "bit/s"


def test_matrices_find_their_nodes_by_names_or_by_keys() -> None:
    network = read(DATA / "three.graph")
    matrices = read(DATA / "three.0000.demands").matrices
    assert network.keys == ("0", "1", "2") and matrices is not None
    rows = node_rows(network, matrices)
    assert [network.keys[row] for row in rows] == list(matrices.places)
    with pytest.raises(FindingsError) as error:
        node_rows(read(DATA / "triangle.json", unit="Gb/s,ms"), matrices, file="x.demands")
    assert {f.code for f in error.value.findings} == {"E125"}
    assert all(f.file == "x.demands" and "nodes such as" in f.hint for f in error.value.findings)


def test_a_place_that_is_nearly_a_node_is_told(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("tm,src,dst,demand\n0,Lisboa,Prto,1\n")
    matrices = read(tmp_path / "m.csv").matrices
    assert matrices is not None
    with pytest.raises(FindingsError) as error:
        node_rows(read(DATA / "small.xml"), matrices)
    (finding,) = error.value.findings
    assert finding.hint == "did you mean Porto?"


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no data at {SHARED}: set EASTERLY_DATA")
def test_b4_and_its_matrices_are_read_together() -> None:
    topology, matrices = (
        read(SHARED / "topologies/B4.json", ratio=True),
        read(SHARED / "matrices/B4_real_tms.csv").matrices,
    )
    assert topology.network is not None and matrices is not None and topology.unitless and matrices.unit is None
    rows = node_rows(topology, matrices)
    assert [topology.network.nodes.name[row] for row in rows] == list(matrices.places)
    assert sorted(rows.tolist()) == list(range(12))

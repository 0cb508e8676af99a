"""The native text of SNDlib: the same network as in XML, and what the text alone can say."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.site.test_formats_write import same

from easterly.base.findings import Severity
from easterly.site.formats import Imported, read

DATA = Path(__file__).parent / "data"
NODES = "?SNDlib native format; type: network; version: 1.0\nNODES (\nA ( 1 2 )\nB ( 3 4 )\n)\n"


def written(tmp_path: Path, text: str, **options: object) -> Imported:
    (tmp_path / "n.txt").write_text(text)
    return read(tmp_path / "n.txt", **options)  # type: ignore[arg-type]


def test_text_and_xml_of_one_network_are_equal() -> None:
    text, xml = read(DATA / "small.sndlib", distances=True), read(DATA / "small.xml", distances=True)
    assert text.network is not None and xml.network is not None
    same(text.network, xml.network)
    assert text.matrices is not None and xml.matrices is not None
    assert text.matrices.places == xml.matrices.places
    assert text.matrices.demand.tolist() == xml.matrices.demand.tolist() == [12.5e6, 6e6]


def test_what_is_left_out_or_chosen_is_told() -> None:
    messages = [(f.code, f.severity, f.message) for f in read(DATA / "small.sndlib").findings]
    assert messages == [
        ("E138", Severity.NOTE, "1 of 2 links have no pre-installed capacity: the largest module that can be added "
         "counts, once"),
        ("E138", Severity.NOTE, "limits of path length of 1 of 2 demands are left out"),
        ("E138", Severity.NOTE, "lists of admissible paths of 1 of 2 demands are left out"),
    ]  # fmt: skip


def test_a_matrix_without_links_is_a_matrix(tmp_path: Path) -> None:
    demands = "LINKS (\n)\nDEMANDS (\nA_B ( A B ) 1 0.25 UNLIMITED\nB_A ( B A ) 1 0.5 UNLIMITED\n)\n"
    imported = written(tmp_path, f"META (\n  granularity = 5min\n  unit = GBITPERSEC\n)\n{NODES[51:]}{demands}")
    assert imported.network is None and imported.matrices is not None and imported.findings == ()
    assert imported.matrices.demand.tolist() == [2.5e8, 5e8]


@pytest.mark.parametrize(
    ("capacities", "rate"), [("40 1 2 3 ( )", 4e10), ("40 1 2 3", 4e10), ("0 0 0 0 ( 10 1 30 2 20 9 )", 3e10),
                             ("5 0 0 0 ( 10 1 )", 5e9), ("0.00 0.00 0.00 0.00 ( )", None)],
)  # fmt: skip
def test_pre_installed_before_the_largest_module(tmp_path: Path, capacities: str, rate: float | None) -> None:
    imported = written(tmp_path, f"{NODES}LINKS (\nL ( A B ) {capacities}\n)\n", unit="Gb/s")
    if rate is None:
        assert [f.code for f in imported.findings] == ["E127"]
    else:
        assert imported.network is not None and imported.network.links.capacity_bps.tolist() == [rate, rate]


def test_coordinates_on_paper_are_no_degrees(tmp_path: Path) -> None:
    links = "LINKS (\nL ( A B ) 1 0 0 0 ( )\n)\n"
    for text, far in ((NODES, True), (NODES.replace("3 4", "300 4"), False), (NODES.replace("3 4", "x y"), False)):
        network = written(tmp_path, text + links, unit="Gb/s", distances=True).network
        assert network is not None and bool(network.links.length_m[0] > 0) is far


def test_spaces_comments_and_lines_do_not_matter(tmp_path: Path) -> None:
    links = "LINKS (\nL ( A B ) 1 0 0 0 ( 2 3 )\n)\n"
    plain = written(tmp_path, NODES + links, unit="Gb/s").network
    dense = (NODES + links).replace(" ( ", "( ").replace(" )", ")").replace("\n", "  # ( a comment )\r\n\n", 9)
    network = written(tmp_path, dense.replace("  # ( a comment )\r\n\n", "\n", 1), unit="Gb/s").network
    assert plain is not None and network is not None
    same(network, plain)

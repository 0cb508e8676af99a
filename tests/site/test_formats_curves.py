"""Bandwidth functions from CSV: whose curve is whose, in which unit, and what is wrong at which line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from easterly.base.columns import ints
from easterly.base.findings import FindingsError
from easterly.site.formats import Imported, read, read_curves

SRC, DST = ints([0, 0, 1, 2, 0]), ints([1, 2, 2, 1, 1])
HEAD = "src,dst,fair_share,rate\n"


def network(folder: Path, capacity: str | int = "10Gb/s") -> Imported:
    links = [{"source": a, "target": b, "capacity": capacity} for a, b in ("ab", "bc")]
    (folder / "n.json").write_text(json.dumps({"nodes": [{"id": n} for n in "abc"], "links": links}))
    return read(folder / "n.json", ratio=True)


def curves_of(folder: Path, text: str, *, capacity: str | int = "10Gb/s", unit: str | None = None):
    (folder / "c.csv").write_text(text)
    return read_curves(folder / "c.csv", network(folder, capacity), SRC, DST, unit=unit)


def rows(curves) -> list[list[tuple[float, float]]]:
    points = list(zip(curves.share.tolist(), curves.rate_bps.tolist(), strict=True))
    return [points[a:b] for a, b in zip(curves.ptr[:-1], curves.ptr[1:], strict=True)]


def test_the_most_exact_curve_is_taken(tmp_path: Path) -> None:
    text = HEAD + "*,*,1,1\na,*,1,2\n*,c,1,3\na,b,1,4\na,b,2,5\n"
    curves, found = curves_of(tmp_path, text, unit="Gb/s")
    exact, sender, receiver, every = [(1.0, 4e9), (2.0, 5e9)], [(1.0, 2e9)], [(1.0, 3e9)], [(1.0, 1e9)]
    assert rows(curves) == [exact, sender, receiver, every, exact]
    assert found == ()


def test_units_in_values_in_the_head_or_asked_for(tmp_path: Path) -> None:
    for text, unit in (
        (HEAD + "a,b,1,2Gb/s\n", None),
        (HEAD + "a,b,1,2Gb/s\n", "Mb/s"),
        (HEAD + "a,b,1,2000\n", "Mb/s"),
        ("rate_bps,fair_share,dst,src\n2e9,1,b,a\n", None),
        ("src,dst,fair_share,rate_bps\na,b,1,2e9\n", "Mb/s"),
    ):
        assert rows(curves_of(tmp_path, text, unit=unit)[0]) == [[(1.0, 2e9)], [], [], [], [(1.0, 2e9)]]


def test_without_a_unit_anywhere_numbers_stand_as_they_are(tmp_path: Path) -> None:
    assert rows(curves_of(tmp_path, HEAD + "a,b,1,2\n", capacity=10)[0])[0] == [(1.0, 2.0)]
    for text in (HEAD + "a,b,1,2Gb/s\n", "src,dst,fair_share,rate_bps\na,b,1,2\n"):
        with pytest.raises(FindingsError) as caught:
            curves_of(tmp_path, text, capacity=10)
        assert [f.code for f in caught.value.findings] == ["E121"]


def test_the_origin_may_be_written(tmp_path: Path) -> None:
    curves, _ = curves_of(tmp_path, HEAD + "a,b,0,0\na,b,1,0\na,b,2,3\n", unit="b/s")
    assert rows(curves)[0] == [(1.0, 0.0), (2.0, 3.0)]


def test_a_curve_of_nobody_is_told(tmp_path: Path) -> None:
    _, found = curves_of(tmp_path, HEAD + "a,b,1,1\nc,a,1,1\n", unit="b/s")
    assert [(f.code, f.line) for f in found] == [("E138", 3)]
    assert "no demand takes the curve of c to a" in found[0].message


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a,b\n", "E122", 1),
        ("", "E122", 1),
        (HEAD, "E133", None),
        (HEAD + "a,b,1\n", "E122", 2),
        (HEAD + "a,b,1,1\na,b,1,2\n", "E122", 3),
        (HEAD + "a,b,2,1\na,b,1,2\n", "E122", 3),
        (HEAD + "a,b,1,2\na,b,2,1\n", "E122", 3),
        (HEAD + "a,b,0,2\n", "E122", 2),
        (HEAD + "a,b,-1,2\n", "E122", 2),
        (HEAD + "a,b,nan,2\n", "E122", 2),
        (HEAD + "a,b,1,inf\n", "E131", 2),
        (HEAD + "a,b,1,-2\n", "E131", 2),
        (HEAD + "a,b,1,fast\n", "E131", 2),
        (HEAD + "a,b,1,1\n,b,1,1\n", "E122", 3),
        (HEAD + "a,b,1,1\nA,b,1,1\n", "E125", 3),
        (HEAD + '"a,b,1,1\n', "E122", 2),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, code: str, line: int | None) -> None:
    with pytest.raises(FindingsError) as caught:
        curves_of(tmp_path, text, unit="Gb/s")
    assert [(f.code, f.line) for f in caught.value.findings] == [(code, line)]


def test_rates_without_a_unit_ask_for_one(tmp_path: Path) -> None:
    with pytest.raises(FindingsError) as caught:
        curves_of(tmp_path, HEAD + "a,b,1,1\na,b,2,2\n")
    assert [(f.code, f.line, f.hint) for f in caught.value.findings] == [("E121", 2, "name it: --unit Gb/s")]


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_bytes(HEAD.encode() + b"a,\xff,1,1\n")
    with pytest.raises(FindingsError) as caught:
        read_curves(tmp_path / "c.csv", network(tmp_path), SRC, DST)
    assert [(f.code, f.line) for f in caught.value.findings] == [("E134", 2)]

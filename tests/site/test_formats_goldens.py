"""One broken file per code, and what is said about it, word for word; ``EASTERLY_REGEN=1`` writes it anew."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from easterly.base import pages
from easterly.site import format_findings
from easterly.site.formats import convert

BROKEN = Path(__file__).parent / "data/broken"
FILES = sorted(path for path in BROKEN.iterdir() if path.suffix != ".txt")
CODES = {f"E{number}" for number in range(120, 140)}
TARGETS = {"E131": ".csv", "E136": ".yaml", "E137": ".yaml"}
UNITS = {"E131": "Gb/s", "E135": "Gb/s"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_broken_file_says_what_is_wrong(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BROKEN)
    code = path.stem
    target = tmp_path / f"out{TARGETS.get(code, '.json')}"
    findings = convert(Path(path.name), target, unit=UNITS.get(code))
    named = [replace(f, file=Path(f.file).name) for f in findings]
    text = format_findings(named, None) + "\n"
    expected = path.with_suffix(".txt")
    if os.environ.get("EASTERLY_REGEN"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")
    assert f"[{code}]" in text
    assert target.exists() == (code in ("E130", "E137", "E138"))


def test_every_code_has_a_broken_file_and_a_page() -> None:
    """The file of E132 would be too large to keep; E139 is about no file."""
    assert {path.stem for path in FILES} == CODES - {"E132", "E139"}
    assert set(pages.codes()) >= CODES


@pytest.mark.parametrize("code", sorted(CODES))
def test_pages_have_the_headings_of_all_pages(code: str) -> None:
    lines = pages.page(code).splitlines()
    assert re.fullmatch(rf"# {code}: \S.*[^.]", lines[0])
    assert [line[3:] for line in lines if line.startswith("## ")] == list(pages.HEADINGS)


def test_every_code_in_the_sources_has_a_page() -> None:
    sources = Path(convert.__code__.co_filename).parent.glob("*.py")
    used = {code for path in sources for code in re.findall(r'"(E\d{3})"', path.read_text(encoding="utf-8"))}
    assert used == CODES

"""Reports of sites as users write them, through the whole pipeline."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from easterly import site
from easterly.app import planning, report
from easterly.study.nouns import Nouns

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "src/easterly/app/demo.yaml"
LARGE = {"fat-tree-32", "llama3-405b"}
"""A small fat-tree and small rails are drawn by the other tests of reports; plans of these two, by the bars."""
SITES = [
    pytest.param(path, id=path.stem, marks=[pytest.mark.slow] if path.stem in LARGE else [])
    for path in [DEMO, *sorted((ROOT / "examples").glob("*.yaml"))]
]


def planned(path: Path, out: Path) -> tuple[Any, str]:
    done = planning.run(Nouns(site.load(path).site), (), validate="none", quiet=True)
    report.write(done.plan, done.document, out, done.as_json())
    return done, out.read_text("utf-8")


@pytest.mark.parametrize("path", SITES)
def test_every_example_has_a_cell_for_every_cable(path: Path, tmp_path: Path) -> None:
    done, text = planned(path, tmp_path / "report.html")
    packed = re.search(r'id="data">([^<]+)<', text)
    assert packed
    data = json.loads(gzip.decompress(base64.b64decode(packed.group(1))))
    cables = data["cables"]
    places = set(zip(*(cables[key] for key in ("fabric", "band", "group", "x", "y")), strict=True))
    bill = done.document["bill"]
    assert len(places) == bill["fabric_links"] + bill["host_links"] + bill["wan_links"]
    loads = sum(sum(column) for side in ("up", "down") for column in data[side]["load"])
    shared = sum(data["shared"]["up"]) + sum(data["shared"]["down"])
    assert shared == pytest.approx(loads, rel=1e-4), "owners add up to classes"
    assert all(v["intent"] in text for v in done.document["verdicts"])
    if path == DEMO:  # it says what its makers promise
        assert "<b>1,024</b>GPUs" in text
        assert len(text) < 1e6

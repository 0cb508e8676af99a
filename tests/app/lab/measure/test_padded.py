"""Hellos of IS-IS are allowed for where it runs, as long and as often as the site says."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.app.lab.sites import DIAMOND, written

import easterly
from easterly.app.lab.measure.padded import Padded, padded
from easterly.study.nouns import Nouns


def lab(folder: Path, words: str) -> Any:
    text = DIAMOND.replace("blueprint: graph", f"blueprint: graph\n    underlay: {{{words}}}")
    files = {file.path: file.text for file in Nouns(easterly.load(written(folder, text)).site).configs.value.artifacts}
    return SimpleNamespace(routers=("r1", "r2", "r3", "r4"), text=lambda path: files.get(path, ""))


@pytest.mark.parametrize(
    ("words", "every_s"), [("protocol: isis", 2.25), ("protocol: isis, hello: 1s, dead: 3s", 0.75)]
)
def test_every_link_of_isis_has_hellos_as_long_as_its_largest_frame(tmp_path: Path, words: str, every_s: float) -> None:
    found = padded(lab(tmp_path, words))
    assert set(found) == {(node, port) for node, ports in
                          {"r1": (2, 3), "r2": (1, 4), "r3": (1, 4), "r4": (2, 3)}.items()
                          for port in map("swp{}".format, ports)}  # fmt: skip
    assert {each.every_s for each in found.values()} == {every_s}
    assert all(each.frame_B > 9_000 for each in found.values())


@pytest.mark.parametrize("words", ["protocol: ospf", "protocol: bgp"])
def test_others_have_none(tmp_path: Path, words: str) -> None:
    assert not padded(lab(tmp_path, words))


def test_one_more_than_intervals_may_come_within_a_time() -> None:
    assert [Padded(100, 0.5).most_B(seconds) for seconds in (0.0, 0.4, 0.6, 1.1)] == [100, 100, 200, 300]

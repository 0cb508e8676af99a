"""OSPF's timers that a lab has where the site states none: only there, and on routers that agree in time."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.app.lab.sites import DIAMOND, written
from tests.lab import require_root

import easterly
from easterly.app.lab import hellos
from easterly.study.nouns import Nouns

LONGEST_S = 15.0
"""From a plan of four routers to routers that agree."""


def site(folder: Path, words: str) -> easterly.Site:
    text = DIAMOND.replace("blueprint: graph", f"blueprint: graph\n    underlay: {{{words}}}")
    return easterly.load(written(folder, text)).site


def texts(folder: Path, words: str) -> list[str]:
    files = Nouns(site(folder, words)).configs.value.artifacts
    return [file.text for file in files if file.path.startswith("frr/") and file.path.endswith(".conf")]


@pytest.mark.parametrize("words", ["protocol: ospf", "protocol: ospf, unnumbered: true, bfd: {interval: 50ms}"])
def test_every_link_of_ospf_without_hellos_has_quick_ones(tmp_path: Path, words: str) -> None:
    found = [hellos.quick(text) for text in texts(tmp_path, words)]
    assert len(found) == 4
    for text in found:
        assert text.count(" ip ospf hello-interval 1\n") == text.count(" ipv6 ospf6 hello-interval 1\n") == 2
        assert text.count(" dead-interval 40\n") == text.count(" retransmit-interval 1\n") == 4
        assert text.count("interface swp") == text.count("\nexit") == 4


@pytest.mark.parametrize("words", ["protocol: ospf, hello: 3s", "protocol: isis", "protocol: bgp"])
def test_what_the_site_states_stays(tmp_path: Path, words: str) -> None:
    assert {hellos.quick(text) for text in texts(tmp_path, words)} == {""}


@pytest.mark.lab
def test_four_routers_of_ospf_agree_soon_though_the_site_has_no_hellos(tmp_path: Path) -> None:
    require_root("ip", "tc", "vtysh", "zebra", "ospfd", "ospf6d")
    made = easterly.run_lab(site(tmp_path, "protocol: ospf, bfd: false"), stages=())
    assert made.ok, [each for each in made.comparisons if not each.ok]
    assert sum(made.seconds[stage] for stage in ("build", "daemons", "routes")) < LONGEST_S
    assert "OSPF's usual hellos, every 10 s" in {each.lacking for each in made.substitutions}

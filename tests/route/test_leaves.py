"""Ways that the plan could take and the rendered routers would not; the gallery has neither (`tests/site`)."""

from __future__ import annotations

from pathlib import Path

from easterly import site
from easterly.study.check import check

ERRORS = Path(__file__).parents[1] / "errors"


def codes(path: Path, *changes: tuple[str, str]) -> set[str]:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return {finding.code for finding in check(site.load_text(text).site)}


def test_costs_that_hops_can_say_are_no_matter() -> None:
    detour = ERRORS / "E704-detour.yaml"
    assert "E704" in codes(detour)
    for told in ("", ", cost: 2", ", cost: 1.25", ", cost: 1000"):
        assert "E704" not in codes(detour, (", cost: 1.001", told))


def test_a_common_spine_spares_the_way_through_a_leaf() -> None:
    valley = ERRORS / "E705-valley.yaml"
    assert "E705" in codes(valley)
    assert "E705" not in codes(valley, ("u4: {a: leaf3, b: spine2}", "u4: {a: leaf3, b: spine1}"))

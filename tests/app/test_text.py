"""What `easterly plan` prints."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console
from tests.app import factory

from easterly.app.columns import elide
from easterly.app.text import print_plan

TITLES = (
    "Verdicts", "Bill", "Jobs", "Bytes of a GPU and step, by links", "East-west and north-south",
    "Hottest links", "Findings", "Artefacts",
)  # fmt: skip


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return factory.described(factory.demo())


def printed(document: dict[str, Any], run: dict[str, Any] | None = None, **options: Any) -> str:
    file = io.TextIOWrapper(io.BytesIO(), encoding=options.pop("encoding", "utf-8"))
    print_plan(document, run, Console(file=file, **options))
    file.flush()
    file.seek(0)
    return file.read()


def test_verdicts_come_first_and_sections_in_order(document: dict[str, Any]) -> None:
    text = printed(document)
    assert text.startswith("Verdicts\n  FAIL      cool      ")
    assert [line for line in text.splitlines() if line and not line.startswith(" ")] == list(TITLES)


@pytest.mark.parametrize("width", [40, 60, 80, 132])
def test_no_line_is_wider_than_the_terminal(document: dict[str, Any], width: int) -> None:
    lines = printed(document, force_terminal=True, color_system=None, width=width).splitlines()
    assert max(map(len, lines)) <= width
    assert sum(line.startswith("  train") for line in lines) >= 10, "one line per hottest link, none wrapped"


def test_a_pipe_gets_whole_names(document: dict[str, Any]) -> None:
    text = printed(document, width=40)
    assert "\u2026" not in text
    assert "train-host-96:nic4>train-rail4-leaf-3:swp1" in text


def test_colours_only_where_they_are_wanted(document: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" not in printed(document)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;31m" in printed(document, force_terminal=True, color_system="standard", width=80)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;31m" not in printed(document, force_terminal=True, color_system="standard", width=80)


def test_old_terminals_get_ascii(document: dict[str, Any]) -> None:
    text = printed(document, encoding="latin-1")
    assert "-20.0 %" in text
    assert "1.100-1.700" in text
    assert "of 2^88 in v6" in text


def test_empty_sections_are_left_out(document: dict[str, Any]) -> None:
    bare = {**document, "verdicts": [], "jobs": [], "links": [], "directions": [], "findings": [], "artifacts": []}
    assert [line for line in printed(bare).splitlines() if line and not line.startswith(" ")] == ["Bill"]


def test_later_sections_appear_once_they_have_rows(document: dict[str, Any]) -> None:
    full = {
        **document,
        "failures": [factory.failed(f"spine-{i}", 1 + i / 4, broken=("fast",)) for i in range(12)],
        "failures_tried": {"cases": 12, "of": 40, "because": "12 of 40 were tried"},
        **factory.PLACED,
        "services": [{"name": "chat", "gpus": 64, "rate_bps": 2.5e9}],
        "unserved": ["a: x to y"],
    }
    full["bill"] = {**document["bill"], "wan_links": 3}
    lines = printed(full).splitlines()
    at = lines.index("Failures by what they cost")
    assert lines[at + 3].split() == ["spine", "spine-1", "4", "0.002", "4", "h", "1.250", "12.25", "fast"]
    assert lines[at + 12 : at + 14] == ["  and 2 more in plan.json", "  12 of 40 were tried"]
    at = lines.index("Placement")
    assert lines[at + 2].split() == ["pre", "2.000", "1.500", "1.250", "a-leaf-0x2", "a-leaf-1x6", "a-leaf-1x8"]
    assert "1.2000 in the best that was found; it moves pre; no placement has less than 1.1250." in lines[at + 3]
    assert {"Services", "Without a path", "  a: x to y"} <= {*lines}
    assert any(line.split()[:3] == ["WAN", "links", "3"] for line in lines)


def test_of_many_jobs_a_failure_names_the_one_that_suffers_most(document: dict[str, Any]) -> None:
    row = factory.failed("spine-0", 1.25, **{f"j{i}": 1.0 for i in range(5)})
    row["jobs"]["j3"] |= {"pace": 0.25, "slowdown": None}
    tried = {"cases": 1, "of": 1, "because": None}
    text = printed({**document, "failures": [row], "failures_tried": tried})
    assert "j3 stands still" in text and "j0" not in text


def test_what_a_plan_has_no_time_for_is_said(document: dict[str, Any]) -> None:
    none = dict.fromkeys(("objective", "current", "best", "bound", "moved"))
    tried = {"cases": 0, "of": None, "because": "too large for both"}
    text = printed({**document, "failures_tried": tried, "placement_value": {**none, "because": "too large"}})
    assert "Failures\n  too large for both\n" in text and "Placement\n  not looked at: too large\n" in text


def test_many_jobs_print_the_slowest(document: dict[str, Any]) -> None:
    job = document["jobs"][0]
    many = [{**job, "name": f"j{i:02}", "step_s": {"low": 1.0, "expected": 1.0, "high": 1.0 + i}} for i in range(20)]
    text = printed({**document, "jobs": many})
    assert "j19" in text
    assert "j07" not in text
    assert "  and 8 more in plan.json\n" in text


def test_markup_in_messages_is_text(document: dict[str, Any]) -> None:
    verdicts = [{**document["verdicts"][0], "because": "[red]not a tag[/red]"}]
    assert "[red]not a tag[/red]" in printed({**document, "verdicts": verdicts})


def test_artefacts_say_what_was_checked(document: dict[str, Any]) -> None:
    row = {"validator": "bgpd 8", "output": "line 3: unknown command"}
    said = [
        {**row, "path": "configs/leaf-0/frr.conf", "ok": True, "read": "configs/leaf-0/frr.conf"},
        {**row, "path": "configs/leaf-1/frr.conf", "ok": False, "read": "configs/leaf-1/frr.conf"},
        {**row, "path": "configs/leaf-2/frr.conf", "ok": None, "read": None},
        {**row, "path": "configs/leaf-3/frr.conf", "ok": True, "read": "configs/leaf-0/frr.conf"},
    ]
    text = printed(document, {"validations": said})
    assert "  bgpd 8         2 accepted, 1 rejected (2 read)\n" in text
    assert "  not validated  28 of 31 files\n" in text
    assert "  configs/leaf-1/frr.conf: line 3: unknown command\n" in text
    assert "  not validated  31 of 31 files\n" in printed(document)


@pytest.mark.parametrize("width", [1, 2, 5, 8, 30])
def test_elided_text_fits(width: int) -> None:
    assert len(elide("train-host-100:nic0", width)) <= width
    assert elide("train-host-100:nic0", 19) == "train-host-100:nic0"

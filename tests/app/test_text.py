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
        "failures": [{"case": f"spine-{i}", "damage": i / 4} for i in range(12)],
        "services": [{"name": "chat", "gpus": 64, "rate_bps": 2.5e9}],
        "unserved": ["a: x to y"],
    }
    full["bill"] = {**document["bill"], "wan_links": 3}
    lines = printed(full).splitlines()
    at = lines.index("Failures")
    assert lines[at + 1].split() == ["Case", "Damage"]
    assert lines[at + 12] == "  and 2 more in plan.json"
    assert {"Services", "Without a path", "  a: x to y"} <= {*lines}
    assert any(line.split()[:3] == ["WAN", "links", "3"] for line in lines)


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

"""What waits, as the report and the terminal show it."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from easterly.app.document import document, dump
from easterly.app.report.measure import DASH, SIZES
from easterly.app.report.page import render
from easterly.app.report.waiting import by_class, how, section
from easterly.app.text import print_plan
from easterly.site import load
from easterly.study.pipeline import plan
from easterly.study.waiting import PLAN_CONNECTIONS

RAILS = Path(__file__).parents[1] / "golden" / "rails.yaml"


@pytest.fixture(scope="module")
def made():
    return plan(load(RAILS).site, packets=30_000, connections=PLAN_CONNECTIONS)


@pytest.fixture(scope="module")
def said(made):
    return document(made)


def printed(found):
    file = io.StringIO()
    print_plan(found, None, Console(file=file))
    return file.getvalue()


def cells(table):
    return [dict(zip(table.heads, (cell.text for cell in row), strict=True)) for row in table.rows]


def test_unknown_is_null_and_known_is_a_number(said):
    again = json.loads(dump(said))["waiting"]
    assert again == said["waiting"] and again["because"] is None and again["unbounded"] is None
    for row in again["classes"]:
        assert all(isinstance(row[key], float) for key in ("mean_s", "p99_s", "delay_s", "needs_B", "safe_B", "room_B"))
        assert row["link"] in {link["id"] for link in said["links"]}
    assert {row["owner"] for row in again["senders"]} == {"chat", "pre"}


def test_a_row_for_each_class(said):
    rows = {row["Class"]: row for row in cells(by_class(said))}
    assert list(rows) == ["training", "inference"]
    assert rows["training"]["Mean"] == "0" and rows["inference"]["Mean"].split() == ["0.62", "ns"]
    assert rows["inference"]["Beyond what is safe"] == "9, may drop" and rows["inference"]["Queues"] == "16"
    for name, row in rows.items():
        longest_B = max(q["simulated_B"] or 0 for q in said["queues"] if q["class"] == name and q["limit_B"])
        number, unit = row["Simulated"].split()
        assert float(number) * {name: factor for factor, name in SIZES}[unit] == pytest.approx(longest_B, 5e-3)
        assert longest_B > 0


def test_what_is_not_known_is_not_made_up(said):
    first, *_ = said["waiting"]["classes"]
    unknown = {"delay_s": None, "delay_link": "", "needs_B": None, "safe_B": None, "room_B": None, "needs_link": "",
               "beyond": 0}  # fmt: skip
    endless = {"mean_s": None, "p99_s": None, "overloaded": 3, "delay_s": None, "safe_B": None}
    waiting = {**said["waiting"], "classes": [{**first, **unknown}, {**first, **endless}]}
    unsaid, never = cells(by_class({**said, "waiting": waiting, "queues": []}))
    assert {unsaid[key] for key in ("Worst", "Simulated", "May need", "Safe", "Room", "Beyond what is safe")} == {DASH}
    assert (never["Mean"], never["99 %"], never["Worst"]) == ("for ever at 3", DASH, "no bound")
    assert section({**said, "waiting": {**waiting, "classes": []}})["drawn"] is None


def test_the_chart_is_of_means_and_worst_cases(said):
    drawn = str(section(said)["drawn"])
    ElementTree.fromstring(drawn)
    rows = said["waiting"]["classes"]
    assert drawn.count("<title>mean: ") == drawn.count("<title>bound: ") == len(rows)
    ends = [float(x) for x in re.findall(r'class="rule" x1="([\d.]+)"', drawn)]
    means = [float(x) for x in re.findall(r'class="c1" x="([-\d.]+)"', drawn)]
    assert all(mean < end for mean, end in zip(means, ends, strict=True))


def test_the_report_and_the_terminal_say_the_same(made, said):
    text, html = printed(said), render(made, said)
    assert html.count('<section id="waiting">') == 1
    at = text.index("Waiting, at the worst queue of each class")
    assert text.index("Step times by simulation") < at < text.index("\nQueues\n")
    for row in cells(by_class(said)):
        line = next(each for each in text[at:].splitlines() if each.startswith(f"  {row['Class']} "))
        assert line.split() == " ".join(row.values()).split()
        assert all(f">{value}</td>" in html for value in row.values())


def test_each_kind_of_number_has_its_sentence(said):
    first, worst, simulated = how(said)
    assert first.startswith("Mean and 99 %: ") and worst.startswith("Worst: ") and simulated.startswith("Simulated: ")
    none = {**said["waiting"], "worst": None, "unbounded": "no job has hosts"}
    assert how({**said, "waiting": none, "packets": None}) == [first, "No worst case: no job has hosts."]
    ring = {**said["waiting"], "unbounded": "a ring"}
    assert how({**said, "waiting": ring})[2] == "Not all has a worst case: a ring."


@pytest.mark.parametrize("why", ["there are 786,432 connections", "no path <b>"])
def test_why_nothing_was_looked_at(made, said, why):
    none = {**said, "waiting": {"because": why}}
    assert f"not looked at: {why}" in printed(none)
    html = render(made, none)
    assert f"Not looked at: {why.replace('<', '&lt;').replace('>', '&gt;')}." in html
    nobody = {**said, "waiting": None}
    assert "Waiting" not in printed(nobody) and 'id="waiting"' not in render(made, nobody)
